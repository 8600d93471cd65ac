"""Alerts: each can be looked up, and asks for nothing that nobody measures."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from service.settings import read_settings
from service.wiring import Installation
from tests.helm.engine import Manifest, rendered, values_named
from tests.metrics.scraping import Scraper
from tests.structure.tree import ROOT

pytestmark = pytest.mark.helm
MEASURED = re.compile(r"\b(?:kube|rabbitmq|intouch)_[a-z_]+\b")
RUNBOOK = (ROOT / "docs/runbook.md").read_text("utf-8")


def alerts(*more: str) -> list[Manifest]:
    (rule,) = [each for each in rendered(values_named("everything"), *more) if each["kind"] == "PrometheusRule"]
    return [each for group in rule["spec"]["groups"] for each in group["rules"]]


def test_each_alert_has_its_entry_in_the_runbook_and_each_entry_its_alert() -> None:
    entries = re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)
    assert sorted(entries) == sorted(each["alert"] for each in alerts())


def test_prometheus_takes_every_alert(tmp_path: Path) -> None:
    """By its own tool; which also finds what nobody could work out."""
    assert checked_by_prometheus(tmp_path, alerts()).returncode == 0
    broken = checked_by_prometheus(tmp_path, [{**alerts()[0], "expr": "rate(intouch_events_total) >"}])
    assert broken.returncode != 0
    assert "parse error" in broken.stderr


def checked_by_prometheus(folder: Path, rules: list[Manifest]) -> "subprocess.CompletedProcess[str]":
    """Return what promtool says of these rules."""
    file = folder / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "intouch", "rules": rules}]}), "utf-8")
    return subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, check=False)


def test_each_alert_leads_to_its_entry() -> None:
    for each in alerts():
        _, _, anchor = each["annotations"]["runbook_url"].partition("runbook.md#")
        assert anchor == each["alert"].lower()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the names that a process with every part really shows."""
    intouch = Installation(read_settings({"INTOUCH_DATA_DIR": str(tmp_path_factory.mktemp("var"))}))
    intouch.migrate()
    intouch.queue_depths = dict
    text = Scraper(intouch.metrics_page()).text()
    intouch.close()
    return set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))


def unmeasured(expression: str, measured: set[str]) -> set[str]:
    """Return what an expression asks of Intouch that it does not show."""
    names = {each for each in MEASURED.findall(expression) if each.startswith("intouch_")}
    return {each for each in names if re.sub(r"_(?:bucket|count|sum)$", "", each) not in measured}


def test_each_alert_and_each_panel_asks_for_what_intouch_shows(measured: set[str]) -> None:
    dashboard = json.loads((ROOT / "helm/intouch/dashboards/intouch.json").read_text("utf-8"))
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked = [each["expr"] for each in alerts()] + panels
    assert set().union(*(unmeasured(each, measured) for each in asked)) == set()
    assert unmeasured("max(intouch_made_up) > intouch_events_total", measured) == {"intouch_made_up"}


def test_every_label_that_is_asked_for_is_one_that_is_shown() -> None:
    dashboard = (ROOT / "helm/intouch/dashboards/intouch.json").read_text("utf-8")
    asked = set(re.findall(r"by \((?:le, )?(\w+)\) \((?:rate|increase|intouch)", dashboard + str(alerts())))
    assert asked <= {"type", "outcome", "cause", "state", "why", "queue", "rule", "scope", "hash"}


def test_the_dashboard_is_shown_to_grafana_as_it_is() -> None:
    (shown,) = [each for each in rendered(values_named("everything")) if "-dashboard" in each["metadata"]["name"]]
    assert json.loads(shown["data"]["intouch.json"])["title"] == "Intouch"
    assert shown["metadata"]["labels"]["grafana_dashboard"] == "1"


def test_each_alert_asks_for_names_of_the_chart() -> None:
    names = {each["metadata"]["name"] for each in rendered(values_named("everything"))}
    for each in alerts():
        assert len(set(MEASURED.findall(each["expr"]))) == 1, each["expr"]
        assert set(re.findall(r'deployment="([^"]+)"', each["expr"])) <= names


def test_without_consumers_nobody_is_alarmed_about_queues() -> None:
    everybody = {each["alert"] for each in alerts()}
    told = {each["alert"] for each in alerts("--set", "consume.enabled=false")}
    assert everybody - told == {"IntouchNobodyConsumes", "IntouchQueueGrows", "IntouchDeadLetters"}
