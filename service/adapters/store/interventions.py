"""Interventions in the store: a row each, found by program and age."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import orjson

from service.adapters.store.session import Session
from service.flow.intervention_port import Intervention, Stage

_KEYS: Final = ("program", "id", "made_at", "stage", "chosen")
_COLUMNS: Final = "program, id, made_at, state, told, chosen"
ONE: Final = f"SELECT {_COLUMNS} FROM interventions WHERE program = :program AND id = :id"
NEWEST: Final = f"""
SELECT {_COLUMNS} FROM interventions WHERE program = :program ORDER BY made_at DESC, id LIMIT :limit
"""
ADD: Final = """
INSERT INTO interventions (program, id, made_at, state, told, chosen)
VALUES (:program, :id, :made_at, :stage, :told, :chosen) ON CONFLICT (program, id) DO NOTHING
"""
CHANGE: Final = """
UPDATE interventions SET state = :stage, told = :told, chosen = :chosen
WHERE program = :program AND id = :id AND state = :was
"""


class SqlInterventionReading:
    """An `InterventionReading` over one transaction."""

    _session: Session

    def intervention(self, program: str, id: str) -> Intervention | None:
        row = self._session.one(ONE, {"program": program, "id": id})
        return _intervention(row) if row else None

    def interventions(self, program: str, limit: int = 50) -> Sequence[Intervention]:
        return [_intervention(row) for row in self._session.all(NEWEST, {"program": program, "limit": limit})]


class SqlInterventionWriting(SqlInterventionReading):
    """An `InterventionWriting` over one transaction."""

    def save_intervention(self, intervention: Intervention, was: Stage | None) -> bool:
        told = {name: value for name, value in asdict(intervention).items() if name not in _KEYS}
        values: dict[str, Any] = {
            "program": intervention.program,
            "id": intervention.id,
            "made_at": intervention.made_at,
            "stage": intervention.stage.value,
            "told": orjson.dumps(told).decode(),
            "chosen": orjson.dumps(intervention.chosen).decode(),
            "was": was.value if was else "",
        }
        if was is None:
            return self._session.change(ADD, {name: values[name] for name in values if name != "was"}) == 1
        return self._session.change(CHANGE, {name: values[name] for name in values if name != "made_at"}) == 1


def _intervention(row: Sequence[Any]) -> Intervention:
    program, id, made_at, stage, told, chosen = row
    own = orjson.loads(told)
    for name in ("paragraphs", "approvals"):
        own[name] = tuple(own[name])
    return Intervention(
        program=program, id=id, made_at=made_at, stage=Stage(stage), chosen=tuple(orjson.loads(chosen)), **own
    )
