"""The list of a program's mentorships."""

from dataclasses import dataclass
from typing import Final

from service.console.program import ProgramDesk
from service.domain.calendar import Instant
from service.domain.delivery import Role
from service.domain.events import SubjectKind
from service.domain.fold import STATUS
from service.domain.view import participants_of
from service.flow.ports import SubjectRow

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One mentorship in the list; instants are None for what has not happened."""

    id: str
    mentor: str
    mentee: str
    status: str
    matched: Instant | None
    conversations: int
    last_message: Instant | None
    last_conversation: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairList:
    """A page of a program's mentorships; `after` is the id that leads to the next, "" on the last page."""

    pairs: tuple[Pair, ...]
    after: str


def pair_list(program: ProgramDesk, after: str) -> PairList:
    """Return the mentorships after an id."""
    rows = program.snapshot.all_subjects(program.id, SubjectKind.MENTORSHIP, after, PAGE_SIZE + 1)
    shown = rows[:PAGE_SIZE]
    program.learn(id for row in shown if row.facts for id in participants_of(row.facts).values())
    more = shown[-1].key.subject.id if len(rows) > PAGE_SIZE else ""
    return PairList(pairs=tuple(pair_of(program, row) for row in shown), after=more)


def pair_of(program: ProgramDesk, row: SubjectRow) -> Pair:
    """Return one mentorship as the list shows it."""
    facts = row.facts
    people = participants_of(facts) if facts else {}
    mentor, mentee = people.get(Role.MENTOR, ""), people.get(Role.MENTEE, "")
    return Pair(
        id=row.key.subject.id,
        mentor=program.name_of(mentor) if mentor else "",
        mentee=program.name_of(mentee) if mentee else "",
        status=(facts and facts.value(STATUS)) or "not matched yet",
        matched=facts.first("mentorship.matched") if facts else None,
        conversations=facts.count("conversation.logged") if facts else 0,
        last_message=facts.last("mentorship.message_sent") if facts else None,
        last_conversation=facts.last("conversation.logged") if facts else None,
    )
