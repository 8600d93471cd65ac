"""The choices of "I can't get in touch", each with what it will do. The messages that answer them promise the same."""

from dataclasses import dataclass

from service.domain.delivery import Role
from service.pages.visit import Pair

REMOVE, REACH_OUT, TALK = "remove_me", "dont_know_how_to_reach_out", "talk_to_institution"
REMATCH, NO_REMATCH = "unmatch_and_rematch", "unmatch_no_rematch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the choices. `then` says what will happen, one sentence each."""

    value: str
    label: str
    then: tuple[str, ...]


def options(pair: Pair, program: str) -> tuple[Option, ...]:
    """Return the choices of whoever looks: five for a mentor, four for a mentee."""
    other, other_role = pair.other, pair.other_role
    ends = "A person on our team ends this mentorship, usually within two working days."
    quietly = f"We tell {other} that it has ended, and give no reason."
    every = (
        Option(
            value=REACH_OUT,
            label="I don't know how to reach out",
            then=(
                "You get an email with words to borrow, right away.",
                f"In five days we ask how it went. We do not tell {other} that you asked.",
            ),
        ),
        Option(
            value=TALK,
            label="I want to talk to someone at my institution",
            then=(
                f"A person at {program} writes to you, usually within two working days.",
                f"We do not tell {other} that you asked.",
            ),
        ),
        Option(
            value=REMATCH,
            label=f"Unmatch me and find me a new {other_role}",
            then=(ends, quietly, "We look for somebody new for you, and write as soon as we have found them."),
        ),
        Option(
            value=NO_REMATCH,
            label="Unmatch me and don't rematch me",
            then=(ends, f"{quietly} We look for another mentor for them.", f"You stay in {program}."),
        ),
        Option(
            value=REMOVE,
            label="Remove me from the program",
            then=(f"A person on our team takes you out of {program}, usually within two working days.", quietly),
        ),
    )
    return tuple(each for each in every if each.value != NO_REMATCH or pair.role is Role.MENTOR)
