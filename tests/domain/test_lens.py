"""What facts may forget: starts whose slots are all past, older starts where only the newest counts, and no more."""

from dataclasses import replace
from datetime import date

from service.domain.book import book_of
from service.domain.calendar import DAY, HOUR, MINUTE, QUARTER, Instant
from service.domain.events import Event
from service.domain.facts import SubjectFacts
from service.domain.lens import CROWDED, MOST_VALUES, Lens, matches
from service.domain.rules import Break, Kind, Program, Rule, StartsFrom, Until
from tests.domain.days import wrote
from tests.naive.examples import NORTH, at, event, rule, rule_set

WROTE = "mentorship.message_sent"


def _kept(now: Instant, events: list[Event], *rules: Rule, program: Program = NORTH) -> list[str]:
    """Return the ids of the starts that are left after pruning at `now`."""
    facts = _pruned(now, events, *rules, program=program)
    return [start.moment.id for starts in facts.starts.values() for start in starts]


def _pruned(now: Instant, events: list[Event], *rules: Rule, program: Program = NORTH) -> SubjectFacts:
    book = book_of(rule_set(*rules, program=program), "north")
    facts = book.folding.whole(events[0].subject, events)
    book.lens.prune(facts, now, crowded=0)
    return facts


def test_a_start_is_kept_while_any_of_its_slots_may_be_open() -> None:
    """Day 2 plus two weeks of ladder plus a day to send: kept on the last of these days, dropped a day later."""
    ladder = rule(starts=WROTE, wait=2 * DAY, every=7 * DAY, total=3, send_within=DAY)
    events = [wrote("mentor", "03-02 09:00", id_="one")]
    assert _kept(at("03-19 08:59"), events, ladder) == ["one"]
    assert _kept(at("03-20 09:00"), events, ladder) == []


def test_a_break_keeps_starts_for_as_long_as_it_puts_them_off() -> None:
    """A slot due in a break of a week is due at its end, so its start is kept until then and longer."""
    rest = replace(NORTH, breaks=(Break(name="spring", first=date(2026, 3, 3), last=date(2026, 3, 9)),))
    events = [wrote("mentor", "03-02 09:00", id_="one")]
    nudge = rule(starts=WROTE, wait=DAY, send_within=DAY)
    assert _kept(at("03-10 23:59"), events, nudge, program=rest) == ["one"]
    assert _kept(at("03-05 09:00"), events, nudge) == []


def test_a_start_that_came_late_is_kept_for_alerts_from_its_arrival() -> None:
    """An alert's clock begins when the event was recorded: a month-old event is kept for what is still to come."""
    alert = rule(starts=WROTE, kind=Kind.ALERT, to="staff.primary", wait=4 * HOUR, send_within=HOUR)
    late = [wrote("mentor", "03-02 09:00", recorded="04-02 09:00", id_="late")]
    assert _kept(at("04-02 13:59"), late, alert) == ["late"]
    assert _kept(at("04-03 09:00"), late, alert) == []


def test_only_the_newest_start_is_kept_where_only_the_newest_counts() -> None:
    """Of three messages a `from: latest` rule keeps the last; beside a rule that counts each, all are kept."""
    latest = rule(starts=WROTE, starts_from=StartsFrom.LATEST, wait=5 * DAY)
    events = [wrote("mentor", f"03-02 09:0{minute}", id_=str(minute)) for minute in range(3)]
    assert _kept(at("03-02 10:00"), events, latest) == ["2"]
    assert _kept(at("03-02 10:00"), events, latest, rule("each", starts=WROTE, position=1)) == ["0", "1", "2"]


def test_the_newest_start_is_the_newest_that_each_rule_lets_in() -> None:
    """The mentor's last message is kept for the rule about mentors, although the mentee wrote later."""
    mentors = rule(starts=WROTE, starts_from=StartsFrom.LATEST, where={"by": frozenset({"mentor"})})
    mentees = replace(mentors, id="mentees", where={"by": frozenset({"mentee"})})
    events = [
        wrote(by, f"03-02 09:0{minute}", id_=f"{by}-{minute}")
        for minute, by in enumerate(("mentor", "mentor", "mentee"))
    ]
    assert _kept(at("03-02 10:00"), events, mentors) == ["mentor-1"]
    assert _kept(at("03-02 10:00"), events, mentors, mentees) == ["mentor-1", "mentee-2"]


def test_what_until_same_compares_is_remembered_up_to_a_bound() -> None:
    """The newest values are kept however old, since a start may arrive late; beyond the bound the oldest go."""
    done = Until(event="survey.completed", same="survey_id")
    reminder = rule(starts="survey.opened", wait=7 * DAY, until=(done,), send_within=DAY)
    events = [
        event("survey.completed", "mentorships/m", f"03-02 {n // 60:02}:{n % 60:02}", survey_id=f"s{n}")
        for n in range(MOST_VALUES + 20)
    ]
    kept = _pruned(at("12-30 09:00"), events, reminder).tallies["survey.completed"].last_with["survey_id"]
    assert set(kept) == {f"s{n}" for n in range(20, MOST_VALUES + 20)}


def test_a_start_is_kept_to_the_last_instant_at_which_it_can_matter() -> None:
    """Wait, steps, time to send, the breaks' days and two more for each, and two quarter hours; then it goes."""
    rest = replace(NORTH, breaks=(Break(name="spring", first=date(2026, 3, 3), last=date(2026, 3, 5)),))
    ladder = rule(starts=WROTE, wait=2 * DAY, every=7 * DAY, total=3, send_within=DAY)
    events = [wrote("mentor", "03-02 09:00", id_="one")]
    last = at("03-02 09:00") + (2 + 2 * 7 + 1 + 4) * DAY + 2 * QUARTER
    assert _kept(last, events, ladder, program=rest) == ["one"]
    assert _kept(last + 1, events, ladder, program=rest) == []


def test_a_single_slot_matters_for_its_wait_and_its_time_to_send() -> None:
    """A step counts between slots, and one slot has none."""
    assert _lens(rule(starts=WROTE, wait=DAY, send_within=HOUR, total=1)).lengths == {"r": DAY + HOUR + 2 * QUARTER}


def test_the_longest_of_a_types_rules_keeps_its_starts() -> None:
    """In whichever order they stand; what is over before it begins keeps nothing, and no rules need nothing."""
    long, short = rule("long", starts=WROTE, wait=9 * DAY), rule("short", starts=WROTE, wait=DAY)
    kept = 9 * DAY + 3 * DAY + 2 * QUARTER
    for rules in ((long, short), (short, long)):
        assert _lens(*rules).horizon == {WROTE: kept}
    ahead = rule(starts="date.checkpoints", before=30 * DAY)
    assert _lens(ahead).horizon == {"date.checkpoints": 0}
    assert _lens().horizon == {}


def test_fields_that_are_compared_are_known_once_each() -> None:
    """Of several rules, in order; a rule that compares nothing adds none."""
    untils = (
        Until(event="survey.completed", same="survey_id"), Until(event="survey.completed"),
        Until(event="survey.completed", same="by"), Until(event="survey.completed", same="survey_id"),
        Until(event=WROTE),
    )  # fmt: skip
    assert _lens(rule(until=untils[:2]), rule("other", until=untils[2:])).same_fields == {
        "survey.completed": ("survey_id", "by"),
    }  # fmt: skip


def test_where_lets_in_what_has_one_of_its_values() -> None:
    """Any element of a list; what is missing has none; booleans are written small, words as they are."""
    stress = rule(where={"topics": frozenset({"stress", "career"})})
    assert [matches(stress, {"topics": topics}) for topics in (["x", "stress"], ["x"], [], "career", "x", None)] == [
        True, False, False, True, False, False,
    ]  # fmt: skip
    assert not matches(stress, {})
    assert matches(rule(where={"wanted": frozenset({"true"})}), {"wanted": True})
    assert not matches(rule(where={"name": frozenset({"ann"})}), {"name": "Ann"})


def test_only_starts_that_some_rule_lets_in_are_kept() -> None:
    """A message that no rule asks for is no start, also where only the newest counts."""
    mentors = rule(starts=WROTE, where={"by": frozenset({"mentor"})})
    events = [wrote(by, f"03-02 09:0{minute}", id_=by) for minute, by in enumerate(("mentor", "mentee"))]
    assert _kept(at("03-02 10:00"), events, mentors) == ["mentor"]
    nobody = rule(starts=WROTE, starts_from=StartsFrom.LATEST, where={"by": frozenset({"nobody"})})
    assert _kept(at("03-02 10:00"), events, nobody) == []


def test_starts_are_looked_through_once_there_are_enough_of_them() -> None:
    """Seven that are over are left alone; the eighth brings all of them to an end."""
    nudge = rule(starts=WROTE, send_within=HOUR)
    book = book_of(rule_set(nudge), "north")
    for number, left in ((CROWDED - 1, CROWDED - 1), (CROWDED, 0)):
        events = [wrote("mentor", f"03-02 09:0{minute}", id_=str(minute)) for minute in range(number)]
        facts = book.folding.whole(events[0].subject, events)
        book.lens.prune(facts, at("12-30 09:00"))
        assert len(facts.starts[WROTE]) == left


def test_starts_of_what_is_held_stay() -> None:
    """A notice that staff may still release needs its start."""
    events = [wrote("mentor", f"03-02 09:0{minute}", id_=str(minute)) for minute in range(2)]
    book = book_of(rule_set(rule(starts=WROTE, send_within=HOUR)), "north")
    facts = book.folding.whole(events[0].subject, events)
    book.lens.prune(facts, at("12-30 09:00"), crowded=0, held=[events[0].moment])
    assert [start.moment.id for start in facts.starts[WROTE]] == ["0"]


def _lens(*rules: Rule) -> Lens:
    return book_of(rule_set(*rules), "north").lens


def test_lenses_differ_when_what_they_keep_differs() -> None:
    """A longer wait, another `where` or another total asks for other facts; another title or message does not."""
    base = rule(starts=WROTE, wait=DAY)
    same = (replace(base, title="other"), replace(base, sends=()), replace(base, kind=Kind.SERVICE))
    other = (
        replace(base, wait=2 * DAY), replace(base, where={"by": frozenset({"mentor"})}), replace(base, reaches=2),
        replace(base, starts="flag.submitted"), replace(base, send_within=MINUTE),
        replace(base, until=(Until(event="survey.completed", same="survey_id"),)),
        replace(base, starts_from=StartsFrom.LATEST),
    )  # fmt: skip
    signature = book_of(rule_set(base), "north").lens.signature
    assert {book_of(rule_set(each), "north").lens.signature for each in same} == {signature}
    assert signature not in {book_of(rule_set(each), "north").lens.signature for each in other}
