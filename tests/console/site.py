"""A small program with mail and timelines, and a browser's view of its console."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from service.adapters.http import create_app
from service.console import create_console
from service.domain.calendar import DAY, HOUR, Instant, parse_rfc3339
from tests.console.visitor import HOST, Visitor
from tests.flow.events import event, pair, registered
from tests.flow.stage import Stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
"""A Monday, 09:00 in Chicago, where the sample program is."""
HOSTILE = "<b>Zoe</b>"


@dataclass
class Site:
    """The console over one stage, asked as a browser asks."""

    stage: Stage
    problems: str | None = None
    hosts: tuple[str, ...] = ()
    ask_problems: Callable[[], str | None] | None = None
    """Answers instead of `problems`."""
    alone_up_to: int = 50
    app: Flask = field(init=False)
    _visitor: Visitor = field(init=False)
    _entered_at: Instant | None = None

    def __post_init__(self) -> None:
        intouch = self.stage.intouch
        console = create_console(
            store=intouch.store,
            rules=intouch.rules,
            mailbox=intouch.mailbox,
            clock=self.stage.clock,
            rules_problems=self.ask_problems or (lambda: self.problems),
            hosts=self.hosts,
            stepping_in=intouch.stepping_in,
            alone_up_to=self.alone_up_to,
            sessions=intouch.sessions,
            url=f"http://{HOST}",
        )
        self.app = create_app(intouch.acceptor, intouch.schemas, intouch.ready, [console, *intouch.mail_pages()])
        self._visitor = Visitor(self.app)

    @property
    def visitor(self) -> Visitor:
        """Who is signed in, may see everything, and has asked for names; at whatever instant the stage's clock is."""
        if self._entered_at != self.stage.clock.now:
            self._entered_at = self.stage.clock.now
            known = bool(self._visitor.cookies)
            if not known or self._visitor.post("/console/names", show="yes").status_code != HTTPStatus.SEE_OTHER:
                self._visitor.enter(self.stage.intouch.sessions)
        return self._visitor

    def get(self, path: str, host: str = HOST, **more: Any) -> TestResponse:
        return self.visitor.get(path, host, **more)

    def page(self, path: str) -> "Page":
        """Return a page that must be there."""
        response = self.get(path)
        assert response.status_code == 200, (path, response.status_code, response.text)
        return read(response.text)

    def send_ids(self) -> list[str]:
        """Return the ids of all mail, newest first."""
        return [each.send_id for each in self.stage.mailbox.page(at_most=500).mails]


def campus(folder: Path) -> Stage:
    """Return the second week of a program: a pair that asked for help, one that talks, and one matched this night."""
    stage = Stage(folder, MONDAY)
    zoe = registered("zoe", "mentor", MONDAY, first_name=HOSTILE)
    stage.take(*pair(MONDAY), zoe, registered("kim", "mentee", MONDAY))
    stage.take(event("mentorship.matched", "mentorships/m-2", MONDAY, mentor_id="zoe", mentee_id="kim"))
    stage.work_until(MONDAY + 3 * DAY)
    stage.take(event("mentorship.message_sent", "mentorships/m-2", MONDAY + HOUR, by="mentor"))
    stage.work_until(MONDAY + 5 * DAY)
    logged: dict[str, Any] = {
        "conversation_id": "c-1",
        "by": "mentee",
        "held_on": "2026-03-06",
        "topics": ["belonging"],
    }
    stage.take(event("conversation.logged", "mentorships/m-2", MONDAY + 5 * DAY, **logged))
    stage.work_until(MONDAY + 6 * DAY)
    flagged: dict[str, Any] = {
        "flag_id": "f-1",
        "by": "mentor",
        "topics": ["financial_concerns"],
        "priority": "routine",
    }
    stage.take(event("flag.submitted", "mentorships/m-2", MONDAY + 6 * DAY, **flagged))
    stage.work_until(MONDAY + 8 * DAY)
    asked: dict[str, Any] = {"request_id": "h-1", "by": "mentee", "option": "talk_to_institution"}
    stage.take(event("help.requested", "mentorships/m-1", MONDAY + 8 * DAY, **asked))
    stage.work_until(MONDAY + 8 * DAY + 12 * HOUR)
    stage.take(*pair(stage.clock.now, "m-3", "lea", "max"))
    stage.work_until(stage.clock.now + HOUR)
    stage.intouch.summing_up.sum_up_when_due()
    return stage


@dataclass
class Page:
    """What a page holds, as a reader finds it."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    """Text and address."""
    text: str = ""

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def address_of(self, label: str) -> str:
        """Return where the first link with that text leads."""
        return next(href for text, href in self.links if text == label)


def read(html: str) -> Page:
    """Return the page that the HTML describes."""
    reader = _Reader()
    reader.feed(html)
    reader.page.text = " ".join(reader.page.text.split())
    return reader.page


_BLOCKS = frozenset({"dt", "dd", "th", "td", "p", "li", "caption"})
"""A reader sees a gap after these, whatever the source says."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: dict[str, str] = {}
        self._href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.page.tags.append((tag, attributes))
        if tag in ("a", "h1", "h2", "h3", "h4"):
            self._open[tag] = ""
        if tag == "a":
            self._href = attributes.get("href", "")

    def handle_data(self, data: str) -> None:
        self.page.text += data
        for tag in self._open:
            self._open[tag] += data

    def handle_endtag(self, tag: str) -> None:
        text = " ".join(self._open.pop(tag, "").split())
        if tag in _BLOCKS:
            self.page.text += " "
        if tag == "a":
            self.page.links.append((text, self._href))
        elif tag in ("h1", "h2", "h3", "h4"):
            self.page.headings.append((int(tag[1]), text))
