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
