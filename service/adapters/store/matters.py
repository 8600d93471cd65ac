"""Matters in the store: one row each while it is open, with an index in the order of the queue."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from service.adapters.store.session import Session
from service.domain.matters import Matter, Weight
from service.flow.matter_port import FRONT, MatterPlace, MatterRow, MattersWanted

_COLUMNS: Final = "m.id, m.kind, m.ref, m.weight, m.about, m.by, m.since, m.acknowledged_at"
QUEUE: Final = f"""
SELECT {_COLUMNS}, f.mentor, f.mentee FROM matters AS m
LEFT JOIN footings AS f ON f.program = m.program AND f.id = m.id
WHERE m.program = :program AND (m.weight, m.since, m.id, m.kind, m.ref) > (:weight, :since, :id, :kind, :ref)
"""
_IN_ORDER: Final = " ORDER BY m.weight, m.since, m.id, m.kind, m.ref LIMIT :limit"
OF_ONE: Final = f"SELECT {_COLUMNS} FROM matters AS m WHERE m.program = :program AND m.id = :id"
FORGET: Final = """
DELETE FROM matters WHERE (program, id) IN (SELECT wanted.program, wanted.id FROM {listed} AS wanted)
"""
SAVE: Final = """
INSERT INTO matters (program, id, kind, ref, weight, about, by, since, acknowledged_at)
VALUES (:program, :id, :kind, :ref, :weight, :about, :by, :since, :acknowledged_at)
"""


class SqlMatterReading:
    """A `MatterReading` over one transaction."""

    _session: Session

    def matters(
        self, program: str, wanted: MattersWanted, after: MatterPlace = FRONT, limit: int = 100
    ) -> Sequence[MatterRow]:
        asked = {
            "m.kind = :wanted_kind": bool(wanted.kind),
            "m.weight = :wanted_weight": bool(wanted.weight),
            "m.about LIKE :topic ESCAPE '!'": bool(wanted.topic),
            "m.acknowledged_at IS NULL": wanted.unacknowledged,
            "f.advisors LIKE :advisor": wanted.advisor is not None,
        }
        statement = QUEUE + "".join(f" AND {each}" for each, is_asked in asked.items() if is_asked) + _IN_ORDER
        values = {
            "program": program,
            "limit": limit,
            "wanted_kind": wanted.kind,
            "wanted_weight": wanted.weight,
            "topic": between(wanted.topic),
            "advisor": f"% {wanted.advisor} %",
            **after._asdict(),
        }
        rows = self._session.all(statement, values)
        return [
            MatterRow(id=row[0], matter=_matter(row[1:8]), mentor=row[8] or "", mentee=row[9] or "") for row in rows
        ]

    def matters_of(self, program: str, id: str) -> Sequence[Matter]:
        found = [_matter(row[1:8]) for row in self._session.all(OF_ONE, {"program": program, "id": id})]
        return sorted(found, key=lambda each: (each.weight, each.since, each.ref))


class SqlMatterWriting(SqlMatterReading):
    """A `MatterWriting` over one transaction."""

    def save_matters(self, matters: Mapping[tuple[str, str], Sequence[Matter]]) -> None:
        keys = sorted(matters)
        self._session.change_listed(FORGET, keys, "program", "id")
        rows = [_values(*key, each) for key in keys for each in sorted(matters[key], key=lambda one: one.ref)]
        self._session.change_each(SAVE, rows)


def between(word: str) -> str:
    """Return a pattern for a word that stands between line ends, for LIKE with `ESCAPE '!'`."""
    return f"%\n{plain(word)}\n%"


def plain(text: str) -> str:
    """Return text that LIKE takes as it is, with `ESCAPE '!'`."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _values(program: str, id: str, matter: Matter) -> dict[str, Any]:
    return {
        "program": program,
        "id": id,
        "kind": matter.kind,
        "ref": matter.ref,
        "weight": int(matter.weight),
        "about": "".join(f"\n{each}\n" for each in matter.about),
        "by": matter.by,
        "since": matter.since,
        "acknowledged_at": matter.acknowledged_at,
    }


def _matter(row: Sequence[Any]) -> Matter:
    kind, ref, weight, about, by, since, acknowledged_at = row
    return Matter(
        kind=kind,
        ref=ref,
        weight=Weight(weight),
        about=tuple(filter(None, about.split("\n"))),
        by=by,
        since=since,
        acknowledged_at=acknowledged_at,
    )
