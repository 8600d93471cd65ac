"""Short ways to write what happens to the mentorship `m` of ann and ben, on days of March 2026 in UTC."""

from typing import Any

from service.domain.events import Event
from service.domain.rules import RuleSet
from tests.domain import engine
from tests.naive.examples import at, event, told


def wrote(by: str, when: str, mentorship: str = "m", **keys: Any) -> Event:
    return event("mentorship.message_sent", f"mentorships/{mentorship}", when, by=by, **keys)


def logged(when: str, name: str, mentorship: str = "m", by: str = "mentee", **keys: Any) -> Event:
    return event("conversation.logged", f"mentorships/{mentorship}", when, conversation_id=name, by=by, **keys)


def corrected(when: str, name: str, count: int, **keys: Any) -> Event:
    return event("conversation.corrected", "mentorships/m", when, conversation_id=name, count=count, **keys)


def flag(when: str, name: str = "f", mentorship: str = "m", **keys: Any) -> Event:
    data = dict[str, Any](by="mentor", topics=["stress"], priority="routine") | keys
    return event("flag.submitted", f"mentorships/{mentorship}", when, flag_id=name, **data)


def matched(when: str, mentor: str, mentee: str, mentorship: str = "m", **keys: Any) -> Event:
    data = dict[str, Any](mentor_id=mentor, mentee_id=mentee) | keys
    return event("mentorship.matched", f"mentorships/{mentorship}", when, **data)


def sent(rules: RuleSet, events: list[Event], *words: str, until: str = "03-31 00:00") -> list[str]:
    """Return what the engine sends, each as "03-16 15:00 rule recipient" and more of its fields if named."""
    return told(engine.same_numbers(engine.simulate(rules, events, at(until))), *words)
