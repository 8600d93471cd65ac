"""What the links in mail let people do, and until when."""

import pytest

from service.domain.calendar import DAY, parse_rfc3339
from service.domain.grants import GOOD_FOR_DAYS, Purpose, granted

NOON = parse_rfc3339("2026-03-02T12:00:00Z")


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_is_good_until_the_end_of_its_last_day(purpose: Purpose) -> None:
    """Made at any time of a day, it works through the whole of the day so many days later, and not a moment longer."""
    grant = granted(purpose, "north", "ann", NOON)
    ends = (NOON // DAY + GOOD_FOR_DAYS[purpose] + 1) * DAY
    assert repr(grant.last_day) == str(ends // DAY - 1)  # a whole number: it stands in the link
    assert not grant.is_over(NOON)
    assert not grant.is_over(ends - 1)
    assert grant.is_over(ends)


def test_a_link_is_its_recipients_and_about_what_it_was_made_for() -> None:
    """It carries its purpose, program, recipient and mentorship; without one it concerns the person alone."""
    grant = granted(Purpose.LOG, "north", "ann", NOON, "m-1")
    assert (grant.purpose, grant.program, grant.recipient, grant.about) == (Purpose.LOG, "north", "ann", "m-1")
    assert granted(Purpose.MINE, "north", "ann", NOON).about == ""
