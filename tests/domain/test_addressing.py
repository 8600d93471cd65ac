"""Whom a rule's sends name, each with the list value and resources that are theirs."""

from typing import Any

import pytest

from service.domain.addressing import addressed
from service.domain.delivery import Role
from service.domain.events import Moment, Subject
from service.domain.facts import Start, SubjectFacts
from service.domain.rules import Kind, Rule, Send
from service.domain.view import Person, View

PAIR = Subject.parse("mentorships/m")
MATCH = {"mentor_id": "ann", "mentee_id": "ben"}
ANN, BEN = Person("ann", Role.MENTOR, None), Person("ben", Role.MENTEE, None)


def _view(*people: Person) -> View:
    latest: dict[str, Any] = {name: (Moment(1, "/test", "e"), value) for name, value in MATCH.items()}
    own = SubjectFacts(subject=PAIR, latest=latest)
    program = SubjectFacts(subject=Subject.parse("programs/north"))
    return View(subject=PAIR, own=own, people=people, mentorships=(own,), program=program)


def _named(*sends: Send, by: str = "mentor", view: View | None = None, **data: Any) -> list[tuple[str, str, str]]:
    """Return recipient, message and value for each; `depends_on` and `cases` are the rule's, the rest the start's."""
    words = {name: data.pop(name) for name in ("depends_on", "cases") if name in data}
    rule = Rule(id="r", position=0, kind=Kind.NUDGE, starts="flag.submitted", sends=sends, **words)
    start = Start("flag.submitted", Moment(1, "/test", "e"), 1, PAIR, by, data, None)
    found = addressed(view or _view(ANN, BEN), rule, start)
    return [(addressee.recipient, send.message, value) for addressee, send, value in found]


def _to(to: str, message: str = "hello", resource: str | None = None) -> Send:
    return Send(to=to, message=message, resource=resource)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("mentor", ["ann"]), ("mentee", ["ben"]), ("both", ["ann", "ben"]), ("participant", ["ann", "ben"]),
        ("initiator", ["ann"]), ("counterpart", ["ben"]), ("advisor", ["advisor:ben"]),
        ("staff.primary", ["staff.primary"]),
    ],
)  # fmt: skip
def test_each_word_names_whom_it_says(to: str, expected: list[str]) -> None:
    """The mentor acted; an advisor is the mentee's."""
    assert _named(_to(to)) == [(recipient, "hello", "") for recipient in expected]


def test_recipients_are_known_with_their_role_and_as_the_participant_they_are() -> None:
    """Staff and advisors are no participants, whatever they advise on."""
    sends = tuple(map(_to, ("mentor", "advisor", "staff.primary")))
    rule = Rule(id="r", position=0, kind=Kind.NUDGE, starts="x", sends=sends)
    start = Start("x", Moment(1, "/test", "e"), 1, PAIR, "", {}, None)
    found = [addressee for addressee, _, _ in addressed(_view(ANN, BEN), rule, start)]
    assert [(each.role, each.person) for each in found] == [
        (Role.MENTOR, ANN),
        (Role.ADVISOR, None),
        (Role.STAFF, None),
    ]


def test_an_advisor_is_the_mentees_else_of_whom_there_is_else_nobody() -> None:
    """A rule about one participant writes to that one's advisor."""
    assert _named(_to("advisor"), view=_view(ANN)) == [("advisor:ann", "hello", "")]
    assert _named(_to("advisor"), view=_view()) == []


def test_whom_a_slot_names_twice_gets_the_first() -> None:
    """Ben by name and again among both: he gets what is said to him first, once."""
    assert _named(_to("mentee", "first"), _to("both", "second"), _to("both", "third")) == [
        ("ben", "first", ""), ("ann", "second", ""),
    ]  # fmt: skip


def test_who_is_both_is_named_once() -> None:
    """Mentor and mentee in one person hear of it once, from one line or from several."""
    alone = _view(ANN, Person("ann", Role.MENTEE, None))
    assert _named(_to("both"), view=alone) == [("ann", "hello", "")]
    assert _named(_to("both"), _to("staff.primary"), view=alone) == [
        ("ann", "hello", ""),
        ("staff.primary", "hello", ""),
    ]


def test_a_line_for_everybody_goes_beside_those_of_the_cases() -> None:
    """What is sent in any case comes first; who acted is known to each line."""
    cases = {"a": (_to("initiator", "on-a"), _to("counterpart", "on-a"))}
    assert _named(_to("staff.primary"), depends_on="option", cases=cases, option="a") == [
        ("staff.primary", "hello", ""), ("ann", "on-a", ""), ("ben", "on-a", ""),
    ]  # fmt: skip


def test_each_element_of_a_list_takes_its_case_once() -> None:
    """Values without a case send nothing; one that stands twice counts once; each notice carries its value."""
    cases = {"a": (_to("mentor", "on-a"),), "b": (_to("mentor", "on-b"), _to("both", "all"))}
    assert _named(depends_on="options", cases=cases, options=["b", "x", "a", "b"]) == [
        ("ann", "on-b", "b"), ("ben", "all", "b"), ("ann", "on-a", "a"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, [("ann", "yes", "")]), ("other", []), (None, [])],
    ids=["a case", "no case", "nothing"],
)
def test_a_single_value_takes_its_case_and_is_no_list_value(
    value: object, expected: list[tuple[str, str, str]]
) -> None:
    """Booleans are written `true`; a value that was left out or has no case sends nothing of them."""
    assert _named(depends_on="wanted", cases={"true": (_to("mentor", "yes"),)}, wanted=value) == expected


def test_resources_by_topic_are_one_notice_for_each_topic() -> None:
    """Every topic of the start once, beside a send that picks nothing; without topics there is nothing to pick by."""
    sends = _to("mentor", "tips", "by_topic"), _to("mentee", "told")
    assert _named(*sends, topics=["stress", "career", "stress"]) == [
        ("ann", "tips", "stress"), ("ann", "tips", "career"), ("ben", "told", ""),
    ]  # fmt: skip
    assert _named(sends[0], topics=["stress", "career"]) == [("ann", "tips", "stress"), ("ann", "tips", "career")]
    assert _named(*sends, topics="stress") == _named(*sends) == [("ben", "told", "")]


def test_a_case_on_topics_picks_by_its_own_topic_and_any_other_by_all() -> None:
    """What is sent about stress picks on stress alone; what depends on another field picks on each topic."""
    tips = (_to("mentor", "tips", "by_topic"),)
    flagged: dict[str, Any] = {"topics": ["stress", "career"], "options": ["a"]}
    assert _named(depends_on="topics", cases={"stress": tips}, **flagged) == [("ann", "tips", "stress")]
    assert _named(depends_on="options", cases={"a": tips}, **flagged) == [
        ("ann", "tips", "stress"), ("ann", "tips", "career"),
    ]  # fmt: skip
