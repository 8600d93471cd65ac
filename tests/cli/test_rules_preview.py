"""`intouch preview`: a message as each of its readers will see it."""

from itertools import pairwise
from pathlib import Path
from shutil import copytree

import pytest

from tests.cli.commands import ROOT, Ran, here, pair, rules, write
from tests.cli.test_rules_explain import lived
from tests.templates.pages import Seen

MESSAGE = """---
subject: Hello {{ recipient.first_name }}
preheader: A word to begin with
category: reminders
---
Hi {{ recipient.first_name }}, write to {{ counterpart.first_name }}.
"""


def templates(folder: Path, body: str = MESSAGE) -> Path:
    """Write the three messages of the test's rules and return the templates folder."""
    for name in ("hello", "flag-study", "flag-belonging"):
        write(folder / "templates" / "messages" / f"{name}.md", body)
    return folder / "templates"


def test_each_reader_s_version_is_shown(tmp_path: Path) -> None:
    ran = here("preview", "hello", "--rules", rules(tmp_path), "--templates", templates(tmp_path))
    assert ran.code == 0
    assert "hello, sent by say-hello, to the mentor" in ran.out
    assert "hello, sent by say-hello, to the mentee" in ran.out
    assert "Subject:   Hello Maya" in ran.out
    assert "write to Jonas" in " ".join(ran.out.split())


def test_a_case_is_rendered_with_its_own_value(tmp_path: Path) -> None:
    body = MESSAGE.replace("A word to begin with", '"{{ start.topics[0] }} {{ topic.key }}"')
    ran = here("preview", "flag-belonging", "--rules", rules(tmp_path), "--templates", templates(tmp_path, body))
    assert "thanks-for-flag, topics belonging, to the mentor" in ran.out
    assert "Preheader: belonging belonging" in ran.out


def test_role_and_rule_narrow_it_down(tmp_path: Path) -> None:
    words = ("preview", "hello", "--rules", rules(tmp_path), "--templates", templates(tmp_path))
    ran = here(*words, "--role", "mentee", "--rule", "say-hello")
    assert "to the mentor" not in ran.out
    wrong = here(*words, "--role", "staff")
    assert wrong.code == 1
    assert "It is sent by say-hello to the mentor, say-hello to the mentee." in wrong.err


def test_a_variable_that_the_message_cannot_have_fails(tmp_path: Path) -> None:
    body = MESSAGE + "Your goal: {{ mentorship.goal }}. {{ resource.title }}\n"
    ran = here("preview", "hello", "--rules", rules(tmp_path), "--templates", templates(tmp_path, body))
    assert ran.code == 1
    assert 'templates/messages/hello.md:7: "mentorship.goal" is nothing that this message has here.' in ran.err
    assert "(It is sent by say-hello, to the mentor.)" in ran.err


RESOURCE = """---
title: Gone quiet
summary: What to do.
order: 1
audience: both
stage: recover
topics: []
minutes: 4
reviewed: 2026-08-01
---
Text.
"""


def proofread(folder: Path, body: str, *words: object) -> Ran:
    """Return how a preview of a message with that text ends."""
    made = templates(folder, body)
    write(made / "resources" / "gone-quiet.md", RESOURCE)
    return here("preview", "hello", "--rules", rules(folder), "--templates", made, "--role", "mentor", *words)


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        (MESSAGE.replace("subject: Hello", f"subject: {'so ' * 30}"), 2, "The subject has 94 characters"),
        (f"{MESSAGE}\n[Read](https://mentoring.example.org/resources/gone-quite)\n", 8, "Did you mean gone-quiet?"),
        (f"{MESSAGE}\n[Read](https://example.com/x)\n", 8, "looks as if it was to be filled in"),
        (f"{MESSAGE}\n[Read](https://intranet/x)\n", 8, "has no host that can be"),
    ],
)
def test_what_readers_trip_over_fails_with_file_and_line(tmp_path: Path, text: str, place: int, told: str) -> None:
    ran = proofread(tmp_path, text)
    assert ran.code == 1
    assert f"templates/messages/hello.md:{place}: " in ran.err
    assert told in ran.err
    assert ran.err.endswith("Error: 1 thing to mend, told above.\n")
    assert "Subject: " in ran.out, "what can be seen is shown all the same"


@pytest.mark.parametrize(
    ("layout", "old", "new", "told"),
    [
        (
            "email.html",
            ".title { margin: 0 0 20px; ",
            ".title { color: #999999 !important; ",
            "hard to read: #999999 on",
        ),
        (
            "email.html",
            '<h1 class="title">',
            '<img src="https://example.org/i.png"><h1>',
            "has no alt text",
        ),
        ("email.txt", "{{ button.url }}", "", "The text part lacks the link https://example.org/talk"),
    ],
)
def test_a_layout_s_faults_are_the_layout_s(tmp_path: Path, layout: str, old: str, new: str, told: str) -> None:
    for part in ("layouts", "pages", "words"):
        copytree(ROOT / "templates" / part, tmp_path / "templates" / part)
    file = tmp_path / "templates" / "layouts" / layout
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    body = MESSAGE.replace("category", "buttons: [ { label: Talk, url: https://example.org/talk } ]\ncategory")
    ran = proofread(tmp_path, body)
    assert ran.code == 1
    assert ran.err.startswith("templates/layouts/email.html: ")
    assert told in ran.err


def test_a_missing_text_part_fails(tmp_path: Path) -> None:
    for part in ("layouts", "pages", "words"):
        copytree(ROOT / "templates" / part, tmp_path / "templates" / part)
    write(tmp_path / "templates" / "layouts" / "email.txt", "")
    ran = proofread(tmp_path, MESSAGE)
    assert ran.code == 1
    assert "There is no text part." in ran.err


def test_out_writes_one_page_with_every_version_on_phone_and_desk(tmp_path: Path) -> None:
    words = ("preview", "hello", "--rules", rules(tmp_path), "--templates", templates(tmp_path))
    ran = here(*words, "--out", tmp_path / "seen")
    page = tmp_path / "seen" / "index.html"
    assert (ran.code, ran.out) == (0, f"2 versions of hello: {page}\n")
    seen = Seen(page.read_text("utf-8"))
    frames = [attributes for tag, attributes in seen.tags if tag == "iframe"]
    assert [each["title"] for each in frames] == [
        f"hello, sent by say-hello, to the {who}, on a {where}"
        for who in ("mentor", "mentee")
        for where in ("phone", "desk")
    ]
    assert all("sandbox" in each and "Hello" in str(each["srcdoc"]) for each in frames)
    assert ("dd", "Hello Maya") in seen.words
    assert ("dd", "A word to begin with") in seen.words
    assert any(tag == "pre" and "write to Jonas" in words for tag, words in seen.words)
    assert not [tag for tag, attributes in seen.tags if tag in ("script", "link") or attributes.get("src")]


def test_the_page_is_built_for_everybody(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    made = ("--rules", rules(tmp_path), "--templates", templates(tmp_path))
    assert here("preview", "--all", *made, "--out", page).code == 0
    seen = Seen(page.read_text("utf-8"))
    levels = [int(tag[1]) for tag, _ in seen.headings]
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    ids = [str(attributes["id"]) for _, attributes in seen.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in seen.links} <= set(ids)
    assert len([tag for tag, _ in seen.tags if tag in ("header", "main", "footer")]) == 3
    assert ("html", {"lang": "en"}) in seen.tags


def test_a_real_mentorship_is_shown_with_its_own_people_and_history(tmp_path: Path) -> None:
    made = templates(tmp_path, MESSAGE.replace("A word to begin with", '"{{ mentorship.matched_on }}"'))
    environment = {
        "INTOUCH_DATA_DIR": str(tmp_path / "var"),
        "INTOUCH_RULES_DIR": str(rules(tmp_path)),
        "INTOUCH_TEMPLATES_DIR": str(made),
    }
    lived(environment, pair(), "2026-03-03T00:00:00Z")
    ran = here("preview", "hello", "--mentorship", "m-1", environment=environment)
    assert ran.code == 0, ran.err
    assert "Hello Mo" in ran.out
    assert "write to Mia" in " ".join(ran.out.split())
    assert "Preheader: 2 March 2026" in ran.out
    sample = here("preview", "flag-belonging", "--mentorship", "mentorships/m-1", environment=environment)
    assert "topics belonging, to the mentor, with a sample of flag.submitted" in sample.out
    wrong = here("preview", "hello", "--mentorship", "m-2", environment=environment)
    assert wrong.err == "Error: No event about mentorships/m-2 has come in. Did you mean mentorships/m-1?\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("flag-thank",), 'There is no message "flag-thank". Did you mean flag-thanks?'),
        ((), "Name one message, or write --all."),
        (("flag-thanks", "--all"), "Name one message, or write --all."),
        (("--all",), "Say where the gallery is to go: --all --out DIR."),
        (("flag-thanks", "--program", "eastgat"), 'no program "eastgat" in these files. Did you mean eastgate?'),
        (("--all", "--role", "advisor", "--out", "/tmp"), "No message is sent that way. Leave --role or --rule out."),
        (("flag-thanks", "--out", "/proc/x"), "/proc/x cannot be made"),
    ],
)
def test_what_cannot_be_shown_is_answered_in_words(words: tuple[str, ...], told: str) -> None:
    ran = here("preview", *words)
    assert ran.code == 1
    assert told in ran.err


def test_a_program_s_own_look_is_shown(tmp_path: Path) -> None:
    page = tmp_path / "east.html"
    assert here("preview", "you-are-matched", "--program", "eastgate", "--out", page).code == 0
    assert "What Eastgate Mentors writes" in page.read_text("utf-8")
    assert "#1d4e6b" in page.read_text("utf-8")


def test_every_message_of_the_pack_is_sound(tmp_path: Path) -> None:
    ran = here("preview", "--all", "--out", tmp_path)
    assert ran.code == 0, ran.err
