"""Trying an edit in a real browser, with nothing but the keyboard, from a mistake to what runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.console.browser import chromium, enter, no_barriers, press, served_live
from tests.flow.stage import Stage
from tests.trial.small import RULE, STORIES, WELCOME, WELCOMED, matched

pytestmark = pytest.mark.browser
MISTAKE = RULE.replace("only_while", "only_whilst")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Stage]:
    """Three pairs, matched half a day ago, where six new messages are one more than one person decides on."""
    made = matched(tmp_path, 3)
    yield made
    made.close()


@pytest.fixture
def address(live: Stage) -> Iterator[str]:
    with served_live(live, approve_above=5) as served_at:
        yield served_at


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as opened:
        yield opened


def tabbed_to(page: Page, name: str, at_most: int = 40) -> bool:
    """Return whether the Tab key leads to what has that id."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.locator(f"#{name}:focus").count():
            return True
    return False


def tried(page: Page) -> None:
    """Try it out, and wait until that is done."""
    press(page, "Try it out")
    expect(page.get_by_role("heading", name="And now")).to_be_visible()


def test_from_a_mistake_to_what_runs(page: Page, address: str, live: Stage) -> None:
    enter(page, address, live.intouch.sessions)
    page.goto(f"{address}/console/northfield/mentorships")
    page.get_by_label("State").select_option("new")
    press(page, "Show")
    expect(page.get_by_role("rowheader")).to_have_count(3)
    no_barriers(page)
    page.goto(f"{address}/console/rules")
    no_barriers(page)
    press(page, "Try an edit", "link")

    # A mistake is marked, and its mark leads to it.
    page.get_by_label("A file of the rules that run").select_option("rules/hello.yaml")
    press(page, "Open it")
    expect(page.get_by_text("Nothing is wrong with it.")).to_be_visible()
    assert tabbed_to(page, "text")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(MISTAKE)
    mark = page.locator("#marks .error")
    expect(mark).to_contain_text('"only_whilst" is not a word of this language.')
    expect(mark).to_contain_text('Did you mean "only_while"?')
    no_barriers(page)
    press(page, "Line 7", "link")
    text = page.locator("#text")
    expect(text).to_be_focused()
    assert text.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)") == "only_whilst"

    # Mended, with a new rule: the stories do not know it yet.
    text.fill(RULE + WELCOME)
    expect(mark).to_have_count(0)
    tried(page)
    expect(page.get_by_text("It cannot go live:")).to_be_visible()
    expect(page.get_by_text("Day 1: welcome to mentor")).to_have_count(2)
    no_barriers(page)

    # The stories are edited on top of that, and it shows who would get what.
    press(page, "Go on editing", "link")
    page.get_by_label("A file of the rules that run").select_option("rules/tests/hello.yaml")
    press(page, "Open it")
    expect(text).to_have_value(STORIES)
    text.fill(WELCOMED)
    tried(page)
    expect(page.get_by_text("2 played, 0 not as expected.")).to_be_visible()
    expect(page.get_by_text("It sends 6 messages within 24 hours")).to_be_visible()
    no_barriers(page)
    press(page, "Who it concerns, and why: from now on", "link")
    expect(page.get_by_role("heading", name="What differs from now on")).to_be_visible()
    page.go_back()

    # One proposes it, another approves it, and it runs.
    page.get_by_label("Your name").fill("kim")
    press(page, "Propose it")
    expect(page.get_by_role("heading", name="Waiting for a second person")).to_be_visible()
    no_barriers(page)
    page.get_by_role("button", name="Look at").press("Enter")
    page.get_by_label("Your name, who approves").fill("Kim")
    press(page, "Approve, and make it live")
    expect(page.get_by_text("must be another person")).to_be_visible()
    page.get_by_label("Your name, who approves").fill("robin")
    press(page, "Approve, and make it live")
    row = page.get_by_role("row").nth(1)
    expect(row).to_contain_text("live")
    expect(row).to_contain_text("kim, approved by robin")
    expect(row).to_contain_text("added welcome")
    with live.intouch.store.reading() as snapshot:
        assert [each.id for each in live.intouch.rules.of(snapshot).rule_set.rules] == ["say-hello", "welcome"]
