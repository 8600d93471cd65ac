"""Each decision goes out once: whatever is edited, renamed, corrected, said twice, or brought back."""

from dataclasses import replace

import pytest

from service.domain.calendar import DAY, HOUR, Duration
from service.domain.events import Event
from service.domain.rules import Count, Kind, Rule, RuleSet, Send, StartsFrom, Until
from service.staff.world import World
from tests.domain.days import corrected, flag, logged, matched, sent, wrote
from tests.domain.engine import as_naive
from tests.naive.examples import at, event, pair, person, rule, rule_set, told


def _edited(before: RuleSet, after: RuleSet, events: list[Event], when: str) -> tuple[list[str], list[str]]:
    """Return what the first rules send until `when`, and what the others send from then on with the same ledger."""
    arriving = sorted(events, key=lambda each: each.recorded)
    old, new = World(before), World(after)
    first = list(old.run(arriving, at(when)))
    new.program("north").ledger.update(old.program("north").ledger)
    new.program("north").past.update(old.program("north").past)
    then = [*new.step(arriving, at(when)), *new.run((), at("04-30 00:00"))]
    return told([as_naive(each) for each in first]), told([as_naive(each) for each in then])


@pytest.mark.parametrize("wait", [0, HOUR, 3 * DAY, 6 * DAY], ids=lambda wait: f"{wait // HOUR} h")
def test_editing_wait_sends_nothing_twice(wait: Duration) -> None:
    """A ladder of one that was sent on day 2 stays sent, however `wait` is changed afterwards."""
    before, after = rule(wait=2 * DAY, send_within=9 * DAY), rule(wait=wait, send_within=9 * DAY)
    first, then = _edited(rule_set(before, always=True), rule_set(after, always=True), pair(), "03-05 00:00")
    assert first == ["03-04 09:00 r ann"]
    assert then == []


def test_editing_a_ladder_goes_on_where_it_was() -> None:
    """With two of three sent and `every` shortened, the third keeps the new distance from the second."""
    before, after = rule(every=3 * DAY, total=3), rule(every=2 * DAY, total=3)
    first, then = _edited(rule_set(before, always=True), rule_set(after, always=True), pair(), "03-06 00:00")
    assert first == ["03-02 09:00 r ann", "03-05 09:00 r ann"]
    assert then == ["03-07 09:00 r ann"]


def test_a_renamed_rule_remembers_what_it_sent_under_its_old_name() -> None:
    """With `formerly` nothing is sent again; without it the rule is another one and is sent again."""
    old, new = rule("old", send_within=9 * DAY), rule("new", send_within=9 * DAY)
    before, named = rule_set(old, always=True), rule_set(replace(new, formerly=("old",)), always=True)
    assert _edited(before, named, pair(), "03-05 00:00") == (["03-02 09:00 old ann"], [])
    assert _edited(before, rule_set(new, always=True), pair(), "03-05 00:00")[1] == ["03-05 00:00 new ann"]


def test_an_event_that_comes_twice_starts_a_rule_once() -> None:
    """The same source and id is the same event, even where its second arrival is much later."""
    again = wrote("mentor", "03-03 10:00")._replace(recorded=at("03-09 10:00"))
    answer = rule_set(rule(kind=Kind.ANSWER, starts="mentorship.message_sent"))
    assert sent(answer, [*pair(), wrote("mentor", "03-03 10:00"), again]) == ["03-03 10:00 r ann"]


def test_one_business_id_is_one_start() -> None:
    """A flag said twice with one id sends once; the same id in another mentorship is another flag."""
    events = [*pair(), person("cy", "mentee"), matched("03-02 09:30", "ann", "cy", "n")]
    events += [flag("03-03 10:00"), flag("03-04 10:00", id_="again"), flag("03-05 10:00", mentorship="n", id_="n's")]
    rules = rule_set(rule(starts="flag.submitted"), always=True)
    assert sent(rules, events, "subject") == ["03-03 10:00 r ann mentorships/m", "03-05 10:00 r ann mentorships/n"]


def test_latest_counts_only_the_newest_start() -> None:
    """Each message puts the nudge off: only the last of three is followed by one."""
    rules = rule_set(rule(starts="mentorship.message_sent", starts_from=StartsFrom.LATEST, wait=2 * DAY), always=True)
    messages = [wrote("mentor", f"03-0{day} 10:00") for day in (3, 4, 5)]
    assert sent(rules, [*pair(), *messages]) == ["03-07 10:00 r ann"]


def test_a_late_older_message_is_not_the_latest() -> None:
    """A message that comes weeks late is older than those known, and starts nothing, however many there were."""
    latest = rule(kind=Kind.ANSWER, starts="mentorship.message_sent", starts_from=StartsFrom.LATEST)
    late = wrote("mentor", "03-02 12:00", recorded="03-20 10:00", id_="late")
    for known in range(1, 18):
        messages = [wrote("mentor", f"03-0{3 + number // 9} 1{number % 9}:00") for number in range(known)]
        assert len(sent(rule_set(latest), [*pair(), *messages, late])) == known, known


def test_what_happened_before_stays_known_for_a_start_that_comes_late() -> None:
    """A survey completed long ago stops the reminder of an opening that arrives only now, whatever came since."""
    reminder = rule(
        kind=Kind.ANSWER, starts="survey.opened", until=(Until(event="survey.completed", same="survey_id"),)
    )
    late = event("survey.opened", "mentorships/m", "03-02 10:00", "03-28 10:00", survey_id="s0")
    for known in range(1, 12):
        done = [
            event("survey.completed", "mentorships/m", f"03-{3 + number:02} 10:00", survey_id=f"s{number}")
            for number in range(known)
        ]
        assert sent(rule_set(reminder), [*pair(), *done, late]) == [], known


def _celebrating(**keys: object) -> RuleSet:
    celebrate: Rule = rule("three", to="both", starts="conversation.logged", reaches=3)
    return rule_set(replace(celebrate, **keys), always=True)  # type: ignore[arg-type]


def test_a_total_that_jumps_over_the_mark_is_celebrated_once() -> None:
    """From two to five, down to one by a correction, and up again over three: one celebration each for ann and ben."""
    events = [
        *pair(), logged("03-03 10:00", "a", count=2), logged("03-04 10:00", "b", count=3),
        corrected("03-06 10:00", "b", 1), corrected("03-06 11:00", "a", 1), logged("03-08 10:00", "c"),
        logged("03-09 10:00", "d", count=4),
    ]  # fmt: skip
    assert sent(_celebrating(), events) == ["03-04 10:00 three ann", "03-04 10:00 three ben"]


def test_a_mark_that_was_reached_stands_although_a_later_correction_undoes_it() -> None:
    """The first crossing is the start for good; a `count` beside it keeps the message back while the total is less."""
    events = [
        *pair(),
        logged("03-03 10:00", "a", count=3),
        corrected("03-03 12:00", "a", 1),
        logged("03-08 10:00", "c", count=2),
    ]
    assert sent(_celebrating(wait=DAY), events) == ["03-04 10:00 three ann", "03-04 10:00 three ben"]
    still = (Count(event="conversation.logged", at_least=3),)
    assert sent(_celebrating(wait=DAY, counts=still), events) == []


def test_a_correction_from_a_clock_that_lags_is_applied_to_its_log() -> None:
    """A correction whose time is before its log's still corrects it, so that the mark is reached by the next log."""
    events = [
        *pair(),
        logged("03-03 10:00", "a", count=3),
        corrected("03-03 09:00", "a", 1),
        logged("03-08 10:00", "c", count=2),
    ]
    for order in (events, events[::-1]):
        assert sent(_celebrating(), order) == ["03-08 10:00 three ann", "03-08 10:00 three ben"]


def test_a_deleted_conversation_does_not_count_towards_the_mark() -> None:
    """Two logs and one deleted are two; a correction of the deleted one changes nothing."""
    gone = event("conversation.deleted", "mentorships/m", "03-04 11:00", conversation_id="b")
    events = [*pair(), logged("03-03 10:00", "a"), logged("03-04 10:00", "b"), gone, corrected("03-05 10:00", "b", 9)]
    assert sent(_celebrating(), [*events, logged("03-06 10:00", "c")]) == []
    events += [logged("03-06 10:00", "c"), logged("03-07 10:00", "d")]
    assert sent(_celebrating(), events) == ["03-07 10:00 three ann", "03-07 10:00 three ben"]


def test_a_recipient_named_twice_by_one_slot_gets_the_first() -> None:
    """Whoever two lines name for one value gets what the first of them says."""
    lines = [Send(to="mentee", message="first"), Send(to="both", message="second")]
    assert sent(rule_set(rule(to=lines)), pair(), "message") == ["03-02 09:00 r ben first", "03-02 09:00 r ann second"]


@pytest.mark.parametrize("arriving", [("down", "up"), ("up", "down")], ids=" then ".join)
def test_where_reads_a_log_as_it_was_sent_whatever_order_corrections_come_in(arriving: tuple[str, str]) -> None:
    """A log of two passes `count: [2]` for good, so that its corrections count towards the mark in either order."""
    said = {"down": ("03-04 10:00", 1), "up": ("03-05 10:00", 4)}
    late = [
        corrected(said[name][0], "a", said[name][1], recorded=f"03-06 1{hour}:00", id_=name)
        for hour, name in enumerate(arriving)
    ]
    events = [*pair(), logged("03-03 10:00", "a", count=2), *late]
    when = "03-06 10:00" if arriving[0] == "up" else "03-06 11:00"
    assert sent(_celebrating(where={"count": frozenset({"2"})}), events) == [f"{when} three ann", f"{when} three ben"]
