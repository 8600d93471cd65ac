"""The page's meaning in examples worked out by hand, for every implementation of it. Numbers are *Meaning*'s."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.domain.calendar import DAY, HOUR, MINUTE
from service.domain.events import Event, SubjectKind
from service.domain.rules import (
    Actor,
    Audience,
    Break,
    Category,
    Contact,
    Count,
    Delivery,
    Gate,
    Groups,
    Kind,
    Limit,
    MessagePolicy,
    Pause,
    Program,
    Quiet,
    Resource,
    Send,
    StartsFrom,
    Until,
)
from tests.domain import engine
from tests.naive import meaning
from tests.naive.examples import ALWAYS, NORTH, Simulate, at, event, pair, person, rule, rule_set, told
from tests.naive.ledger import Why

IMPLEMENTATIONS: list[Simulate] = [meaning.simulate, engine.simulate]


@pytest.fixture(params=IMPLEMENTATIONS)
def simulate(request: pytest.FixtureRequest) -> Simulate:
    chosen: Simulate = request.param
    return chosen


def logged(when: str, **data: object) -> Event:
    filled = dict[str, Any](conversation_id=when, by="mentee") | data
    return event("conversation.logged", "mentorships/m", when, **filled)


def flag(when: str, name: str = "f", **data: object) -> Event:
    filled = dict[str, Any](flag_id=name, by="mentor", topics=["stress"], priority="routine") | data
    return event("flag.submitted", "mentorships/m", when, **filled)


def wrote(by: str, when: str) -> Event:
    return event("mentorship.message_sent", "mentorships/m", when, by=by)


def test_1_a_ladder_is_climbed_until_a_conversation_is_logged(simulate: Simulate) -> None:
    rules = rule_set(
        rule(to="both", wait=14 * DAY, every=7 * DAY, total=3, only_while=(Gate("conversation.logged", "never"),))
    )
    events = [*pair("03-02 15:00"), logged("03-28 10:00")]
    assert told(simulate(rules, events, at("04-10 00:00")), "k") == [
        "03-16 15:00 r ann 0", "03-16 15:00 r ben 0", "03-23 15:00 r ann 1", "03-23 15:00 r ben 1",
    ]  # fmt: skip


def test_1_a_slot_that_becomes_known_after_its_window_is_never_sent(simulate: Simulate) -> None:
    rules = rule_set(rule(wait=7 * DAY, every=7 * DAY, total=2))
    late = pair("03-02 10:00", recorded="03-12 10:00")
    assert told(simulate(rules, late, at("03-31 00:00")), "k") == ["03-16 10:00 r ann 1"]
    in_time = pair("03-02 10:00", recorded="03-12 09:59")
    assert told(simulate(rules, in_time, at("03-13 00:00")), "k") == []
    assert told(simulate(rules, pair("03-02 10:00", recorded="03-12 09:31"), at("03-13 00:00")), "k") == [
        "03-12 09:45 r ann 0"
    ]


def test_1_a_slot_ends_when_the_next_is_due(simulate: Simulate) -> None:
    rules = rule_set(rule(every=DAY, total=3))
    assert told(simulate(rules, pair("03-06 20:00"), at("03-12 00:00")), "k") == ["03-09 09:00 r ann 2"]


def test_1_a_slot_due_in_a_break_is_due_at_its_end(simulate: Simulate) -> None:
    rest = replace(NORTH, breaks=(Break(name="exams", first=date(2026, 3, 4), last=date(2026, 3, 5)),))
    rules = rule_set(
        rule("nudge", wait=DAY + 14 * HOUR + 50 * MINUTE),
        rule("ladder", wait=2 * DAY, every=DAY, total=2, position=1),
        rule("answer", kind=Kind.ANSWER, wait=3 * DAY, position=2),
        program=rest, delivery=Delivery(hours=ALWAYS, limits=()),
    )  # fmt: skip
    assert told(simulate(rules, pair("03-02 09:00"), at("03-12 00:00")), "k") == [
        "03-05 09:00 answer ann 0", "03-06 00:00 nudge ann 0", "03-06 00:00 ladder ann 1",
    ]  # fmt: skip


def test_2_nudges_round_up_to_the_quarter_hour_and_answers_are_exact(simulate: Simulate) -> None:
    rules = rule_set(
        rule("nudge", wait=HOUR, starts="mentorship.message_sent"),
        rule("answer", kind=Kind.ANSWER, wait=HOUR, starts="mentorship.message_sent", position=1),
    )
    events = [*pair(), wrote("mentor", "03-03 10:07:30")]
    assert told(simulate(rules, events, at("03-05 00:00"))) == ["03-03 11:07:30 answer ann", "03-03 11:15 nudge ann"]


def test_2_the_window_counts_from_the_rounded_due_time(simulate: Simulate) -> None:
    rules = rule_set(rule(starts="mentorship.message_sent", send_within=5 * MINUTE))
    assert told(simulate(rules, [*pair(), wrote("mentor", "03-03 10:07:30")], at("03-05 00:00"))) == [
        "03-03 10:15 r ann"
    ]


def test_two_logs_of_one_conversation_count_once(simulate: Simulate) -> None:
    rules = rule_set(rule(wait=2 * DAY, counts=(Count(event="conversation.logged", at_most=1),)), always=True)
    twice = [logged("03-02 12:00", conversation_id="c"), logged("03-02 13:00", conversation_id="c")]
    assert told(simulate(rules, [*pair(), *twice], at("03-09 00:00"))) == ["03-04 09:00 r ann"]
    assert told(simulate(rules, [*pair(), twice[0], logged("03-02 13:00")], at("03-09 00:00"))) == []


def test_2_a_gate_that_an_event_opens_releases_at_the_next_quarter_hour(simulate: Simulate) -> None:
    gates = (Gate("participant.signed_in", "happened"),)
    rules = rule_set(
        rule("nudge", to="both", only_while=gates), rule("answer", kind=Kind.ANSWER, only_while=gates, position=1)
    )
    events = [*pair(), event("participant.signed_in", "participants/ann", "03-03 10:07")]
    assert told(simulate(rules, events, at("03-06 00:00"))) == ["03-03 10:07 answer ann", "03-03 10:15 nudge ann"]


def test_a_start_of_an_alert_is_its_arrival(simulate: Simulate) -> None:
    rules = rule_set(rule(to="staff.primary", kind=Kind.ALERT, wait=4 * HOUR))
    assert told(simulate(rules, pair(recorded="03-04 22:10:05"), at("03-06 00:00"))) == [
        "03-05 02:10:05 r staff.primary"
    ]


def test_3_hours_are_the_recipients_through_a_clock_change(simulate: Simulate) -> None:
    rules = rule_set(rule(every=DAY, total=5), delivery=Delivery(limits=()))
    events = [*pair("03-05 23:00"), event("participant.updated", "participants/ann", "03-01 12:00",
                                          timezone="America/Chicago")]  # fmt: skip
    assert told(simulate(rules, events, at("03-12 00:00")), "k") == [
        "03-05 23:00 r ann 0", "03-06 23:00 r ann 1", "03-09 14:00 r ann 3", "03-10 14:00 r ann 4",
    ]  # fmt: skip


def test_4_one_business_id_is_one_start_whichever_event_stands(simulate: Simulate) -> None:
    rules = rule_set(rule(starts="flag.submitted", send_within=20 * DAY), always=True)
    older = flag("03-03 08:00")._replace(recorded=at("03-05 10:00"), id="older")
    sent = simulate(rules, [*pair(), flag("03-04 10:00"), older, flag("03-06 10:00", "g")], at("03-08 00:00"))
    assert told(sent) == ["03-04 10:00 r ann", "03-06 10:00 r ann"]


def test_4_a_recipient_named_twice_gets_the_first(simulate: Simulate) -> None:
    sends = [Send(to="counterpart", message="b"), Send(to="both", message="a"), Send(to="staff.none", message="c")]
    rules = rule_set(rule(to=sends, starts="mentorship.message_sent"), always=True)
    sent = simulate(rules, [*pair(), wrote("mentor", "03-03 10:00")], at("03-05 00:00"))
    assert told(sent, "message", "to") == ["03-03 10:00 r ben b counterpart", "03-03 10:00 r ann a both"]


def test_5_after_a_late_notice_the_next_waits_for_every(simulate: Simulate) -> None:
    rules = rule_set(rule(every=7 * DAY, total=2), always=True)
    events = [*pair("03-02 09:00")[1:], person("ann", "mentor", recorded="03-04 11:50")]
    assert told(simulate(rules, events, at("03-31 00:00")), "k") == ["03-04 12:00 r ann 0", "03-11 12:00 r ann 1"]


def test_limits_roll_from_the_planned_instant(simulate: Simulate) -> None:
    rules = rule_set(rule("one"), rule("two", wait=2 * HOUR, position=1), rule("s", kind=Kind.SERVICE, position=2))
    assert told(simulate(rules, pair("03-02 10:00"), at("03-08 00:00"))) == [
        "03-02 10:00 s ann", "03-02 10:00 one ann", "03-03 10:00 two ann",
    ]  # fmt: skip


def test_6_a_full_digest_is_followed_by_another_where_the_limits_allow_it(simulate: Simulate) -> None:
    rules = tuple(rule(f"r{place}", position=place) for place in range(5))
    delivery = Delivery(hours=ALWAYS, limits=(Limit(2, DAY),), digest_at_most=2)
    sent = simulate(rule_set(*rules, delivery=delivery), pair("03-02 10:00"), at("03-05 00:00"))
    assert told(sent) == [
        "03-02 10:00 r0 ann", "03-02 10:00 r1 ann", "03-02 10:00 r2 ann", "03-02 10:00 r3 ann", "03-03 10:00 r4 ann",
    ]  # fmt: skip
    emails = [each.email for each in sent]
    assert emails[0] == emails[1] != emails[2] == emails[3] != emails[4]


def test_6_kinds_then_due_time_then_rule_order_decide_who_goes_first(simulate: Simulate) -> None:
    rules = rule_set(
        rule("late", wait=HOUR, position=0), rule("early", position=1), rule("service", kind=Kind.SERVICE, position=2),
        rule("alert", to="staff.primary", kind=Kind.ALERT, wait=DAY, position=3), rule("tie", position=4),
    )  # fmt: skip
    sent = simulate(rules, pair("03-01 09:00"), at("03-02 12:00"))
    assert told(sent) == [
        "03-02 09:00 alert staff.primary", "03-02 09:00 service ann", "03-02 09:00 early ann", "03-02 09:00 tie ann",
        "03-02 09:00 late ann",
    ]  # fmt: skip


def test_reaches_starts_once_and_by_corrections_too(simulate: Simulate) -> None:
    rules = rule_set(rule(starts="conversation.logged", reaches=3), always=True)
    jump = [logged("03-03 10:00"), logged("03-04 10:00", count=4), logged("03-07 10:00")]
    down = event("conversation.corrected", "mentorships/m", "03-05 10:00", conversation_id="03-04 10:00", count=1)
    assert told(simulate(rules, [*pair(), *jump, down], at("03-09 00:00"))) == ["03-04 10:00 r ann"]
    up = event("conversation.corrected", "mentorships/m", "03-05 10:00", conversation_id="03-03 10:00", count=3)
    sent = simulate(rules, [*pair(), jump[0], up], at("03-09 00:00"))
    assert told(sent, "start") == ["03-05 10:00 r ann conversation.corrected 03-05 10:00"]
    later = rule_set(rule(starts="conversation.logged", reaches=2, wait=DAY), always=True)
    two = [logged("03-03 10:00"), logged("03-05 10:00")]
    assert told(simulate(later, [*pair(), *two], at("03-09 00:00"))) == ["03-06 10:00 r ann"]


def test_a_deleted_conversation_was_never_logged(simulate: Simulate) -> None:
    quiet = rule("quiet", wait=2 * DAY, only_while=(Gate("conversation.logged", "never"),))
    praise = rule("praise", wait=DAY, starts="conversation.logged", position=1)
    gone = event("conversation.deleted", "mentorships/m", "03-03 12:00", conversation_id="03-03 10:00")
    rules = rule_set(quiet, praise, always=True)
    assert told(simulate(rules, [*pair(), logged("03-03 10:00")], at("03-08 00:00"))) == ["03-04 10:00 praise ann"]
    assert told(simulate(rules, [*pair(), logged("03-03 10:00"), gone], at("03-08 00:00"))) == ["03-04 09:00 quiet ann"]


def test_a_correction_changes_the_count_that_gates_read(simulate: Simulate) -> None:
    rules = rule_set(
        rule(every=DAY, total=4, counts=(Count(event="conversation.logged", at_least=2, at_most=3),)), always=True
    )
    events = [
        *pair(), logged("03-02 12:00", count=2),
        event("conversation.corrected", "mentorships/m", "03-03 12:00", conversation_id="03-02 12:00", count=5),
        event("conversation.corrected", "mentorships/m", "03-05 12:00", conversation_id="03-02 12:00", count=3),
    ]  # fmt: skip
    assert told(simulate(rules, events, at("03-08 00:00")), "k") == [
        "03-02 12:00 r ann 0", "03-05 12:00 r ann 3",
    ]  # fmt: skip


def test_from_latest_counts_the_newest_of_those_that_where_lets_through(simulate: Simulate) -> None:
    rules = rule_set(
        rule(
            to="counterpart", starts="mentorship.message_sent", starts_from=StartsFrom.LATEST, wait=5 * DAY,
            where={"by": frozenset({"mentor"})},
        ),
        always=True,
    )  # fmt: skip
    events = [*pair(), wrote("mentor", "03-03 10:00"), wrote("mentor", "03-05 10:00"), wrote("mentee", "03-06 10:00")]
    assert told(simulate(rules, events, at("03-20 00:00"))) == ["03-10 10:00 r ben"]


def test_until_stops_for_good_and_only_by_what_came_strictly_after(simulate: Simulate) -> None:
    answered = Until(event="mentorship.message_sent", by=Actor.COUNTERPART)
    rules = rule_set(rule(to="counterpart", starts="mentorship.message_sent", wait=DAY, until=(answered,)), always=True)
    same_time = [*pair(), wrote("mentor", "03-03 10:00"), wrote("mentee", "03-03 10:00")._replace(id="z")]
    assert told(simulate(rules, same_time, at("03-08 00:00"))) == ["03-04 10:00 r ben", "03-04 10:00 r ann"]
    after = [*pair(), wrote("mentor", "03-03 10:00"), wrote("mentee", "03-03 10:01")]
    assert told(simulate(rules, after, at("03-08 00:00"))) == ["03-04 10:15 r ann"]


def test_since_start_is_strictly_after_the_start(simulate: Simulate) -> None:
    rules = rule_set(
        rule(wait=DAY, starts="conversation.logged", only_while=(Gate("flag.submitted", "none_since_start"),)),
        always=True,
    )
    logs = [logged("03-03 10:00"), logged("03-04 10:00")]
    sent = simulate(rules, [*pair(), *logs, flag("03-03 10:00"), flag("03-04 10:00:01", "g")], at("03-08 00:00"))
    assert told(sent) == ["03-04 10:00 r ann"]


def test_gates_read_a_flag_as_it_now_stands(simulate: Simulate) -> None:
    calm = (Gate("flag", "no_immediate_open"),)
    rules = rule_set(
        rule("calm", every=DAY, total=5, only_while=calm),
        rule("alert", to="staff.backup", kind=Kind.ALERT, starts="flag.submitted", every=DAY, total=4,
             only_while=(Gate("this_flag", "unacknowledged"),), position=1),
        always=True,
    )  # fmt: skip
    events = [
        *pair(), flag("03-02 10:00"),
        event("flag.updated", "mentorships/m", "03-02 12:00", flag_id="f", priority="immediate"),
        event("flag.resolved", "mentorships/m", "03-03 12:00", flag_id="f"),
        event("flag.reopened", "mentorships/m", "03-05 08:00", flag_id="f"),
    ]  # fmt: skip
    assert told(simulate(rules, events, at("03-09 00:00")), "k") == [
        "03-02 09:00 calm ann 0", "03-02 10:00 alert staff.backup 0", "03-03 10:00 alert staff.backup 1",
        "03-03 12:00 calm ann 1", "03-04 12:00 calm ann 2", "03-05 08:00 alert staff.backup 2",
        "03-06 08:00 alert staff.backup 3",
    ]  # fmt: skip


def test_a_nudge_ends_when_either_left_and_service_goes_on(simulate: Simulate) -> None:
    rules = rule_set(rule("n", wait=DAY), rule("s", kind=Kind.SERVICE, wait=DAY, position=1), always=True)
    left = event("participant.left", "participants/ben", "03-02 12:00", initiated_by="staff")
    assert told(simulate(rules, [*pair(), left], at("03-09 00:00"))) == ["03-03 09:00 s ann"]


def test_a_paused_person_is_left_alone_until_they_are_back(simulate: Simulate) -> None:
    rules = rule_set(rule(to="both", wait=DAY), always=True)
    rest = event("participant.paused", "participants/ben", "03-02 12:00", until="2026-03-05")
    assert told(simulate(rules, [*pair(), rest], at("03-09 00:00"))) == ["03-03 09:00 r ann", "03-05 00:00 r ben"]


def test_a_nudge_waits_while_the_mentorship_is_not_active(simulate: Simulate) -> None:
    rules = rule_set(rule(wait=DAY), always=True)
    stop = event("mentorship.paused", "mentorships/m", "03-02 12:00")
    go = event("mentorship.resumed", "mentorships/m", "03-04 12:00", recorded="03-05 13:00")
    assert told(simulate(rules, [*pair(), stop, go], at("03-09 00:00"))) == ["03-05 13:00 r ann"]


def test_a_program_ends_at_the_end_of_its_day_in_its_zone(simulate: Simulate) -> None:
    ends = replace(NORTH, timezone="America/Chicago", dates={"program_ends": (date(2026, 3, 4),)})
    rules = rule_set(
        rule("n", every=6 * HOUR, total=4, starts="date.program_ends", wait=18 * HOUR),
        rule("thanks", kind=Kind.SERVICE, starts="date.program_ends", position=1),
        rule("soon", kind=Kind.SERVICE, starts="date.program_ends", before=DAY + HOUR, position=2),
        program=ends, delivery=Delivery(hours=ALWAYS, limits=()),
    )  # fmt: skip
    assert told(simulate(rules, pair("03-03 06:00"), at("03-09 00:00")), "start") == [
        "03-04 06:00 thanks ann program_ends:0", "03-05 00:00 n ann program_ends:0",
    ]  # fmt: skip


def test_a_pause_of_the_rules_holds_nudges_while_its_gates_hold(simulate: Simulate) -> None:
    pause = Pause(id="help", gates=(Gate("help", "open"),), stops=frozenset({Kind.NUDGE}))
    rules = rule_set(rule(wait=DAY), rule("s", kind=Kind.SERVICE, wait=DAY, position=1), pauses=(pause,), always=True)
    events = [
        *pair(),
        event("help.requested", "mentorships/m", "03-03 08:00", request_id="h", by="mentee", option="remove_me"),
        event("help.withdrawn", "mentorships/m", "03-04 10:05", request_id="h"),
    ]  # fmt: skip
    assert told(simulate(rules, events, at("03-09 00:00"))) == ["03-03 09:00 s ann", "03-04 10:15 r ann"]


def test_none_in_last_is_opened_by_time_for_each_recipient(simulate: Simulate) -> None:
    quiet = (Quiet("participant.signed_in", DAY),)
    rules = rule_set(
        rule(to="both", wait=DAY, none_in_last=quiet),
        rule("a", to="both", kind=Kind.ANSWER, wait=DAY, none_in_last=quiet, position=1),
        always=True,
    )
    events = [*pair(), event("participant.signed_in", "participants/ben", "03-03 07:05")]
    assert told(simulate(rules, events, at("03-09 00:00"))) == [
        "03-03 09:00 a ann", "03-03 09:00 r ann", "03-04 07:05 a ben", "03-04 07:15 r ben",
    ]  # fmt: skip


def test_reports_to_a_role_are_one_email_at_the_first_opening_hour(simulate: Simulate) -> None:
    rules = (
        rule("a", to="staff.primary", kind=Kind.REPORT),
        rule("b", to="staff.primary", kind=Kind.REPORT, wait=HOUR, position=1),
        rule("c", to="staff.backup", kind=Kind.REPORT, wait=DAY, position=2),
    )
    tokyo = rule_set(*rules, program=replace(NORTH, timezone="Asia/Tokyo"))
    sent = simulate(tokyo, pair("03-05 10:00"), at("03-12 00:00"))
    assert told(sent) == [
        "03-06 00:00 a staff.primary", "03-06 00:00 b staff.primary", "03-09 00:00 c staff.backup",
    ]  # fmt: skip
    assert sent[0].email == sent[1].email != sent[2].email
    hasty = rule_set(*rules, delivery=Delivery(send_within=2 * DAY))
    assert told(simulate(hasty, pair("03-05 10:00"), at("03-12 00:00"))) == [
        "03-06 09:00 a staff.primary", "03-06 09:00 b staff.primary",
    ]  # fmt: skip


def test_alerts_beyond_five_an_hour_to_a_role_are_merged(simulate: Simulate) -> None:
    rules = rule_set(rule(to="staff.primary", kind=Kind.ALERT, starts="flag.submitted"))
    events = [*pair(), *(flag(f"03-03 22:0{minute}", f"f{minute}") for minute in range(8)), flag("03-03 23:06", "g")]
    sent = simulate(rules, events, at("03-05 00:00"))
    assert [each.split(" r ")[0] for each in told(sent)] == [
        "03-03 22:00", "03-03 22:01", "03-03 22:02", "03-03 22:03", "03-03 22:04", *["03-03 22:15"] * 3, "03-03 23:06",
    ]  # fmt: skip
    assert [sent[place].email == sent[5].email for place in range(9)] == [False] * 5 + [True] * 3 + [False]


def test_by_topic_takes_the_first_new_resource_for_each_topic(simulate: Simulate) -> None:
    shelf = (
        Resource(slug="shared", order=2, topics=frozenset({"stress", "career"})),
        Resource(slug="for-mentees", order=1, topics=frozenset({"stress"}), audience=Audience.MENTEE),
        Resource(slug="career", order=3, topics=frozenset({"career"})),
    )  # fmt: skip
    send = Send(to="mentor", message="r", resource="by_topic")
    rules = rule_set(rule(to=[send], starts="flag.submitted"), resources=shelf, always=True)
    events = [*pair(), flag("03-03 10:00", topics=["stress", "career"]), flag("03-05 10:00", "g", topics=["stress"])]
    assert told(simulate(rules, events, at("03-09 00:00")), "value", "resource") == [
        "03-03 10:00 r ann stress shared", "03-03 10:00 r ann career career",
    ]  # fmt: skip


def test_a_resource_without_its_contacts_is_not_picked(simulate: Simulate) -> None:
    shelf = (
        Resource(slug="needs-a-desk", order=1, topics=frozenset({"stress"}), needs_contacts=frozenset({"desk"})),
        Resource(slug="plain", order=2, topics=frozenset({"stress"})),
    )
    send = Send(to="mentor", message="r", resource="by_topic")
    rules = rule_set(rule(to=[send], starts="flag.submitted"), resources=shelf, always=True)
    events = [*pair(), flag("03-03 10:00", topics=["stress"])]
    assert told(simulate(rules, events, at("03-09 00:00")), "resource") == ["03-03 10:00 r ann plain"]
    north = Program(id="north", contacts={"desk": Contact(name="Desk", phone="555-0100")})
    with_desk = replace(rules, programs={"north": north})
    assert told(simulate(with_desk, events, at("03-09 00:00")), "resource") == ["03-03 10:00 r ann needs-a-desk"]


def test_an_event_that_names_a_later_instant_counts_from_then_on(simulate: Simulate) -> None:
    def approved(when: str, send_at: str) -> Event:
        return event("intervention.approved", "programs/north", when, send_at=f"2026-{send_at.replace(' ', 'T')}:00Z")

    word = rule("a", starts="intervention.approved", only_while=(Gate("conversation.logged", "never"),))
    exact = rule("b", kind=Kind.ANSWER, starts="intervention.approved")
    rules = rule_set(word, exact, always=True)
    events = [*pair(), approved("03-03 10:00", "04-20 12:07"), approved("03-05 10:00", "03-01 10:00")]
    wanted = ["03-05 10:00 b ann", "03-05 10:00 a ann", "04-20 12:07 b ann", "04-20 12:15 a ann"]
    assert told(simulate(rules, events, at("04-30 00:00"))) == wanted
    logged_meanwhile = [*events, logged("04-01 10:00")]
    assert told(simulate(rules, logged_meanwhile, at("04-30 00:00"))) == wanted[:3]


def test_who_has_read_what_a_line_sends_is_spared_it_and_nobody_else_is(simulate: Simulate) -> None:
    read = (Until(event="resource.viewed", same="resource"),)
    sends = [Send(to="mentor", message="m", resource="goals"), Send(to="mentee", message="m", resource="goals")]
    later = [Send(to="mentor", message="m", resource="hours"), Send(to="mentee", message="m", resource="goals")]
    rules = rule_set(
        rule("a", to=sends, wait=7 * DAY, until=read), rule("b", to=later, wait=9 * DAY, until=read), always=True
    )
    before = event("resource.viewed", "participants/ann", "03-01 10:00", resource="goals")
    after = event("resource.viewed", "participants/ben", "03-05 10:00", resource="goals")
    other = event("resource.viewed", "participants/ann", "03-05 11:00", resource="others")
    events = [*pair(), before, after, other]
    assert told(simulate(rules, events, at("03-20 00:00"))) == ["03-09 09:00 a ann", "03-11 09:00 b ann"]


def test_the_same_message_is_not_said_again_within_its_span(simulate: Simulate) -> None:
    policies = {"r": MessagePolicy(not_again_within=2 * DAY)}
    rules = rule_set(rule(starts="flag.submitted"), messages=policies, always=True)
    events = [*pair(), flag("03-03 10:00"), flag("03-03 10:00", "g"), flag("03-04 10:00", "h")]
    events[-2] = events[-2]._replace(id="same moment")
    assert told(simulate(rules, events, at("03-12 00:00")), "start") == [
        "03-03 10:00 r ann flag.submitted 03-03 10:00", "03-05 10:00 r ann same moment",
    ]  # fmt: skip


def test_the_same_message_about_the_same_topic_is_not_said_again_within_its_span(simulate: Simulate) -> None:
    """Whatever resource it would carry; about another topic it is another message."""
    topics = frozenset({"stress", "career"})
    shelf = tuple(Resource(slug=each, order=place, topics=topics) for place, each in enumerate("abcd", 1))
    send = Send(to="mentor", message="r", resource="by_topic")
    policies = {"r": MessagePolicy(topic_not_again_within=2 * DAY)}
    rules = rule_set(
        rule(to=[send], starts="flag.submitted", send_within=DAY), resources=shelf, messages=policies, always=True
    )
    raised = (
        ("03-03 10:00", "stress"),
        ("03-03 11:00", "stress"),
        ("03-04 11:00", "career"),
        ("03-06 10:00", "stress"),
    )
    events = [flag(when, f"f-{number}", topics=[topic]) for number, (when, topic) in enumerate(raised)]
    assert told(simulate(rules, [*pair(), *events], at("03-12 00:00")), "value", "resource") == [
        "03-03 10:00 r ann stress a", "03-04 11:00 r ann career b", "03-06 10:00 r ann stress c",
    ]  # fmt: skip


def test_opting_out_of_a_category_silences_its_nudges_alone(simulate: Simulate) -> None:
    rules = rule_set(
        rule("n", to="both"), rule("a", kind=Kind.ANSWER, position=1), rule("celebration", position=2),
        messages={"celebration": MessagePolicy(category=Category.CELEBRATIONS)}, always=True,
    )  # fmt: skip
    no = event("participant.preferences_changed", "participants/ann", "03-01 12:00", category="reminders", wanted=False)
    assert told(simulate(rules, [*pair(), no], at("03-09 00:00"))) == [
        "03-02 09:00 a ann", "03-02 09:00 n ben", "03-02 09:00 celebration ann",
    ]  # fmt: skip


def test_each_element_of_a_list_takes_its_case(simulate: Simulate) -> None:
    cases = {
        "stress": (Send(to="mentor", message="calm"), Send(to="both", message="rest")),
        "career": (Send(to="mentor", message="work"),), "belonging": (), "housing_food": (),
    }  # fmt: skip
    rules = rule_set(rule(to=[], starts="flag.submitted", depends_on="topics", cases=cases), always=True)
    sent = simulate(rules, [*pair(), flag("03-03 10:00", topics=["career", "belonging", "stress"])], at("03-09 00:00"))
    assert told(sent, "value", "message") == [
        "03-03 10:00 r ann career work", "03-03 10:00 r ann stress calm", "03-03 10:00 r ben stress rest",
    ]  # fmt: skip


def test_where_staff_acted_initiator_and_counterpart_name_nobody(simulate: Simulate) -> None:
    send = [Send(to="initiator", message="a"), Send(to="counterpart", message="b")]
    rules = rule_set(rule(to=send, kind=Kind.ANSWER, starts="mentorship.unmatched"))
    ended = event("mentorship.unmatched", "mentorships/m", "03-03 10:00", initiated_by="mentee")
    by_staff = ended._replace(data={"initiated_by": "staff"})
    assert told(simulate(rules, [*pair(), by_staff], at("03-05 00:00"))) == []
    assert told(simulate(rules, [*pair(), ended], at("03-05 00:00")), "message") == [
        "03-03 10:00 r ben a", "03-03 10:00 r ann b",
    ]  # fmt: skip


def test_a_date_starts_the_rule_for_those_who_exist_at_the_due_time(simulate: Simulate) -> None:
    marks = replace(NORTH, dates={"checkpoints": (date(2026, 3, 4), date(2026, 3, 11))})
    rules = rule_set(
        rule("pairs", kind=Kind.SERVICE, starts="date.checkpoints", wait=9 * HOUR),
        rule("people", to="participant", kind=Kind.SERVICE, for_each=SubjectKind.PARTICIPANT,
             starts="date.checkpoints", before=15 * HOUR, position=1),
        program=marks,
    )  # fmt: skip
    events = [*pair("03-04 09:01"), person("cy", "mentee", "03-03 09:01")]
    assert told(simulate(rules, events, at("03-13 00:00")), "start") == [
        "03-03 09:00 people ann checkpoints:0", "03-03 09:00 people ben checkpoints:0",
        "03-10 09:00 people ann checkpoints:1", "03-10 09:00 people ben checkpoints:1",
        "03-10 09:00 people cy checkpoints:1", "03-11 09:00 pairs ann checkpoints:1",
    ]  # fmt: skip


def test_a_participant_rule_sees_its_mentorships_and_limits_span_them(simulate: Simulate) -> None:
    other = event("mentorship.matched", "mentorships/n", "03-02 12:00", mentor_id="ann", mentee_id="cy")
    looking = rule("looking", to="participant", for_each=SubjectKind.PARTICIPANT, starts="participant.registered",
                   wait=2 * DAY, until=(Until(event="mentorship.matched"),))  # fmt: skip
    rules = rule_set(looking, rule("hello", position=1))
    events = [*pair(), person("cy", "mentee"), person("di", "mentee"), other]
    assert told(simulate(rules, events, at("03-09 00:00")), "subject") == [
        "03-02 09:00 hello ann mentorships/m", "03-03 09:00 hello ann mentorships/n",
        "03-03 09:00 looking di participants/di",
    ]  # fmt: skip


def test_only_for_and_overrides_choose_whom_a_rule_concerns(simulate: Simulate) -> None:
    override = replace(NORTH, overrides={"r": {"wait": DAY}, "off": {"enabled": False}})
    rules = rule_set(
        rule(only_for=Groups(either=frozenset({"fall"}))), rule("off", position=1),
        rule("mentors", only_for=Groups(mentor=frozenset({"fall"})), position=2), program=override,
    )  # fmt: skip
    joined = event("participant.updated", "participants/ben", "03-01 12:00", groups=["fall", "x"])
    assert told(simulate(rules, [*pair(), joined], at("03-09 00:00"))) == ["03-03 09:00 r ann"]


def test_nobody_to_write_to_is_no_address(simulate: Simulate) -> None:
    rules = rule_set(rule(to=[Send(to="staff.nobody", message="x"), Send(to="advisor", message="y")]))
    assert told(simulate(rules, pair(), at("03-05 00:00"))) == []
    told_of = event("participant.updated", "participants/ben", "03-01 12:00", advisor_email="adviser@example.org")
    assert told(simulate(rules, [*pair(), told_of], at("03-05 00:00"))) == ["03-02 09:00 r advisor:ben"]


def test_9_every_open_notice_that_did_not_go_has_its_verdict() -> None:
    rules = rule_set(
        rule("gate", only_while=(Gate("help", "open"),)),
        rule("until", until=(Until(event="flag.submitted"),), position=1),
        rule("sent", position=2),
        rule("limited", wait=HOUR, position=3),
        rule("new", to=[Send(to="mentor", message="m", resource="by_stage")], position=4),
        rule("nobody", to="staff.nobody", position=5), rule("later", wait=DAY, position=6),
    )  # fmt: skip
    events = [*pair("03-02 10:00"), flag("03-02 10:30")]
    ledger = meaning.simulate(rules, events, at("03-02 10:15"))
    now = {each.rule: each.verdict for each in meaning.judge(rules, events, ledger, at("03-02 11:00"))}
    assert {each.rule for each in ledger} == {"until", "sent"}
    assert now == {
        "gate": Why.GATE, "limited": Why.LIMITED, "new": Why.NOTHING_NEW, "nobody": Why.NO_ADDRESS,
    }  # fmt: skip
    night = {each.rule: each.verdict for each in meaning.judge(rules, events, [], at("03-02 20:00"))}
    assert (night["until"], night["sent"]) == (Why.UNTIL, Why.HOURS)
