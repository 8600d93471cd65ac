"""Every verdict in one sentence that a person who knows mentoring understands."""

import re

import pytest

from service.domain.calendar import DAY, HOUR, MINUTE, WEEK, Duration, span
from service.domain.delivery import Verdict, Word
from service.domain.rules import Count, Gate, Quiet
from service.flow.words import Sentences
from tests.schemas.samples import SCHEMAS

SAYS = Sentences(SCHEMAS.catalogue, lambda at: f"day {at}")


@pytest.mark.parametrize("word", Word)
def test_every_verdict_is_a_sentence(word: Word) -> None:
    said = SAYS.verdict(Verdict(word, "mentorship: active" if word is Word.GATE else "", 7))
    assert re.fullmatch(r"[A-Z].*\.", said)
    assert "_" not in said


@pytest.mark.parametrize("word", [Word.WAITING, Word.GAP, Word.BREAK, Word.HOURS, Word.LIMITED, Word.AGAIN])
def test_what_time_lifts_says_when(word: Word) -> None:
    assert "day 7" in SAYS.verdict(Verdict(word, "", 7))


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (Gate("mentorship", "active"), "The mentorship is not active."),
        (Gate("mentorship.message_sent", "never"), "It happened already: “One side wrote to the other”."),
        (Gate("conversation.logged", "happened"), "It has not happened yet: “A conversation was logged”."),
        (Gate("conversation.logged", "none_since_start"), "It happened since: “A conversation was logged”."),
        (
            Gate("conversation.logged", "happened_since_start"),
            "It has not happened since: “A conversation was logged”.",
        ),
        (Gate("flag", "none_open"), "A flag is open."),
        (Gate("flag", "open"), "No flag is open."),
        (Gate("flag", "no_immediate_open"), "An immediate flag is open."),
        (Gate("help", "none_open"), "A request for help is open."),
        (Gate("this_flag", "open"), "This flag is settled already."),
        (Gate("this_concern", "unacknowledged"), "This concern has been seen by staff already."),
        (Quiet("conversation.logged", DAY), "Too recently: “A conversation was logged”. It can go from day 7."),
        (Count(event="conversation.logged"), "The rule asks for another number of “A conversation was logged”."),
    ],
)
def test_a_closed_gate_says_what_is_so(gate: Gate | Quiet | Count, said: str) -> None:
    until = 7 if isinstance(gate, Quiet) else None
    assert SAYS.verdict(Verdict(Word.GATE, str(gate), until)) == said


def test_every_gate_word_of_the_catalogue_has_words() -> None:
    for word, values in SCHEMAS.catalogue.gate_words().items():
        for value in values:
            said = SAYS.verdict(Verdict(Word.GATE, str(Gate(word, value))))
            assert re.fullmatch(r"[A-Z].*\.", said)
            assert "_" not in said
            assert word not in SCHEMAS.catalogue.types or word not in said


@pytest.mark.parametrize(
    ("why", "until", "said"),
    [
        ("program", None, "The program has ended."),
        ("left", None, "Someone in it has left the program."),
        ("paused", None, "They take a rest."),
        ("paused", 7, "They take a rest until day 7."),
    ],
)
def test_what_ended_says_why(why: str, until: int | None, said: str) -> None:
    assert SAYS.verdict(Verdict(Word.ENDED, why, until)) == said


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        (MINUTE, "1 minute"),
        (90 * MINUTE, "2 hours"),
        (HOUR, "1 hour"),
        (47 * HOUR, "2 days"),
        (3 * DAY, "3 days"),
        (3 * WEEK, "3 weeks"),
    ],
)
def test_spans_read_as_people_say_them(duration: Duration, said: str) -> None:
    assert span(duration) == said
