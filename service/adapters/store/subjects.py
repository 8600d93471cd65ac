"""Checking subjects: whoever checks thinks without holding anybody, and finds at the end who was changed meanwhile.

The rules of this file:
- Of two who check, only one gets a subject; who appends does not wait for them while they read, fold and decide.
- Appending holds a subject's row from before its events have positions until they are committed. So what a check reads
  of a subject's log has no gaps, and what is appended later has later positions: it stays news.
- At the end the rows are held. Where one of them, or what was sent or is held about it, is not as it was read, nothing
  is kept. Rows are held and made in one order, by one statement, as who appends does.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from service.adapters.store import changes, queries
from service.adapters.store.fact_codec import facts_text, thing_text
from service.adapters.store.rows import key_of, listed, named
from service.adapters.store.session import Session
from service.adapters.store.snapshot import SqlSnapshot
from service.domain.brakes import Hold
from service.domain.calendar import NEVER, Instant
from service.domain.delivery import LedgerKey
from service.domain.facts import SubjectFacts
from service.flow.brake_port import K
from service.flow.overtaken import Overtaken
from service.flow.ports import SubjectKey, SubjectRow

REACH: Final = 8
"""How many times as many subjects as it wants one looks at, to find some that nobody else checks."""

V = TypeVar("V")

_Things = dict[tuple[str, str], tuple[str, bool]]
_SUBJECT: Final = ("program", "kind", "id")


class SqlSubjectWriting(SqlSnapshot):
    """What a transaction does with subjects and their things."""

    def __init__(self, session: Session, sources: dict[str, str], secret: bytes = b"") -> None:
        super().__init__(session, sources, secret)
        self._stored: dict[SubjectKey, _Things] = {}
        self._stood: dict[SubjectKey, tuple[Any, ...]] = {}
        self._sent: dict[SubjectKey, Collection[LedgerKey]] = {}
        self._holds: dict[SubjectKey, Mapping[LedgerKey, Hold]] = {}

    # Whose turn it is.

    def due_subjects(
        self, now: Instant, rule_set: str, limit: int, news_until: Instant = NEVER
    ) -> Sequence[SubjectKey]:
        values = {"now": now, "rule_set": rule_set, "limit": limit, "reach": REACH * limit, "news_until": news_until}
        asked = self._session.one(queries.ANY_ASKED, {}) is not None
        by_time = (queries.DUE_BY_NEWS, queries.DUE_BY_CLOCK)
        keys = _keys(sorted(row for each in by_time for row in self._taken(each, values)))
        # A new rule set sweeps behind what is due by itself: the oldest news is never older for it.
        for each in ((queries.DUE_BY_ASKING,) if asked else ()) + queries.DUE_BY_RULES:
            if len(keys) < limit:
                keys |= _keys(self._taken(each, {**values, "limit": limit - len(keys)}))
        ours = list(keys)[:limit]
        if asked:
            # Before anything is read of them: what is asked from now on may be about what we do not see.
            self._session.change_listed(changes.FORGET_ASKED, [listed(key) for key in ours], *_SUBJECT)
        return ours

    def _taken(self, statement: str, values: Mapping[str, Any]) -> list[Any]:
        return self._session.all(self._session.flavour.taken(statement), values)

    def keep_still(self, keys: Iterable[SubjectKey], now: Instant, rule_set: str) -> bool:
        wanted = sorted({listed(key) for key in keys})
        held = self._rows(queries.STALE + self._session.flavour.held, wanted)
        if self._session.flavour.writers_meet and len(held) < len(self._rows(queries.STALE, wanted)):
            return False
        is_due = any(_is_stale(row, now, rule_set) for row in held) or self._rows(queries.ASKED_OF, wanted)
        return not is_due

    def _rows(self, statement: str, wanted: Sequence[tuple[str, str, str]]) -> list[Any]:
        return self._session.listed(statement, wanted, *_SUBJECT)

    # As they were read.

    def subjects(self, keys: Iterable[SubjectKey]) -> Mapping[SubjectKey, SubjectRow]:
        found = super().subjects(keys)
        for key, row in found.items():
            self._stood.setdefault(key, _stand(row))
        return found

    def sent(self, keys: Collection[SubjectKey]) -> Mapping[SubjectKey, Collection[LedgerKey]]:
        found = super().sent(keys)
        self._sent.update(found)
        return found

    def holds_of(self, keys: Collection[K]) -> Mapping[K, Mapping[LedgerKey, Hold]]:
        found = super().holds_of(keys)
        self._holds.update({SubjectKey(*key): holds for key, holds in found.items()})
        return found

    def _add_things(self, row: SubjectRow, things: Iterable[Sequence[Any]]) -> None:
        rows = list(things)
        super()._add_things(row, rows)
        self._remember(row.key, rows)

    def _named_things(
        self, refs: Mapping[SubjectKey, Collection[tuple[str, str]]]
    ) -> list[tuple[SubjectKey, Sequence[Any]]]:
        rows = super()._named_things(refs)
        for key, row in rows:
            self._remember(key, [row])
        return rows

    def _remember(self, key: SubjectKey, rows: Iterable[Sequence[Any]]) -> None:
        """Keep how things were read, so that only changed ones are written."""
        stored = self._stored.setdefault(key, {})
        stored.update({(thing, ref): (state, bool(live)) for thing, ref, state, live in rows})

    # As they were checked.

    def save_subjects(self, rows: Sequence[SubjectRow]) -> None:
        ordered = sorted(rows, key=lambda each: each.key)
        save = self._session.ready_each(changes.SAVE_SUBJECT, list(map(_values, ordered))) if ordered else None
        # Things before anybody is held: only checks write them, and most of what a check writes is these.
        things = [each for row in rows if row.facts and row.facts.things for each in self._changed(row.key, row.facts)]
        self._session.change_each(changes.SAVE_THING, things)
        if self._session.flavour.writers_meet:
            self._hold([row.key for row in ordered])
        if save:
            save()
        self._stood |= {row.key: _stand(row) for row in rows}

    def _changed(self, key: SubjectKey, facts: SubjectFacts) -> list[dict[str, Any]]:
        """Return the rows of the things that are new, or not as they were read."""
        live = facts.live_things()
        before = self._stored.setdefault(key, {})
        now = {known: (thing_text(thing), known in live) for known, thing in facts.things.items()}
        own = named(key)
        rows = [
            {**own, "thing": known[0], "ref": known[1], "live": int(is_live), "state": state}
            for known, (state, is_live) in now.items()
            if before.get(known) != (state, is_live)
        ]
        before.update(now)
        return rows

    def _hold(self, keys: Sequence[SubjectKey]) -> None:
        """Keep everybody from changing the subjects until the end. Raises: Overtaken, where somebody did meanwhile."""
        self._session.change_each(changes.HOLD, [named(key) for key in keys])
        found = self._rows(queries.STANDS, [listed(key) for key in keys])
        stands = {key_of(*row[:3]): row[3:] for row in found}
        self._has_holds = None
        same = (
            all(stands.get(key) == self._stood[key] for key in keys if key in self._stood)
            and _same(super().sent, self._sent, keys)
            and _same(super().holds_of, self._holds, keys)
        )
        if not same:
            raise Overtaken


def _same(
    ask: Callable[[Collection[SubjectKey]], Mapping[SubjectKey, V]],
    read: Mapping[SubjectKey, V],
    keys: Sequence[SubjectKey],
) -> bool:
    """Return whether one would read now what was read of the subjects."""
    before = {key: read[key] for key in keys if key in read}
    return ask(before.keys()) == before


def _keys(rows: Iterable[Sequence[Any]]) -> dict[SubjectKey, None]:
    return {key_of(*row[1:]): None for row in rows}


def _stand(row: SubjectRow) -> tuple[Any, ...]:
    """Return what a check changes of a row, whoever it is."""
    return row.next_check_at, row.checked_with, row.folded_with, row.folded_seq


def _values(row: SubjectRow) -> dict[str, Any]:
    return {
        **named(row.key),
        "next_check_at": row.next_check_at,
        "checked_with": row.checked_with,
        "folded_with": row.folded_with,
        "folded_seq": row.folded_seq,
        "facts": facts_text(row.facts) if row.facts is not None else None,
    }


def _is_stale(row: Sequence[Any], now: Instant, rule_set: str) -> bool:
    """Return whether a subject has news, is due, or was checked by another rule set."""
    _, _, _, news_at, next_check_at, checked_with = row
    return news_at is not None or (next_check_at is not None and next_check_at <= now) or checked_with != rule_set
