"""The next instant at which something changes by itself."""

from service.domain.calendar import NEVER
from service.domain.earliest import Earliest


def test_the_first_of_all_that_lie_ahead_is_the_next() -> None:
    """What is now or past changes nothing any more; of two at one instant the first noted gives its name."""
    following = Earliest(10)
    assert (following.at, following.source) == (NEVER, "")
    for at, source in ((9, "past"), (10, "now"), (30, "late"), (20, "first"), (20, "same"), (25, "later")):
        following.note(at, source)
    assert (following.at, following.source) == (20, "first")
