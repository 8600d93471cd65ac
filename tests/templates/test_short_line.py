"""A subject fits beside any name: the name gives way, between words, and what the subject is about stays."""

import pytest

from service.adapters.templates.samples import sample_context
from service.adapters.templates.short_line import LONGEST_SUBJECT, cut
from tests.templates.pages import Seen, message, render

LONG = "Maria Francisca Esperanza Guadalupe Villavicencio y Fernández de la Concepción"


def subject_of(subject: str, name: str, program: str = "Northfield") -> tuple[str, str]:
    """Return a mail's subject and the title above its text."""
    context = sample_context("mentor")
    context["counterpart"] = {"name": name, "first_name": name, "role": "mentee"}
    context["program"] = {"name": program, "email": "", "dashboard": "", "id": "p", "ends_on": ""}
    mail = render(message("Hello.", subject=subject), context)
    return mail.subject, next(words for tag, words in Seen(mail.html).headings if tag == "h1")


ASKED = "Time for a catch-up with {{ counterpart.first_name }}?"


@pytest.mark.parametrize(
    ("subject", "name", "program", "shown"),
    [
        (ASKED, "Sam", "", "Time for a catch-up with Sam?"),
        (ASKED, LONG, "", "Time for a catch-up with Maria Francisca Esperanza Guadalupe Villavicencio y…?"),
        (ASKED, "L" * 100, "", f"Time for a catch-up with {'L' * 51}…?"),
        (
            "{{ counterpart.first_name }} and you at {{ program.name }}: three talks in one month",
            LONG,
            "Northfield Mentoring",
            "Maria Francisca… and you at Northfield Mentoring: three talks in one month",
        ),
    ],
)
def test_the_name_gives_way_between_words_and_the_mail_has_it_in_full(
    subject: str, name: str, program: str, shown: str
) -> None:
    found, title = subject_of(subject, name, program)
    assert found == shown
    assert len(found) <= LONGEST_SUBJECT
    assert name in title


def test_two_long_names_leave_a_subject_that_fits() -> None:
    found, _ = subject_of(
        "{{ counterpart.first_name }}, {{ program.name }} and seventy letters of other words", LONG, LONG
    )
    assert len(found) <= LONGEST_SUBJECT
    assert found.startswith("Maria…, Maria Francisca Esperanza… and seventy")


def test_a_subject_too_long_by_its_own_words_stays_for_the_proof_to_tell() -> None:
    assert len(subject_of("so " * 30 + "{{ counterpart.first_name }}", "Sam")[0]) == 93


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [("one two", 7, "one two"), ("one two", 6, "one…"), ("one, two", 6, "one…"), ("onetwo", 4, "one…"), ("", 3, "")],
)
def test_what_is_cut_ends_with_a_whole_word(text: str, most: int, shown: str) -> None:
    assert cut(text, most) == shown
