"""Intouch's own events as they wait in the outbox, and whether they are what their schemas say."""

from typing import Any

import orjson
from jsonschema import Draft202012Validator

from service.settings import ROOT
from tests.flow.stage import Stage

SCHEMAS = ROOT / "schemas/outbound"


def waiting(stage: Stage) -> list[dict[str, Any]]:
    """Return the events that wait, as they were told."""
    with stage.intouch.store.reading() as snapshot:
        return [orjson.loads(text) for (text,) in snapshot._session.all("SELECT event FROM outbox ORDER BY n", {})]


def schema_faults(events: list[dict[str, Any]]) -> list[str]:
    """Return what is wrong with events of which there is a schema in `schemas/outbound`."""
    return [
        fault.message
        for event in events
        for fault in Draft202012Validator(orjson.loads((SCHEMAS / f"{event['type']}.json").read_bytes())).iter_errors(
            event["data"]
        )
    ]
