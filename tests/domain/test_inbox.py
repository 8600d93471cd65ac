"""Whose mailbox it is: where mail to somebody goes, in which zone they live, and what they want no more."""

from dataclasses import replace
from typing import Any

import pytest

from service.domain.book import book_of
from service.domain.events import Subject
from service.domain.facts import SubjectFacts
from service.domain.inbox import addresses_of, inbox_of, locale_of, zone_of
from service.domain.plan import Inbox
from service.domain.rules import Category, Contact, Delivery
from tests.naive.examples import NORTH, event, person, rule_set

STAFF = ("one@example.org", "next@example.org")
HELP = Contact(name="Help", phone="1")
FILE = replace(NORTH, timezone="America/Chicago", staff={"primary": STAFF}, contacts={"help": HELP})
BOOK_RULES = rule_set(program=FILE)
PROGRAM = SubjectFacts(subject=Subject.parse("programs/north"))


def _ann(*more: Any, **keys: Any) -> SubjectFacts:
    """Return what is known of ann, who is registered with the keys given, and of whatever else happened."""
    events = [person("ann", "mentor", **keys), *more]
    return book_of(BOOK_RULES, "north").folding.whole(Subject.parse("participants/ann"), events)


def _opted(category: str, wanted: bool, when: str = "03-02 00:00") -> Any:
    return event("participant.preferences_changed", "participants/ann", when, category=category, wanted=wanted)


def _inbox(recipient: str, participant: SubjectFacts | None, **keys: bool) -> Inbox:
    return inbox_of(book_of(BOOK_RULES, "north"), recipient, participant, PROGRAM, **keys)


def test_a_participants_inbox_is_their_own() -> None:
    """Their zone, their address, what they opted out of; and the program's zone and contacts beside."""
    ann = _ann(_opted("reminders", False), _opted("surveys", True, "03-02 01:00"), timezone="Asia/Kathmandu")
    assert _inbox("ann", ann) == Inbox(
        recipient="ann",
        zone="Asia/Kathmandu",
        program_zone="America/Chicago",
        has_address=True,
        blocked=False,
        has_stand_in=False,
        contacts=frozenset({"help"}),
        opted_out=frozenset({Category.REMINDERS}),
    )


def test_who_opts_in_again_gets_it_again() -> None:
    """The newest choice counts."""
    ann = _ann(_opted("reminders", False), _opted("reminders", True, "03-03 00:00"))
    assert _inbox("ann", ann).opted_out == frozenset()


def test_an_advisor_has_the_programs_zone_and_none_of_the_participants_wishes() -> None:
    """Mail about ann to her advisor keeps the program's hours, whatever ann chose for herself."""
    ann = _ann(_opted("reminders", False), timezone="Asia/Kathmandu", advisor_email="guide@example.org")
    inbox = _inbox("advisor:ann", ann)
    assert (inbox.zone, inbox.has_address, inbox.opted_out) == ("America/Chicago", True, frozenset())
    assert _inbox("advisor:ann", _ann()).has_address is False


def test_what_became_of_the_addresses_is_the_callers_word() -> None:
    """Blocked, and whether somebody stands in, are handed on; nobody is blocked unless it is said."""
    inbox = _inbox("staff.primary", None, blocked=True, has_stand_in=True)
    assert (inbox.blocked, inbox.has_stand_in, inbox.has_address) == (True, True, True)
    inbox = _inbox("staff.primary", None)
    assert (inbox.blocked, inbox.has_stand_in, inbox.zone) == (False, False, "America/Chicago")
    assert _inbox("staff.nobody", None).has_address is False


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("staff.primary", STAFF), ("staff.unknown", ()), ("ann", ("ann@example.com",)),
        ("advisor:ann", ("guide@example.org",)),
    ],
)  # fmt: skip
def test_mail_goes_to_whom_it_names(recipient: str, expected: tuple[str, ...]) -> None:
    """Staff have each of their role's addresses in order, participants and advisors their one."""
    ann = _ann(advisor_email="guide@example.org")
    assert addresses_of(book_of(BOOK_RULES, "north"), recipient, ann) == expected


def test_who_is_unknown_has_no_address() -> None:
    """Before their first event, nobody can be written to."""
    assert addresses_of(book_of(BOOK_RULES, "north"), "ann", None) == ()
    assert _inbox("ann", None).has_address is False
    assert _inbox("ann", None).zone == "America/Chicago"


@pytest.mark.parametrize(
    ("delivery", "own", "expected"),
    [
        ({}, "Asia/Kathmandu", "Asia/Kathmandu"),
        ({}, None, "America/Chicago"),
        ({}, "Asia/Atlantis", "America/Chicago"),
        ({"timezone_if_unknown": "Europe/London"}, None, "Europe/London"),
        ({"timezone_if_unknown": "Europe/London"}, "Asia/Atlantis", "Europe/London"),
        ({"timezone_if_unknown": "Europe/London"}, "Asia/Kathmandu", "Asia/Kathmandu"),
        ({"timezone": "UTC", "timezone_if_unknown": "Europe/London"}, "Asia/Kathmandu", "UTC"),
    ],
)
def test_hours_are_kept_in_the_zone_that_the_rules_say_else_their_own_else_what_stands_in(
    delivery: dict[str, str], own: str | None, expected: str
) -> None:
    """A zone that does not exist is none at all."""
    book = book_of(rule_set(program=FILE, delivery=Delivery(**delivery)), "north")  # type: ignore[arg-type] # zones only
    ann = _ann(timezone=own) if own else _ann()
    assert zone_of(book, ann, PROGRAM) == expected
    assert zone_of(book, None, PROGRAM) == "America/Chicago"


def test_the_language_is_the_one_that_they_named_or_none() -> None:
    assert locale_of(_ann(locale="es-MX")) == "es-MX"
    assert (locale_of(_ann()), locale_of(None)) == ("", "")
