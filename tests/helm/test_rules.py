"""How rules come to the Job that makes them live."""

import subprocess
from pathlib import Path

import pytest

from tests.helm.engine import Manifest, pods, rendered, values_named

pytestmark = pytest.mark.helm


def job(values: str) -> Manifest:
    return pods(rendered(values_named(values)))["intouch-rules"]


@pytest.mark.parametrize(
    ("values", "folder", "templates"),
    [
        ("minimal", "/app/rules", "/app/templates"),
        ("everything", "/source/northfield/rules", "/source/northfield/templates"),
        ("rules-configmap", "/source/rules", "/app/templates"),
        ("rules-image", "/source/rules", "/source/templates"),
    ],
)
def test_deploy_is_told_where_rules_and_messages_are(values: str, folder: str, templates: str) -> None:
    arguments = job(values)["containers"][0]["args"]
    assert arguments[:4] == ["deploy", folder, "--templates", templates]
    assert "--by" in arguments


def test_the_second_person_is_named_where_there_is_one() -> None:
    assert job("everything")["containers"][0]["args"][4:] == [
        "--by", "sam@example.org", "--approved-by", "ola@example.org",
    ]  # fmt: skip


def test_a_pipeline_of_ones_own_has_no_job_beside_it_and_nothing_runs_before_it_has_deployed() -> None:
    found = pods(rendered(values_named("http-only")))
    assert "intouch-rules" not in found
    for name in ("intouch-serve", "intouch-work"):
        given = {each["name"]: each["value"] for each in found[name]["containers"][0]["env"]}
        assert given["INTOUCH_RULES_DIR"] == "/var/lib/intouch/no-rules"


@pytest.mark.parametrize("ref", ["main", "v1", "HASH"])
def test_git_fetches_a_branch_a_tag_or_a_commit(ref: str, tmp_path: Path) -> None:
    """The script of the chart itself, with folders of this test, on a repository that has moved on since the tag."""
    origin, source = tmp_path / "origin", tmp_path / "source"
    first = _repository(origin)
    script: str = job("everything")["initContainers"][0]["command"][2].replace("/source", str(source))
    given = {
        "URL": f"file://{origin}",
        "REF": first if ref == "HASH" else ref,
        "HOME": str(tmp_path),
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(["sh", "-euc", script], env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (source / "rules.yaml").read_text("utf-8") == ("new" if ref == "main" else "old")


def test_a_repository_that_is_not_there_fails_the_job(tmp_path: Path) -> None:
    script: str = job("everything")["initContainers"][0]["command"][2].replace("/source", str(tmp_path / "source"))
    given = {"URL": f"file://{tmp_path}/nowhere", "REF": "main", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    assert subprocess.run(["sh", "-euc", script], env=given, capture_output=True, check=False).returncode != 0


def _repository(folder: Path) -> str:
    """Make a repository whose tag v1 is behind its branch main; return the commit of the tag."""
    folder.mkdir()
    git = ["git", "-C", str(folder), "-c", "user.name=Sam", "-c", "user.email=sam@example.org"]
    subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
    for text, tag in (("old", True), ("new", False)):
        (folder / "rules.yaml").write_text(text, "utf-8")
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "--quiet", "-m", text], check=True)
        if tag:
            subprocess.run([*git, "tag", "v1"], check=True)
    head = subprocess.run([*git, "rev-parse", "v1"], check=True, capture_output=True, text=True)
    return head.stdout.strip()
