"""`intouch preview`: a message as each of its readers will see it."""

from pathlib import Path

import pytest

from tests.cli.commands import ROOT, intouch, rules, write

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
    ran = intouch("preview", "hello", "--rules", rules(tmp_path), "--templates", templates(tmp_path))
    assert ran.code == 0
    assert "hello, sent by say-hello, to the mentor" in ran.out
    assert "hello, sent by say-hello, to the mentee" in ran.out
    assert "Subject:   Hello Maya" in ran.out
    assert "write to Jonas" in " ".join(ran.out.split())


def test_a_case_is_rendered_with_its_own_value(tmp_path: Path) -> None:
    body = MESSAGE.replace("A word to begin with", '"{{ start.topics[0] }} {{ topic.key }}"')
    ran = intouch("preview", "flag-belonging", "--rules", rules(tmp_path), "--templates", templates(tmp_path, body))
    assert "thanks-for-flag, topics belonging, to the mentor" in ran.out
    assert "Preheader: belonging belonging" in ran.out


def test_role_and_rule_narrow_it_down(tmp_path: Path) -> None:
    words = ("preview", "hello", "--rules", rules(tmp_path), "--templates", templates(tmp_path))
    ran = intouch(*words, "--role", "mentee", "--rule", "say-hello")
    assert "to the mentor" not in ran.out
    wrong = intouch(*words, "--role", "staff")
    assert wrong.code == 1
    assert "It is sent by say-hello to the mentor, say-hello to the mentee." in wrong.err


def test_a_variable_that_the_message_cannot_have_fails(tmp_path: Path) -> None:
    body = MESSAGE + "Your goal: {{ mentorship.goal }}. {{ resource.title }}\n"
    ran = intouch("preview", "hello", "--rules", rules(tmp_path), "--templates", templates(tmp_path, body))
    assert (ran.code, ran.out) == (1, "")
    assert "hello, sent by say-hello, to the mentor: templates/messages/hello.md:" in ran.err
    assert "goal" in ran.err


def test_out_writes_html_and_text(tmp_path: Path) -> None:
    words = ("preview", "hello", "--rules", rules(tmp_path), "--templates", templates(tmp_path))
    page = tmp_path / "page.html"
    assert intouch(*words, "--role", "mentor", "--out", page).code == 0
    assert "Hello Maya" in page.read_text("utf-8")
    assert "<iframe" not in page.read_text("utf-8")
    assert "Subject:   Hello Maya" in page.with_suffix(".txt").read_text("utf-8")
    ran = intouch(*words, "--out", page)
    assert ran.out == f"2 versions of hello: {page} and {page.with_suffix('.txt')}\n"
    assert page.read_text("utf-8").count("<iframe sandbox") == 2


def test_an_unknown_message_is_answered_with_the_nearest() -> None:
    ran = intouch("preview", "flag-thank")
    assert ran.code == 1
    assert ran.err == 'Error: There is no message "flag-thank". Did you mean flag-thanks?\n'


@pytest.mark.parametrize("message", sorted(path.stem for path in (ROOT / "templates/messages").glob("*.md"))[::4])
def test_messages_of_the_pack_can_be_previewed(message: str) -> None:
    assert intouch("preview", message).code == 0
