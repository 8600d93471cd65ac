"""Each gate by itself: when it holds, and what an explanation shows as found."""

from dataclasses import replace
from typing import Any

import pytest

from service.domain.book import book_of
from service.domain.delivery import Role
from service.domain.events import Event, Moment, Subject
from service.domain.facts import Start, SubjectFacts, Tally
from service.domain.gates import CompiledGate, compile_count, compile_gate, is_of_lines, stopped, stopped_for
from service.domain.rules import Actor, Count, Gate, Until
from service.domain.view import Person, View, mentorship_view, participant_view
from tests.domain.days import flag, matched, wrote
from tests.naive.examples import at, event, person, rule, rule_set
from tests.naive.words import CATALOGUE

M, ANN, BEN = map(Subject.parse, ("mentorships/m", "participants/ann", "participants/ben"))
PROGRAM = SubjectFacts(subject=Subject.parse("programs/north"))
PAIR = matched("03-02 09:00", "ann", "ben")
SAME = rule(starts="survey.opened", until=(Until(event="survey.completed", same="survey_id"),))
BY_TOPIC = rule(
    starts="flag.submitted", until=(Until(event="mentorship.message_sent", by=Actor.COUNTERPART, same="about"),)
)


def _facts(subject: Subject, *events: Event) -> SubjectFacts:
    return book_of(rule_set(SAME, BY_TOPIC), "north").folding.whole(subject, events)


def _view(*events: Event, **people: SubjectFacts) -> View:
    """Return what is seen of ann and ben's mentorship, in which the events happened."""
    return mentorship_view(_facts(M, PAIR, *events), {"ann": _facts(ANN, person("ann", "mentor")), **people}, PROGRAM)


def _start(
    when: str = "03-03 09:00", ref: str | None = None, by: str = "mentor", type_: str = "x", **data: Any
) -> Start:
    return Start(type_, Moment(at(when), "/test", "e"), at(when), M, by, data, ref)


def _answers(word: str, value: str, view: View, start: Start | None = None) -> tuple[bool, object]:
    gate = compile_gate(Gate(word, value), CATALOGUE)
    assert gate.name == f"{word}: {value}"
    return gate.holds(view, start, None), gate.seen(view, start, None)


def test_a_gate_on_the_mentorship_shows_its_status() -> None:
    paused = event("mentorship.paused", "mentorships/m", "03-03 09:00")
    assert _answers("mentorship", "active", _view()) == (True, "active")
    assert _answers("mentorship", "active", _view(paused)) == (False, "paused")
    assert _answers("mentorship", "paused", _view(paused)) == (True, "paused")


@pytest.mark.parametrize(
    ("value", "never", "before", "at_once", "after"),
    [
        ("never", True, False, False, False),
        ("happened", False, True, True, True),
        ("none_since_start", True, True, True, False),
        ("happened_since_start", False, False, False, True),
    ],
)
def test_a_gate_on_an_event_asks_whether_and_since_the_start_strictly(
    value: str, never: bool, before: bool, at_once: bool, after: bool
) -> None:
    """What happened at the very instant of the start did not happen since; the last time is what is shown."""
    word, start = "mentorship.message_sent", _start("03-03 09:00")
    for expected, when in ((before, "03-03 08:00"), (at_once, "03-03 09:00"), (after, "03-03 10:00")):
        assert _answers(word, value, _view(wrote("mentor", when)), start) == (expected, at(when))
    assert _answers(word, value, _view(), start) == (never, None)


@pytest.mark.parametrize(("value", "expected"), [("none_since_start", True), ("happened_since_start", False)])
def test_where_nothing_started_nothing_happened_since(value: str, expected: bool) -> None:
    """A pause has no start."""
    assert _answers("mentorship.message_sent", value, _view(wrote("mentor", "03-03 09:00")))[0] is expected


def test_only_gates_on_participants_own_events_are_asked_for_each_recipient() -> None:
    """Signing in is a person's own; a message, a thing and a status are the mentorship's."""
    personal = {
        (word, value): compile_gate(Gate(word, value), CATALOGUE).personal
        for word, value in (
            ("participant.signed_in", "never"), ("mentorship.message_sent", "never"), ("mentorship", "active"),
            ("flag", "open"), ("flag", "none_open"), ("this_flag", "open"),
        )
    }  # fmt: skip
    assert personal.pop(("participant.signed_in", "never")) is True
    assert set(map(repr, personal.values())) == {"False"}
    assert compile_count(Count(event="participant.signed_in"), CATALOGUE).personal is True
    assert compile_count(Count(event="mentorship.message_sent"), CATALOGUE).personal is False


def test_gates_whose_answer_depends_on_the_start_say_so() -> None:
    """The others are asked once for all starts of a subject."""
    asked = [
        (word, value)
        for word, values in CATALOGUE.gate_words().items()
        for value in values
        if compile_gate(Gate(word, value), CATALOGUE).of_start
    ]
    assert asked == [
        (word, value)
        for word, values in CATALOGUE.gate_words().items()
        for value in values
        if value.endswith("_since_start") or word.startswith("this_")
    ]
    assert not compile_count(Count(event="mentorship.message_sent"), CATALOGUE).of_start


def test_a_gate_on_a_persons_event_asks_about_that_person() -> None:
    signed = event("participant.signed_in", "participants/ann", "03-04 09:00")
    view = _view(ann=_facts(ANN, person("ann", "mentor"), signed))
    gate = compile_gate(Gate("participant.signed_in", "happened_since_start"), CATALOGUE)
    found = [(gate.holds(view, _start(), each), gate.seen(view, _start(), each)) for each in view.people]
    assert found == [(True, at("03-04 09:00")), (False, None)]


@pytest.mark.parametrize(
    ("happened", "seen"),
    [
        ([], ["open", "unacknowledged"]),
        (["acknowledged"], ["open"]),
        (["resolved"], []),
        (["resolved", "reopened"], ["open", "unacknowledged"]),
    ],
)
def test_a_gate_on_this_flag_is_about_the_flag_that_started_it(happened: list[str], seen: list[str]) -> None:
    """Another flag changes nothing; all that holds of it is shown."""
    told = [
        event(f"flag.{what}", "mentorships/m", f"03-0{4 + n} 09:00", flag_id="f") for n, what in enumerate(happened)
    ]
    other = [flag("03-03 09:00", "g", id_="g"), event("flag.resolved", "mentorships/m", "03-09 09:00", flag_id="g")]
    view = _view(flag("03-03 09:00", "f"), *other, *told)
    for value in ("open", "unacknowledged"):
        assert _answers("this_flag", value, view, _start(ref="f")) == (value in seen, seen)


def test_a_gate_on_this_flag_does_not_hold_where_there_is_none() -> None:
    """A start without an id, one whose thing is of another kind, one never heard of, and a pause."""
    view = _view(flag("03-03 09:00", "f"))
    for start in (_start(), _start(ref="other"), None):
        assert _answers("this_flag", "open", view, start) == (False, [])
    assert _answers("this_help", "open", view, _start(ref="f")) == (False, [])


def test_a_gate_on_flags_counts_those_that_are_open() -> None:
    """Two open, one immediate; resolved and other things do not count, whoever they are about."""
    view = _view(
        flag("03-03 09:00", "a", id_="a"),
        flag("03-03 10:00", "b", id_="b", priority="immediate"),
        flag("03-03 11:00", "c", id_="c", priority="immediate"),
        event("flag.resolved", "mentorships/m", "03-04 09:00", flag_id="c"),
        event("survey.opened", "mentorships/m", "03-04 09:00", survey_id="s"),
    )
    assert _answers("flag", "open", view) == (True, 2)
    assert _answers("flag", "none_open", view) == (False, 2)
    assert _answers("flag", "no_immediate_open", view) == (False, 1)
    assert _answers("flag", "open", _view(flag("03-03 09:00", "a"))) == (True, 1)
    assert _answers("help", "open", view) == (False, 0)
    assert _answers("help", "none_open", view) == (True, 0)
    assert _answers("flag", "no_immediate_open", _view(flag("03-03 09:00", "a"))) == (True, 0)


@pytest.mark.parametrize(
    ("count", "holds"),
    [
        (Count(event="mentorship.message_sent", at_least=2), [False, False, True, True]),
        (Count(event="mentorship.message_sent", at_most=2), [True, True, True, False]),
        (Count(event="mentorship.message_sent", at_least=1, at_most=2), [False, True, True, False]),
        (Count(event="mentorship.message_sent", at_most=0), [True, False, False, False]),
    ],
)
def test_a_count_holds_from_its_least_to_its_most_both_included(count: Count, holds: list[bool]) -> None:
    gate: CompiledGate = compile_count(count, CATALOGUE)
    assert gate.name == "count: mentorship.message_sent"
    messages = [wrote("mentor", f"03-03 1{number}:00") for number in range(3)]
    views = [_view(*messages[:number]) for number in range(4)]
    assert [gate.holds(view, None, None) for view in views] == holds
    assert [gate.seen(view, None, None) for view in views] == [0, 1, 2, 3]


def test_a_count_of_a_persons_events_counts_their_own() -> None:
    signed = [event("participant.signed_in", "participants/ann", f"03-0{day} 09:00") for day in (4, 5)]
    view = _view(ann=_facts(ANN, person("ann", "mentor"), *signed), ben=_facts(BEN))
    gate = compile_count(Count(event="participant.signed_in", at_least=2), CATALOGUE)
    found = [(gate.holds(view, None, each), gate.seen(view, None, each)) for each in view.people]
    assert found == [(True, 2), (False, 0)]


def _stops(until: Until, view: View, start: Start) -> bool:
    return stopped(until, view, start, CATALOGUE)


def test_until_needs_the_event_strictly_after_the_start() -> None:
    until, start = Until(event="mentorship.message_sent"), _start("03-03 09:00")
    whens = ("03-03 08:00", "03-03 09:00", "03-03 10:00")
    assert [_stops(until, _view(wrote("mentor", when)), start) for when in whens] == [False, False, True]
    assert not _stops(until, _view(), start)


@pytest.mark.parametrize(("by", "expected"), [(Actor.INITIATOR, [True, False]), (Actor.COUNTERPART, [False, True])])
def test_until_by_somebody_needs_it_of_them(by: Actor, expected: list[bool]) -> None:
    """The mentor began it: the mentor's or the mentee's message stops it, and nobody's where staff began it."""
    until = Until(event="mentorship.message_sent", by=by)
    views = [_view(wrote(role, "03-04 09:00")) for role in ("mentor", "mentee")]
    assert [_stops(until, view, _start(by="mentor")) for view in views] == expected
    assert [_stops(until, view, _start(by="mentee")) for view in views] == expected[::-1]
    assert [_stops(until, view, _start(by="staff")) for view in views] == [False, False]


@pytest.mark.parametrize(("by", "expected"), [(Actor.INITIATOR, ["ann"]), (Actor.COUNTERPART, ["ben"])])
def test_until_by_somebody_reads_a_persons_own_event_as_theirs(by: Actor, expected: list[str]) -> None:
    """Who signs in is who they are, and needs no `by`."""
    until = Until(event="participant.signed_in", by=by)
    found = []
    for name in ("ann", "ben"):
        signed = event("participant.signed_in", f"participants/{name}", "03-04 09:00")
        view = _view(**{name: _facts(Subject.parse(f"participants/{name}"), signed)})
        found += [name] if _stops(until, view, _start(by="mentor")) else []
    assert found == expected
    both = {
        name: _facts(subject, event("participant.signed_in", f"participants/{name}", "03-04 09:00"))
        for name, subject in (("ann", ANN), ("ben", BEN))
    }
    assert _stops(until, _view(**both), _start(by="mentor"))


def test_until_same_needs_the_same_value() -> None:
    """Another survey's completion stops nothing, and neither does any where the start has no value."""
    (until,) = SAME.until
    done = event("survey.completed", "mentorships/m", "03-04 09:00", survey_id="s")
    assert _stops(until, _view(done), _start(survey_id="s"))
    assert not _stops(until, _view(done), _start(survey_id="t"))
    assert not _stops(until, _view(done), _start())
    assert not _stops(until, _view(done), _start("03-04 09:00", survey_id="s"))


def test_until_same_by_somebody_needs_both() -> None:
    """The counterpart's message about the same matter, not one's own or one about another; without `by`, anybody's."""
    (until,) = BY_TOPIC.until
    start = _start(by="mentor", about="exams")
    for by, about, expected in (("mentee", "exams", True), ("mentor", "exams", False), ("mentee", "sports", False)):
        view = _view(wrote(by, "03-04 09:00", about=about))
        assert _stops(until, view, start) is expected
        assert _stops(Until(event="mentorship.message_sent", same="about"), view, start) is (about == "exams")


def test_what_was_deleted_stops_nothing() -> None:
    """A conversation that was deleted was never logged."""
    logged = event("conversation.logged", "mentorships/m", "03-04 09:00", conversation_id="c", by="mentor")
    gone = event("conversation.deleted", "mentorships/m", "03-05 09:00", conversation_id="c")
    assert _stops(Until(event="conversation.logged"), _view(logged), _start())
    assert not _stops(Until(event="conversation.logged"), _view(logged, gone), _start())


def test_a_participants_rule_is_stopped_in_any_of_their_mentorships() -> None:
    """Without `by`, a message in either stops it; by the counterpart, only one in the mentorship that began it."""
    n = Subject.parse("mentorships/n")
    facts = (_facts(M, PAIR), _facts(n, matched("03-02 09:00", "ann", "cy", "n"), wrote("mentee", "03-04 09:00", "n")))
    view = participant_view(_facts(ANN, person("ann", "mentor")), facts, PROGRAM)
    assert _stops(Until(event="mentorship.message_sent"), view, _start())
    assert not _stops(Until(event="mentorship.message_sent", by=Actor.COUNTERPART), view, _start())
    other = (_facts(n, matched("03-02 09:00", "ann", "cy", "n"), wrote("mentee", "03-04 09:00", "n")),)
    answered = (*other, _facts(M, PAIR, wrote("mentee", "03-04 09:00")))
    view = participant_view(_facts(ANN, person("ann", "mentor")), answered, PROGRAM)
    assert _stops(Until(event="mentorship.message_sent", by=Actor.COUNTERPART), view, _start())


def test_what_somebody_read_after_the_start_spares_them_the_line_that_sends_it() -> None:
    """Where the start names a resource itself, or the rule asks for no resource, lines are not looked at."""
    lines, plain = Until(event="resource.viewed", same="resource"), Until(event="resource.viewed")
    bare = Start("s", Moment(5, "/test", "e"), 5, Subject.parse("mentorships/m"), "", {}, None)
    naming = replace(bare, data={"resource": "goals"})
    assert [is_of_lines(*each) for each in ((lines, bare), (lines, naming), (plain, bare))] == [True, False, False]

    def ann(*values: tuple[str, dict[str, int]]) -> Person:
        tally = Tally(count=1, first=9, last=9, last_with=dict(values))
        facts = SubjectFacts(subject=Subject.parse("participants/ann"), tallies={"resource.viewed": tally})
        return Person("ann", Role.MENTOR, facts)

    read = ann(("resource", {"goals": 9, "old": 5}))
    assert [stopped_for(lines, bare, each, read) for each in ("goals", "old", "new", None)] == [
        True,
        False,
        False,
        False,
    ]
    assert not stopped_for(plain, bare, "goals", read)
    assert not stopped_for(lines, naming, "goals", read)
    for who in (None, Person("ann", Role.MENTOR, None), ann()):
        assert not stopped_for(lines, bare, "goals", who)
