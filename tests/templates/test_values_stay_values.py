"""Whatever stands in a name: it is shown, and is never markup, Markdown, a link or a template."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.adapters.templates.look import ProgramLook
from service.adapters.templates.samples import sample_context
from tests.templates.pages import FOOT_LINKS, Seen, message, render

BODY = """\
Hi {{ counterpart.first_name }},

**{{ counterpart.name }}** and *{{ counterpart.name }}*.

{{ counterpart.name }}

## About {{ counterpart.name }}

- {{ counterpart.name }}
- [{{ counterpart.name }}](https://example.org/a)

> {{ counterpart.name }}

1. {{ counterpart.name }} [more]({{ links.resource }})
"""
FILE = message(
    BODY,
    subject="News of {{ counterpart.name }}",
    preheader="{{ counterpart.name }}",
    buttons="[{ label: 'Write to {{ counterpart.name }}', url: '{{ links.resource }}' }]",
)


def context_named(name: str) -> dict[str, object]:
    context = sample_context("mentor")
    return {**context, "counterpart": {"name": name, "first_name": name, "role": "mentee"}}


PLAIN = render(FILE, context_named("Jonas"))

# What is typed → what is shown.
SHOWN = {
    "<b>bold</b>": "<b>bold</b>",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "&lt;b&gt; &amp;": "&lt;b&gt; &amp;",
    "[x](http://evil.example)": "[x](http: //evil. example)",
    "![x](https://evil.example/p.png)": "![x](https: //evil. example/p. png)",
    "<https://evil.example>": "<https: //evil. example>",
    "{{7*7}}": "{{7*7}}",
    "{% for x in y %}": "{% for x in y %}",
    "www.evil.example": "www. evil. example",
    "http://evil.example/a?b=c#d": "http: //evil. example/a?b=c#d",
    "evil.example": "evil. example",
    "evil。example": "evil。 example",
    "mailto:x@evil.example": "mailto: x@evil. example",
    "x://x": "x: //x",
    "javascript:alert(1)": "javascript: alert(1)",
    "a\r\nBcc: x@evil.example\r\n\r\nb": "a Bcc: x@evil. example b",
    "a\n\n# heading": "a # heading",
    "# heading": "# heading",
    "`code` ```": "`code` ```",
    "**bold** __too__ ~~no~~": "**bold** __too__ ~~no~~",
    "> quote": "> quote",
    "- item": "- item",
    "1. item": "1. item",
    "| a | b |": "| a | b |",
    "\\*": "\\*",
    '" onmouseover="alert(1)': '" onmouseover="alert(1)',
    "a\u202eb\u2066c\u200fd": "abcd",
    "a\x00b\x1b[31mc\x7f": "ab[31mc",
    "a\u200b\u2060\ufeffb": "ab",
    "\ue0000\ue001": "0",
    "[ref]: https://evil.example": "[ref]: https: //evil. example",
    "J.R. Smith, 2.5 St. John": "J.R. Smith, 2.5 St. John",
    "Zoë 👩‍👩‍👧 周杰倫": "Zoë 👩‍👩‍👧 周杰倫",
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_name_is_shown_as_text_everywhere(name: str) -> None:
    mail = render(FILE, context_named(name))
    seen, shown = Seen(mail.html), SHOWN[name]

    assert mail.subject == f"News of {shown}"
    assert mail.preheader == shown
    assert seen.text.count(" ".join(shown.split())) == Seen(PLAIN.html).text.count("Jonas")
    assert [tag for tag, _ in seen.tags] == [tag for tag, _ in Seen(PLAIN.html).tags]
    assert seen.tags == Seen(PLAIN.html).tags
    unwrapped = " ".join(re.sub(r"^> ", "", mail.text, flags=re.MULTILINE).split())
    assert unwrapped.count(shown) >= 6


LINKABLE = re.compile(r"[\w-]\.[^\W\d_]{2}|://|[A-Za-z]{2}:\S")


@settings(max_examples=max(200, settings().max_examples))
@given(st.text(st.sampled_from("ab1.:/@-*_[]()<>#`{}%&\"'\\|\n\r\u202e\u200d\u2060\ue000\ue001\u3002é "), max_size=40))
def test_no_name_changes_the_mail_around_it(name: str) -> None:
    mail = render(FILE, context_named(f"x{name}x"))

    assert Seen(mail.html).tags == Seen(PLAIN.html).tags
    assert "\n" not in mail.subject
    assert not LINKABLE.search(mail.subject)
    assert not any(unicodedata.category(char) in ("Cc", "Co") for char in mail.subject)
    assert mail.text.count("\n\n## ") == 0
    assert len(mail.text.split("-----\n")) == len(PLAIN.text.split("-----\n"))


def test_only_links_that_we_made_can_be_followed() -> None:
    context = context_named("https://evil.example")
    body = (
        "[a]({{ counterpart.name }}) [b](https://{{ counterpart.name }}/) [c](javascript:{{ counterpart.name }})\n\n"
        "[d](https://example.org/?q={{ counterpart.name }}&r=1) [e]({{ links.resource }}#{{ counterpart.name }})\n\n"
        "[f](mailto:{{ program.email }}) [g](mailto:{{ counterpart.name }}) [h]({{ program.dashboard }})\n\n"
        "[i](https://example.org{{ counterpart.name }}) [j](https://user@{{ counterpart.name }})"
    )
    button = "[{ label: a, url: '{{ counterpart.name }}' }]"

    links = Seen(render(message(body, buttons=button), context).html).links

    encoded = "https%3A%2F%2Fevil.example"
    assert links == [
        f"https://example.org/?q={encoded}&r=1",
        f"https://mentoring.example.org/resources/tips-for-your-first-message#{encoded}",
        "mailto:mentoring@northfield.example.org",
        "https://mentoring.example.org/app",
        "mailto:mentoring@northfield.example.org",
        *FOOT_LINKS,
    ]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example", "https://a b", "data:text/html,x", ""])
def test_not_even_a_link_value_goes_anywhere_but_the_web(url: str) -> None:
    context = {**sample_context("mentor"), "links": {"resource": url, "preferences": "", "console": ""}}

    mail = render(message("See [this]({{ links.resource }}) or {{ links.resource }}"), context)

    assert Seen(mail.html).links == ["mailto:mentoring@northfield.example.org", *FOOT_LINKS]
    assert "See this" in Seen(mail.html).text


def test_links_and_the_programs_address_are_followed_where_they_are_written_out() -> None:
    mail = render(message("At {{ links.resource }} or {{ program.email }}, not {{ program.name }}."))

    page = "https://mentoring.example.org/resources/tips-for-your-first-message"
    assert Seen(mail.html).links[:2] == [page, "mailto:mentoring@northfield.example.org"]
    assert f"At {page} or" in " ".join(mail.text.split())


def test_the_look_of_a_program_cannot_bring_markup_either() -> None:
    look = ProgramLook(name="<b>www.evil.example</b>", email='"><img src=x>', logo='javascript:alert(1)"')

    mail = render(message("Hi"), look=look)

    assert Seen(mail.html).count("b") == Seen(mail.html).count("img") == 0
    assert "www. evil. example" in Seen(mail.html).text
