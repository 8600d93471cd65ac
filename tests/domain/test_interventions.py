"""What staff may write to many, and how many of them have to agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.delivery import Verdict, Word
from service.domain.interventions import Bar, Fate, bar_of, fate_of, paragraphs_of, remarks_on


@given(st.lists(st.sampled_from("abc"), max_size=5), st.integers(0, 200), st.integers(0, 100))
def test_nobody_counts_twice_and_many_people_need_two(approvals: list[str], people: int, alone_up_to: int) -> None:
    bar, persons = bar_of(approvals, people, alone_up_to), len(set(approvals))
    assert (bar is Bar.NOTHING) == (persons >= 2 or (persons == 1 and people <= alone_up_to))
    assert (bar is Bar.FIRST) == (persons == 0)


@pytest.mark.parametrize(
    ("heading", "text", "errors", "said"),
    [
        ("Hello", "Come by on 3 June.", 0, []),
        ("", "Come by.", 1, ["subject"]),
        ("x" * 79, "Come by.", 1, ["79 characters"]),
        ("Hello", " \n\n ", 1, ["at least one paragraph"]),
        ("Hello", "a" * 1_001, 1, ["1,001 characters"]),
        ("Hello", "\n\n".join("abc"[n % 3] for n in range(21)), 1, ["21 paragraphs"]),
        ("Hello", "Dear {{ name }}", 1, ["Braces"]),
        ("Hello", "See example.org now", 0, ["not be a link"]),
        ("Hello", "COME NOW PEOPLE", 0, ["shouting"]),
        ("Hello", "Hi there, come by", 0, ['begins with "Hi"']),
        ("Hello", "word " * 100 + "\n\n" + "word " * 100 + "\n\n" + "word " * 60, 0, ["250 words"]),
    ],
)
def test_words_are_looked_at_before_they_go(heading: str, text: str, errors: int, said: list[str]) -> None:
    found = list(remarks_on(heading, paragraphs_of(text)))
    assert sum(each.is_error for each in found) == errors
    told = " ".join(each.text for each in found)
    assert all(each in told for each in said)
    assert bool(found) == bool(said)


def test_paragraphs_are_what_stands_between_empty_lines() -> None:
    assert paragraphs_of("One\r\nline\r\n \r\nTwo\0\n\n\n\nThree ") == ("One line", "Two", "Three")


def test_what_time_alone_lifts_in_time_is_later_and_anything_else_is_not() -> None:
    assert fate_of(None, 10) is Fate.GETS
    assert fate_of(Verdict(Word.HOURS, "", 9), 10) is Fate.LATER
    assert fate_of(Verdict(Word.LIMITED, "", 10), 10) is Fate.NOT
    assert fate_of(Verdict(Word.OPTED_OUT, "reminders"), 10) is Fate.NOT


@pytest.mark.parametrize(
    ("heading", "paragraphs"),
    [
        ("x" * 78, ["One."]),
        ("Hello", ["One."] * 20),
        ("Hello", ["a" * 1_000]),
        ("Hello", ["word " * 125, "word " * 125]),
        ("Hello", ["Higher up, at noon."]),
        ("AB", ["CD"]),
    ],
)
def test_what_is_just_within_bounds_is_not_remarked_on(heading: str, paragraphs: list[str]) -> None:
    assert list(remarks_on(heading, paragraphs)) == []


@pytest.mark.parametrize("greeting", ["hi there", "Hello all", "DEAR you", "hey"])
def test_any_greeting_is_one_too_many(greeting: str) -> None:
    assert [each.is_error for each in remarks_on("Hello", [greeting])] == [False]


def test_remarks_are_whole_sentences_in_this_order() -> None:
    first = [each.text for each in remarks_on(" ", [])]
    assert first == ["Write a subject: it is what people see first.", "Write at least one paragraph."]
    many = ["[a]", "b" * 1_001, "see www.example.org", "COME NOW PEOPLE!!"]
    assert [each.text for each in remarks_on("Hello", many)] == [
        "Paragraph 2 has 1,001 characters. Split it: 1,000 at most.",
        "Braces and brackets go out as they are. Names are put in by themselves, in the greeting.",
        "An address will not be a link, so that nobody can be led astray. Name where to find it.",
        "Capitals and rows of exclamation marks read as shouting, and are taken for spam.",
    ]
    assert [each.text for each in remarks_on("Hello", ["Hi."])] == ['Each email begins with "Hi" and the name already.']


def test_an_old_line_end_is_one_line_end() -> None:
    assert paragraphs_of("One\r\n\r\nTwo") == ("One", "Two")
    assert paragraphs_of("a\r\nb") == ("a b",)
