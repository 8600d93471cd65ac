"""A mail as its reader gets it: one layout, one heading order, two parts that say the same."""

import re

import pytest

from service.adapters.mail.mime import as_bytes
from service.adapters.templates.book import Part
from service.adapters.templates.look import ProgramLook
from service.adapters.templates.samples import sample_context
from tests.mail.emails import email
from tests.templates.pages import FOOT, FOOT_LINKS, LOOK, Seen, book, message, render

LOG = message(
    "Hi {{ recipient.first_name }},\n\n"
    "Have you and **{{ counterpart.first_name }}** talked?\n\n"
    "## Not yet?\n\n#### Then\n\n- Write *first*\n- Read [{{ resource.title }}]({{ links.resource }})\n\n"
    "> Be brief.\n\n1. One\n2. Two",
    subject="Two weeks in",
    more='digest_title: "Log your talk with {{ counterpart.first_name }}"\n',
    buttons='[{ label: "Log it", url: "{{ program.dashboard }}" }, { label: "Nothing", url: "{{ links.console }}" }]',
)
THANKS = message("Dear {{ recipient.first_name }},\n\nThank you.\n\n### Small print\n\nNone.", subject="Thank you")


def test_the_html_part() -> None:
    mail = render(LOG)
    seen = Seen(mail.html)

    assert (mail.subject, mail.preheader) == ("Two weeks in", "A preheader")
    assert seen.headings == [("h1", "Two weeks in"), ("h2", "Not yet?"), ("h3", "Then")]
    assert ("strong", "Jonas") in seen.words
    assert ("title", "Two weeks in") in seen.words
    assert seen.links == [
        "https://mentoring.example.org/resources/tips-for-your-first-message",
        "https://mentoring.example.org/app",
        "mailto:mentoring@northfield.example.org",
        *FOOT_LINKS,
    ]


def test_the_text_part() -> None:
    assert (
        render(LOG).text
        == """\
Two weeks in
============

Hi Maya,

Have you and Jonas talked?

Not yet?
--------

Then
----

- Write first
- Read Tips for your first message [1]

> Be brief.

1. One
2. Two

[1] https://mentoring.example.org/resources/tips-for-your-first-message

Log it:
https://mentoring.example.org/app


------------------------------
You get this email because you are a mentor in Northfield Peer Mentoring.

Questions? Write to mentoring@northfield.example.org.

My mentorships:
https://mentoring.example.org/me/t

Choose which emails you get:
https://mentoring.example.org/preferences/t

Unsubscribe:
https://mentoring.example.org/unsubscribe/t
"""
    )


def test_text_is_wrapped_and_addresses_are_not_broken() -> None:
    address = "https://example.org/" + "long-" * 30
    mail = render(message(f"{'word ' * 60}\n\n- {'item ' * 40}\n\n> {'quote ' * 40}\n\nsee <{address}>"))

    lines = mail.text.splitlines()
    assert all(len(line) <= 76 for line in lines if address not in line)
    assert address in lines
    assert [line for line in lines if line.startswith("> quote")] == [line for line in lines if "quote" in line]


def test_layout_is_accessible() -> None:
    html = render(LOG, look=ProgramLook(name="N", logo="https://example.org/l.png")).html
    seen = Seen(html)

    assert ("html", "en") in [(tag, attrs.get("lang")) for tag, attrs in seen.tags]
    assert all(attrs.get("role") == "presentation" for tag, attrs in seen.tags if tag == "table")
    assert [attrs["alt"] for tag, attrs in seen.tags if tag == "img"] == ["N"]
    assert ("meta", "light dark") in [(tag, attrs.get("content")) for tag, attrs in seen.tags]
    sizes = [int(size) for size in re.findall(r"font-size: ?(\d+)px", html)]
    assert [size for size in sizes if 1 < size < 16] == []


def test_every_written_element_carries_its_style() -> None:
    seen = Seen(render(LOG).html)

    unstyled = [
        tag
        for tag, attrs in seen.tags
        if tag in ("p", "a", "h1", "h2", "h3", "ul", "ol", "li", "blockquote") and "style" not in attrs
    ]
    assert unstyled == []


def test_the_preheader_is_hidden_and_comes_first() -> None:
    html = render(LOG).html

    assert re.search(r'<body[^>]*>\s*<div class="preheader"[^>]*display: ?none[^>]*>A preheader', html)


def test_a_digest_has_its_own_subject_and_a_heading_for_each_part() -> None:
    parts = [
        Part(message="log", context=sample_context("mentor")),
        Part(message="thanks", context=sample_context("mentor")),
    ]
    mail = book(log=LOG, thanks=THANKS).render_email(parts, LOOK, FOOT)
    seen = Seen(mail.html)

    assert mail.subject == "2 things for your mentorship"
    assert mail.preheader == "Log your talk with Jonas · Thank you"
    assert seen.headings == [
        ("h1", "2 things for your mentorship"),
        ("h2", "Log your talk with Jonas"),
        ("h3", "Not yet?"),
        ("h4", "Then"),
        ("h2", "Thank you"),
        ("h3", "Small print"),
    ]
    assert seen.text.count("Maya") == mail.text.count("Maya") == 1
    assert "https://mentoring.example.org/app" in seen.links
    assert mail.text.index("Log your talk") < mail.text.index("Log it:") < mail.text.index("Thank you.")


@pytest.mark.parametrize(
    ("role", "ids", "subject"),
    [
        ("mentor", ("m-1", "m-1", "m-1"), "3 things for your mentorship"),
        ("mentor", ("m-1", "m-2"), "2 things for your mentorships"),
        ("staff", ("m-1", "m-2"), "2 things that need a look"),
    ],
)
def test_a_digests_subject_says_what_it_is_about(role: str, ids: tuple[str, ...], subject: str) -> None:
    parts = [Part(message="m", context={**sample_context(role), "mentorship": {"id": each}}) for each in ids]

    assert book(m=message("x")).render_email(parts, LOOK).subject == subject


@pytest.mark.parametrize("role", ["mentor", "mentee", "staff", "advisor"])
def test_the_footer_says_why_and_offers_a_choice_only_where_there_is_one(role: str) -> None:
    parts = [Part(message="m", context=sample_context(role))]
    mail = book(m=message("x")).render_email(parts, LOOK)

    why = {"staff": "on the staff of", "advisor": "you advise"}.get(role, f"you are a {role} in")
    assert why in mail.text
    assert why in Seen(mail.html).text
    assert "Choose which" not in mail.text + mail.html


def test_two_mails_of_one_message_share_nothing() -> None:
    mine, yours = (
        render(LOG, {**sample_context("mentor"), "counterpart": {"name": name, "first_name": name, "role": "mentee"}})
        for name in ("Ana", "Bo")
    )

    assert "Ana" in mine.html
    assert "Bo" not in Seen(mine.html).text.split()
    assert "Ana" not in yours.html + yours.text


@pytest.mark.parametrize("number", [2, 1_000])
def test_a_mail_of_very_many_notices_stays_small_enough_to_be_shown_whole(number: int) -> None:
    """Mail programs cut what is longer than 100 KiB; what there is no room for is counted."""
    mail = book(log=LOG).render_email([Part(message="log", context=sample_context("mentor"))] * number, LOOK)
    sent = as_bytes(email(subject=mail.subject, html=mail.html, text=mail.text, marks=("0" * 20,) * number))
    assert len(sent) < 100 * 1024
    shown = mail.text.count("Be brief.")
    assert mail.subject.startswith(f"{number:,}"[:1])
    if number == 2:
        assert (shown, "more" in mail.text) == (2, False)
        return
    assert len(sent) > 60 * 1024, "as much as there is room for"
    for part in (mail.text, mail.html):
        assert f"And {number - shown} more, for which there is no room here." in " ".join(part.split())
