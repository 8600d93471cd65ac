"""Two rule sets over one history: what differs is the difference of what each sends alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.semester import semester
from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import read_sources
from service.adapters.schemas import Schemas, load_schemas
from service.domain.calendar import DAY, HOUR, Instant
from service.domain.delivery import LedgerKey
from service.domain.events import Event
from service.domain.rules import Gate, Limit, Rule, RuleSet
from service.settings import ROOT
from service.staff.compare import Cause, Change, Comparison
from service.staff.load import week_of
from service.staff.side_by_side import SideBySide
from service.staff.world import Sent, World

Outcome = dict[tuple[str, LedgerKey], tuple[Instant, str, str]]


@cache
def _schemas() -> Schemas:
    return load_schemas(ROOT / "schemas")


@cache
def pack() -> RuleSet:
    loaded = load(read_sources(ROOT / "rules", ROOT / "templates"), _schemas().catalogue)
    assert loaded.rule_set is not None
    return loaded.rule_set


@cache
def history(seed: int) -> tuple[Event, ...]:
    lines = semester(pairs=6, weeks=10, seed=seed, starts=date(2026, 8, 24), program="northfield")
    admitted, _ = _schemas().admit(lines)
    events = [each.recorded_at(each.recordedtime or 0) for each in admitted]
    return tuple(sorted(events, key=lambda event: event.recorded))


def edited(rule_set: RuleSet, rule_id: str, **fields: object) -> RuleSet:
    rules = (
        replace(each, **fields) if each.id == rule_id else each  # type: ignore[arg-type]  # fields of a rule by name
        for each in rule_set.rules
    )
    return replace(rule_set, rules=tuple(rules))


def compared(before: RuleSet, after: RuleSet, events: Iterable[Event], until: Instant | None = None) -> Comparison:
    return SideBySide(World(before), World(after)).run(events, until)


def alone(rule_set: RuleSet, events: Iterable[Event], until: Instant | None = None) -> list[Sent]:
    return list(World(rule_set).run(events, until))


def _outcome(sents: Iterable[Sent]) -> Outcome:
    return {
        (each.program, each.notice.candidate.key): (each.notice.at, each.notice.candidate.message, each.notice.resource)
        for each in sents
    }


_WAITS = st.integers(0, 24 * 20).map(lambda hours: hours * HOUR)


@st.composite
def edits(draw: st.DrawFn) -> RuleSet:
    """Edit up to three rules of the pack, and perhaps the limits."""
    found = pack()
    for rule in draw(st.lists(st.sampled_from(found.rules), min_size=1, max_size=3, unique_by=lambda rule: rule.id)):
        found = draw(_edit(found, rule))
    limits = draw(st.sampled_from((None, (), (Limit(1, 2 * DAY),))))
    return found if limits is None else replace(found, delivery=replace(found.delivery, limits=limits))


def _edit(found: RuleSet, rule: Rule) -> st.SearchStrategy[RuleSet]:
    changes: list[st.SearchStrategy[dict[str, object]]] = [
        st.just({"enabled": False}),
        st.just({"only_while": (*rule.only_while, Gate("mentorship.message_sent", "never"))}),
        st.just({"total": 1}),
    ]
    if rule.before is None:
        changes.append(_WAITS.map(lambda wait: {"wait": wait}))
    return st.one_of(changes).map(lambda fields: edited(found, rule.id, **fields))


@settings(max_examples=max(20, settings().max_examples // 20))
@given(edits(), st.integers(1, 3), st.booleans(), st.integers(30, 100))
def test_what_differs_is_the_difference_of_what_each_sends_alone(
    other: RuleSet, seed: int, is_before: bool, days: int
) -> None:
    before, after = (other, pack()) if is_before else (pack(), other)
    events = history(seed)
    until = events[0].recorded + days * DAY
    found = compared(before, after, events, until)
    one, two = _outcome(alone(before, events, until)), _outcome(alone(after, events, until))
    parted = {known for known in one.keys() | two.keys() if one.get(known) != two.get(known)}
    assert {(each.program, each.key) for each in found.differences} == parted
    for each in found.differences:
        known = each.program, each.key
        assert each.before == (one[known][0] if known in one else None)
        assert each.after == (two[known][0] if known in two else None)
        assert each.change is _change(one, two, known)
    total = found.total()
    assert (total.before, total.after) == (len(one), len(two))
    assert total.more - total.fewer == len(two) - len(one)


def _change(one: Outcome, two: Outcome, known: tuple[str, LedgerKey]) -> Change:
    if known not in one:
        return Change.MORE
    if known not in two:
        return Change.FEWER
    return Change.MOVED if one[known][0] != two[known][0] else Change.REWORDED


def test_the_load_counts_emails_by_person_and_week() -> None:
    events = history(1)
    found, sents = compared(pack(), pack(), events), alone(pack(), events)
    emails = {
        (each.notice.candidate.key.recipient, week_of(each.notice.at), each.email)
        for each in sents
        if each.notice.candidate.key.recipient.startswith("p-")
    }
    weeks: dict[tuple[str, int], int] = {}
    for who, week, _ in emails:
        weeks[who, week] = weeks.get((who, week), 0) + 1
    assert found.after.emails == len(emails)
    assert found.after.most == max(weeks.values())
    assert {who for (who, _), number in weeks.items() if number > 3} == {who for _, who in found.after.above}
    assert found.is_empty


# Reasons.


def reasons(before: RuleSet, after: RuleSet, change: Change, rule: str) -> set[tuple[str, str]]:
    """Return the reasons of those differences over a semester."""
    found = compared(before, after, history(1))
    picked = {tuple(each.why) for each in found.differences if (each.change, each.key.rule) == (change, rule)}
    assert picked
    return picked  # type: ignore[return-value]  # a Why is a tuple of two texts


RULE = "log-first-conversation"


def test_a_rule_that_is_gone_new_or_off_is_the_reason() -> None:
    without = replace(pack(), rules=tuple(each for each in pack().rules if each.id != RULE))
    assert reasons(pack(), without, Change.FEWER, RULE) == {(Cause.NO_RULE, "")}
    assert reasons(without, pack(), Change.MORE, RULE) == {(Cause.NO_RULE, "")}
    assert reasons(pack(), edited(pack(), RULE, enabled=False), Change.FEWER, RULE) == {(Cause.RULE_OFF, "")}


def test_a_gate_that_was_added_is_the_reason() -> None:
    gate = Gate("mentorship.message_sent", "never")
    after = edited(pack(), RULE, only_while=(gate,))
    assert ("gate", str(gate)) in reasons(pack(), after, Change.FEWER, RULE)


def test_fewer_messages_of_a_rule_are_the_reason() -> None:
    assert reasons(pack(), edited(pack(), RULE, total=1), Change.FEWER, RULE) == {(Cause.NO_SLOT, "")}


def test_limits_that_leave_no_room_are_the_reason() -> None:
    after = replace(pack(), delivery=replace(pack().delivery, limits=(Limit(0, DAY),)))
    assert ("limited", "") in reasons(pack(), after, Change.FEWER, RULE)


def test_a_new_name_is_no_difference_where_the_rule_says_its_former_one() -> None:
    after = edited(pack(), RULE, id="renamed", formerly=(RULE,))
    after = replace(after, programs={})
    assert compared(replace(pack(), programs={}), after, history(1)).is_empty


@pytest.mark.parametrize("rule", ["first-conversation"])
def test_another_message_at_the_same_instant_is_reworded(rule: str) -> None:
    kept = next(each for each in pack().rules if each.id == rule)
    after = edited(pack(), rule, sends=tuple(replace(each, message="drifting") for each in kept.sends))
    assert {each.change for each in compared(pack(), after, history(1)).differences} == {Change.REWORDED}
