"""People whose names and addresses nobody else has, so that any trace of them anywhere can be found."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO

from service.cli.log_lines import JsonLines, TextLines
from service.domain.calendar import Instant
from tests.flow.events import event, registered

NAMES = ("Zanzibarella", "Quintilianus")
ADDRESSES = tuple(f"{name.lower()}.canary@example.org" for name in NAMES)


def canaries(time: Instant, program: str = "northfield") -> list[dict[str, object]]:
    """Return the events of a pair of them."""
    mentor, mentee = (
        registered(id, role, time, first_name=name, email=address)
        for id, role, name, address in zip(("p-1", "p-2"), ("mentor", "mentee"), NAMES, ADDRESSES, strict=True)
    )
    matched = event("mentorship.matched", "mentorships/m-1", time, mentor_id="p-1", mentee_id="p-2")
    return [{**each, "program": program} for each in (mentor, mentee, matched)]


@dataclass
class Heard:
    """What the log said in both forms, and whatever else was told to the outside."""

    text: StringIO = field(default_factory=StringIO)
    json: StringIO = field(default_factory=StringIO)
    told: list[str] = field(default_factory=list)

    @property
    def everything(self) -> str:
        return "\n".join((self.text.getvalue(), self.json.getvalue(), *self.told))

    def traces(self, *more: str) -> list[str]:
        """Return which canaries, or other secrets, can be found in it."""
        everything = self.everything.casefold()
        return [each for each in (*NAMES, *ADDRESSES, *more) if each.casefold() in everything]


@contextmanager
def listening() -> Iterator[Heard]:
    """Hear all that a process logs, libraries' lines too."""
    heard, root = Heard(), logging.getLogger()
    handlers = [logging.StreamHandler(heard.text), logging.StreamHandler(heard.json)]
    for handler, form in zip(handlers, (TextLines(), JsonLines()), strict=True):
        handler.setFormatter(form)
        root.addHandler(handler)
    before = root.level
    root.setLevel(logging.INFO)
    try:
        yield heard
    finally:
        root.setLevel(before)
        for handler in handlers:
            root.removeHandler(handler)
