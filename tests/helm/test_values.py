"""What the chart says to values that it does not take: what is wrong, and where."""

import re
from pathlib import Path

import pytest
import yaml

from service.settings import PREFIX, read_settings
from tests.helm.engine import CHART, ENGINES, VALUES, containers, pods, refusal, rendered, values_named

pytestmark = pytest.mark.helm
MINIMAL = values_named("minimal")


@pytest.mark.parametrize("engine", ENGINES, ids=lambda path: path.name)
def test_every_helm_names_a_misspelt_value_and_its_place(engine: Path) -> None:
    words = refusal(MINIMAL, "--set", "work.replicaz=3", engine=engine).lower()
    assert re.search(r"work.*additional propert.*replicaz.*not allowed", words, re.DOTALL)


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ("replicaz=3", ["additional properties 'replicaz' not allowed"]),
        ("settings.LEASE_SECOND=60", ["/settings", "'LEASE_SECOND' not allowed"]),
        ("secrets.databaseURL.name=x", ["/secrets", "'databaseURL' not allowed"]),
        ("work.replicas=0", ["/work/replicas", "minimum"]),
        ("publicUrl=mentoring.example.org", ["/publicUrl", "does not match pattern"]),
        ("secrets.secret.name=", ["/secrets/secret/name", "does not match pattern"]),
        ("rules.from=folder", ["/rules/from", "must be one of"]),
        ("rules.git.url=https://sam:word@git.example.org/r.git", ["/rules/git/url", "does not match pattern"]),
        ("proxy.open={/console}", ["/proxy/open", "not"]),
        ("login.issuer=https://login.example.org", ["/login/clientId"]),
        ("login.issuer=http://login.example.org", ["/login/issuer"]),
    ],
)
def test_a_mistake_is_named_with_its_place(mistake: str, said: list[str]) -> None:
    words = refusal(MINIMAL, "--set", mistake)
    assert [each for each in said if each not in words] == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("secrets.brokerUrl.name=", "name the Secret with its URL in secrets.brokerUrl.name"),
        ("rules.by=", "Say in rules.by who answers for the rules"),
        ("rules.from=git", "give the repository in rules.git.url"),
        ("rules.from=image", "name the image in rules.image.name"),
        ("rules.from=configMap", "name it in rules.configMap.name"),
        ("consume.keda.enabled=true,consume.autoscaling.enabled=true", "not with both: switch one off"),
    ],
)
def test_what_is_missing_for_a_choice_is_asked_for_in_words(values: str, said: str) -> None:
    assert said in refusal(MINIMAL, "--set", values)


def test_the_schema_knows_every_value_and_no_other() -> None:
    """One that the schema lacks is refused when somebody sets it; one that `values.yaml` lacks nobody finds."""
    schema = yaml.safe_load((CHART / "values.schema.json").read_text("utf-8"))
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    assert set(values) == set(schema["properties"]) - {"global"}
    for name, value in values.items():
        part = schema["properties"][name]
        part = schema["properties"]["serve"] if "$ref" in part else part
        if isinstance(value, dict) and name != "settings":
            assert set(value) == set(part["properties"]), name


@pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)
def test_intouch_knows_every_setting_that_the_chart_gives(values: Path, tmp_path: Path) -> None:
    """Read as Intouch reads them, with a file where a Secret would be: a name that it does not know stops it."""
    for pod in pods(rendered(values)).values():
        for container in containers(pod):
            given = {each["name"]: each["value"] for each in container.get("env", ())}
            read_settings({name: _as_here(name, value, tmp_path) for name, value in given.items()})


def test_settings_that_may_be_chosen_are_those_of_intouch_that_the_chart_does_not_give_itself() -> None:
    schema = yaml.safe_load((CHART / "values.schema.json").read_text("utf-8"))
    for name in schema["properties"]["settings"]["properties"]:
        read_settings({f"{PREFIX}{name}": "60"})
    given = re.findall(r"name: INTOUCH_([A-Z_]+)", (CHART / "templates/_environment.tpl").read_text("utf-8"))
    assert not set(given) & set(schema["properties"]["settings"]["properties"])


def test_a_large_number_stays_a_number() -> None:
    work = pods(rendered(MINIMAL, "--set", "settings.APPROVE_ABOVE=1000000"))["intouch-work"]
    assert {"name": "INTOUCH_APPROVE_ABOVE", "value": "1000000"} in work["containers"][0]["env"]


def _as_here(name: str, value: str, folder: Path) -> str:
    if name.endswith("_KEYS_DIR"):
        return str(folder)
    if not name.endswith("_FILE"):
        return value
    file = folder / Path(value).name
    file.write_text("a value that is long enough to be anything", "utf-8")
    return str(file)
