"""Whom a slot names and with what: recipients, cases, list values."""

from dataclasses import dataclass

from service.domain.events import SubjectKind
from service.domain.rules import STAFF_PREFIX, Send
from tests.naive.facts import Known, Place, initiator
from tests.naive.gates import counterpart, has_done_it, timeless_fault
from tests.naive.slots import Slot, text


@dataclass(frozen=True)
class Recipient:
    """One recipient: `person` is set for participants alone; `role` is mentor, mentee, staff, advisor or ""."""

    name: str
    person: str | None
    role: str
    email_known: bool


@dataclass(frozen=True)
class Notice:
    """One slot, recipient and list value, at its place in the send list, with what the events say against it."""

    slot: Slot
    to: str
    recipient: Recipient
    send: Send
    value: str
    position: int
    fault: str | None


def notices(known: Known, slot: Slot) -> list[Notice]:
    """Return the slot's notices in the order of its send list; a recipient named twice for one value gets the first."""
    found: dict[tuple[str, str], Notice] = {}
    for value, send in _lines(slot):
        for recipient in recipients(known, slot, send.to):
            for each in _values(value, send, slot):
                fault = timeless_fault(known, slot, recipient.person)
                if any(has_done_it(until, known, slot, recipient.person, send.resource) for until in slot.rule.until):
                    fault = fault or "until"
                notice = Notice(slot, send.to, recipient, send, each, len(found), fault)
                found.setdefault((recipient.name, each), notice)
    return list(found.values())


def _lines(slot: Slot) -> list[tuple[str, Send]]:
    """Return (list value, send): the rule's own list, or its cases for the start's value or values."""
    rule, event = slot.rule, slot.start.event
    if rule.depends_on is None:
        return [("", send) for send in rule.sends]
    value = None if event is None else event.data.get(rule.depends_on)
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return [(text(each), send) for each in dict.fromkeys(value) for send in rule.cases.get(text(each), ())]
    return [("", send) for send in rule.cases.get(text(value), ())]


def _values(value: str, send: Send, slot: Slot) -> list[str]:
    """Return the values of one line: the topics of the start where a resource answers each, else the line's own."""
    if send.resource != "by_topic" or value:
        return [value]
    topics = slot.start.event.data.get("topics", ()) if slot.start.event else ()
    return list(dict.fromkeys(str(each) for each in topics))


def recipients(known: Known, slot: Slot, to: str) -> list[Recipient]:
    """Return whom a word of the send list names: nobody, one, or the mentor and the mentee."""
    if to.startswith(STAFF_PREFIX):
        addresses = known.program(slot.place.program).staff.get(to.removeprefix(STAFF_PREFIX), ())
        return [Recipient(to, None, "staff", bool(addresses))]
    pair = known.pairs.get(slot.place)
    if to == "advisor":
        return _advisor(known, slot.place)
    if to in ("initiator", "counterpart"):
        acted = initiator(known, slot.start.event) if slot.start.event else None
        people = [acted if to == "initiator" else counterpart(known, slot.place, slot.start)]
    elif to == "participant":
        is_one = slot.place.subject.kind is SubjectKind.PARTICIPANT
        people = [slot.place.subject.id if is_one else None]
    elif slot.place.subject.kind is SubjectKind.PARTICIPANT:
        one = slot.place.subject.id
        people = [one if _role(known, slot.place.program, one) == to else None]
    else:
        roles = ("mentor", "mentee") if to == "both" else (to,)
        people = [getattr(pair, role) for role in roles] if pair else []
    return [_participant(known, slot.place, person) for person in people if person is not None]


def _participant(known: Known, place: Place, person: str) -> Recipient:
    pair = known.pairs.get(place)
    if pair is not None and person in pair:
        role = "mentor" if person == pair.mentor else "mentee"
    else:
        role = known.profile(place.program, person, "role") or ""
    return Recipient(person, person, role, bool(known.profile(place.program, person, "email")))


def _role(known: Known, program: str, person: str) -> str:
    """Return a participant's role: as they registered, else as a match names them, else mentee."""
    registered = known.profile(program, person, "role")
    pairs = [pair for place, pair in known.pairs.items() if place.program == program and person in pair]
    matched = next(("mentor" if person == pair.mentor else "mentee" for pair in pairs), "mentee")
    return registered or matched


def _advisor(known: Known, place: Place) -> list[Recipient]:
    """Return the participant's advisor; of a mentorship, the mentee's."""
    people = known.people_of(place)
    if not people:
        return []
    address = known.profile(place.program, people[-1], "advisor_email")
    return [Recipient(f"advisor:{people[-1]}", None, "advisor", bool(address))]
