"""A staff template cannot take the process down: what costs is refused, what remains is bounded."""

import pytest

from service.adapters.templates.front_matter import Line
from service.adapters.templates.pieces import tree_of
from service.adapters.templates.samples import sample_context
from service.domain.errors import RuleAuthorError
from tests.templates.pages import message, render


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("{{ 'a' * 10**8 }}", r"\*"),
        ("{{ 2 ** 99999999 }}", r"\*\*"),
        ("{{ '%99999999d' % 1 }}", "%"),
        ("{% for a in range(10**9) %}{% endfor %}", "loop goes over a list"),
        ("{% for a in start.topics %}{% for b in start.topics %}x{% endfor %}{% endfor %}", "loop within a loop"),
        ("{% for a in start.topics recursive %}{{ loop(a) }}{% endfor %}", "loop|call"),
        ("{{ recipient.name.upper() }}", "call"),
        ("{{ recipient.name.__class__ }}", "__class__"),
        ("{{ recipient['__class__'] }}", "__class__"),
        ("{{ recipient|attr('name') }}", "attr"),
        ("{{ recipient.name|center(99999999) }}", "center"),
        ("{% macro a() %}{% endmacro %}", "macro"),
        ("{% include 'x' %}", "include"),
        ("{% extends 'x' %}", "extends"),
        ("{% set a %}{{ recipient.name }}{% endset %}", "set"),
        ("{% set a = recipient.name ~ recipient.name %}", "~"),
        ("{{ recipient.name + recipient.name }}", "numbers"),
        ("{{ 'a'|replace('', 'b' * 9) }}", r"\*"),
        ("{{ recipient.name|replace('a', 'aaaaaaaa')|int }}", "int"),
        ("x" * 40_000, "longer"),
    ],
)
def test_what_can_cost_without_bound_has_no_place(body: str, word: str) -> None:
    with pytest.raises(RuleAuthorError, match=f"templates/messages/m.md.*({word})"):
        render(message(body))


@pytest.mark.parametrize(
    "body",
    [
        "{% for t in start.many %}" + "x" * 1_000 + "{% endfor %}",
        "{{ recipient.name" + "|replace('', 'aaaaaaaaaaaaaaaaaaaa')" * 9 + " }}",
        "{% for t in start.many %}{{ start.long }}{% endfor %}",
        "{{ start.many|join(start.long) }}",
        "{% set a = start.long|replace('x', start.long) %}{{ a }}",
    ],
)
def test_too_much_text_is_an_error_and_not_a_mail(body: str) -> None:
    context = sample_context("mentor", start={"many": ["a"] * 100_000, "long": "x" * 100_000})

    with pytest.raises(RuleAuthorError, match="more than 20000 characters"):
        render(message(body), context)


HARD = ["[" * 19_000, "*a " * 6_000, ">" * 19_000, "- " * 9_000, "[a](" * 4_500, "**a *" * 3_500, "|a\n|-\n" * 3_000]


@pytest.mark.parametrize("body", HARD)
def test_hard_markdown_comes_to_an_end(body: str) -> None:
    assert render(message(body)).subject == "A subject"


def test_loops_end_also_where_they_print_nothing() -> None:
    loops = "{% for t in start.long %}{% if t == 'y' %}{% endif %}{% endfor %}" * 400
    context = sample_context("mentor", start={"long": "x" * 100_000})

    assert render(message(f"Hi {loops}"), context).subject == "A subject"


@pytest.mark.parametrize(
    "text",
    [
        "{{ " + "(" * 3000 + "a" + ")" * 3000 + " }}",
        "{{ a" + ".b" * 5000 + " }}",
        "{% if a %}" * 400 + "{% endif %}" * 400,
    ],
)
def test_what_is_nested_beyond_all_need_is_refused(text: str) -> None:
    with pytest.raises(RuleAuthorError, match="nested too deeply"):
        tree_of("m.md", Line(text, 1))
