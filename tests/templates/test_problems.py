"""What is wrong in a message or resource file: said with file, line and a way out."""

import pytest

from service.adapters.templates.book import TemplateBook
from service.adapters.templates.samples import sample_context
from service.domain.errors import RuleAuthorError
from tests.templates.pages import LOOK, book, layouts, message, render


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{{ counterprt.name }}", 'm.md:7: "counterprt.name" is nothing|m.md:7: "counterprt" is nothing'),
        (
            "one\n\n{{ counterpart.frst_name }}",
            r'm.md:9: "counterpart.frst_name".*Did you mean "counterpart.first_name"\?',
        ),
        ("{{ start.nothing_like_it }}", "m.md:7: .*It has: counterpart, links"),
        ("a\n{% if x %}", "m.md:8|m.md:7"),
        ("a\n{{ recipient.name", "m.md:8|m.md:9"),
        ("{{ recipient.name | nofilter }}", "m.md:7: .*nofilter"),
        ("[a](example.org)", '"example.org" cannot be a link.*https://'),
        ("[a](javascript:alert)", "cannot be a link"),
    ],
)
def test_a_body_that_cannot_be_rendered(body: str, said: str) -> None:
    with pytest.raises(RuleAuthorError, match=said):
        render(message(body))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no front matter", "m.md:1: begins without front matter"),
        ("---\nsubject: a\n", "m.md:1: begins without"),
        ("---\nsubject: a\n---\nx", "has no preheader"),
        ("---\nsubject: {{ recipient.name }}\npreheader: b\n---\nx", "m.md:2: .*quotes"),
        ("---\nsubject: a: b\npreheader: b\n---\nx", "m.md:2: .*quotes"),
        ("---\nsubject: a\npreheader: b\nbuttons: yes\n---\nx", 'm.md:4: "buttons" is a list'),
        ("---\nsubject: a\npreheader: b\nbuttons:\n  - { label: a }\n---\nx", "m.md:5: a button has a label and a url"),
        ("---\na: &x b\nsubject: *x\npreheader: b\n---\nx", "no aliases"),
        ("---\n- a\n---\nx", "m.md:2: is not a list of keys"),
        ("---\nsubject: a\x00\n---\nx", "character that cannot be read"),
        ('---\nsubject: "{{ x"\npreheader: b\n---\nx', "m.md:2: "),
        ("x" * 70_000, "Make it shorter"),
    ],
)
def test_a_file_that_cannot_be_read(text: str, said: str) -> None:
    with pytest.raises(RuleAuthorError, match=said):
        render(text)


def test_all_problems_are_found_at_once_and_each_once() -> None:
    text = message("fine\n\n{{ mentee.nme }}", subject="{{ who }}", buttons="[{ label: '{{ what }}', url: 'x' }]")
    contexts = [sample_context("mentor"), sample_context("mentee")]

    problems = book(m=text).problems_of("m", contexts)

    assert [problem.partition(" ")[0] for problem in problems] == [
        "templates/messages/m.md:2:",
        "templates/messages/m.md:",
        "templates/messages/m.md:9:",
    ]


def test_a_message_without_a_fault_has_no_problems() -> None:
    assert book(m=message("Hi {{ recipient.name }}")).problems_of("m", [sample_context("staff")]) == ()


def test_a_message_that_is_not_there_is_a_problem() -> None:
    (problem,) = book().problems_of("m", [])
    assert "Write templates/messages/m.md" in problem


def test_the_variables_of_a_message_are_known_without_rendering_it() -> None:
    text = message(
        "{% for t in start.topics %}{{ t.label }}{{ loop.last }}{% endfor %}"
        "{% if slot.last %}{{ mentee.name }}{% endif %}",
        subject="{{ recipient.name }}",
        buttons="[{ label: 'x', url: '{{ links.console }}' }]",
    )

    assert book(m=text).message("m").variables() == {
        "start.topics",
        "slot.last",
        "mentee.name",
        "recipient.name",
        "links.console",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\nsummary: a\n---\nx", "has no title"),
        ("---\ntitle: a\n---\n{{ recipient.name }}", "only"),
        ("---\ntitle: a\n---\n[a](b)", "cannot be a link"),
    ],
)
def test_a_resource_that_cannot_be_shown(text: str, said: str) -> None:
    with pytest.raises(RuleAuthorError, match=said):
        TemplateBook({"templates/resources/r.md": text}, layouts()).pages(LOOK).page("r")
