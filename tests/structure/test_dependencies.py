"""Each dependency is justified, locked with hashes, and free of any one machine's places."""

import re

import pytest

from tests.structure.tree import ROOT, project

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+) \\$", re.MULTILINE)


def canonical(requirement: str) -> str:
    """Return the distribution's name in one spelling: `PyYAML>=6` is `pyyaml`."""
    name = re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*extras: str) -> set[str]:
    table = project()["project"]
    lists = [table["dependencies"], *(table["optional-dependencies"][extra] for extra in extras)]
    return {canonical(each) for one in lists for each in one}


def pinned(lock: str) -> dict[str, str]:
    return {canonical(name): version for name, version in PINNED.findall((ROOT / lock).read_text("utf-8"))}


def test_every_dependency_is_justified_and_no_justification_is_left_over() -> None:
    text = (ROOT / "docs/dependencies.md").read_text("utf-8")
    justified = {canonical(name) for name in re.findall(r"^- \*\*([\w.-]+)\*\*\S* +\S.{20,}$", text, re.MULTILINE)}
    assert justified == declared("dev", "lock", "bench")


def test_the_locks_hold_every_dependency() -> None:
    assert declared() <= pinned("requirements.lock").keys()
    assert declared("dev") <= pinned("requirements-dev.lock").keys()
    assert declared("bench") <= pinned("requirements-bench.lock").keys()


def test_what_is_tested_is_what_runs() -> None:
    assert pinned("requirements.lock").items() <= pinned("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", LOCKS)
def test_each_pin_carries_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    hashed = re.findall(r"^([a-z0-9._-]+)==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
    assert hashed == [name for name, _ in PINNED.findall(text)] == re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_index_or_a_place_on_a_disk(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    places = re.compile(r"://|--index|--extra-index|--find-links|--trusted|(^|[\s@])/")
    assert [line for line in lines if places.search(line)] == []
