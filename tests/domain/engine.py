"""The real engine in the shape of the naive one: the same arguments, the same kind of answer."""

from collections.abc import Sequence
from dataclasses import replace

from service.domain.calendar import Instant
from service.domain.events import Event
from service.domain.rules import RuleSet
from service.staff import world
from tests.naive.ledger import Sent


def simulate(rule_set: RuleSet, events: Sequence[Event], until: Instant, first: Instant | None = None) -> list[Sent]:
    """Return all that the real engine sends until `until` inclusive; the first event begins it, whatever `first` is."""
    del first
    arriving = sorted(events, key=lambda event: event.recorded)
    return [as_naive(each) for each in world.World(rule_set).run(arriving, until)]


def as_naive(sent: world.Sent) -> Sent:
    """Return what the engine sent in the words of the naive implementation."""
    notice, candidate = sent.notice, sent.notice.candidate
    return Sent(
        at=notice.at,
        rule=candidate.key.rule,
        start=candidate.start_id,
        k=candidate.key.k,
        subject=candidate.key.subject,
        to=candidate.to,
        recipient=candidate.key.recipient,
        message=candidate.message,
        kind=candidate.kind,
        value=candidate.key.value,
        resource=notice.resource,
        email=sent.email,
        program=sent.program,
        start_key=candidate.key.start,
    )


def same_numbers(sent: Sequence[Sent]) -> list[Sent]:
    """Return the notices with their emails numbered 0, 1, 2 … in the order of the list."""
    numbers: dict[int, int] = {}
    return [replace(each, email=numbers.setdefault(each.email, len(numbers))) for each in sent]
