"""Each thing that a mail's readers would trip over is found, and nothing is found in a mail that is sound."""

from dataclasses import replace

import pytest

from service.adapters.templates.book import Rendered
from service.adapters.templates.ground import Shade, shades
from service.adapters.templates.proof import flaws

PUBLIC = "https://mentoring.example.org"
SLUGS = ("gone-quiet", "first-message")
SOUND = Rendered(
    language="en",
    subject="Say hello",
    preheader="Today or tomorrow",
    html='<body style="color: #222222; background: #fff"><p>Hi</p><a href="https://a.example.org/x">Read</a></body>',
    text="Hi\n\nRead:\nhttps://a.example.org/x\n",
)


def found(mail: Rendered) -> list[str]:
    """Return the words of each flaw."""
    return [each.words for each in flaws(mail, SLUGS, PUBLIC)]


def linked(address: str) -> list[str]:
    """Return the flaws of a mail with one link."""
    return found(replace(SOUND, html=f'<a href="{address}">Read</a>', text=f"Read: {address}"))


def test_a_sound_mail_has_no_flaw() -> None:
    assert found(SOUND) == []


@pytest.mark.parametrize(("length", "number"), [(78, 0), (79, 1)])
def test_a_subject_may_have_78_characters(length: int, number: int) -> None:
    told = found(replace(SOUND, subject="s" * length))
    assert len(told) == number
    assert all("The subject has 79 characters, and 78 are the most" in each for each in told)


def test_a_subject_is_needed() -> None:
    assert found(replace(SOUND, subject="")) == ["The subject is empty. Write one."]


def test_a_text_part_is_needed_with_every_link() -> None:
    assert found(replace(SOUND, text=" \n")) == ["There is no text part. Let layouts/email.txt show the message."]
    assert found(replace(SOUND, text="Hi")) == [
        "The text part lacks the link https://a.example.org/x. Let layouts/email.txt show it."
    ]


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example.org",
        "https://a.example.org:8443/b?c=d#e",
        "mailto:kim@example.org",
        "mailto:kim@example.org?subject=Hello",
        "http://127.0.0.1:8080/console/x",
        "http://localhost/x",
        "https://xn--mnchen-3ya.example.org/",
        f"{PUBLIC}/resources/gone-quiet?program=northfield",
        "https://another.example.org/resources/what-they-have",
    ],
)
def test_a_link_that_can_be_is_left_alone(address: str) -> None:
    assert linked(address) == []


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "is no web or mail address"),
        ("#", "is no web or mail address"),
        ("/resources/gone-quiet", "is no web or mail address"),
        ("javascript:alert(1)", "is no web or mail address"),
        ("https://", "is no web or mail address"),
        ("mailto:kim", "is no web or mail address"),
        ("https://a.example.org:port/x", "is no web or mail address"),
        ("https://intranet/x", "has no host that can be: “intranet”"),
        ("https://a..example.org", "has no host that can be: “a..example.org”"),
        ("https://a.example.org/TODO", "looks as if it was to be filled in"),
        ("https://your-domain.org/x", "looks as if it was to be filled in"),
        ("https://www.example.com/", "looks as if it was to be filled in"),
        ("https://a.example.org/%7B%7Bslug%7D%7D", "looks as if it was to be filled in"),
        ("https://a.example.org/...", "looks as if it was to be filled in"),
    ],
)
def test_a_broken_link_is_found_without_asking_anybody(address: str, why: str) -> None:
    assert linked(address) == [f"The link “{address}” {why}. Write the address it should lead to."]


def test_a_link_to_a_resource_that_does_not_exist_is_found_with_the_nearest() -> None:
    address = f"{PUBLIC}/resources/gone-quite"
    told = "leads to a resource that does not exist. Did you mean gone-quiet?"
    assert linked(address) == [f"The link “{address}” {told}"]


@pytest.mark.parametrize("alt", ["", ' alt=""', ' alt=" "'])
def test_an_image_without_words_is_found(alt: str) -> None:
    told = found(replace(SOUND, html=f'{SOUND.html}<img src="https://a.example.org/logo.png"{alt}>'))
    assert told == ["The image https://a.example.org/logo.png has no alt text. Say in alt what it shows."]
    assert found(replace(SOUND, html=f'{SOUND.html}<img src="l.png" alt="Northfield">')) == []


@pytest.mark.parametrize(
    ("html", "number"),
    [
        ('<p style="color: #767676">grey on white</p>', 0),
        ('<p style="color: #777777">grey on white</p>', 1),
        ('<p style="color: #777">grey on white</p>', 1),
        ('<p style="color: rgb(119, 119, 119)">grey on white</p>', 1),
        ('<td bgcolor="#222222"><p style="color:#333333">dark on dark</p></td>', 1),
        ('<td style="background-color: #7a1f2b"><b style="color: white">white on red</b></td>', 0),
        ('<td style="background: #000"><div><b style="color: #000 !important">black on black</b></div></td>', 1),
        ('<div style="display: none; color: #fff">a preheader</div>', 0),
        ('<td style="background: #000"><br><img alt="x" src="https://a.example.org/i.png"></td>black on white', 0),
    ],
)
def test_text_that_does_not_stand_out_from_its_ground_is_found(html: str, number: int) -> None:
    told = found(replace(SOUND, html=html))
    assert len(told) == number
    assert all("is hard to read" in each and "4.5 are the least" in each for each in told)


def test_a_color_that_cannot_be_judged_is_said() -> None:
    told = found(replace(SOUND, html='<p style="color: rebeccapurple">x</p>'))
    assert told == ["The color “rebeccapurple” cannot be judged. Write it as #rrggbb."]


def test_a_color_is_handed_down_and_ends_with_its_element() -> None:
    html = '<div style="color: #111111"><table bgcolor="#eeeeee"><tr><td>in</td></tr></table>out</div>after'
    assert list(shades(html)) == [
        Shade("in", "#111111", "#eeeeee"),
        Shade("out", "#111111", "#ffffff"),
        Shade("after", "#000000", "#ffffff"),
    ]
