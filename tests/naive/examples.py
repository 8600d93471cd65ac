"""Short ways to write rules, events and expected sends by hand: all in 2026, in UTC, in the program `north`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from service.domain.calendar import Hours, Instant
from service.domain.events import Event, Subject
from service.domain.rules import Delivery, Kind, Program, Rule, RuleSet, Send
from tests.naive.ledger import Sent
from tests.naive.words import CATALOGUE
from tests.naive.zones import as_instant, local

ALWAYS = Hours(opens=0, closes=1440, days=frozenset(range(7)))
NORTH = Program(id="north", timezone="UTC", staff={"primary": ("one@example.org",), "backup": ("two@example.org",)})


class Simulate(Protocol):
    """An implementation of the page: the naive one, and the one it holds to account."""

    def __call__(
        self, rule_set: RuleSet, events: Sequence[Event], until: Instant, first: Instant | None = None
    ) -> Sequence[Sent]: ...


def at(text: str) -> Instant:
    """Return the instant of "03-02 15:00" or "03-02 15:00:30", of 2026 in UTC."""
    return as_instant(datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}").replace(tzinfo=UTC))


def event(type_: str, subject: str, when: str, recorded: str | None = None, id_: str = "", **data: Any) -> Event:
    """Return an event of `north`; its id is its type and time unless given."""
    return Event(
        program="north",
        source="/test",
        id=id_ or f"{type_} {when}",
        type=type_,
        subject=Subject.parse(subject),
        time=at(when),
        recorded=at(recorded or when),
        data=data,
    )


def person(name: str, role: str, when: str = "03-01 00:00", recorded: str | None = None, **data: Any) -> Event:
    data = {"role": role, "email": f"{name}@example.com", "first_name": "Sam"} | data
    return event("participant.registered", f"participants/{name}", when, recorded, f"registered {name} {when}", **data)


def pair(when: str = "03-02 09:00", recorded: str | None = None) -> list[Event]:
    """Return the mentor `ann`, the mentee `ben`, and their match as `m`."""
    match = event("mentorship.matched", "mentorships/m", when, recorded, mentor_id="ann", mentee_id="ben")
    return [person("ann", "mentor"), person("ben", "mentee"), match]


def rule(id_: str = "r", to: str | Sequence[Send] = "mentor", **keys: Any) -> Rule:
    """Return a nudge that starts at the match, unless the keys say otherwise."""
    sends = (Send(to=to, message=id_),) if isinstance(to, str) else tuple(to)
    keys = dict[str, Any]({"kind": Kind.NUDGE, "starts": "mentorship.matched", "position": 0, "sends": sends}) | keys
    return Rule(id=id_, **keys)


def rule_set(*rules: Rule, program: Program = NORTH, always: bool = False, **parts: Any) -> RuleSet:
    """Return a rule set; with `always` hours are open day and night and nothing is limited."""
    if always:
        parts["delivery"] = Delivery(hours=ALWAYS, limits=())
    return RuleSet(catalogue=CATALOGUE, rules=rules, programs={"north": program}, **parts)


def told(sent: Sequence[Sent], *words: str) -> list[str]:
    """Return each notice as "03-16 15:00 r ann", with more of its fields if named."""
    return [
        " ".join([_when(each.at), each.rule, each.recipient, *(str(getattr(each, word)) for word in words)])
        for each in sent
    ]


def _when(instant: Instant) -> str:
    moment = local(instant, "UTC")
    return f"{moment:%m-%d %H:%M:%S}" if moment.second else f"{moment:%m-%d %H:%M}"
