"""What mentorships stand on, in the store: a row for each, from which SQL tells the state at any instant.

The rules of this file:
- Who checks a mentorship writes its row in the same transaction, so that the two never differ.
- The state is not kept: it changes with time alone. `STATE` says in SQL what `domain/engagement.py` says in Python; a
  test holds the two together.
- A program's rows are read through by every question: some 20,000 of them, a few hundred bytes each.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

from service.adapters.store.session import Session
from service.domain.calendar import Instant
from service.domain.engagement import Engagement, Footing
from service.domain.programs import Thresholds
from service.flow.footing_port import FootingRow, Order, Place, Wanted

_FACTS: Final = tuple(each.name for each in fields(Footing))
_COLUMNS: Final = ("program", "id", "mentor", "mentee", "folded_seq", *_FACTS)

STATE: Final = """
CASE WHEN ended_at IS NOT NULL OR matched_at IS NULL THEN ''
     WHEN last_logged_at IS NULL AND :now - matched_at < :new_for THEN 'new'
     WHEN last_logged_at IS NULL AND :now - matched_at >= :not_connected_after THEN 'not_connected'
     WHEN last_logged_at IS NULL THEN 'not_yet_connected'
     WHEN :now - last_logged_at >= :drifting_after THEN 'drifting'
     WHEN conversations >= :highly_engaged_from THEN 'highly_engaged'
     ELSE 'connected' END
"""
_GOES_ON: Final = "ended_at IS NULL AND matched_at IS NOT NULL"
_QUIET_SINCE: Final = "coalesce(last_contact_at, matched_at)"
_LAST: Final = 2**62
"""Sorts behind every instant."""
_ORDERS: Final = {
    Order.ID: "0",
    Order.QUIET: f"(CASE WHEN {_GOES_ON} THEN {_QUIET_SINCE} ELSE {_LAST} END)",
    Order.NEWEST: "-coalesce(matched_at, 0)",
    Order.CONVERSATIONS: "-conversations",
}

STATES: Final = f"SELECT {STATE} AS state, count(*) FROM footings WHERE program = :program GROUP BY 1"

SAVE: Final = f"""
INSERT INTO footings ({", ".join(_COLUMNS)}, sought)
VALUES ({", ".join(f":{each}" for each in _COLUMNS)}, :sought)
ON CONFLICT (program, id) DO UPDATE SET
    {", ".join(f"{each} = excluded.{each}" for each in (*_COLUMNS[2:], "sought"))}
"""

CHECK_UNKEPT: Final = """
INSERT INTO checks (program, kind, id)
SELECT s.program, s.kind, s.id FROM subjects AS s
WHERE s.kind = 'mentorships' AND s.facts IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM footings AS f WHERE f.program = s.program AND f.id = s.id AND f.folded_seq = s.folded_seq
)
"""


class SqlFootingReading:
    """A `FootingReading` over one transaction."""

    _session: Session

    def footings(
        self, program: str, wanted: Wanted, limits: Thresholds, now: Instant, after: Place, limit: int
    ) -> Sequence[tuple[Place, FootingRow]]:
        by = _ORDERS[wanted.order]
        conditions = ["program = :program", f"({by} > :by OR ({by} = :by AND id > :after))", *_conditions(wanted)]
        statement = (
            f"SELECT {by}, {', '.join(_COLUMNS)} FROM footings WHERE {' AND '.join(conditions)} "
            "ORDER BY 1, id LIMIT :limit"
        )
        values = {**_asked(wanted), **_limits(limits, now), "program": program, "limit": limit}
        rows = self._session.all(statement, {**values, "by": after.by, "after": after.id})
        return [(Place(row[0], row[2]), _row(row[1:])) for row in rows]

    def states(self, program: str, limits: Thresholds, now: Instant) -> dict[Engagement | None, int]:
        rows = self._session.all(STATES, {**_limits(limits, now), "program": program})
        return {Engagement(state) if state else None: number for state, number in rows}


class SqlFootingWriting(SqlFootingReading):
    """A `FootingWriting` over one transaction."""

    def save_footings(self, rows: Sequence[FootingRow]) -> None:
        ordered = sorted(rows, key=lambda each: (each.program, each.id))
        self._session.change_each(SAVE, [_values(row) for row in ordered])

    def check_unkept(self) -> None:
        self._session.change(CHECK_UNKEPT, {})


def _conditions(wanted: Wanted) -> list[str]:
    """Return what the rows must be like; only fixed text, with what people typed as parameters."""
    asked = {
        f"({STATE}) = :state": wanted.state is not None,
        "conversations >= :at_least": wanted.at_least is not None,
        "conversations <= :at_most": wanted.at_most is not None,
        f"{_GOES_ON} AND {_QUIET_SINCE} <= :quiet_before": wanted.quiet_before is not None,
        "open_flags > 0": wanted.flagged,
        "asked_at IS NOT NULL": wanted.asking,
        "sought LIKE :text ESCAPE '!'": bool(wanted.text),
    }
    return [condition for condition, is_asked in asked.items() if is_asked]


def _asked(wanted: Wanted) -> dict[str, Any]:
    plain = wanted.text.casefold().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return {
        "state": wanted.state.value if wanted.state else "",
        "at_least": wanted.at_least,
        "at_most": wanted.at_most,
        "quiet_before": wanted.quiet_before,
        "text": f"%{plain}%",
    }


def _limits(limits: Thresholds, now: Instant) -> dict[str, int]:
    return {**{each.name: getattr(limits, each.name) for each in fields(Thresholds)}, "now": now}


def _values(row: FootingRow) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in _COLUMNS[:5]}
    sought = "\n".join((row.id, f"{row.mentor} {row.mentee}")).casefold()
    return {**own, **{name: getattr(row.footing, name) for name in _FACTS}, "sought": sought}


def _row(values: Sequence[Any]) -> FootingRow:
    own, facts = values[:5], values[5:]
    footing = Footing(**dict(zip(_FACTS, facts, strict=True)))
    return FootingRow(footing=footing, **dict(zip(_COLUMNS[:5], own, strict=True)))
