"""What is open of a mentorship, and in which order a person should look at it."""

from typing import Any

import pytest

from service.domain.calendar import DAY, HOUR
from service.domain.events import Moment, Subject, SubjectKind
from service.domain.facts import SubjectFacts, Thing
from service.domain.matters import Age, Matter, Weight, age_of, looked_for_again, matters_of, overdue

M1 = Subject(SubjectKind.MENTORSHIP, "m-1")


def thing(kind: str, at: int = 5, **more: Any) -> Thing:
    fields = {name: (Moment(at, "s", "e"), value) for name, value in more.pop("fields", {}).items()}
    shape = {"can_close": kind != "concern", "can_be_acknowledged": True, "opened": Moment(at, "s", "e")}
    return Thing(kind=kind, id=f"{kind}-1", fields=fields, **{**shape, **more})


def matters(*things: Thing) -> list[Matter]:
    return list(matters_of(SubjectFacts(subject=M1, things={(each.kind, each.id): each for each in things})))


@pytest.mark.parametrize(
    ("kind", "fields", "weight"),
    [
        ("concern", {"level": "safety_risk"}, Weight.SAFETY),
        ("concern", {"level": "urgent"}, Weight.URGENT),
        ("flag", {"priority": "immediate", "topics": ["stress", "family"]}, Weight.IMMEDIATE),
        ("flag", {"priority": "routine", "topics": ["family"]}, Weight.ROUTINE),
        ("help", {"option": "remove_me"}, Weight.ASKS_A_PERSON),
        ("help", {"option": "dont_know_how_to_reach_out"}, Weight.ASKS_FOR_WORDS),
    ],
)
def test_each_has_its_weight_and_what_it_is_about(kind: str, fields: dict[str, Any], weight: Weight) -> None:
    (found,) = matters(thing(kind, fields=fields))
    told = fields.get("topics") or [value for name, value in fields.items() if name != "priority"]
    assert (found.weight, found.about, found.since, found.acknowledged_at) == (weight, tuple(told), 5, None)


def test_what_is_settled_taken_back_or_of_another_kind_is_none() -> None:
    closed = thing("flag", closed=Moment(6, "s", "e"))
    assert (
        matters(closed, thing("help", closed=Moment(5, "s", "f")), thing("survey"), thing("concern", opened=None)) == []
    )


def test_what_somebody_has_stays_until_it_is_settled_but_for_a_concern() -> None:
    taken = Moment(7, "s", "e")
    assert [each.kind for each in matters(thing("flag", acknowledged=taken), thing("concern", acknowledged=taken))] == [
        "flag"
    ]
    assert matters(thing("flag", acknowledged=taken))[0].acknowledged_at == 7


def test_what_was_reopened_is_as_old_as_that_and_nobody_has_it() -> None:
    again = thing("flag", acknowledged=Moment(6, "s", "e"), closed=Moment(7, "s", "e"), reopened=Moment(8, "s", "e"))
    assert [(each.since, each.acknowledged_at) for each in matters(again)] == [(8, None)]


def test_ages_and_who_is_late() -> None:
    assert [age_of(0, each) for each in (DAY - 1, DAY, 7 * DAY)] == [Age.TODAY, Age.DAYS, Age.WEEKS]
    assert [overdue(Weight.IMMEDIATE, 0, each) for each in (4 * HOUR - 1, 4 * HOUR)] == [False, True]
    assert [overdue(Weight.ROUTINE, 0, each) for each in (2 * DAY - 1, 2 * DAY)] == [False, True]
    assert not overdue(Weight.ASKS_FOR_WORDS, 0, 99 * DAY)
    assert [looked_for_again(Weight.ASKS_FOR_WORDS, 0, each) for each in (10 * DAY - 1, 10 * DAY)] == [False, True]


def test_long_ago_is_counted_back_from_now() -> None:
    since = 100 * DAY
    assert [age_of(since, since + each) for each in (DAY - 1, DAY, 7 * DAY)] == [Age.TODAY, Age.DAYS, Age.WEEKS]
    assert not overdue(Weight.ROUTINE, since, since + 2 * DAY - 1)
    assert not looked_for_again(Weight.ASKS_FOR_WORDS, since, since + 10 * DAY - 1)
    assert looked_for_again(Weight.ROUTINE, since, since)


def test_it_says_which_thing_it_is_and_who_opened_it() -> None:
    (found,) = matters(thing("help", opened_by="mentee"))
    assert (found.kind, found.ref, found.by, found.about) == ("help", "help-1", "mentee", ("",))


def test_a_priority_is_a_weight_in_words() -> None:
    told = [matters(each)[0].priority for each in (thing("help"), thing("flag"), thing("concern"))]
    assert told == ["asks a person", "routine", "urgent"]
