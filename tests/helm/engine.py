"""The chart, rendered by the real Helm."""

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests import programs

CHART = Path(__file__).parents[2] / "helm/intouch"
VALUES = tuple(sorted((Path(__file__).parent / "values").glob("*.yaml")))
GOLDEN = Path(__file__).parent / "golden"
ENGINES = (programs.HELM_3, programs.HELM_4)
NEWEST = programs.HELM_4

Manifest = dict[str, Any]


def helm(engine: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Return the finished run of Helm, with its output as text."""
    return subprocess.run([engine, *arguments], capture_output=True, text=True, check=False)


@cache
def text_of(values: Path, *more: str, engine: Path = NEWEST) -> str:
    """Return what the chart makes of the values, as Helm writes it. `more` is as on its command line: `--set`, …"""
    done = helm(engine, "template", "intouch", str(CHART), "--namespace", "mentoring", "--values", str(values), *more)
    assert done.returncode == 0, done.stderr
    # Helm 4 has one empty line more between documents than Helm 3.
    return "\n".join(line for line in done.stdout.splitlines() if line.strip()) + "\n"


@cache
def rendered(values: Path, *more: str) -> list[Manifest]:
    """Return the same as values, in the order in which Helm would apply them."""
    return [each for each in yaml.safe_load_all(text_of(values, *more)) if each]


def refusal(values: Path, *more: str, engine: Path = NEWEST) -> str:
    """Return what Helm says to values that the chart does not take."""
    done = helm(engine, "template", "intouch", str(CHART), "--values", str(values), *more)
    assert done.returncode != 0, "the chart took them"
    return done.stderr


def pods(manifests: list[Manifest]) -> dict[str, Manifest]:
    """Return the spec of every pod that the manifests ask for, by the name of what asks."""
    found: dict[str, Manifest] = {}
    for each in manifests:
        match each:
            case {"kind": "Pod", "spec": spec}:
                found[each["metadata"]["name"]] = spec
            case {"spec": {"template": {"spec": spec}} | {"jobTemplate": {"spec": {"template": {"spec": spec}}}}}:
                found[each["metadata"]["name"]] = spec
    return found


def containers(pod: Manifest) -> list[Manifest]:
    """Return all containers of a pod, those before its start too."""
    return [*pod.get("initContainers", ()), *pod["containers"]]


def values_named(name: str) -> Path:
    """Return one of the sets of values that the tests keep."""
    return next(path for path in VALUES if path.stem == name)
