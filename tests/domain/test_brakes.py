"""What the safety limit leaves, what a stop stops, and how long a notice was held."""

from service.domain.brakes import NO_BRAKES, Brakes, Hold, Pace
from service.domain.calendar import HOUR
from service.domain.rules import Safety

SAFETY = Safety(per_rule_per_hour=10, first_after_change=4)


def test_a_changed_rule_has_its_first_few_and_then_waits_for_staff() -> None:
    """Of four that go unasked, three are left after one; none, and never less than none, after four and more."""
    assert [Pace(lately=went, went=went).room(SAFETY) for went in (0, 1, 3, 4, 7)] == [4, 3, 1, 0, 0]


def test_a_released_rule_has_its_hour() -> None:
    """Once staff let it run, only what went in the last hour counts; so it does for a rule of long ago."""
    assert [Pace(lately=lately, went=99, released=True).room(SAFETY) for lately in (0, 8, 10, 12)] == [10, 2, 0, 0]
    assert Pace(lately=9, went=2).room(SAFETY) == 1


def test_an_announced_launch_has_room_of_its_own() -> None:
    """What staff expect may go beside what the limit leaves, also where it leaves nothing."""
    assert Pace(lately=1, went=1, expected=50).room(SAFETY) == 53
    assert Pace(lately=20, went=20, expected=50).room(SAFETY) == 50
    assert Pace().room(SAFETY) == 4


def test_a_hold_lasts_until_it_is_released() -> None:
    """While it holds it grows with time; released, it stays as long as it was."""
    assert Hold(since=HOUR).lasted(3 * HOUR) == 2 * HOUR
    assert Hold(since=HOUR, released_at=2 * HOUR).lasted(9 * HOUR) == HOUR
    assert Hold(since=0, released_at=0).lasted(9 * HOUR) == 0


def test_a_stop_is_of_one_rule_or_of_everything() -> None:
    """A stopped rule stands still, others go on; when everything is stopped, no rule goes."""
    assert Brakes(stopped=frozenset({"welcome"})).stops("welcome")
    assert not Brakes(stopped=frozenset({"welcome"})).stops("other")
    assert Brakes(everything=True).stops("other")
    assert not NO_BRAKES.stops("welcome")
