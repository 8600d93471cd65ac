"""Which rules an event sets going, and when they are to be looked at: the index leaves out nothing and adds nothing."""

from random import Random
from typing import Any

import pytest

from service.domain.book import ProgramBook, book_of
from service.domain.calendar import DAY, HOUR, MINUTE, QUARTER, Span
from service.domain.course import Course, Lane
from service.domain.decide import decide
from service.domain.delivery import Role
from service.domain.events import Moment, Subject, SubjectKind
from service.domain.facts import Start
from service.domain.lens import matches
from service.domain.rules import Groups, Kind, Rule, StartsFrom
from service.domain.running import Running
from service.domain.waking import MOST_COURSES, Carried, Waking, Woken, is_for
from service.staff.program_world import ProgramWorld
from tests.domain.days import matched, wrote
from tests.naive.examples import at, pair, rule, rule_set

TYPE = "flag.submitted"
VALUES = ("stress", "career", "other")
GROUPS = ("fall", "spring")
PAIR = Subject.parse("mentorships/m")


def _some(random: Random, values: tuple[str, ...]) -> frozenset[str]:
    return frozenset(random.sample(values, random.randint(1, len(values))))


def _rule(random: Random, number: int) -> Rule:
    where = {name: _some(random, VALUES) for name in ("topics", "priority") if random.random() < 0.4}
    groups = {name: _some(random, GROUPS) for name in ("mentor", "mentee", "either") if random.random() < 0.25}
    return rule(f"r{number}", starts=TYPE, where=where, only_for=Groups(**groups), position=number)


def _carried(random: Random) -> Carried:
    return tuple((role, frozenset(random.sample(GROUPS, random.randint(0, 2)))) for role in (Role.MENTOR, Role.MENTEE))


def _data(random: Random) -> dict[str, Any]:
    data = {"topics": random.choice((list(_some(random, VALUES)), "stress", None)), "priority": random.choice(VALUES)}
    return {name: value for name, value in data.items() if random.random() < 0.8}


def _woken(*rules: Rule) -> Woken:
    waking = _book(*rules).wakings(rules[0].for_each)[TYPE]
    return waking.each


def _book(*rules: Rule) -> ProgramBook:
    return book_of(rule_set(*rules), "north")


def _ids(course: Course) -> list[str]:
    return [each.rule.id for each in course.rules]


def test_an_event_sets_going_exactly_the_rules_that_match_it_and_its_people() -> None:
    """Whatever fields and groups rules ask for, and however often one index is asked, in the order of the rules."""
    for seed in range(150):
        random = Random(seed)
        rules = [_rule(random, number) for number in range(random.randint(1, 8))]
        woken = _woken(*rules)
        for _ in range(12):
            data, carried = _data(random), _carried(random)
            expected = [each.id for each in rules if matches(each, data) and is_for(each.only_for, carried)]
            assert _ids(woken.course(data, carried)) == expected, (seed, data, carried)


@pytest.mark.parametrize(
    ("wanted", "mentor", "mentee", "expected"),
    [
        (Groups(), "", "", True),
        (Groups(either=frozenset({"fall"})), "fall", "", True),
        (Groups(either=frozenset({"fall"})), "", "fall", True),
        (Groups(either=frozenset({"fall"})), "spring", "spring", False),
        (Groups(mentor=frozenset({"fall"})), "fall", "", True),
        (Groups(mentor=frozenset({"fall"})), "", "fall", False),
        (Groups(mentee=frozenset({"fall"})), "", "fall", True),
        (Groups(mentee=frozenset({"fall"})), "fall", "", False),
        (Groups(mentor=frozenset({"fall"}), mentee=frozenset({"spring"})), "fall", "spring", True),
        (Groups(mentor=frozenset({"fall"}), mentee=frozenset({"spring"})), "fall", "", False),
        (Groups(either=frozenset({"fall"}), mentor=frozenset({"spring"})), "fall", "spring", False),
    ],
)
def test_a_rule_is_for_those_who_carry_all_the_groups_that_it_asks_for(
    wanted: Groups, mentor: str, mentee: str, expected: bool
) -> None:
    carried = ((Role.MENTOR, frozenset({mentor} - {""})), (Role.MENTEE, frozenset({mentee} - {""})))
    assert is_for(wanted, carried) is expected


def test_alike_events_share_a_course_and_it_forgets_before_it_grows_for_ever() -> None:
    """What no rule asks of an event makes no difference; after five hundred courses it begins anew."""
    asking = rule("r", starts=TYPE, where={"topics": frozenset(f"t{n}" for n in range(MOST_COURSES + 1))})
    woken = _woken(asking)
    first = woken.course({"topics": "t0", "note": 1}, ())
    assert woken.course({"topics": ["t0"], "note": 2}, ()).rules == first.rules
    assert woken.course({"topics": "t0", "note": 2}, ((Role.MENTOR, frozenset()),)) is not None
    assert woken.course({"topics": "t0"}, ()) is first
    for number in range(MOST_COURSES + 1):
        woken.course({"topics": f"t{number}"}, ())
    assert woken.course({"topics": "t0"}, ()) is not first
    everybody = _woken(rule("r", starts=TYPE))
    assert everybody.course({"topics": "t0"}, ()) is everybody.course({}, ((Role.MENTOR, frozenset({"fall"})),))


def test_a_rule_for_a_group_stays_so_beside_one_for_everybody() -> None:
    """In whichever order they stand."""
    fall, all_of_them = rule("fall", starts=TYPE, only_for=Groups(either=frozenset({"fall"}))), rule("all", starts=TYPE)
    for rules in ((fall, all_of_them), (all_of_them, fall)):
        woken = _woken(*rules)
        assert sorted(_ids(woken.course({}, ((Role.MENTOR, frozenset({"fall"})),)))) == ["all", "fall"]
        assert _ids(woken.course({}, ((Role.MENTOR, frozenset()),))) == ["all"]


def test_only_rules_that_ask_of_the_event_make_it_worth_asking() -> None:
    assert _woken(rule("r", starts=TYPE, where={"topics": frozenset({"stress"})})).asks_data
    assert not _woken(rule("r", starts=TYPE, only_for=Groups(either=frozenset({"fall"})))).asks_data


def test_what_each_start_sets_going_lasts_as_long_as_the_longest() -> None:
    """In whichever order they stand; where only the newest counts, it never passes for over."""

    short, long = rule("short", starts=TYPE), rule("long", starts=TYPE, wait=9 * DAY)
    latest = rule("latest", starts=TYPE, wait=90 * DAY, starts_from=StartsFrom.LATEST)
    for rules in ((short, long, latest), (latest, long, short)):
        book = _book(*rules)
        waking: Waking = book.wakings(rules[0].for_each)[TYPE]
        assert waking.each_lasts == book.lens.lengths["long"]
        assert sorted(each.rule.id for each in waking.each.rules) == ["long", "short"]
        assert [each.rule.id for each in waking.latest.rules] == ["latest"]


# When they are to be looked at.


def _start(time: int, recorded: int) -> Start:
    return Start(TYPE, Moment(time, "/test", "e"), recorded, PAIR, "", {}, None)


def test_a_lane_looks_at_every_rule_of_which_a_slot_is_open_and_names_the_next_to_come() -> None:
    """At any age of a start, with breaks that put slots off; the sieve may let through more, and never less."""
    for seed in range(80):
        random = Random(seed)
        rules = [
            rule(
                f"r{number}", starts=TYPE, kind=random.choice(list(Kind)), wait=random.choice((0, 7 * MINUTE, DAY)),
                every=random.choice((5 * HOUR, 2 * DAY)), total=random.randint(1, 4), position=number,
                send_within=random.choice((HOUR, 9 * DAY)),
            )
            for number in range(random.randint(1, 6))
        ]  # fmt: skip
        book, length = _book(*rules), random.randint(0, 3 * DAY)
        begins = random.randint(0, 2 * DAY)
        breaks = (Span(begins, begins + length),) if length else ()
        course = Course.of([book.compiled(each.id) for each in rules], length)
        start = _start(random.randint(0, DAY), random.randint(0, DAY))
        for now in (random.randint(-HOUR, 14 * DAY) for _ in range(25)):
            looked_at, coming = set[str](), list[int]()
            for lane in course.lanes_near_breaks:
                stretch = lane.at(now - lane.clock(start))
                looked_at.update(each.rule.id for each in stretch.opened)
                coming += [lane.clock(start) + age for age, _ in stretch.coming]
                assert [age for age, _ in stretch.coming] == sorted(age for age, _ in stretch.coming)
            slots = [(each.id, slot) for each in rules for slot in book.compiled(each.id).times.slots(start, breaks)]
            assert {id for id, slot in slots if slot.due <= now < slot.closes} <= looked_at, (seed, now)
            reckoned = [
                (start.recorded if each.kind.exact else start.moment.time) + each.wait + k * (each.every or 0)
                for each in rules
                for k in range(each.total)
            ]
            assert min(coming, default=None) == min((at for at in reckoned if at > now), default=None), (seed, now)


def test_a_rule_is_looked_at_no_longer_than_its_slots_can_be_open() -> None:
    """Alerts shut to the microsecond, nudges two quarter hours later, and as much later again as a break may last."""
    for kind, rest, late in (
        (Kind.ALERT, DAY, 0),
        (Kind.NUDGE, 0, 2 * QUARTER),
        (Kind.NUDGE, DAY, DAY + 2 * QUARTER),
        (Kind.REPORT, DAY, 2 * QUARTER),
    ):
        one = rule("r", starts=TYPE, kind=kind, wait=HOUR, send_within=HOUR)
        lane = Lane([_book(one).compiled("r")], exact=kind.exact, rest=rest)
        assert [len(lane.at(age).opened) for age in (HOUR - 1, HOUR, 2 * HOUR + late - 1, 2 * HOUR + late)] == [
            0,
            1,
            1,
            0,
        ]
        assert [[age for age, _ in lane.at(age).coming] for age in (HOUR - 1, HOUR)] == [[HOUR], []]


def test_a_rule_that_begins_first_is_looked_at_first_however_late_it_ends() -> None:
    rules = rule("long", starts=TYPE, send_within=9 * DAY), rule("short", starts=TYPE, wait=DAY, send_within=HOUR)
    book = _book(*rules)
    lane = Lane([book.compiled("short"), book.compiled("long")], exact=False)
    assert [each.rule.id for each in lane.at(0).opened] == ["long"]
    assert [(age, each.rule.id) for age, each in lane.at(0).coming] == [(DAY, "short")]


def test_a_course_parts_rules_by_their_clock() -> None:
    """Exact ones count from the arrival of a start, the others from its time; each in the order of the rules."""
    both = [rule("answer", starts=TYPE, kind=Kind.ANSWER, position=1), rule("nudge", starts=TYPE)]
    book = _book(*both)
    course = Course.of([book.compiled("answer"), book.compiled("nudge")], DAY)
    assert _ids(course) == ["nudge", "answer"]
    for lanes in (course.lanes, course.lanes_near_breaks):
        assert [(lane.exact, lane.clock(_start(1, 2))) for lane in lanes] == [(True, 2), (False, 1)]
    assert len(Course.of([book.compiled("nudge")], 0).lanes) == 1
    assert Course.of([], 0).lanes == ()


def test_the_newest_of_a_participants_several_mentorships_is_the_newest_of_all() -> None:
    """Ann mentors two: a rule about her that counts only the newest message starts with the last in either."""
    newest = rule(
        to="participant", for_each=SubjectKind.PARTICIPANT, starts="mentorship.message_sent", kind=Kind.SERVICE,
        starts_from=StartsFrom.LATEST,
    )  # fmt: skip
    rules = rule_set(newest)
    for last in ("m", "n"):
        world = ProgramWorld("north", book_of(rules, "north"))
        first = "n" if last == "m" else "m"
        events = [
            *pair(), matched("03-02 09:00", "ann", "cy", "n", id_="n"),
            wrote("mentor", "03-03 10:00", last, id_="last"), wrote("mentor", "03-03 09:00", first, id_="first"),
            wrote("mentor", "03-03 08:00", last, id_="early"),
        ]  # fmt: skip
        for each in events:
            world.fold(each)
        view = world.view(Subject.parse("participants/ann"))
        found = decide(book_of(rules, "north"), view, (), at("03-03 10:00")).candidates
        assert [each.start_id for each in found] == ["last"]


def test_starts_that_are_over_or_start_nothing_hide_none_behind_them() -> None:
    """Of a type whose starts were all let go, and of one that no rule begins with any more."""
    world = ProgramWorld("north", book_of(rule_set(rule(wait=DAY)), "north"))
    for each in pair():
        world.fold(each)
    own = world.facts_of(PAIR)
    [start] = own.starts.pop("mentorship.matched")
    own.starts.update({"flag.submitted": [start], "mentorship.message_sent": [], "mentorship.matched": [start]})
    assert [each for _, each in Running(world.book, world.view(PAIR)).courses()] == [start]
