"""What mentorships stand on, in the store: a row for each, from which SQL tells the state at any instant.

The rules of this file:
- Who checks a mentorship writes its row in the same transaction, so that the two never differ.
- `folded_seq` is written by every release, `kept_seq` by those that keep all of a row and its matters.
- The state is not kept: it changes with time alone. `STATE` says in SQL what `domain/engagement.py` says in Python; a
  test holds the two together.
- Of an advisor stands a key made of their address and the secret, between two spaces.
- A program's rows are read through by every question: some 20,000 of them, a few hundred bytes each.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from typing import Any, Final

from service.adapters.store.address_hash import address_hash
from service.adapters.store.matters import between, plain
from service.adapters.store.session import Session
from service.domain.calendar import Instant
from service.domain.engagement import Engagement, Footing
from service.domain.programs import Thresholds
from service.flow.footing_port import FootingRow, Order, Place, Wanted

FACTS: Final = tuple(each.name for each in fields(Footing))
_OWN: Final = ("program", "id", "mentor", "mentee", "folded_seq", "groups")
_COLUMNS: Final = (*_OWN, *FACTS)

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
_HAS_FLAG: Final = """id IN (SELECT id FROM matters WHERE matters.program = :program AND kind = 'flag'"""
_LAST: Final = 2**62
"""Sorts behind every instant."""
_ORDERS: Final = {
    Order.ID: "0",
    Order.QUIET: f"(CASE WHEN {_GOES_ON} THEN {_QUIET_SINCE} ELSE {_LAST} END)",
    Order.NEWEST: "-coalesce(matched_at, 0)",
    Order.CONVERSATIONS: "-conversations",
}

_ADVISED: Final = "advisors LIKE :advised"
STATES: Final = f"SELECT {STATE} AS state, count(*) FROM footings WHERE program = :program AND {{whose}} GROUP BY 1"
ADVISED: Final = f"""
SELECT f.id FROM {{listed}} AS wanted JOIN footings AS f ON f.program = wanted.program AND f.id = wanted.id
WHERE f.{_ADVISED}
"""

_WRITTEN: Final = (*_COLUMNS, "sought", "advisors", "kept_seq")
SAVE: Final = f"""
INSERT INTO footings ({", ".join(_WRITTEN)})
VALUES ({", ".join(f":{each}" for each in _WRITTEN)})
ON CONFLICT (program, id) DO UPDATE SET
    {", ".join(f"{each} = excluded.{each}" for each in _WRITTEN[2:])}
"""

CHECK_UNKEPT: Final = """
INSERT INTO checks (program, kind, id)
SELECT s.program, s.kind, s.id FROM subjects AS s
WHERE s.kind = 'mentorships' AND s.facts IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM footings AS f WHERE f.program = s.program AND f.id = s.id AND f.kept_seq = s.folded_seq
)
"""


class SqlFootingReading:
    """A `FootingReading` over one transaction."""

    _session: Session
    _secret: bytes

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

    def number_going_on(self, program: str, wanted: Wanted, limits: Thresholds, now: Instant) -> int:
        conditions = ["program = :program", _GOES_ON, *_conditions(wanted)]
        statement = f"SELECT count(*) FROM footings WHERE {' AND '.join(conditions)}"
        values = {**_asked(wanted), **_limits(limits, now), "program": program}
        return int(self._session.one(statement, values)[0])

    def states(
        self, program: str, limits: Thresholds, now: Instant, advisor: str | None = None
    ) -> dict[Engagement | None, int]:
        asked = STATES.format(whose="1 = 1" if advisor is None else _ADVISED)
        rows = self._session.all(asked, {**_limits(limits, now), "program": program, "advised": _within(advisor)})
        return {Engagement(state) if state else None: number for state, number in rows}

    def advised(self, program: str, ids: Collection[str], advisor: str) -> Collection[str]:
        wanted = [(program, each) for each in sorted(ids)]
        return {id for (id,) in self._session.listed(ADVISED, wanted, "program", "id", advised=_within(advisor))}

    def advisor_key(self, address: str) -> str:
        return address_hash(self._secret, f"advisor {address.strip()}").hex() if address.strip() else ""


class SqlFootingWriting(SqlFootingReading):
    """A `FootingWriting` over one transaction."""

    def save_footings(self, rows: Sequence[FootingRow]) -> None:
        ordered = sorted(rows, key=lambda each: (each.program, each.id))
        self._session.change_each(SAVE, [{**_values(row), "advisors": self._keys(row)} for row in ordered])

    def _keys(self, row: FootingRow) -> str:
        keys = sorted({self.advisor_key(each) for each in row.advisors if each.strip()})
        return f" {' '.join(keys)} " if keys else ""

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
        "sought LIKE :text ESCAPE '!'": bool(wanted.text) and not wanted.by_id,
        "substr(sought, 1, length(id)) LIKE :text ESCAPE '!'": bool(wanted.text) and wanted.by_id,
        "groups LIKE :group ESCAPE '!'": bool(wanted.group),
        f"{_HAS_FLAG} AND about LIKE :topic ESCAPE '!')": bool(wanted.topic),
        _ADVISED: wanted.advisor is not None,
    }
    return [condition for condition, is_asked in asked.items() if is_asked]


def _asked(wanted: Wanted) -> dict[str, Any]:
    return {
        "state": wanted.state.value if wanted.state else "",
        "at_least": wanted.at_least,
        "at_most": wanted.at_most,
        "quiet_before": wanted.quiet_before,
        "text": f"%{plain(wanted.text.casefold())}%",
        "group": between(wanted.group),
        "topic": between(wanted.topic),
        "advised": _within(wanted.advisor),
    }


def _within(advisor: str | None) -> str:
    """Return what the advisors of a row are like when this one is among them; nothing is like the key of nobody."""
    return f"% {advisor} %"


def _limits(limits: Thresholds, now: Instant) -> dict[str, int]:
    return {**{each.name: getattr(limits, each.name) for each in fields(Thresholds)}, "now": now}


def _values(row: FootingRow) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in _OWN}
    sought = "\n".join((row.id, f"{row.mentor} {row.mentee}")).casefold()
    own["groups"] = _joined(row.groups)
    return {**own, **{name: getattr(row.footing, name) for name in FACTS}, "sought": sought, "kept_seq": row.folded_seq}


def _row(values: Sequence[Any]) -> FootingRow:
    own, facts = dict(zip(_OWN, values, strict=False)), values[len(_OWN) :]
    footing = Footing(**dict(zip(FACTS, facts, strict=True)))
    groups = split(own.pop("groups"))
    return FootingRow(footing=footing, groups=groups, **own)


def _joined(words: Iterable[str]) -> str:
    """Return the words each between line ends, so that one of them can be looked for."""
    return "".join(f"\n{each}\n" for each in sorted(words))


def split(joined: str) -> frozenset[str]:
    """Return the words again."""
    return frozenset(filter(None, joined.split("\n")))
