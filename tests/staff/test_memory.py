"""Comparing holds a part's worlds no longer than the part: parts add up to a semester of 20,000 mentorships."""

import gc
import weakref

from service.staff.side_by_side import SideBySide
from service.staff.world import World
from tests.staff.test_side_by_side import history, pack


def test_the_worlds_of_a_part_are_gone_with_it_even_where_no_garbage_is_collected() -> None:
    gc.disable()
    try:
        worlds = World(pack(), for_staff=[]), World(pack(), for_staff=[])
        held = [weakref.ref(each) for each in worlds]
        pair = SideBySide(*worlds)
        pair.run(history(1))
        del worlds, pair
        assert [each() for each in held] == [None, None]
    finally:
        gc.enable()
