"""Planning by itself: who goes together now, why the others wait, and until when. Noon of a Monday unless it says."""

from collections.abc import Iterable
from typing import Any

import pytest

from service.domain.brakes import Brakes, Hold
from service.domain.calendar import DAY, HOUR, MINUTE, NEVER, QUARTER, Hours, Instant
from service.domain.delivery import Candidate, LedgerKey, Role, Verdict, Word
from service.domain.events import Moment, Subject
from service.domain.history import Past
from service.domain.pending import planned_instant
from service.domain.plan import Inbox, Pending, Plan, lookback, pend, plan
from service.domain.rules import Audience, Category, Delivery, Kind, Limit, MessagePolicy, Resource, RuleSet
from tests.naive.examples import ALWAYS, at, rule_set

NOON = at("03-02 12:00")
MIDNIGHT = at("03-03 00:00")
"""When hours that never close open, and so when reports go."""
PAIR = Subject.parse("mentorships/m")
INBOX: dict[str, Any] = {"recipient": "ann", "zone": "UTC", "program_zone": "UTC", "has_address": True}
OPEN = Delivery(hours=ALWAYS, limits=())


def _one(rule: str = "r", kind: Kind = Kind.NUDGE, recipient: str = "ann", **keys: Any) -> Candidate:
    """Return a candidate that says `hello` to the mentor, due at noon."""
    start, k, value = keys.pop("start", "s"), keys.pop("k", 0), keys.pop("value", "")
    role = Role.STAFF if recipient.startswith("staff") else Role.MENTOR
    known: dict[str, Any] = {
        "position": 0, "start_id": "s", "start_moment": Moment(NOON, "/test", "e"), "place": 0, "to": "mentor",
        "role": role, "message": "hello", "resource": None, "pick": "", "due": NOON, "closes": NEVER, "every": 0,
    }  # fmt: skip
    key = LedgerKey(rule, str(PAIR), start, k, recipient, value)
    return Candidate(key=key, kind=kind, subject=PAIR, **(known | keys))


def _plan(
    *candidates: Candidate, now: Instant = NOON, past: Iterable[Past] = (), rules: RuleSet | None = None, **keys: Any
) -> Plan:
    """Return the plan of candidates that may all move; the keys are the inbox's, or `brakes`."""
    brakes = keys.pop("brakes", Brakes())
    pending = [Pending(each, min(now, NOON)) for each in candidates]
    return plan(pending, Inbox(**(INBOX | keys)), past, rules or rule_set(delivery=OPEN), now, brakes)


def _emails(planned: Plan) -> list[list[str]]:
    return [[notice.candidate.key.rule for notice in email.notices] for email in planned.emails]


def _words(planned: Plan) -> dict[str, str]:
    return {key.rule: str(verdict) for key, verdict in planned.verdicts.items()}


def _until(planned: Plan) -> dict[str, Instant | None]:
    return {key.rule: verdict.until for key, verdict in planned.verdicts.items()}


def _went(when: Instant, **keys: Any) -> Past:
    known: dict[str, Any] = {
        "at": when, "kind": Kind.NUDGE, "rule": "r", "subject": str(PAIR), "start": "s", "k": 0, "message": "hello",
        "resource": "", "email": f"e{when}",
    }  # fmt: skip
    return Past(**(known | keys))


# What may move when.


def test_what_may_not_move_yet_waits_for_its_instant() -> None:
    """It is asked again when the first of them may, and not before."""
    pending = [Pending(_one("a"), NOON + 2 * QUARTER), Pending(_one("b"), NOON + QUARTER)]
    planned = plan(pending, Inbox(**INBOX), (), rule_set(delivery=OPEN), NOON)
    assert list(planned.verdicts.values()) == [
        Verdict(Word.WAITING, "", NOON + 2 * QUARTER), Verdict(Word.WAITING, "", NOON + QUARTER),
    ]  # fmt: skip
    assert _until(planned) == {"a": NOON + 2 * QUARTER, "b": NOON + QUARTER}
    assert (planned.emails, planned.next_at, planned.source) == ((), NOON + QUARTER, "ready")


@pytest.mark.parametrize("kind", Kind)
def test_between_quarter_hours_only_alerts_and_answers_move(kind: Kind) -> None:
    """A minute past noon the others wait for the quarter; what goes is planned for the instant it goes at."""
    planned = _plan(_one(kind=kind), now=NOON + MINUTE)
    if kind in (Kind.ALERT, Kind.ANSWER):
        assert [notice.at for email in planned.emails for notice in email.notices] == [NOON + MINUTE]
    else:
        assert (_words(planned), _until(planned)) == ({"r": "waiting"}, {"r": NOON + QUARTER})


def test_a_new_candidate_may_move_from_its_quarter_hour_and_a_known_one_from_when_it_could() -> None:
    """Exact kinds may at once; of two with one key the first in order stands."""
    nudge, answer = _one("n", due=NOON + HOUR), _one("a", Kind.ANSWER)
    first, second = _one("twice", due=NOON, start_id="a"), _one("twice", due=NOON - HOUR, start_id="b")
    pending = pend({}, [nudge, answer, first, second], NOON + MINUTE)
    assert {key.rule: each.ready_at - NOON for key, each in pending.items()} == {
        "n": QUARTER, "a": MINUTE, "twice": QUARTER,
    }  # fmt: skip
    assert pending[first.key].candidate is second
    again = pend({nudge.key: Pending(nudge, NOON)}, [nudge], NOON + HOUR)
    assert again == {nudge.key: Pending(nudge, NOON)}
    assert pend(again, [], NOON) == {}


def test_it_looks_back_as_far_as_any_of_them_can_ask() -> None:
    """An hour for alerts at least; limits, steps and `not_again_within` where they are longer."""
    rules = rule_set(
        delivery=Delivery(limits=(Limit(1, DAY),)), messages={"tips": MessagePolicy(not_again_within=9 * DAY)}
    )
    pending = [Pending(_one(every=2 * DAY), NOON)]
    assert lookback(pending, rules) == 2 * DAY
    assert lookback([Pending(_one(message="tips"), NOON), *pending], rules) == 9 * DAY
    assert lookback([Pending(_one(), NOON)], rules) == DAY
    assert lookback([], rule_set(delivery=OPEN)) == HOUR


# What stands against the recipient, and what staff have stopped.


def test_without_an_address_nothing_goes() -> None:
    assert _words(_plan(_one(), _one("s", Kind.SERVICE), has_address=False)) == {"r": "no_address", "s": "no_address"}


def test_a_blocked_address_stops_all_but_alerts_that_somebody_else_gets() -> None:
    kinds = (_one("alert", Kind.ALERT, "staff.primary"), _one("report", Kind.REPORT, "staff.primary"))
    blocked = {"alert": "address_blocked", "report": "address_blocked"}
    assert _words(_plan(*kinds, blocked=True)) == blocked
    planned = _plan(*kinds, blocked=True, has_stand_in=True)
    assert (_emails(planned), _words(planned)) == ([["alert"]], {"report": "address_blocked"})


def test_people_opt_out_of_nudges_of_a_category_and_of_nothing_else() -> None:
    """Service messages, other kinds and other categories go; so does the same to staff."""
    rules = rule_set(
        delivery=OPEN,
        messages={
            "survey": MessagePolicy(category=Category.SURVEYS),
            "duty": MessagePolicy(category=Category.SERVICE),
        },
    )
    out = frozenset({Category.SURVEYS, Category.SERVICE})
    mine = [
        _one("survey", message="survey"), _one("duty", message="duty", position=1), _one("reminder", position=2),
        _one("told", Kind.SERVICE, message="survey"),
    ]  # fmt: skip
    planned = _plan(*mine, rules=rules, opted_out=out)
    assert _words(planned) == {"survey": "opted_out(surveys)"}
    assert _emails(planned) == [["told"], ["duty", "reminder"]]
    assert _emails(_plan(_one(recipient="staff.primary", message="survey"), rules=rules, opted_out=out)) == [["r"]]


def test_what_staff_stopped_or_the_limit_holds_waits_for_staff() -> None:
    """A stop is of a rule; a hold is of one notice, and once it is released it goes."""
    held, free = _one("held"), _one("free")
    holds = {held.key: Hold(since=NOON - HOUR), free.key: Hold(since=NOON - HOUR, released_at=NOON)}
    planned = _plan(held, free, _one("stopped"), brakes=Brakes(stopped=frozenset({"stopped"}), holds=holds))
    assert _words(planned) == {"held": "held(safety)", "stopped": "held(stopped)"}
    assert _emails(planned) == [["free"]]


@pytest.mark.parametrize("kind", [Kind.NUDGE, Kind.SERVICE, Kind.ANSWER])
def test_a_rule_sends_as_many_as_it_has_room_for(kind: Kind) -> None:
    """The second of two finds no room for one more and is held; a rule that nobody limits has all it wants."""
    both = _one("r", kind), _one("r", kind, k=1)
    assert [len(_plan(*both, brakes=Brakes(room=room)).verdicts) for room in ({"r": 0}, {"r": 1}, {"r": 2}, {})] == [
        2,
        1,
        0,
        0,
    ]
    assert _words(_plan(*both, brakes=Brakes(room={"r": 0}))) == {"r": "held(safety)"}
    assert _emails(_plan(*both, brakes=Brakes(room={"r": 0}))) == []


def test_alerts_reports_and_what_staff_released_need_no_room() -> None:
    full = {"r": 0}
    assert _emails(_plan(_one(kind=Kind.ALERT), brakes=Brakes(room=full))) == [["r"]]
    assert _emails(_plan(_one(kind=Kind.REPORT), now=MIDNIGHT, brakes=Brakes(room=full))) == [["r"]]
    released = {_one().key: Hold(since=NOON - HOUR, released_at=NOON)}
    planned = _plan(_one(), _one(k=1), brakes=Brakes(room={"r": 1}, holds=released))
    assert _emails(planned) == [["r", "r"]]


# Resources.


def _shelf(*resources: Resource) -> RuleSet:
    return rule_set(delivery=OPEN, resources=resources)


def _slugs(planned: Plan) -> list[str]:
    return [notice.resource for email in planned.emails for notice in email.notices]


def test_a_send_carries_the_resource_that_it_names_or_none() -> None:
    """Where the start was to name one and did not, there is nothing to send."""
    assert _slugs(_plan(_one(), _one("b", resource="tips"))) == ["", "tips"]
    assert _words(_plan(_one(resource=""))) == {"r": "nothing_new"}


def test_a_topic_takes_the_first_resource_on_it_that_is_new_for_its_reader() -> None:
    """Not one for mentees, nor one whose contacts the program lacks, nor one she had; one on all topics fits any."""
    stress = frozenset({"stress"})
    shelf = _shelf(
        Resource(slug="career", order=0, topics=frozenset({"career"})),
        Resource(slug="mentees", order=1, topics=stress, audience=Audience.MENTEE),
        Resource(slug="counsel", order=2, topics=stress, needs_contacts=frozenset({"counselling"})),
        Resource(slug="had", order=3, topics=stress),
        Resource(slug="mentors", order=4, topics=stress, audience=Audience.MENTOR),
        Resource(slug="any", order=5, topics=frozenset({"all"})),
    )
    wanted = [
        _one("a", resource="by_topic", pick="stress", position=0),
        _one("b", resource="by_topic", pick="stress", position=1),
    ]
    past = [_went(0, rule="x", message="x", resource="had")]
    assert _slugs(_plan(*wanted, past=past, rules=shelf)) == ["mentors", "any"]
    assert _slugs(_plan(*wanted, past=past, rules=shelf, contacts=frozenset({"counselling"}))) == ["counsel", "mentors"]
    third = _plan(*wanted, _one("c", resource="by_topic", pick="stress", position=2), past=past, rules=shelf)
    assert _words(third) == {"c": "nothing_new(stress)"}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("recipient", ["ann", "staff.primary"])
def test_whatever_kind_it_goes_with_nobody_gets_a_resource_twice_at_once(kind: Kind, recipient: str) -> None:
    """Staff read what is for mentees as well as what is for everybody."""
    shelf = _shelf(*(Resource(slug=slug, order=n, stage="start") for n, slug in enumerate(("one", "two"))))
    both = [
        _one("a", kind, recipient, resource="by_stage"),
        _one("b", kind, recipient, resource="by_stage", position=1),
    ]
    assert _slugs(_plan(*both, now=MIDNIGHT, rules=shelf)) == ["one", "two"]
    for_mentees = _shelf(Resource(slug="mentees", order=0, stage="start", audience=Audience.MENTEE))
    expected = ["mentees"] if recipient.startswith("staff") else []
    assert _slugs(_plan(both[0], now=MIDNIGHT, rules=for_mentees)) == expected


def test_a_stage_takes_resources_of_any_stage_and_no_others() -> None:
    shelf = _shelf(Resource(slug="none", order=0), Resource(slug="late", order=1, stage="later"))
    assert _slugs(_plan(_one(resource="by_stage"), rules=shelf)) == ["late"]


# Gaps, and saying the same again.


@pytest.mark.parametrize(("kind", "until"), [(Kind.NUDGE, NOON + QUARTER), (Kind.ANSWER, NOON + MINUTE)])
def test_after_a_notice_its_start_is_quiet_for_a_step(kind: Kind, until: Instant) -> None:
    """Two days from the last one, on the quarter hour where its kind keeps those; the next asking is then."""
    ladder = _one(kind=kind, every=2 * DAY)
    planned = _plan(ladder, past=[_went(NOON - 9 * DAY), _went(NOON - 2 * DAY + MINUTE)])
    assert (_words(planned), _until(planned)) == ({"r": "gap"}, {"r": until})
    assert (planned.next_at, planned.source) == (until, "gap")


def test_a_step_is_over_after_its_length_and_is_its_own_starts() -> None:
    """To the microsecond; another start, another rule or another mentorship keeps nobody waiting."""
    ladder = _one(every=2 * DAY)
    for free in (
        _went(NOON - 2 * DAY), _went(NOON - DAY, start="other"), _went(NOON - DAY, rule="other"),
        _went(NOON - DAY, subject="mentorships/n"), _went(NOON),
    ):  # fmt: skip
        assert _emails(_plan(ladder, past=[free])) == [["r"]], free
    assert _words(_plan(ladder, past=[_went(NOON - 2 * DAY + 1)])) == {"r": "gap"}
    assert _emails(_plan(_one(), past=[_went(NOON - 1)])) == [["r"]]


def test_a_renamed_rule_keeps_the_step_from_what_it_sent_before() -> None:
    ladder = _one(every=2 * DAY, formerly=("old", "older"))
    past = [_went(NOON - 9 * DAY), _went(NOON - DAY, rule="older")]
    assert _until(_plan(ladder, past=past)) == {"r": NOON + DAY}


@pytest.mark.parametrize(("kind", "until"), [(Kind.NUDGE, NOON + QUARTER), (Kind.ANSWER, NOON + MINUTE)])
def test_the_same_message_with_its_resource_waits_its_time(kind: Kind, until: Instant) -> None:
    """From any rule; with another resource it is another, and what has no such time is said again."""
    rules = rule_set(delivery=OPEN, messages={"hello": MessagePolicy(not_again_within=DAY)})
    said = [_went(NOON - DAY + MINUTE, rule="x", resource="tips")]
    planned = _plan(_one("tips", kind, resource="tips"), _one("plain", kind), rules=rules, past=said)
    assert (_words(planned), _until(planned), _emails(planned)) == ({"tips": "again"}, {"tips": until}, [["plain"]])
    assert planned.source == "again"
    assert _emails(_plan(_one(resource="tips"), rules=rules, past=[_went(NOON - DAY, rule="x", resource="tips")])) == [
        ["r"]
    ]
    assert _emails(_plan(_one(resource="tips"), past=said)) == [["r"]]


def test_what_goes_now_is_not_said_twice_now() -> None:
    """The second waits a day from now, whatever went before; another message or resource goes."""
    rules = rule_set(delivery=OPEN, messages={"hello": MessagePolicy(not_again_within=DAY)})
    four = [
        _one("a"), _one("b", position=1), _one("c", message="other", position=2),
        _one("d", resource="tips", position=3),
    ]  # fmt: skip
    planned = _plan(*four, rules=rules, past=[_went(NOON - 3 * DAY)])
    assert (_emails(planned), _until(planned)) == ([["a", "c", "d"]], {"b": NOON + DAY})


# Hours.

OFFICE = Delivery(limits=())


def test_what_is_early_waits_for_the_hours_of_the_recipients_zone() -> None:
    """At noon in London it is six in Chicago: office hours open there at 15:00."""
    planned = _plan(_one(), _one("answer", Kind.ANSWER), rules=rule_set(delivery=OFFICE), zone="America/Chicago")
    opens = at("03-02 15:00")
    assert (_words(planned), _until(planned), _emails(planned)) == ({"r": "hours"}, {"r": opens}, [["answer"]])
    assert (planned.next_at, planned.source) == (opens, "hours")


def test_hours_that_never_open_are_never() -> None:
    closed = Delivery(hours=Hours(opens=0, closes=0, days=frozenset()), limits=())
    planned = _plan(_one(), rules=rule_set(delivery=closed))
    assert (_until(planned), planned.next_at, planned.source) == ({"r": NEVER}, NEVER, "")


def test_what_goes_may_be_asked_of_again_when_the_hours_close() -> None:
    """Until 18:00 nothing changes by itself."""
    planned = _plan(_one(), rules=rule_set(delivery=OFFICE))
    assert (_emails(planned), planned.next_at, planned.source) == ([["r"]], at("03-02 18:00"), "hours")


def test_a_report_goes_in_the_first_quarter_hour_of_its_programs_day() -> None:
    """At 09:00 in the program's zone, whatever its reader's; a quarter of an hour later it is tomorrow's."""
    rules, nine = rule_set(delivery=OFFICE), at("03-02 09:00")
    report = _one(kind=Kind.REPORT, recipient="staff.primary", due=nine)
    planned = _plan(report, now=nine, rules=rules, zone="America/Chicago")
    assert (_emails(planned), planned.next_at) == ([["r"]], nine + QUARTER)
    planned = _plan(report, now=nine + QUARTER, rules=rules)
    assert (_words(planned), _until(planned)) == ({"r": "hours"}, {"r": nine + DAY})
    planned = _plan(report, now=nine - HOUR, rules=rules)
    assert _until(planned) == {"r": nine}


def test_hours_that_open_between_quarter_hours_are_waited_for_until_the_next() -> None:
    """From 12:07 on mail goes at 12:15, reports too."""
    odd = rule_set(delivery=Delivery(hours=Hours(opens=727, closes=1080, days=frozenset(range(7))), limits=()))
    assert _until(_plan(_one(), rules=odd)) == {"r": NOON + QUARTER}
    assert _emails(_plan(_one(kind=Kind.REPORT), now=NOON + QUARTER, rules=odd)) == [["r"]]


# Alerts.


def _alarm(number: int, recipient: str = "staff.primary", **keys: Any) -> Candidate:
    return _one(f"a{number}", Kind.ALERT, recipient, position=number, **keys)


def _alarmed(*minutes: int) -> list[Past]:
    return [_went(NOON - minute * MINUTE, kind=Kind.ALERT, rule="x") for minute in minutes]


def test_five_alerts_an_hour_go_alone_and_the_rest_together() -> None:
    """On a quarter hour those beyond are one email."""
    assert _emails(_plan(*map(_alarm, range(7)))) == [["a0"], ["a1"], ["a2"], ["a3"], ["a4"], ["a5", "a6"]]
    assert _emails(_plan(*map(_alarm, range(3)), past=_alarmed(1, 2, 3, 59))) == [["a0"], ["a1", "a2"]]


def test_an_alert_of_an_hour_ago_counts_no_more() -> None:
    assert _emails(_plan(*map(_alarm, range(2)), past=_alarmed(1, 2, 3, 60))) == [["a0"], ["a1"]]


def test_between_quarter_hours_an_alert_too_many_waits_for_the_next_or_for_room() -> None:
    """At 12:01 until 12:15, or, where the fifth-last went at 11:09, until 12:09."""
    planned = _plan(_alarm(1), now=NOON + MINUTE, past=_alarmed(0, 1, 2, 3, 4))
    assert (_words(planned), _until(planned)) == ({"a1": "limited"}, {"a1": NOON + QUARTER})
    planned = _plan(_alarm(1), now=NOON + MINUTE, past=_alarmed(0, 1, 2, 3, 51))
    assert (_until(planned), planned.source) == ({"a1": NOON + 9 * MINUTE}, "merge")


@pytest.mark.parametrize("now", [NOON + 1, NOON + QUARTER - 1])
def test_a_microsecond_beside_a_quarter_hour_an_alert_waits_for_the_next_one(now: Instant) -> None:
    """Just after one it is a quarter of an hour, just before one a microsecond."""
    assert _until(_plan(_alarm(1), now=now, past=_alarmed(0, 1, 2, 3, 4))) == {"a1": NOON + QUARTER}


def test_alerts_to_one_participant_are_never_merged() -> None:
    assert _emails(_plan(*(_alarm(number, "ann") for number in range(7)))) == [[f"a{number}"] for number in range(7)]


# Limits and digests.


def _limited(*limits: Limit, digest: int = 5) -> RuleSet:
    return rule_set(delivery=Delivery(hours=ALWAYS, limits=limits, digest_at_most=digest))


def test_a_limit_frees_when_the_oldest_that_fills_it_is_as_old_as_its_window() -> None:
    """On the quarter hour; with two a day, the older of the last two counts."""
    went = [_went(NOON - 20 * HOUR), _went(NOON - 5 * HOUR + MINUTE), _went(NOON - HOUR)]
    planned = _plan(_one("n"), past=went, rules=_limited(Limit(2, 6 * HOUR)))
    assert (_words(planned), _until(planned)) == ({"n": "limited"}, {"n": NOON + HOUR + QUARTER})
    assert (planned.next_at, planned.source) == (NOON + HOUR + QUARTER, "limit")
    assert _emails(_plan(_one("n"), past=went, rules=_limited(Limit(3, 6 * HOUR)))) == [["n"]]
    assert _emails(_plan(_one("n"), past=[_went(NOON - HOUR)], rules=_limited(Limit(1, HOUR)))) == [["n"]]


def test_of_several_limits_the_last_to_free_counts() -> None:
    went = [_went(NOON - HOUR)]
    for limits in ((Limit(1, 2 * HOUR), Limit(1, DAY)), (Limit(1, DAY), Limit(1, 2 * HOUR))):
        assert _until(_plan(_one("n"), past=went, rules=_limited(*limits))) == {"n": NOON + 23 * HOUR}
    never = _until(_plan(_one("n"), rules=_limited(Limit(0, DAY))))["n"]
    assert never is not None
    assert never >= NEVER


def test_a_full_digest_opens_another_only_where_the_limits_allow_it() -> None:
    """What goes now counts: with two emails a day and two in each, five nudges are two and two, and one waits."""
    five = [_one(f"n{number}", position=number) for number in range(5)]
    planned = _plan(*five, rules=_limited(Limit(2, DAY), digest=2))
    assert _emails(planned) == [["n0", "n1"], ["n2", "n3"]]
    assert _until(planned) == {"n4": NOON + DAY}
    assert _emails(_plan(*five, rules=_limited(digest=2))) == [["n0", "n1"], ["n2", "n3"], ["n4"]]


def test_only_nudges_to_participants_share_a_digest_and_count() -> None:
    """An answer and a nudge to staff go alone, and leave a day's one email to the nudge."""
    mine = [_one("answer", Kind.ANSWER), _one("service", Kind.SERVICE), _one("n"), _one("m", position=1)]
    assert _emails(_plan(*mine, rules=_limited(Limit(1, DAY)))) == [["answer"], ["service"], ["n", "m"]]
    staff = [_one("n", recipient="staff.primary"), _one("m", recipient="staff.primary", position=1)]
    assert _emails(_plan(*staff, rules=_limited(Limit(0, DAY)))) == [["n"], ["m"]]


def test_reports_to_one_recipient_are_one_email() -> None:
    both = [_one("a", Kind.REPORT, "staff.primary"), _one("b", Kind.REPORT, "staff.primary", position=1)]
    assert _emails(_plan(*both, now=MIDNIGHT)) == [["a", "b"]]


def test_a_nudge_without_room_opens_no_digest() -> None:
    """It is held, and the next one has the day's email to itself."""
    both = [_one("full"), _one("n", position=1)]
    planned = _plan(*both, rules=_limited(Limit(1, DAY)), brakes=Brakes(room={"full": 0}))
    assert (_emails(planned), _words(planned)) == ([["n"]], {"full": "held(safety)"})


def test_the_earliest_instant_is_asked_at_next() -> None:
    """Of a gap until tomorrow, a repetition in an hour and an hour's limit, the first; nothing that is past."""
    rules = rule_set(
        delivery=Delivery(hours=ALWAYS, limits=(Limit(1, 3 * HOUR),)),
        messages={"tips": MessagePolicy(not_again_within=3 * HOUR)},
    )
    past = [_went(NOON - DAY), _went(NOON - HOUR, rule="x", message="tips")]
    three = [_one(every=2 * DAY), _one("tips", Kind.ANSWER, message="tips"), _one("n", position=1)]
    planned = _plan(*three, rules=rules, past=past)
    assert _words(planned) == {"r": "gap", "tips": "again", "n": "limited"}
    assert (planned.next_at, planned.source) == (NOON + 2 * HOUR, "again")


def test_the_same_message_about_the_same_topic_goes_once_within_a_plan() -> None:
    policy = MessagePolicy(topic_not_again_within=5 * DAY)
    rules = rule_set(delivery=OPEN, messages={"hello": policy, "other": policy})
    stress, again = _one("a", value="stress"), _one("b", value="stress", position=1)
    others = [_one("c", value="family", position=2), _one("d", value="stress", message="other", position=3)]
    planned = _plan(stress, again, *others, rules=rules)
    assert _emails(planned) == [["a", "c", "d"]]
    assert (_words(planned), _until(planned)) == ({"b": "again"}, {"b": NOON + 5 * DAY})


def test_an_email_that_goes_in_this_plan_counts_towards_the_limit() -> None:
    delivery = Delivery(hours=ALWAYS, limits=(Limit(1, 2 * DAY),), digest_at_most=1)
    planned = _plan(_one("a"), _one("b", position=1, message="b"), rules=rule_set(delivery=delivery))
    assert (_emails(planned), _until(planned)) == ([["a"]], {"b": NOON + 2 * DAY})


@pytest.mark.parametrize(
    ("again", "topic", "memory"), [(None, None, 0), (5, None, 5), (None, 7, 7), (5, 7, 7), (7, 5, 7)]
)
def test_a_policy_looks_back_as_far_as_it_asks(again: int | None, topic: int | None, memory: int) -> None:
    assert MessagePolicy(not_again_within=again, topic_not_again_within=topic).memory == memory


def test_a_worker_that_is_late_plans_as_of_the_instant_that_was_due() -> None:
    """And after an outage as of the last quarter hour, not by the clock of a day ago."""
    for late in (0, 1, QUARTER - 1):
        assert planned_instant(NOON, NOON + late) == NOON
    assert planned_instant(NOON + MINUTE, NOON + 7 * MINUTE) == NOON + MINUTE
    assert planned_instant(NOON - 5 * HOUR, NOON + 7 * MINUTE) == NOON
