"""A small program whose people open the links in their mail, as a browser or a mail program would."""

from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from re import findall
from shutil import copytree
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from service.adapters.http import create_app
from service.domain.calendar import DAY, parse_rfc3339
from service.domain.events import Event, Subject
from service.domain.grants import Purpose, granted
from service.flow.answer import SOURCE
from service.flow.ports import SubjectKey
from service.settings import read_settings
from service.wiring import Installation
from tests.flow.events import event, pair
from tests.flow.stage import SetClock, Stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
"""A Monday, 09:00 in Chicago, where the sample program is."""


@dataclass
class Visits:
    """Ada mentors Ben (m-1) at Northfield, and people with the same ids are paired at Eastgate."""

    stage: Stage
    app: Flask

    def link(self, purpose: Purpose, who: str, about: str = "", program: str = "northfield") -> str:
        """Return the address in a mail that goes out now."""
        grant = granted(purpose, program, who, self.stage.clock.now, about)
        return f"/{purpose}/{self.stage.intouch.link_tokens.token(grant)}"

    def get(self, path: str) -> TestResponse:
        return self.app.test_client().get(path)

    def post(self, path: str, **form: Any) -> TestResponse:
        return self.app.test_client().post(path, data=form)

    def press(self, path: str, form: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Open a page, and send its form with the hidden fields that it came with."""
        return self.post(path, **hidden(self.get(path).text), **(form or {}), **more)

    def answers(self, about: str = "mentorships/m-1", program: str = "northfield") -> list[Event]:
        """Return what came from the pages about a subject."""
        with self.stage.intouch.store.reading() as snapshot:
            log = list(snapshot.history(SubjectKey(program, Subject.parse(about))))
        return [each for each in log if each.source == SOURCE]

    def told(self, about: str = "mentorships/m-1", program: str = "northfield") -> list[tuple[str, dict[str, Any]]]:
        """Return type and data of what came from the pages, without ids that were made up there."""
        made_up = ("request_id", "conversation_id")
        return [
            (each.type, {name: value for name, value in each.data.items() if name not in made_up})
            for each in self.answers(about, program)
        ]

    def mails_to(self, who: str) -> list[str]:
        """Return the subjects of Northfield's mail to somebody, oldest first."""
        mails = [each for each in self.stage.mailbox.page(at_most=500).mails if "northfield" in each.from_email]
        return [each.subject for each in reversed(mails) if f"{who}@" in each.recipient]


def hidden(html: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html)}


class Copied(Stage):
    """A stage that goes on from a copy of another one's folder, with the rules that the other one has loaded."""

    def __init__(self, other: Stage, folder: Path, **environment: str) -> None:
        copytree(other.folder, folder, dirs_exist_ok=True)
        self.folder, self.now, self.environment = folder, other.clock.now, environment
        self.clock = SetClock(self.now)
        self.intouch = Installation(read_settings({"INTOUCH_DATA_DIR": str(folder), **environment}), self.clock)
        self.intouch.schemas = replace(other.intouch.schemas, clock=self.clock)
        self.intouch.rules = other.intouch.rules
        self.worker = self.intouch.worker()


def first_day(folder: Path) -> Stage:
    """Return the first day of two programs, put away."""
    stage = Stage(folder, MONDAY)
    stage.take(*pair(MONDAY))
    stage.take(*({**each, "program": "eastgate"} for each in pair(MONDAY)))
    stage.take(event("mentorship.matched", "mentorships/m-9", MONDAY, mentor_id="lea", mentee_id="max"))
    stage.work_until(MONDAY + DAY)
    stage.close()
    return stage


def visits(stage: Stage) -> Visits:
    """Return who opens links there."""
    intouch = stage.intouch
    return Visits(stage, create_app(intouch.acceptor, intouch.schemas, intouch.ready, intouch.mail_pages()))
