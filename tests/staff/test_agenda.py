"""The agenda gives each key once, at the earliest instant asked for."""

from service.domain.calendar import NEVER
from service.staff.agenda import Agenda


def test_the_earliest_instant_of_a_key_counts() -> None:
    agenda: Agenda[str] = Agenda()
    for at in (30, 10, 20):
        agenda.put("a", at)
    assert agenda.next() == 10
    assert agenda.take(15) == ["a"]
    assert agenda.next() == NEVER, "later wishes of the same key are met by the first"


def test_keys_come_in_order_of_time_and_those_of_later_stay() -> None:
    agenda: Agenda[str] = Agenda()
    for key, at in (("late", 3), ("first", 1), ("second", 2)):
        agenda.put(key, at)
    assert agenda.take(2) == ["first", "second"]
    assert agenda.take(3) == ["late"]


def test_a_key_that_was_taken_may_be_put_again() -> None:
    agenda: Agenda[str] = Agenda()
    agenda.put("a", 1)
    agenda.take(1)
    agenda.put("a", 1)
    assert agenda.take(1) == ["a"]
