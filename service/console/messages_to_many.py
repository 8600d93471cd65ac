"""Which messages staff can send to many by hand: those that a rule sends where an intervention addresses a pair."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.console.program import ProgramDesk
from service.domain.rules import Category, Rule
from service.flow.intervention_port import Intervention
from service.flow.try_on import ADDRESSED

OWN_WORDS: Final = frozenset({"word-from-staff", "celebration-from-staff"})
"""Messages of the pack that hold nothing but what staff write."""
_TITLES: Final = {
    "word-from-staff": "Your own words",
    "celebration-from-staff": "Your own words, to celebrate",
    "a-word-from-us": "A word from us: to pairs that have not talked yet",
    "celebrate-three": "Celebrate three conversations or more",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A message that can be sent by hand. `is_own` says that staff write its words themselves."""

    message: str
    title: str
    category: Category
    is_own: bool


def offers_of(program: ProgramDesk) -> tuple[Offer, ...]:
    """Return what can be sent by hand in a program, staff's own words first."""
    names = dict.fromkeys(name for rule in _rules(program) for name in sorted(rule.where.get("message", ())))
    offers = (
        Offer(
            message=name,
            title=_TITLES.get(name, name.replace("-", " ").capitalize()),
            category=program.rule_set.policy(name).category,
            is_own=name in OWN_WORDS,
        )
        for name in names
    )
    return tuple(sorted(offers, key=lambda each: (not each.is_own, each.category != Category.REMINDERS, each.message)))


def _rules(program: ProgramDesk) -> Iterator[Rule]:
    return (each for each in program.book.rules if each.starts == ADDRESSED and each.enabled)


def event_data(intervention: Intervention) -> Mapping[str, Any]:
    """Return what the event says that addresses a pair."""
    words = {"heading": intervention.heading, "paragraphs": list(intervention.paragraphs)}
    return {
        "intervention": intervention.id,
        "message": intervention.message,
        "author": _id(intervention.author),
        "unless_talked": intervention.unless_talked,
        **(words if intervention.message in OWN_WORDS else {}),
    }


def _id(person: str) -> str:
    """Return a person as an id that an event may carry."""
    kept = "".join(each if (each.isalnum() and each.isascii()) or each in "._~:+=-" else "-" for each in person)
    return (kept.lstrip("._~:+=-") or "staff")[:128]
