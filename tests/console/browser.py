"""A real browser for tests of pages: Debian's Chromium, driven by playwright, and axe to look for barriers."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has no types
from playwright.sync_api import Page, expect, sync_playwright

from service.flow.sessions import Sessions
from service.wiring import Installation
from tests.flow.stage import Stage

WIDTHS = (375, 1200)
WAIT_MS = 60_000
"""Far above what anything here takes, for a machine that does much else."""


@contextmanager
def chromium() -> Iterator[Page]:
    """Give a page of a new browser; whatever its console complains of fails the test."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is missing: run `make test`, which installs it, or `apt-get install chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        yield page
        browser.close()
        assert [each for each in complaints if "422" not in each] == []


@contextmanager
def served(installation: Installation) -> Iterator[str]:
    """Serve the installation as `intouch serve` does, and return where."""
    server = installation.server()
    server.start()
    yield f"http://{server.address}"
    server.stop()
    installation.close()


@contextmanager
def served_live(live: Stage, **chosen: Any) -> Iterator[str]:
    """Serve a stage's store by its clock, with the settings chosen, and return where."""
    settings = replace(live.intouch.settings, http="127.0.0.1:0", console_http="127.0.0.1:0", **chosen)
    with served(Installation(settings, live.clock)) as address:
        yield address


def enter(page: Page, address: str, sessions: Sessions) -> None:
    """Come in to the console at that address by a link as it is printed, and ask for names."""
    page.goto(f"{address}/console/enter/{sessions.print_link()}")
    page.get_by_role("button", name="Show names").click()
    expect(page.get_by_role("button", name="Hide names")).to_be_visible()


def press(page: Page, name: str, role: str = "button") -> None:
    """Press what has that name, as somebody without a mouse does."""
    wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type] # it is "button" or "link"
    wanted.focus()
    page.keyboard.press("Enter")


def no_barriers(page: Page) -> None:
    """Look for barriers on a phone and on a desk."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_load_state("load")  # frames too: axe looks into them
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
