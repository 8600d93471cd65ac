"""What the chart renders: sound, as it was agreed, and valid for Kubernetes, by Helm in both majors."""

import json
from functools import cache
from pathlib import Path

import pytest
from jsonschema_rs import Draft202012Validator

from tests import programs
from tests.helm.engine import CHART, ENGINES, GOLDEN, NEWEST, VALUES, Manifest, helm, rendered, text_of

pytestmark = pytest.mark.helm

FROM_OTHERS = {"PrometheusRule", "ServiceMonitor", "ScaledObject", "TriggerAuthentication"}
"""Kinds that operators bring; Kubernetes itself has no schema for them."""

every_set = pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)
every_engine = pytest.mark.parametrize("engine", ENGINES, ids=lambda path: path.name)


def test_there_are_five_sets_of_values_and_a_golden_file_for_each() -> None:
    assert len(VALUES) == 5
    assert {path.name for path in VALUES} == {path.name for path in GOLDEN.glob("*.yaml")}


@every_set
@every_engine
def test_helm_finds_nothing_to_complain_about(values: Path, engine: Path) -> None:
    done = helm(engine, "lint", str(CHART), "--strict", "--values", str(values))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stdout
    assert "[ERROR]" not in done.stdout


@every_set
@every_engine
def test_it_renders_what_the_golden_file_holds(values: Path, engine: Path) -> None:
    golden = (GOLDEN / values.name).read_text("utf-8")
    assert text_of(values, engine=engine) == golden, "If this is meant: python -m tests.helm.golden, and read the diff."


@every_set
@pytest.mark.parametrize("version", programs.KUBERNETES)
def test_kubernetes_takes_every_object(values: Path, version: str) -> None:
    for manifest in rendered(values):
        if manifest["kind"] not in FROM_OTHERS:
            assert faults(manifest, version) == []


@pytest.mark.parametrize("version", programs.KUBERNETES)
def test_a_misspelt_field_would_be_found(version: str) -> None:
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "spec": {"maxUnavailabel": 1}}
    assert [fault for fault in faults(budget, version) if "maxUnavailabel" in fault]


def test_the_oldest_kubernetes_is_the_one_that_the_chart_names() -> None:
    assert f'kubeVersion: ">={programs.KUBERNETES[0]}.0-0"' in (CHART / "Chart.yaml").read_text("utf-8")
    older = helm(NEWEST, "template", "intouch", str(CHART), "--values", str(VALUES[0]), "--kube-version", "1.28.0")
    assert "incompatible with Kubernetes" in older.stderr


@every_set
def test_no_two_objects_have_one_name(values: Path) -> None:
    names = [(each["kind"], each["metadata"]["name"]) for each in rendered(values)]
    assert sorted(names) == sorted(set(names))


def faults(manifest: Manifest, version: str) -> list[str]:
    """Return what that version of Kubernetes would find wrong with the object."""
    return [
        str(each.message) for each in schema(manifest["apiVersion"], manifest["kind"], version).iter_errors(manifest)
    ]


@cache
def schema(api: str, kind: str, version: str) -> Draft202012Validator:
    """Return the validator of a kind. Kubernetes names kinds by group, version and kind, not by a place in the file."""
    group, _, group_version = api.rpartition("/")
    wanted = {"group": group, "kind": kind, "version": group_version}
    definitions = _definitions(version)
    (name,) = [name for name, each in definitions.items() if wanted in each.get("x-kubernetes-group-version-kind", ())]
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})


@cache
def _definitions(version: str) -> Manifest:
    definitions: Manifest = json.loads(programs.schemas_of(version).read_text("utf-8"))["$defs"]
    return definitions
