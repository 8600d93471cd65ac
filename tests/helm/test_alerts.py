"""Alerts: each can be looked up, and asks for nothing that nobody measures."""

import re

import pytest

from tests.helm.engine import Manifest, rendered, values_named
from tests.structure.tree import ROOT

pytestmark = pytest.mark.helm
MEASURED_ELSEWHERE = re.compile(r"\b(?:kube|rabbitmq)_[a-z_]+\b")
RUNBOOK = (ROOT / "docs/runbook.md").read_text("utf-8")


def alerts(*more: str) -> list[Manifest]:
    (rule,) = [each for each in rendered(values_named("everything"), *more) if each["kind"] == "PrometheusRule"]
    return [each for group in rule["spec"]["groups"] for each in group["rules"]]


def test_each_alert_has_its_entry_in_the_runbook_and_each_entry_its_alert() -> None:
    entries = re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)
    assert sorted(entries) == sorted(each["alert"] for each in alerts())


def test_each_alert_leads_to_its_entry() -> None:
    for each in alerts():
        _, _, anchor = each["annotations"]["runbook_url"].partition("runbook.md#")
        assert anchor == each["alert"].lower()


def test_each_alert_asks_for_what_kubernetes_or_rabbitmq_measures_and_for_names_of_the_chart() -> None:
    names = {each["metadata"]["name"] for each in rendered(values_named("everything"))}
    for each in alerts():
        assert len(MEASURED_ELSEWHERE.findall(each["expr"])) == 1, each["expr"]
        assert set(re.findall(r'deployment="([^"]+)"', each["expr"])) <= names


def test_without_consumers_nobody_is_alarmed_about_queues() -> None:
    told = {each["alert"] for each in alerts("--set", "consume.enabled=false")}
    assert told == {"IntouchNobodyServes", "IntouchNobodyWorks", "IntouchRestarting", "IntouchHookFailed"}
