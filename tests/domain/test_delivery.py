"""Limits, digests, gaps, `not_again_within`, merging and hours, each in an example worked out by hand."""

from dataclasses import replace
from datetime import date

from service.domain.calendar import DAY, HOUR, MINUTE, Hours
from service.domain.events import Event
from service.domain.rules import Break, Delivery, Kind, Limit, MessagePolicy, Quiet, Rule, Send
from tests.domain.days import flag, matched, sent, wrote
from tests.naive.examples import ALWAYS, NORTH, event, pair, person, rule, rule_set

DAY_AND_NIGHT = Delivery(hours=ALWAYS, limits=(Limit(1, DAY),))


def _several(count: int) -> list[Rule]:
    return [rule(f"r{number}", position=number) for number in range(count)]


def _emails(lines: list[str]) -> list[list[str]]:
    """Return the lines by the email number at their end."""
    numbers = list(dict.fromkeys(line.split()[-1] for line in lines))
    return [[line.rsplit(" ", 1)[0] for line in lines if line.split()[-1] == number] for number in numbers]


# Digests and limits.


def test_nudges_that_fall_due_together_are_one_email() -> None:
    """Three nudges due at once go to ann in one email, which counts once against the limit."""
    lines = sent(
        rule_set(*_several(3), rule("later", wait=2 * HOUR, position=9), delivery=DAY_AND_NIGHT), pair(), "email"
    )
    assert _emails(lines) == [
        ["03-02 09:00 r0 ann", "03-02 09:00 r1 ann", "03-02 09:00 r2 ann"], ["03-03 09:00 later ann"],
    ]  # fmt: skip


def test_a_full_digest_leaves_the_rest_to_the_limits() -> None:
    """With two a digest and one email a day, five nudges take three days; with two emails a day they take two."""
    digest = replace(DAY_AND_NIGHT, digest_at_most=2)
    lines = sent(rule_set(*_several(5), delivery=digest), pair(), "email")
    assert [len(email) for email in _emails(lines)] == [2, 2, 1]
    assert [email[0][:11] for email in _emails(lines)] == ["03-02 09:00", "03-03 09:00", "03-04 09:00"]
    lines = sent(rule_set(*_several(5), delivery=replace(digest, limits=(Limit(2, DAY),))), pair(), "email")
    assert [(email[0][:11], len(email)) for email in _emails(lines)] == [
        ("03-02 09:00", 2), ("03-02 09:00", 2), ("03-03 09:00", 1),
    ]  # fmt: skip


def test_limits_roll_and_all_of_them_hold() -> None:
    """One a day and two in four days: of five daily nudges two go, then one when the first is four days old."""
    limits = (Limit(1, DAY), Limit(2, 4 * DAY))
    rules = [rule(f"r{day}", wait=day * DAY, position=day, send_within=6 * HOUR) for day in range(5)]
    assert sent(rule_set(*rules, delivery=Delivery(hours=ALWAYS, limits=limits)), pair()) == [
        "03-02 09:00 r0 ann", "03-03 09:00 r1 ann", "03-06 09:00 r4 ann",
    ]  # fmt: skip


def test_limits_are_a_persons_over_all_their_mentorships() -> None:
    """Ann mentors two and gets one nudge a day about either; ben and cy get theirs at once."""
    events = [*pair(), person("cy", "mentee"), matched("03-02 10:00", "ann", "cy", "n")]
    assert sent(rule_set(rule(to="both"), delivery=DAY_AND_NIGHT), events, "subject") == [
        "03-02 09:00 r ann mentorships/m", "03-02 09:00 r ben mentorships/m", "03-02 10:00 r cy mentorships/n",
        "03-03 09:00 r ann mentorships/n",
    ]  # fmt: skip


def test_only_nudges_to_participants_are_limited() -> None:
    """Services, answers and a nudge to staff go at once, and count against nobody's limit."""
    others = [
        rule("service", kind=Kind.SERVICE, position=1), rule("answer", kind=Kind.ANSWER, position=2),
        rule("staff", to="staff.primary", position=3), rule("nudge", position=4),
    ]  # fmt: skip
    assert sent(rule_set(rule(wait=HOUR), *others, delivery=DAY_AND_NIGHT), pair()) == [
        "03-02 09:00 answer ann", "03-02 09:00 service ann", "03-02 09:00 staff staff.primary",
        "03-02 09:00 nudge ann", "03-03 09:00 r ann",
    ]  # fmt: skip


def test_a_limit_of_none_lets_no_nudge_go() -> None:
    """`at_most: 0` stops nudges for good, and nothing else."""
    rules = rule_set(
        rule(), rule("s", kind=Kind.SERVICE, position=1), delivery=Delivery(hours=ALWAYS, limits=(Limit(0, DAY),))
    )
    assert sent(rules, pair()) == ["03-02 09:00 s ann"]


# Gap.


def test_after_a_late_slot_the_next_one_waits_its_turn() -> None:
    """A slot let out two days late keeps the next away for `every`; the slot after that is back on its day."""
    rules = rule_set(rule(every=4 * DAY, total=3), always=True)
    absent = [
        event("mentorship.paused", "mentorships/m", "03-02 08:00"),
        event("mentorship.resumed", "mentorships/m", "03-04 09:00"),
    ]
    assert sent(rules, [matched("03-02 07:00", "ann", "ben"), *absent, *pair()[:2]], "k") == [
        "03-02 07:00 r ann 0", "03-06 07:00 r ann 1", "03-10 07:00 r ann 2",
    ]  # fmt: skip
    begins = [matched("03-02 08:00", "ann", "ben"), *absent, *pair()[:2]]
    assert sent(rules, begins, "k") == ["03-04 09:00 r ann 0", "03-08 09:00 r ann 1", "03-12 09:00 r ann 2"]


# Not again within.


def test_the_same_message_waits_even_from_another_rule() -> None:
    """`not_again_within` holds for the message and its resource, whatever rule says it; another resource may go."""
    sends = [Send(to="mentor", message="same")]
    other = [Send(to="mentor", message="same", resource="tips")]
    rules = rule_set(
        rule("a", to=sends), rule("b", to=sends, wait=HOUR, position=1), rule("c", to=other, wait=HOUR, position=2),
        messages={"same": MessagePolicy(not_again_within=DAY)}, always=True,
    )  # fmt: skip
    assert sent(rules, pair()) == ["03-02 09:00 a ann", "03-02 10:00 c ann", "03-03 09:00 b ann"]


def test_one_digest_does_not_say_a_thing_twice() -> None:
    """Two rules with one message due together: one says it, the other waits, also within the same email."""
    sends = [Send(to="mentor", message="same")]
    rules = rule_set(
        rule("a", to=sends), rule("b", to=sends, position=1), messages={"same": MessagePolicy(not_again_within=DAY)},
        always=True,
    )  # fmt: skip
    assert sent(rules, pair()) == ["03-02 09:00 a ann", "03-03 09:00 b ann"]


# Merging.


def _alarms(minutes: list[int], hour: int = 22) -> list[Event]:
    return [flag(f"03-03 {hour}:{minute:02}", f"f{minute}") for minute in minutes]


def test_alerts_beyond_five_an_hour_share_the_next_quarter_hour() -> None:
    """Seven alerts from 22:01 on: five at once, the others together at 22:15; two hours later they are single again."""
    rules = rule_set(rule(to="staff.primary", kind=Kind.ALERT, starts="flag.submitted"))
    alarms = [*_alarms([1, 2, 3, 4, 5, 6, 7], hour=21), *_alarms([30], hour=23)]
    lines = sent(rules, [*pair(), *alarms], "email")
    assert [(email[0][6:11], len(email)) for email in _emails(lines)] == [
        ("21:01", 1), ("21:02", 1), ("21:03", 1), ("21:04", 1), ("21:05", 1), ("21:15", 2), ("23:30", 1),
    ]  # fmt: skip


def test_alerts_to_another_role_or_to_a_person_are_not_merged_with_them() -> None:
    """Each staff role has its own five; alerts to a participant or an advisor are never merged."""
    rules = rule_set(
        rule("one", to="staff.primary", kind=Kind.ALERT, starts="flag.submitted"),
        rule("two", to="staff.backup", kind=Kind.ALERT, starts="flag.submitted", position=1),
        rule("mentor", kind=Kind.ALERT, starts="flag.submitted", position=2),
        rule("advisor", to="advisor", kind=Kind.ALERT, starts="flag.submitted", position=3),
    )  # fmt: skip
    advisor = event("participant.updated", "participants/ben", "03-01 01:00", advisor_email="advisor@example.org")
    lines = sent(rules, [*pair(), advisor, *_alarms([1, 2, 3, 4, 5, 6])])
    for name, last in (("one", "22:15"), ("two", "22:15"), ("mentor", "22:06"), ("advisor", "22:06")):
        assert [line[6:11] for line in lines if f" {name} " in line] == [
            "22:01", "22:02", "22:03", "22:04", "22:05", last,
        ]  # fmt: skip


def test_a_report_due_after_opening_waits_for_the_next_days() -> None:
    """Reports to one role go in one email at the first opening quarter hour, here 08:10 rounded up."""
    rules = rule_set(
        rule("a", to="staff.primary", kind=Kind.REPORT, wait=DAY),
        rule("b", to="staff.primary", kind=Kind.REPORT, position=1),
        delivery=Delivery(hours=Hours(opens=490, closes=1080, days=frozenset(range(5)))),
    )  # fmt: skip
    assert sent(rules, pair("03-04 08:16"), "email") == [
        "03-05 08:15 b staff.primary 0",
        "03-06 08:15 a staff.primary 1",
    ]
    assert sent(rules, pair("03-05 08:16"), "email") == [
        "03-06 08:15 b staff.primary 0",
        "03-09 08:15 a staff.primary 1",
    ]


# Hours, breaks, pauses.


def test_mail_waits_for_the_hours_of_its_recipients_zone() -> None:
    """At 09:00 UTC it is 14:45 in Kathmandu and night in Santiago: ben has his mail at once, ann at her 09:00."""
    moved = [
        event("participant.updated", f"participants/{who}", "03-01 12:00", timezone=zone)
        for who, zone in (("ann", "America/Santiago"), ("ben", "Asia/Kathmandu"))
    ]
    assert sent(rule_set(rule(to="both")), [*pair(), *moved]) == ["03-02 09:00 r ben", "03-02 12:00 r ann"]


def test_a_change_of_the_programs_zone_moves_what_already_waits() -> None:
    """A nudge that waits for the program's morning goes as soon as the program says that it is morning where it is."""
    north = replace(NORTH, timezone=None)
    moved = event("program.updated", "programs/north", "03-02 21:00", timezone="America/Los_Angeles")
    assert sent(rule_set(rule(), program=north), [*pair("03-02 20:00"), moved]) == ["03-02 21:00 r ann"]


def test_what_began_before_a_break_rests_through_it() -> None:
    """A slot that opened on the eve of a break waits for its end, if it is still open then."""
    rest = replace(NORTH, breaks=(Break(name="exams", first=date(2026, 3, 3), last=date(2026, 3, 3)),))
    hours = Hours(opens=600, closes=660, days=frozenset(range(7)))
    rules = rule_set(
        rule("n", send_within=2 * DAY), rule("s", kind=Kind.SERVICE, send_within=10 * HOUR, position=1),
        rule("a", kind=Kind.ANSWER, wait=DAY, position=2), program=rest, delivery=Delivery(hours=hours, limits=()),
    )  # fmt: skip
    assert sent(rules, pair("03-02 12:00")) == ["03-03 12:00 a ann", "03-04 10:00 n ann"]


def test_a_pause_until_an_hour_releases_at_the_quarter_hour_after_it() -> None:
    """Ben rests until 10:07 and gets his nudge at 10:15; ann got hers at nine."""
    rest = event("participant.paused", "participants/ben", "03-01 12:00", until="2026-03-02T10:07:00+00:00")
    assert sent(rule_set(rule(to="both")), [*pair(), rest]) == ["03-02 09:00 r ann", "03-02 10:15 r ben"]


def test_a_slot_shorter_than_the_wait_for_hours_is_lost() -> None:
    """A nudge due on Friday evening that may be an hour late is lost; one that may be three days late goes Monday."""
    rules = rule_set(rule("short", send_within=HOUR), rule("long", position=1, send_within=3 * DAY))
    assert sent(rules, pair("03-06 19:00")) == ["03-09 09:00 long ann"]


def test_the_message_that_stands_is_the_one_that_goes() -> None:
    """When an older flag of the same id arrives, what waits takes its message, and goes if nothing holds it."""
    cases = {"routine": (Send(to="mentor", message="calm"),), "immediate": (Send(to="mentor", message="now"),)}
    rules = rule_set(
        rule(to=[], starts="flag.submitted", depends_on="priority", cases=cases),
        messages={"calm": MessagePolicy(not_again_within=2 * DAY)}, always=True,
    )  # fmt: skip
    older = flag("03-03 11:00", priority="immediate", recorded="03-03 13:00", id_="older")
    assert sent(rules, [*pair(), flag("03-03 10:00", "g"), flag("03-03 12:00"), older], "message") == [
        "03-03 10:00 r ann calm", "03-03 13:00 r ann now",
    ]  # fmt: skip


def test_none_in_last_lets_go_at_the_quarter_hour_after_the_silence() -> None:
    """A day after a message at 10:07, the nudge goes at 10:15 and the answer at 10:07."""
    quiet = (Quiet("mentorship.message_sent", DAY),)
    rules = rule_set(
        rule("n", wait=2 * HOUR, none_in_last=quiet),
        rule("a", kind=Kind.ANSWER, wait=2 * HOUR + MINUTE, none_in_last=quiet, position=1),
        always=True,
    )  # fmt: skip
    assert sent(rules, [*pair(), wrote("mentor", "03-02 10:07")]) == ["03-03 10:07 a ann", "03-03 10:15 n ann"]
