"""Two worlds that share facts and unchanged rules send what two worlds apart send, and differ for the same reasons."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.calendar import DAY, HOUR, Hours, Instant
from service.domain.rules import Break, Contact, Count, Gate, Pause, Rule, RuleSet
from service.staff.compare import Comparison
from service.staff.side_by_side import SideBySide
from service.staff.twins import Twins
from service.staff.world import Change, World
from tests.staff.test_side_by_side import edited, edits, history, pack

RULE = "log-first-conversation"


def _told(found: Comparison, *lists: list[Change]) -> tuple[object, ...]:
    differences = sorted(found.differences, key=lambda each: (each.at, each.program, each.key))
    to_staff = [[(each.at, each.key, each.pending and each.pending.ready_at) for each in its] for its in lists]
    counts = {known: replace(each) for known, each in found.rules.items()}
    return differences, counts, found.before, found.after, [sorted(its, key=repr) for its in to_staff]


def apart(before: RuleSet, after: RuleSet, seed: int, until: Instant | None) -> tuple[object, ...]:
    one, other = list[Change](), list[Change]()
    pair = SideBySide(World(before, for_staff=one), World(after, for_staff=other))
    return *_told(pair.run(history(seed), until), one, other), pair.staff_whys


def together(before: RuleSet, after: RuleSet, seed: int, until: Instant | None) -> tuple[object, ...]:
    one, other = list[Change](), list[Change]()
    pair = SideBySide(*Twins(before, after).worlds((one, other)))
    return *_told(pair.run(history(seed), until), one, other), pair.staff_whys


@settings(max_examples=max(15, settings().max_examples // 20))
@given(edits(), st.integers(1, 3), st.booleans(), st.integers(20, 100))
def test_an_edit_of_rules_and_limits_comes_to_the_same(other: RuleSet, seed: int, is_before: bool, days: int) -> None:
    before, after = (other, pack()) if is_before else (pack(), other)
    until = history(seed)[0].recorded + days * DAY
    assert together(before, after, seed, until) == apart(before, after, seed, until)


def _first(rule_set: RuleSet, wanted: Callable[[Rule], bool]) -> Rule:
    return next(each for each in rule_set.rules if wanted(each))


def _without(rule_set: RuleSet, *ids: str) -> RuleSet:
    return replace(rule_set, rules=tuple(each for each in rule_set.rules if each.id not in ids))


def _in_program(**fields: object) -> RuleSet:
    its = replace(pack().program("northfield"), **fields)  # type: ignore[arg-type]  # fields of a program by name
    return replace(pack(), programs={**pack().programs, "northfield": its})


def _delivered(**fields: object) -> RuleSet:
    return replace(pack(), delivery=replace(pack().delivery, **fields))  # type: ignore[arg-type]  # fields by name


def _reordered() -> RuleSet:
    rules = [*pack().rules[20:], *pack().rules[:20]]
    return replace(pack(), rules=tuple(replace(each, position=at) for at, each in enumerate(rules)))


def _counted() -> Rule:
    return _first(pack(), lambda rule: rule.reaches is not None)


def _asked_contacts() -> set[str]:
    return {name for each in pack().resources for name in each.needs_contacts}


OTHERS: dict[str, Callable[[], RuleSet]] = {
    "nothing": pack,
    "hours": lambda: _delivered(hours=Hours(opens=7 * 60, closes=12 * 60, days=frozenset({1, 3}))),
    "send_within": lambda: _delivered(send_within=10 * HOUR),
    "zone": lambda: _in_program(timezone="Asia/Tokyo"),
    "breaks": lambda: _in_program(breaks=(Break(name="b", first=date(2026, 9, 1), last=date(2026, 10, 2)),)),
    "dates": lambda: _in_program(dates={"program_ends": (date(2026, 10, 10),)}),
    "overrides": lambda: _in_program(overrides={RULE: {"wait": 3 * DAY}}),
    "pauses": lambda: replace(pack(), pauses=()),
    "a pause more": lambda: replace(
        pack(),
        pauses=(*pack().pauses, Pause(id="p", gates=(Gate("flag", "open"),), stops=pack().pauses[0].stops)),
    ),
    "removed": lambda: _without(pack(), RULE, pack().rules[0].id, pack().rules[-1].id),
    "renamed": lambda: edited(pack(), RULE, id="renamed", formerly=(RULE,)),
    "off": lambda: edited(pack(), RULE, enabled=False),
    "reordered": _reordered,
    "another total": lambda: edited(pack(), _counted().id, reaches=2),
    "the same total, later": lambda: edited(pack(), _counted().id, wait=2 * DAY),
    "a total less": lambda: _without(pack(), _counted().id),
    "counts": lambda: edited(pack(), RULE, counts=(Count(event="mentorship.message_sent", at_most=2),)),
    "messages": lambda: replace(pack(), messages={}),
    "resources": lambda: replace(pack(), resources=()),
    "staff": lambda: _in_program(staff={"primary": ("sam@example.org",)}),
    "contacts": lambda: _in_program(contacts=dict.fromkeys(_asked_contacts(), Contact(name="Office", phone="1"))),
}


@pytest.mark.parametrize("backwards", [False, True], ids=["", "backwards"])
@pytest.mark.parametrize("edit", OTHERS)
def test_any_kind_of_edit_comes_to_the_same(edit: str, backwards: bool) -> None:
    sides = (OTHERS[edit](), pack()) if backwards else (pack(), OTHERS[edit]())
    assert together(*sides, 1, None) == apart(*sides, 1, None)


def test_an_edit_leaves_most_rules_to_be_judged_once() -> None:
    """All but the edited rule are shared, wherever it was put; none where a program's days differ."""
    split = Twins(pack(), edited(pack(), RULE, wait=DAY)).split("northfield")
    assert [[rule.id for rule in each.rules] for each in split.own] == [[RULE], [RULE]]
    assert len(split.common.rules) == len(pack().rules_of("northfield")) - 1
    assert not Twins(pack(), OTHERS["zone"]()).split("northfield").common.rules
