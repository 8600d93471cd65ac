"""Reach: to which addresses mail to a recipient goes now, with those left out that providers said to leave alone.

A staff role is one recipient however many addresses it has: it is blocked only when all of them are, and its alerts
then go to another role of the program, so that somebody hears of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.book import ProgramBook
from service.domain.delivery import ADVISOR_PREFIX
from service.domain.events import Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.inbox import addresses_of, inbox_of
from service.domain.plan import Inbox
from service.domain.rules import STAFF_PREFIX, Program
from service.flow.ports import Known, RecipientKey, Snapshot, SubjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where mail goes. `blocked` says that addresses are known and all of them suppressed.

    `stand_in` are then the addresses of the staff role that gets this one's alerts meanwhile; empty where there is
    none.
    """

    addresses: tuple[str, ...]
    blocked: bool = False
    stand_in: tuple[str, ...] = ()


def participant_of(snapshot: Known, key: RecipientKey) -> SubjectFacts | None:
    """Return the facts of the participant that the recipient is, or whose advisor they are; None for staff."""
    if key.recipient.startswith(STAFF_PREFIX):
        return None
    subject = Subject(SubjectKind.PARTICIPANT, key.recipient.removeprefix(ADVISOR_PREFIX))
    row = snapshot.subject(SubjectKey(key.program, subject))
    return row.facts if row else None


def reach_of(snapshot: Known, book: ProgramBook, recipient: str, participant: SubjectFacts | None) -> Reach:
    """Return the recipient's reach as the snapshot has it."""
    known = addresses_of(book, recipient, participant)
    good = _good(snapshot, known)
    if good or not known:
        return Reach(addresses=good)
    return Reach(addresses=(), blocked=True, stand_in=_stand_in(snapshot, book.program, recipient))


def inbox_now(snapshot: Snapshot, book: ProgramBook, recipient: str, program: SubjectFacts) -> Inbox:
    """Return the recipient's inbox as planning asks for it, suppressions included; `program` are its own facts."""
    participant = participant_of(snapshot, RecipientKey(book.program.id, recipient))
    reach = reach_of(snapshot, book, recipient, participant)
    return inbox_of(book, recipient, participant, program, blocked=reach.blocked, has_stand_in=bool(reach.stand_in))


def _good(snapshot: Known, addresses: tuple[str, ...]) -> tuple[str, ...]:
    suppressed = snapshot.suppressed(addresses) if addresses else {}
    return tuple(each for each in addresses if each not in suppressed)


def _stand_in(snapshot: Known, program: Program, recipient: str) -> tuple[str, ...]:
    """Return the good addresses of the next role that has any."""
    if not recipient.startswith(STAFF_PREFIX):
        return ()
    others = (_good(snapshot, program.staff[role]) for role in _after(program, recipient))
    return next((good for good in others if good), ())


def _after(program: Program, recipient: str) -> Iterator[str]:
    """Yield the other roles in the order of who is next: those after this one in the file, then from its top."""
    roles, own = list(program.staff), recipient.removeprefix(STAFF_PREFIX)
    place = roles.index(own)
    yield from roles[place + 1 :]
    yield from roles[:place]
