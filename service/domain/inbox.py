"""What a recipient's facts and the program's file say about their mailbox."""

from dataclasses import dataclass

from service.domain.book import ProgramBook
from service.domain.calendar import is_zone
from service.domain.delivery import ADVISOR_PREFIX
from service.domain.facts import SubjectFacts
from service.domain.fold import preference
from service.domain.rules import STAFF_PREFIX, Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """What is known of a recipient's mailbox. Their hours run in `zone`, those of reports in the program's."""

    recipient: str
    zone: str
    program_zone: str
    has_address: bool
    blocked: bool = False
    """Whether all addresses are suppressed."""
    has_stand_in: bool = False
    """Whether somebody else gets the alerts meanwhile."""
    opted_out: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()
    """The contacts that the program names: a resource that needs another is not picked."""


def addresses_of(book: ProgramBook, recipient: str, participant: SubjectFacts | None) -> tuple[str, ...]:
    """Return where mail to the recipient goes: one address, or each of a staff role's; empty when unknown.

    `participant` holds the facts of the participant, or of the one whose advisor the recipient is.
    """
    if recipient.startswith(STAFF_PREFIX):
        return book.program.staff.get(recipient.removeprefix(STAFF_PREFIX), ())
    if participant is None:
        return ()
    address = participant.value("advisor_email" if recipient.startswith(ADVISOR_PREFIX) else "email")
    return (address,) if address else ()


def inbox_of(
    book: ProgramBook,
    recipient: str,
    participant: SubjectFacts | None,
    program: SubjectFacts,
    *,
    blocked: bool = False,
    has_stand_in: bool = False,
) -> Inbox:
    """Return the recipient's inbox as the planner asks for it; the caller knows what became of its addresses."""
    own = participant if not recipient.startswith((STAFF_PREFIX, ADVISOR_PREFIX)) else None
    return Inbox(
        recipient=recipient,
        zone=zone_of(book, own, program),
        program_zone=book.zone(program),
        has_address=bool(addresses_of(book, recipient, participant)),
        blocked=blocked,
        has_stand_in=has_stand_in,
        contacts=frozenset(book.program.contacts),
        opted_out=frozenset(
            category for category in Category if own is not None and own.value(preference(category)) is False
        ),
    )


def zone_of(book: ProgramBook, participant: SubjectFacts | None, program: SubjectFacts) -> str:
    """Return the zone in which mail to them keeps its hours: the rules', their own, or what stands in for it."""
    delivery, own = book.delivery, participant and participant.value("timezone")
    if participant is None:
        return book.zone(program)
    if delivery.timezone:
        return delivery.timezone
    return own if own and is_zone(own) else delivery.timezone_if_unknown or book.zone(program)


def locale_of(participant: SubjectFacts | None) -> str:
    """Return the language that they named, as a tag (`es-MX`), or ""."""
    return str(participant.value("locale") or "") if participant else ""
