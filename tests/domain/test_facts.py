"""What stands of things and totals, whatever was closed, reopened, corrected or deleted."""

import pytest

from service.domain.events import Moment, Subject
from service.domain.facts import Reach, Start, Step, SubjectFacts, Tally, Thing

PAIR = Subject.parse("mentorships/m")


def _moment(time: int) -> Moment:
    return Moment(time, "/test", str(time))


def _flag(**keys: object) -> Thing:
    known = {"kind": "flag", "id": "f", "can_close": True, "can_be_acknowledged": True, "opened": _moment(1)}
    return Thing(**(known | keys))  # type: ignore[arg-type] # fields as a table


@pytest.mark.parametrize(
    ("what_happened", "is_open", "is_unacknowledged"),
    [
        ({}, True, True),
        ({"opened": None}, False, False),
        ({"can_close": False}, False, True),
        ({"can_be_acknowledged": False}, True, False),
        ({"deleted": True}, False, True),
        ({"acknowledged": _moment(2)}, True, False),
        ({"closed": _moment(2)}, False, False),
        ({"closed": _moment(2), "reopened": _moment(3)}, True, True),
        ({"closed": _moment(3), "reopened": _moment(2)}, False, False),
        ({"closed": _moment(3), "reopened": _moment(3)}, False, False),
        ({"acknowledged": _moment(2), "reopened": _moment(3)}, True, True),
        ({"acknowledged": _moment(3), "reopened": _moment(2)}, True, False),
        ({"reopened": _moment(3)}, True, True),
    ],
)
def test_a_flag_is_open_until_closed_and_unacknowledged_until_either(
    what_happened: dict[str, object], is_open: bool, is_unacknowledged: bool
) -> None:
    """Resolved counts as acknowledged; reopening afterwards, and not before or at once, undoes both."""
    flag = _flag(**what_happened)
    assert (flag.is_open, flag.is_unacknowledged) == (is_open, is_unacknowledged)


def test_a_log_stands_for_its_newest_correction() -> None:
    assert Thing(kind="conversation", id="c").count == 1
    assert Thing(kind="conversation", id="c", opened_count=3).count == 3
    assert Thing(kind="conversation", id="c", opened_count=3, corrected=(_moment(2), 0)).count == 0


def test_a_field_that_nobody_gave_is_none() -> None:
    flag = _flag(fields={"priority": (_moment(1), "immediate"), "note": (_moment(1), None)})
    assert (flag.value("priority"), flag.value("note"), flag.value("other")) == ("immediate", None, None)


def test_what_happened_no_more_has_no_first_and_no_last() -> None:
    """A type all of whose events were deleted is as one that never was."""
    facts = SubjectFacts(subject=PAIR, tallies={"a": Tally(count=2, first=5, last=9), "gone": Tally(first=5, last=9)})
    assert (facts.first("a"), facts.last("a"), facts.count("a")) == (5, 9, 2)
    assert (facts.first("gone"), facts.last("gone"), facts.count("gone")) == (None, None, 0)
    assert (facts.first("never"), facts.last("never"), facts.count("never")) == (None, None, 0)


def test_things_that_matter_without_news_are_open_unacknowledged_or_a_start() -> None:
    """A closed flag matters only as long as it still starts a rule; a start without an id names none."""
    closed = {"closed": _moment(2)}
    things = [
        _flag(id="open"),
        _flag(id="new", can_close=False),
        _flag(id="done", **closed),
        _flag(id="starting", **closed),
        _flag(id="None", **closed),
    ]
    starts = [Start("flag.submitted", _moment(1), 1, PAIR, "", {}, ref) for ref in ("starting", None)]
    facts = SubjectFacts(subject=PAIR, things={("flag", each.id): each for each in things}, starts={"f": starts})
    assert facts.live_things() == {("flag", "open"), ("flag", "new"), ("flag", "starting")}


def test_only_what_comes_after_a_reached_total_is_past_it() -> None:
    """Before the total is reached nothing is past it; the crossing step itself is not either."""
    starts = [Start("c", _moment(time), time, PAIR, "", {}, str(time)) for time in (1, 2)]
    steps = [Step(start, start.key, 1, opens=True) for start in starts]
    reach = Reach(steps=steps, complete=True)
    assert [reach.is_past(_moment(time)) for time in (1, 2, 3)] == [False, False, True]
    assert not Reach(steps=steps).is_past(_moment(3))
