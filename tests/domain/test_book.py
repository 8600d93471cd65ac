"""What one program's rules come to: its zone, dates, breaks and end, and which events can change anything."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.domain.book import ProgramBook, book_of
from service.domain.brakes import edition_of
from service.domain.calendar import DAY, QUARTER, Span
from service.domain.events import Event, Moment, Subject, SubjectKind
from service.domain.facts import Start, SubjectFacts
from service.domain.rules import Break, Count, Gate, Groups, Kind, Pause, Quiet, Until
from tests.naive.examples import NORTH, at, event, rule, rule_set
from tests.naive.words import CATALOGUE

SUBJECT = Subject.parse("programs/north")
STATES = {
    "participant.invited", "participant.registered", "participant.updated", "participant.left", "participant.paused",
    "participant.resumed", "participant.preferences_changed", "program.launched", "program.updated", "program.ended",
    "mentorship.matched", "mentorship.paused", "mentorship.resumed", "mentorship.completed", "mentorship.unmatched",
}  # fmt: skip
"""Types that say who or how somebody is."""


def _book(*rules: Any, **keys: Any) -> ProgramBook:
    return book_of(rule_set(*rules, program=replace(NORTH, **keys)), "north")


def _program(*events: Event) -> SubjectFacts:
    return _book().folding.whole(SUBJECT, events)


def _updated(when: str = "03-01 00:00", **data: Any) -> Event:
    return event("program.updated", "programs/north", when, **data)


@pytest.mark.parametrize(
    ("file", "told", "expected"),
    [
        ("America/Chicago", "Europe/London", "America/Chicago"),
        (None, "Europe/London", "Europe/London"),
        (None, "Europe/Atlantis", "UTC"),
        (None, None, "UTC"),
    ],
)
def test_a_programs_zone_is_its_files_else_what_its_events_say_else_utc(
    file: str | None, told: str | None, expected: str
) -> None:
    """A zone that does not exist is none."""
    program = _program(*([_updated(timezone=told)] if told else []))
    assert _book(timezone=file).zone(program) == expected


def test_a_date_is_the_files_and_the_end_may_be_told_by_events() -> None:
    """Only the end is: what the file names comes first, and a name that nobody gave has no dates."""
    told, days = _program(_updated(ends_on="2026-06-01")), (date(2026, 5, 1), date(2026, 7, 1))
    assert _book(dates={"program_ends": days}).dates("program_ends", told) == days
    assert _book().dates("program_ends", told) == (date(2026, 6, 1),)
    assert _book().dates("checkpoints", told) == ()
    assert _book().dates("program_ends", _program()) == ()


def test_a_program_ends_with_its_last_day_or_by_its_event_whichever_is_first() -> None:
    """24:00 of the last of its days, in its zone."""
    days = (date(2026, 5, 1), date(2026, 6, 1))
    chicago = {"timezone": "America/Chicago", "dates": {"program_ends": days}}
    ended = event("program.ended", "programs/north", "04-01 00:00")
    late = event("program.ended", "programs/north", "09-01 00:00")
    assert _book(**chicago).ended_at(_program()) == at("06-02 05:00")
    assert _book(**chicago).ended_at(_program(ended)) == at("04-01 00:00")
    assert _book(**chicago).ended_at(_program(late)) == at("06-02 05:00")
    assert _book().ended_at(_program(late)) == at("09-01 00:00")
    assert _book().ended_at(_program()) is None


def test_what_is_told_later_counts_from_then_on() -> None:
    """One book serves a program whose end changes, and then its zone."""
    book = _book(timezone=None)
    first, second = _updated(ends_on="2026-06-01"), _updated("03-02 00:00", ends_on="2026-07-01")
    third = _updated("03-03 00:00", timezone="Asia/Tokyo")
    assert book.ended_at(_program(first)) == at("06-02 00:00")
    assert book.ended_at(_program(first, second)) == at("07-02 00:00")
    assert book.ended_at(_program(first, second, third)) == at("07-01 15:00")


def test_breaks_are_the_files_in_the_programs_zone_and_touch_nowhere() -> None:
    spring = Break(name="spring", first=date(2026, 3, 16), last=date(2026, 3, 17))
    more = Break(name="more", first=date(2026, 3, 18), last=date(2026, 3, 18))
    expected = (Span(at("03-16 05:00"), at("03-19 05:00")),)
    book = _book(timezone="America/Chicago", breaks=(more, spring))
    assert book.breaks(_program()) == expected
    assert book.breaks(_program()) == expected
    assert _book().breaks(_program()) == ()


def test_rules_are_known_by_id_each_with_its_edition() -> None:
    first, second = rule("first"), rule("second", kind=Kind.SERVICE, position=1)
    book = _book(first, second)
    assert book.compiled("second").rule == second
    assert book.editions == {"first": edition_of(first), "second": edition_of(second)}
    with pytest.raises(KeyError):
        book.compiled("third")


def test_only_rules_for_participants_make_a_mentorships_event_theirs() -> None:
    assert _book(rule(), rule("p", for_each=SubjectKind.PARTICIPANT, to="participant")).has_participant_rules
    assert not _book(rule(), rule("p", for_each=SubjectKind.PROGRAM, to="staff.primary")).has_participant_rules


def _heeded(*rules: Any, **parts: Any) -> set[str]:
    """Return the types that are heeded, but for those that say who or how somebody is."""
    book = book_of(rule_set(*rules, **parts), "north")
    assert all(map(book.heeds, STATES))
    return {name for name in CATALOGUE.types if book.heeds(name)} - STATES


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, set()),
        ({"starts": "participant.signed_in"}, {"participant.signed_in"}),
        ({"until": (Until(event="participant.signed_in"),)}, {"participant.signed_in"}),
        ({"counts": (Count(event="participant.signed_in"),)}, {"participant.signed_in"}),
        ({"none_in_last": (Quiet("participant.signed_in", DAY),)}, {"participant.signed_in"}),
        ({"only_while": (Gate("participant.signed_in", "never"),)}, {"participant.signed_in"}),
        ({"only_while": (Gate("survey", "open"),)}, {"survey.opened", "survey.completed"}),
        ({"only_while": (Gate("this_survey", "open"),)}, {"survey.opened", "survey.completed"}),
        ({"starts": "survey.opened"}, {"survey.opened", "survey.completed"}),
    ],
)
def test_what_rules_name_is_heeded_and_all_about_a_thing_that_they_name(
    keys: dict[str, Any], expected: set[str]
) -> None:
    """Other events change nothing that is asked, and nobody decides for them."""
    assert _heeded(rule(**keys)) == expected


def test_what_pauses_name_is_heeded() -> None:
    pause = Pause(id="help", gates=(Gate("help", "open"),), stops=frozenset({Kind.NUDGE}))
    assert _heeded(rule(), pauses=(pause,)) == {
        f"help.{deed}" for deed in ("requested", "acknowledged", "resolved", "withdrawn")
    }


def test_a_type_that_nobody_knows_is_heeded_by_nobody() -> None:
    assert not _book(rule()).heeds("future.thing")


def test_a_book_is_made_once_for_each_program() -> None:
    rules = rule_set(rule("mine", programs=frozenset({"north"})), rule("theirs", programs=frozenset({"south"})))
    assert book_of(rules, "north") is book_of(rules, "north")
    assert [[each.id for each in book_of(rules, name).rules] for name in ("north", "south")] == [["mine"], ["theirs"]]
    assert rules.rules_of("north") is rules.rules_of("north")
    assert rules.program("elsewhere").id == "elsewhere"


def test_a_program_changes_rules_for_itself_alone() -> None:
    """It may switch one off or change a word of it; the others are as they stand."""
    off = replace(NORTH, overrides={"b": {"enabled": False}, "c": {"wait": DAY}})
    rules = rule_set(rule("a"), rule("b"), rule("c"), rule("d", enabled=False), program=off)
    assert [(each.id, each.wait) for each in rules.rules_of("north")] == [("a", 0), ("c", DAY)]
    assert [(each.id, each.wait) for each in rules.rules_of("south")] == [("a", 0), ("b", 0), ("c", 0)]


def test_what_participants_rules_name_is_heeded_for_them_alone() -> None:
    """A rule about mentorships makes nobody look at its people's own rules; without any there is nothing to look at."""
    theirs = rule("p", for_each=SubjectKind.PARTICIPANT, to="participant", starts="participant.signed_in")
    book = _book(rule(starts="mentorship.message_sent"), theirs)
    assert book.participants_heed("participant.signed_in")
    assert not book.participants_heed("mentorship.message_sent")
    assert not _book(rule()).participants_heed("mentorship.matched")


def test_groups_that_any_rule_asks_for_are_known_whomever_it_asks() -> None:
    wanted = [Groups(mentor=frozenset({"a"})), Groups(mentee=frozenset({"b"})), Groups(either=frozenset({"c"}))]
    assert _book(*(rule(str(n), only_for=each) for n, each in enumerate(wanted))).asked_groups == {"a", "b", "c"}


def test_dates_start_rules_each_with_its_name_and_place() -> None:
    """At midnight of the program's zone, for one kind of subject; an end that is told anew is another date."""
    chicago = {"timezone": "America/Chicago", "dates": {"checkpoints": (date(2026, 4, 1), date(2026, 5, 1))}}
    book = _book(rule(starts="date.checkpoints"), **chicago)
    found = [start for _, start in book.dated(SubjectKind.MENTORSHIP, _program())]
    assert found == [
        Start("date.checkpoints", Moment(when, "", f"checkpoints:{n}"), when, SUBJECT, "", {}, f"date:checkpoints:{n}")
        for n, when in enumerate((at("04-01 05:00"), at("05-01 05:00")))
    ]
    assert list(book.dated(SubjectKind.PARTICIPANT, _program())) == []
    ends = _book(rule(starts="date.program_ends"))
    told = [_program(_updated(ends_on=day)) for day in ("2026-06-01", "2026-07-01")]
    assert [[start.moment.time for _, start in ends.dated(SubjectKind.MENTORSHIP, each)] for each in told] == [
        [at("06-01 00:00")], [at("07-01 00:00")],
    ]  # fmt: skip


def test_a_break_is_near_until_what_it_put_off_has_shut() -> None:
    """From its first instant until its end, as long as any slot stays open, and two quarter hours."""
    rest = Break(name="spring", first=date(2026, 3, 3), last=date(2026, 3, 4))
    rules = (
        rule("a", send_within=DAY),
        rule("b", send_within=2 * DAY),
        rule("c", kind=Kind.ALERT, send_within=9 * DAY),
    )
    first, last = at("03-03 00:00"), at("03-05 00:00") + 2 * DAY + 2 * QUARTER
    book = _book(*rules, breaks=(rest,))
    assert [book.is_near_break(_program(), when) for when in (first - 1, first, last - 1, last)] == [
        False,
        True,
        True,
        False,
    ]
    none = _book(rule(kind=Kind.ALERT), breaks=(rest,))
    last = at("03-05 00:00") + 2 * QUARTER
    assert [none.is_near_break(_program(), when) for when in (last - 1, last)] == [True, False]
