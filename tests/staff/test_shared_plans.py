"""One planning does for both sides, as long as they sent somebody the same and the same waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from service.domain.calendar import DAY, HOUR, Instant
from service.domain.delivery import LedgerKey
from service.domain.events import Event, Subject
from service.domain.pending import Pending
from service.domain.plan import Plan, Planned
from service.domain.rules import Kind, RuleSet
from service.staff import world
from service.staff.shared_plans import SharedPlans
from service.staff.side_by_side import SideBySide
from service.staff.twins import Twins
from service.staff.world import World
from tests.staff.test_side_by_side import edited, history, pack

KEY = LedgerKey("rule", "mentorships/m", "s", 0, "ben", "")
NOTHING = Plan((), {}, 0)
SENDS = Plan((Planned(()),), {}, 0)


def _waiting(ready_at: Instant) -> dict[LedgerKey, Pending]:
    return {KEY: Pending(None, ready_at)}  # type: ignore[arg-type]  # what waits is compared, never asked


def test_the_plan_for_the_same_is_followed_once() -> None:
    shared = SharedPlans()
    shared.lead("ben", _waiting(1), SENDS, 10)
    assert shared.follow("amy", _waiting(1), 10) is None
    assert shared.follow("ben", _waiting(1), 10) is SENDS
    assert shared.follow("ben", _waiting(1), 10) is None


def test_a_plan_for_something_else_or_of_another_instant_is_not_followed() -> None:
    shared = SharedPlans()
    shared.lead("ben", _waiting(1), NOTHING, 10)
    assert shared.follow("ben", _waiting(2), 10) is None
    assert shared.follow("ben", _waiting(1), 11) is None


@pytest.mark.parametrize("later", [10, 11], ids=["within the instant", "later"])
@pytest.mark.parametrize(("planned", "is_apart"), [(SENDS, True), (NOTHING, False)])
def test_who_was_sent_something_by_one_side_alone_is_apart(later: int, planned: Plan, is_apart: bool) -> None:
    shared = SharedPlans()
    shared.lead("ben", _waiting(1), planned, 10)
    shared.lead("ben", _waiting(2), NOTHING, later)
    assert (shared.follow("ben", _waiting(2), later) is None) is is_apart


def test_who_is_sent_something_by_the_following_side_alone_is_apart() -> None:
    shared = SharedPlans()
    shared.part("ben")
    shared.lead("ben", _waiting(1), SENDS, 10)
    assert shared.follow("ben", _waiting(1), 10) is None


@contextmanager
def _counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count plannings, and what is placed in each."""
    placed, planning = list[int](), world.plan  # type: ignore[attr-defined]  # where it is looked up
    with monkeypatch.context() as patched:

        def plan(pending: object, *rest: object) -> Plan:
            waiting = list(pending)  # type: ignore[call-overload] # whatever it is given
            placed.append(len(waiting))
            return planning(waiting, *rest)  # type: ignore[arg-type] # whatever it is given

        patched.setattr(world, "plan", plan)
        yield placed


def test_sides_that_send_the_same_plan_once_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    other = edited(pack(), pack().rules[0].id, title="Another title")
    assert _plannings(pack(), other, monkeypatch) * 2 == _plannings(pack(), other, monkeypatch, apart=True)


def test_sides_with_other_limits_plan_each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(pack(), delivery=replace(pack().delivery, digest_at_most=1))
    assert _plannings(pack(), other, monkeypatch) == _plannings(pack(), other, monkeypatch, apart=True)


def _plannings(before: RuleSet, after: RuleSet, monkeypatch: pytest.MonkeyPatch, *, apart: bool = False) -> int:
    worlds = (World(before), World(after)) if apart else Twins(before, after).worlds()
    with _counted(monkeypatch) as placed:
        SideBySide(*worlds).run(history(1), history(1)[0].recorded + 30 * DAY)
    return len(placed)


def test_what_comes_at_night_is_planned_once_when_hours_open(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = next(each for each in pack().rules if each.starts == "mentorship.matched" and each.kind is Kind.NUDGE)
    night = replace(rule, wait=DAY, every=None, total=1, none_in_last=(), only_while=(), counts=())
    with _counted(monkeypatch) as placed:
        sent = list(World(replace(pack(), rules=(night,))).run(_matched_at_night()))
    assert sent
    assert all(8 <= hour < 20 for hour in (each.notice.at % DAY // HOUR for each in sent))
    assert placed == [1] * len(sent)


def _matched_at_night() -> list[Event]:
    at = 20_000 * DAY + 22 * HOUR
    zone: dict[str, object] = {"timezone": "UTC"}
    named: dict[str, str] = {"mentor_id": "amy", "mentee_id": "ben"}
    known: list[tuple[str, str, dict[str, Any]]] = [
        (f"participants/{id}", "participant.registered", zone | _who(id, role)) for role, id in named.items()
    ]
    return [
        Event(
            program="northfield",
            source="/s",
            id=str(number),
            type=type,
            subject=Subject.parse(subject),
            time=at,
            recorded=at,
            data=data,
        )
        for number, (subject, type, data) in enumerate([*known, ("mentorships/m", "mentorship.matched", named)])
    ]


def _who(id: str, role: str) -> dict[str, object]:
    return {"email": f"{id}@example.org", "first_name": id, "role": role.removesuffix("_id")}
