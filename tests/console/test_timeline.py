"""The timeline of one subject: what happened, who was written to, what waits, and what comes."""

from service.console.app import AHEAD
from service.domain.calendar import DAY, HOUR, Instant
from service.domain.delivery import Verdict, Word
from service.domain.events import Subject
from service.flow.outlook import Expected
from service.flow.ports import SubjectKey
from service.flow.present import present_near
from service.flow.timeline import MOST_EVENTS, Happened, Timeline, Told, timeline
from service.staff.forecast import Forecast, forecast
from tests.console.site import MONDAY, Site
from tests.flow.events import event, pair


def timeline_of(site: Site, subject: str, now: Instant | None = None) -> Timeline:
    intouch = site.stage.intouch
    with intouch.store.reading() as snapshot:
        rule_set = intouch.rules.of(snapshot).rule_set
        key = SubjectKey("northfield", Subject.parse(subject))
        return timeline(snapshot, rule_set, key, site.stage.clock() if now is None else now)


def told(found: Timeline) -> dict[str, list[str]]:
    """Return the rules that wrote, each with those they wrote to."""
    return {each.rule: sorted(copy.recipient for copy in each.copies) for each in found.past if isinstance(each, Told)}


def one(found: tuple[Expected, ...], rule: str) -> Expected:
    """Return the only slot of the rule."""
    (only,) = (each for each in found if each.rule == rule)
    return only


def test_the_past_is_in_order_and_names_everybody_once(site: Site) -> None:
    found = timeline_of(site, "mentorships/m-1")
    assert [each.at for each in found.past] == sorted(each.at for each in found.past)
    assert told(found) == {
        "you-are-matched": ["ada", "ben"],
        "first-message": ["ada", "ben"],
        "not-connecting-first": ["ada", "ben"],
        "help-confirmed": ["ben"],
        "help-task": ["staff.primary"],
    }


def test_an_event_stands_at_its_time_and_says_how_late_it_came(site: Site) -> None:
    events = {each.event.type: each for each in timeline_of(site, "mentorships/m-2").past if isinstance(each, Happened)}
    late = events["mentorship.message_sent"]
    assert (late.at, late.late) == (MONDAY + HOUR, 3 * DAY - HOUR)
    assert events["conversation.logged"].late == 0


def forecast_of(site: Site, subject: str) -> Forecast:
    intouch, now = site.stage.intouch, site.stage.clock()
    with intouch.store.reading() as snapshot:
        rule_set = intouch.rules.of(snapshot).rule_set
        about = Subject.parse(subject)
        near = present_near(snapshot, rule_set, SubjectKey("northfield", about), now)
    return forecast(rule_set, near, about, now, now + AHEAD)


def test_what_comes_is_judged_as_if_nothing_happened(site: Site) -> None:
    found = forecast_of(site, "mentorships/m-1")
    (task,) = (each for each in found.coming if each.rule.id == "help-unacknowledged-2-days")
    assert (task.at, task.recipient) == (MONDAY + 10 * DAY, "staff.backup")
    verdicts = {each.verdict for each in found.silent if each.rule.id == "not-connecting-second"}
    assert verdicts == {Verdict(Word.PAUSED, "help-is-on-the-way")}


def test_the_page_tells_what_comes_and_what_would_stop_it(site: Site) -> None:
    text = site.page("/console/northfield/mentorships/m-2").text
    assert "comes in the next 60 days" in text
    assert "What would stop it" in text
    assert "they choose to get no reminders" in text


def test_what_waits_for_mail_hours_says_until_when(site: Site) -> None:
    waiting = one(timeline_of(site, "mentorships/m-3").waiting, "you-are-matched")
    assert waiting.recipients == ("lea", "max")
    assert waiting.verdict is not None
    assert (waiting.verdict.word, waiting.verdict.until) == (Word.HOURS, MONDAY + 9 * DAY - HOUR)  # clocks went forward
    assert not waiting.needs_news


def test_an_open_slot_whose_gate_closed_needs_news(site: Site) -> None:
    stuck = one(timeline_of(site, "mentorships/m-2").waiting, "not-connecting-first")
    assert stuck.verdict is not None
    assert stuck.verdict.word is Word.GATE
    assert stuck.needs_news


def test_what_will_not_go_is_kept_apart_with_its_reason(site: Site) -> None:
    found = forecast_of(site, "mentorships/m-2")
    second = next(each for each in found.silent if each.rule.id == "not-connecting-second")
    assert second.verdict is not None
    assert second.verdict.detail == "mentorship.message_sent: never"
    assert "not-connecting-second" not in {each.rule.id for each in found.coming}


def test_a_participant_sees_their_mail_and_outlook_over_all_mentorships(site: Site) -> None:
    found = timeline_of(site, "participants/ben")
    assert set(told(found)) == {
        "checklist-mentee", "you-are-matched", "first-message", "not-connecting-first", "help-confirmed",
    }  # fmt: skip
    assert all(copy.recipient == "ben" for each in found.past if isinstance(each, Told) for copy in each.copies)
    assert {each.recipient for each in forecast_of(site, "participants/ben").silent} == {"ben"}


def test_a_long_history_keeps_its_newest_events(empty: Site) -> None:
    stage = empty.stage
    writes = [event("mentorship.message_sent", "mentorships/m-1", MONDAY + n, by="mentee") for n in range(MOST_EVENTS)]
    stage.take(*pair(MONDAY), *writes)
    stage.work_until(MONDAY + 1)
    found = timeline_of(empty, "mentorships/m-1")
    assert found.cut
    assert {each.event.type for each in found.past if isinstance(each, Happened)} == {"mentorship.message_sent"}


def test_a_subject_nobody_spoke_of_has_an_empty_timeline(site: Site) -> None:
    found = timeline_of(site, "mentorships/none")
    assert (found.past, found.waiting) == ((), ())
    assert not forecast_of(site, "mentorships/none").known
