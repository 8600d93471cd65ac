"""The forecast holds at any moment of any history; and every message says what would stop it, and that stops it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.calendar import DAY, HOUR, MINUTE, Instant
from service.domain.events import Event, Subject
from service.domain.rules import RuleSet
from service.staff.forecast import Forecast, Foreseen, forecast
from service.staff.forecast_words import forecast_lines, forecast_sentence
from service.staff.present import presents_of
from service.staff.stoppers import Stops
from service.staff.world import World
from tests.staff.test_side_by_side import history, pack

DAYS = 60


def at(rule_set: RuleSet, events: tuple[Event, ...], now: Instant, subject: Subject) -> Forecast:
    """Return the forecast where a world has come to at `now`."""
    world = World(rule_set)
    for _ in world.run((event for event in events if event.recorded <= now), now):
        pass
    (present,) = presents_of(world, rule_set, now)
    return forecast(rule_set, present, subject, now, now + DAYS * DAY)


@settings(max_examples=max(12, settings().max_examples // 40))
@given(st.integers(1, 3), st.floats(0.1, 1), st.data())
def test_the_forecast_is_what_is_sent_when_nothing_happens(seed: int, share: float, data: st.DataObject) -> None:
    events = history(seed)
    now = events[int(share * (len(events) - 1))].recorded + data.draw(st.integers(0, 12)) * HOUR
    until = now + DAYS * DAY
    sents = list(World(pack()).run((event for event in events if event.recorded <= now), until))
    subjects = sorted({event.subject for event in events if event.recorded <= now and event.subject.kind != "programs"})
    subject = data.draw(st.sampled_from(subjects))
    keys = {
        each.notice.candidate.key: each.notice.at
        for each in sents
        if each.notice.at > now
        and str(subject) in (each.notice.candidate.key.subject, f"participants/{each.notice.candidate.key.recipient}")
    }
    found = at(pack(), events, now, subject)
    assert {each.key: each.at for each in found.coming if each.at > now} == keys
    assert not {each.key for each in found.silent} & keys.keys()


# What would stop it.

PAIR = Subject.parse("mentorships/m-1")


@pytest.fixture(scope="module")
def matched() -> Forecast:
    """The forecast of a pair that was just matched."""
    events = history(1)
    match = next(event for event in events if event.type == "mentorship.matched" and event.subject == PAIR)
    return at(pack(), events, match.recorded + MINUTE, PAIR)


def one(found: Forecast, rule: str) -> Foreseen:
    return next(each for each in found.coming if each.rule.id == rule)


def test_a_gate_that_an_event_can_close_is_told_by_the_events_title(matched: Forecast) -> None:
    stops = {(each.stops, each.about): each.clause for each in one(matched, "not-connecting-first").stops}
    assert stops[Stops.GATE, "mentorship.message_sent: never"] == "one side wrote to the other"
    assert stops[Stops.PAUSE, "help-is-on-the-way"].startswith("someone pressed")
    assert stops[Stops.LEFT, "participant.left"] == "one of them leaves the program"
    assert stops[Stops.ENDED, "program.ended"] == "the program ends before"
    assert "at most 1 in 24 hours and 3 in 7 days" in stops[Stops.LIMITED, "limits"]


def test_who_can_opt_out_is_told_that_they_can(matched: Forecast) -> None:
    nudge, service = one(matched, "not-connecting-first"), one(matched, "you-are-matched")
    assert [each.about for each in nudge.stops if each.stops is Stops.OPTED_OUT] == ["reminders"]
    assert not [each for each in service.stops if each.stops in (Stops.OPTED_OUT, Stops.LIMITED, Stops.ENDED)]


def _after(subject: Subject, type: str, now: Instant, **data: object) -> Event:
    return Event(
        program="northfield", source="/test", id=type, type=type, subject=subject, time=now, recorded=now, data=data
    )


@pytest.mark.parametrize(
    ("type", "data", "clause"),
    [
        ("mentorship.message_sent", {"by": "mentor"}, "one side wrote to the other"),
        ("help.requested", {"request_id": "h", "by": "mentee", "option": "other"}, "someone pressed"),
        ("mentorship.paused", {}, "a mentorship takes a rest"),
        ("mentorship.unmatched", {}, "a mentorship was ended early"),
        ("program.ended", {}, "the program ends before"),
    ],
)
def test_what_is_said_to_stop_it_does(matched: Forecast, type: str, data: dict[str, object], clause: str) -> None:
    rule = "not-connecting-first"
    assert any(each.clause.startswith(clause) for each in one(matched, rule).stops)
    subject = Subject.parse("programs/northfield") if type == "program.ended" else PAIR
    events = (*history(1), _after(subject, type, matched.now, **data))
    assert rule not in {each.rule.id for each in at(pack(), events, matched.now, PAIR).coming}


# In words.


def test_the_first_sentence_says_how_many_and_the_next(matched: Forecast) -> None:
    first = matched.coming[0]
    said = forecast_sentence(matched)
    assert said.startswith(f"If nothing happens, {len(matched.coming)} messages go about mentorships/m-1")
    assert first.recipient in said
    assert first.rule.title in said


def test_nothing_to_come_and_nobody_known_are_said_plainly(matched: Forecast) -> None:
    assert "nobody gets anything" in forecast_sentence(replace(matched, coming=()))
    assert forecast_sentence(replace(matched, known=False)).startswith("Nothing is known of")


def test_every_line_is_in_the_zone_of_whoever_gets_it(matched: Forecast) -> None:
    text = "\n".join(forecast_lines(matched))
    elsewhere = [each for each in matched.coming if each.zone != matched.zone]
    assert all(f"({each.zone})" in text for each in elsewhere)
    assert "unless" in text
