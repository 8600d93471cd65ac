"""The words that event types give to rules, worked out from the catalogue that these tests speak."""

from dataclasses import replace

import pytest

from service.domain.catalogue import Catalogue, Field
from tests.naive.words import CATALOGUE

SINCE = ("never", "happened", "none_since_start", "happened_since_start")


def test_a_thing_has_all_the_event_types_about_it() -> None:
    """In the catalogue's order, and nothing that is about no thing."""
    things = {name: [each.name for each in types] for name, types in CATALOGUE.things.items()}
    assert things == {
        "conversation": ["conversation.logged", "conversation.corrected", "conversation.deleted"],
        "flag": ["flag.submitted", "flag.updated", "flag.acknowledged", "flag.resolved", "flag.reopened"],
        "concern": ["concern.raised", "concern.acknowledged"],
        "help": ["help.requested", "help.acknowledged", "help.resolved", "help.withdrawn"],
        "survey": ["survey.opened", "survey.completed"],
    }


@pytest.mark.parametrize(
    ("type_name", "expected"),
    [
        ("flag.submitted", True), ("flag.resolved", True), ("concern.raised", True), ("help.requested", True),
        ("survey.opened", False), ("conversation.logged", False), ("mentorship.matched", False), ("no.such", False),
    ],
)  # fmt: skip
def test_staff_take_on_what_its_family_can_acknowledge(type_name: str, expected: bool) -> None:
    """Any event about a flag, a concern or a request for help; none about what nobody takes on."""
    assert CATALOGUE.can_be_acknowledged(type_name) is expected


def test_gates_know_each_event_and_what_its_things_can_be() -> None:
    """What can be closed can be open, what can be acknowledged can be unacknowledged; the rest has no such words."""
    words = dict(CATALOGUE.gate_words())
    assert {words.pop(name) for name in CATALOGUE.types} == {SINCE}
    assert words == {
        "mentorship": ("active", "paused", "ended"),
        "flag": ("none_open", "open", "no_immediate_open"),
        "this_flag": ("open", "unacknowledged"),
        "this_concern": ("unacknowledged",),
        "help": ("none_open", "open"),
        "this_help": ("open", "unacknowledged"),
        "survey": ("none_open", "open"),
        "this_survey": ("open",),
    }


def test_a_catalogue_of_nothing_knows_mentorships_alone() -> None:
    """Without event types there are no other words."""
    assert Catalogue({}).gate_words() == {"mentorship": ("active", "paused", "ended")}


def test_what_a_counterpart_must_never_see_is_known_of_whatever_field() -> None:
    """Of fields some of whose values are sensitive, and not of those that are so altogether or not at all."""
    kind = CATALOGUE.types["flag.submitted"]
    topics, option = frozenset({"safety"}), frozenset({"remove_me"})
    fields: dict[str, frozenset[str] | bool] = {"topics": topics, "option": option, "note": True, "by": False}
    told = {name: Field(name=name, required=False, sensitive=which) for name, which in fields.items()}
    assert Catalogue({kind.name: replace(kind, fields=told)}).sensitive == {"safety", "remove_me"}


def test_what_is_personal_is_known_of_participants_own_events() -> None:
    own, pairs = CATALOGUE.types["participant.registered"], CATALOGUE.types["flag.submitted"]
    names = {name: Field(name=name, required=False, personal=name != "role") for name in ("email", "role")}
    note = {"note": Field(name="note", required=False, personal=True)}
    known = {own.name: replace(own, fields=names), pairs.name: replace(pairs, fields=note)}
    assert Catalogue(known).personal == {"email"}
