"""The list of a program's mentorships: as somebody asks for it, page by page, and as a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from service.console.pair_query import PairQuery
from service.console.program import ProgramDesk
from service.domain.access import Permission
from service.domain.calendar import DAY, Duration, Instant, local_date
from service.domain.engagement import Engagement, state_at
from service.domain.events import Subject, SubjectKind
from service.flow.footing_port import FootingRow, Place
from service.flow.monitoring import in_words
from service.flow.ports import SubjectKey
from service.flow.present import present_of_pairs
from service.staff.next_message import next_messages

PAGE_SIZE: Final = 50
LOOKS_AHEAD: Final[Duration] = 60 * DAY
_FILE_PAGE: Final = 10_000
"""Few pages: each reads through the whole program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One mentorship in the list; instants are None for what has not happened.

    `quiet_days` are those since the last message or conversation, or the match; None where it does not go on.
    `waiting` is the message that goes next, of those that wait already, and `waits_until` from when on it may.
    `foreseen` is, where none waits, the message that goes next if nothing happens, in words; `foreseen_in` says when.
    """

    id: str
    mentor: str
    mentee: str
    state: str
    matched: Instant | None
    conversations: int
    last_contact: Instant | None
    last_conversation: Instant | None
    quiet_days: int | None
    open_flags: int
    asks_for_help: bool
    waiting: str = ""
    waits_until: Instant | None = None
    foreseen: str = ""
    foreseen_in: str = ""
    masked: bool = False

    @property
    def name(self) -> str:
        return f"{self.mentor} and {self.mentee}" if self.mentor and self.mentee and not self.masked else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class PairList:
    """A page of a program's mentorships; `after` leads to the next, None on the last page. `states` has a number for
    each state of all that go on, whatever is asked for."""

    pairs: tuple[Pair, ...]
    after: Place | None
    states: Mapping[Engagement, int]


def pair_list(program: ProgramDesk, query: PairQuery, now: Instant) -> PairList:
    """Return the page that the query asks for."""
    found = _rows(program, query, now, PAGE_SIZE + 1)
    whose = program.viewer.caseload_of(Permission.SEE_MENTORSHIPS, program.id)
    shown = found[:PAGE_SIZE]
    waiting = _waiting(program, [row.id for _, row in shown])
    going_on = [row.id for _, row in shown if row.footing.ended_at is None and row.id not in waiting]
    foreseen = _foreseen(program, going_on, now)
    counted = program.snapshot.states(program.id, program.book.program.engagement, now, whose)
    return PairList(
        pairs=tuple(_with_next(_pair(program, row, now), waiting, foreseen) for _, row in shown),
        after=shown[-1][0] if len(found) > PAGE_SIZE else None,
        states={state: counted.get(state, 0) for state in Engagement},
    )


def every_pair(program: ProgramDesk, query: PairQuery, now: Instant) -> Iterator[Pair]:
    """Yield all that the query asks for, on however many pages."""
    found = _rows(program, query, now, _FILE_PAGE)
    while found:
        waiting = _waiting(program, [row.id for _, row in found])
        yield from (_with_next(_pair(program, row, now), waiting, {}) for _, row in found)
        found = _rows(program, replace(query, after=found[-1][0]), now, _FILE_PAGE)


def _rows(program: ProgramDesk, query: PairQuery, now: Instant, limit: int) -> list[tuple[Place, FootingRow]]:
    limits = program.book.program.engagement
    whose = program.viewer.caseload_of(Permission.SEE_MENTORSHIPS, program.id)
    # A search by names that are masked would tell who has which.
    asked = query.wanted(now, program.snapshot.advisor_key)
    wanted = replace(asked, by_id=not program.shows_names, advisor=asked.advisor if whose is None else whose)
    return list(program.snapshot.footings(program.id, wanted, limits, now, query.after, limit))


def _pair(program: ProgramDesk, row: FootingRow, now: Instant) -> Pair:
    footing = row.footing
    state = state_at(footing, program.book.program.engagement, now)
    since = footing.matched_at if footing.last_contact_at is None else footing.last_contact_at
    return Pair(
        id=row.id,
        mentor=program.masked(row.mentor),
        mentee=program.masked(row.mentee),
        masked=not program.shows_names,
        state=in_words(state) if state else "ended" if footing.ended_at is not None else "not matched yet",
        matched=footing.matched_at,
        conversations=footing.conversations,
        last_contact=footing.last_contact_at,
        last_conversation=footing.last_logged_at,
        quiet_days=max(0, now - since) // DAY if state and since is not None else None,
        open_flags=footing.open_flags,
        asks_for_help=footing.asked_at is not None,
    )


def _with_next(pair: Pair, waiting: Mapping[str, tuple[str, Instant]], foreseen: Mapping[str, tuple[str, str]]) -> Pair:
    if pair.id in waiting:
        title, until = waiting[pair.id]
        return replace(pair, waiting=title, waits_until=until)
    words, when = foreseen.get(pair.id, ("", ""))
    return replace(pair, foreseen=words, foreseen_in=when)


def _waiting(program: ProgramDesk, ids: list[str]) -> dict[str, tuple[str, Instant]]:
    """Return the title of the message that goes next about each, of those that wait already, and from when on."""
    keys = [SubjectKey(program.id, Subject(SubjectKind.MENTORSHIP, id)) for id in ids]
    pending = program.snapshot.pending_of(keys)
    firsts = {key: min(each.values(), key=lambda one: one.ready_at) for key, each in pending.items() if each}
    return {
        key.subject.id: (program.rule_title(first.candidate.key.rule), first.ready_at) for key, first in firsts.items()
    }


def _foreseen(program: ProgramDesk, ids: list[str], now: Instant) -> dict[str, tuple[str, str]]:
    """Return what goes next about each if nothing happens, and in how many days."""
    if not ids:
        return {}
    present = present_of_pairs(program.snapshot, program.rule_set, program.id, ids, now)
    subjects = {Subject(SubjectKind.MENTORSHIP, id) for id in ids}
    found = next_messages(program.rule_set, present, subjects, now, now + LOOKS_AHEAD)
    return {
        subject.id: (f"{program.rule_title(each.rule)}, to {' and '.join(each.to)}", _in_days(program, now, each.at))
        for subject, each in found.items()
    }


def _in_days(program: ProgramDesk, now: Instant, at: Instant) -> str:
    zone = program.clockface.zone
    days = (local_date(at, zone) - local_date(now, zone)).days
    return {0: "today", 1: "tomorrow"}.get(days) or f"in {days} days"
