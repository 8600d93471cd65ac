"""The choices of "I can't get in touch", each with what it will do. The messages that answer them promise the same."""

from dataclasses import dataclass

from service.domain.delivery import Role
from service.pages.visit import Pair, Visit

REMOVE, REACH_OUT, TALK = "remove_me", "dont_know_how_to_reach_out", "talk_to_institution"
REMATCH, NO_REMATCH = "unmatch_and_rematch", "unmatch_no_rematch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the choices. `then` says what will happen, one sentence each."""

    value: str
    label: str
    then: tuple[str, ...]


def options(visit: Visit, pair: Pair) -> tuple[Option, ...]:
    """Return the choices of whoever looks: five for a mentor, four for a mentee."""
    every = (
        _option(visit, pair, REACH_OUT, "reach_out", "reach_out_words", "reach_out_later"),
        _option(visit, pair, TALK, "talk", "talk_person", "not_told"),
        _option(visit, pair, REMATCH, f"rematch_with_{pair.other_role}", "ends", "quietly", "we_look"),
        _option(visit, pair, NO_REMATCH, "no_rematch", "ends", "quietly", "another_for_them", "you_stay"),
        _option(visit, pair, REMOVE, "remove", "taken_out", "quietly"),
    )
    return tuple(each for each in every if each.value != NO_REMATCH or pair.role is Role.MENTOR)


def _option(visit: Visit, pair: Pair, value: str, label: str, *then: str) -> Option:
    """Return a choice; its label and what follows are names of fixed words."""
    named = {"other": pair.other, "program": visit.look.name}
    return Option(
        value=value,
        label=visit.say(f"help.{label}"),
        then=tuple(visit.say(f"help.{each}", **named) for each in then),
    )
