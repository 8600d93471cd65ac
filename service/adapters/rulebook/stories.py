"""Readers of stories: what staff wrote to test rules, word by word. Whether an event is valid is for schemas to say."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from service.adapters.rulebook.files import StorySource
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.times import clock_time, day, time_zone
from service.adapters.rulebook.tree import Node, Place, Table, Text
from service.adapters.rulebook.values import a_table, a_word, choice, kebab, line, list_of, whole
from service.adapters.rulebook.vocabulary import RECIPIENTS
from service.adapters.rulebook.wording import shorten, suggest
from service.domain.rules import STAFF_PREFIX

STORY_KEYS: Final = ("story", "program", "begins", "events", "until", "expect")
EVENT_KEYS: Final = ("day", "at", "event", "by")
EXPECT_KEYS: Final = ("day", "at", "rule", "to", "message")
_LAST_DAY: Final = 3_000
_BEGINS: Final = re.compile(r"(\S+) +(\S+) +(\S+)")
_DAY: Final = re.compile(r"(?:day +)?([0-9]{1,4})")


class Beginning(NamedTuple):
    """Day 0: a date, minutes after 00:00, and the zone in which the story's days and hours are counted."""

    first: date
    minute: int
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenEvent:
    """One line of `events`. `minute` is None for the story's own time of day; `fields` are as written."""

    type: str
    day: int
    minute: int | None
    by: str
    fields: Mapping[str, Node]
    place: Place
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenExpectation:
    """One line of `expect`; what is None may be anything."""

    day: int
    minute: int | None
    rule: str
    to: str
    message: str | None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenStory:
    """A story as it stands in its file. `until` is its last day; `program` is "" where none is named."""

    name: str
    path: str
    line: int
    program: str
    begins: Beginning
    events: tuple[WrittenEvent, ...]
    until: int
    expect: tuple[WrittenExpectation, ...]


@dataclass(frozen=True, slots=True)
class StoryWords:
    """What a story may name."""

    events: Collection[str]
    rules: Collection[str]
    programs: Collection[str]


def read_story(source: StorySource, words: StoryWords, findings: Findings) -> WrittenStory | None:
    """Return the story, or None after its problems are reported."""
    before = findings.errors
    form = Form(source.mapping, findings, STORY_KEYS, "a word of a story")
    name = form.required("story", line, 'Begin with "- story: what it shows".')
    program = form.read("program", choice(words.programs, "a program here", "unknown-program"), "")
    begins = form.required("begins", _beginning, 'Say when day 0 is: begins: "2026-03-02 15:00 Europe/London".')
    events = form.required("events", list_of(partial(_event, words=words)), "Say what happens on which day.")
    until = form.required("until", _day, 'Say how long to look on: "until: day 40".')
    form.required("expect", list_of(a_table), "Say which messages you expect, or [] for none.")
    expect = form.read("expect", list_of(partial(_expectation, words=words)), ())
    if findings.errors > before or name is None or begins is None or events is None or until is None:
        return None
    return WrittenStory(
        name=name,
        path=source.path,
        line=source.line,
        program=program,
        begins=begins,
        events=events,
        until=until,
        expect=expect,
    )


def _event(node: Node, findings: Findings, *, words: StoryWords) -> WrittenEvent | None:
    table = a_table(node, findings)
    if table is None:
        return None
    own = {key: entry for key, entry in table.entries.items() if key in EVENT_KEYS}
    form = Form(Table(own, table.place), findings, EVENT_KEYS, "a word of a story's event")
    type_name = form.required("event", choice(words.events, "an event", "unknown-event"), "Say what happened.")
    on = form.required("day", _day, "Say on which day; the story begins on day 0.")
    minute = form.maybe("at", clock_time)
    by = form.maybe("by", a_word)
    if type_name is None or on is None:
        return None
    return WrittenEvent(
        type=type_name,
        day=on,
        minute=minute,
        by=by.value if by else "",
        fields={key: entry.value for key, entry in table.entries.items() if key not in EVENT_KEYS},
        place=form.place("event"),
        places={key: entry.key.place for key, entry in table.entries.items()},
    )


def _expectation(node: Node, findings: Findings, *, words: StoryWords) -> WrittenExpectation | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, EXPECT_KEYS, 'a word of "expect"')
    on = form.required("day", _day, "Say on which day it is to come.")
    rule = form.required("rule", choice(words.rules, "a rule of these files", "unknown-rule"), "Name the rule.")
    to = form.required("to", _recipient, "Say who is to get it, as in: to: both.")
    minute, message = form.maybe("at", clock_time), form.maybe("message", kebab)
    if on is None or rule is None or to is None:
        return None
    return WrittenExpectation(day=on, minute=minute, rule=rule, to=to, message=message, place=table.place)


def _recipient(node: Node, findings: Findings) -> str | None:
    text = a_word(node, findings)
    if text is None or text.value in RECIPIENTS or re.fullmatch(r"staff\.[a-z][a-z0-9_-]*", text.value):
        return text.value if text else None
    hint = suggest(text.value, RECIPIENTS) or f"Write one of: {', '.join(RECIPIENTS)}, {STAFF_PREFIX}ROLE."
    findings.error("unknown-recipient", text.place, f'"{shorten(text.value)}" is nobody to send to.', hint)
    return None


def _day(node: Node, findings: Findings) -> int | None:
    """Return the number of a day, written `20` or `day 20`."""
    text = a_word(node, findings)
    if text is None:
        return None
    found = _DAY.fullmatch(text.value)
    if found:
        return whole(0, _LAST_DAY)(Text(found[1], text.place, text.bare), findings)
    findings.error("not-a-number", text.place, f'"{shorten(text.value)}" is not a day.', 'Write it like "day 40".')
    return None


def _beginning(node: Node, findings: Findings) -> Beginning | None:
    text = a_word(node, findings)
    if text is None:
        return None
    found = _BEGINS.fullmatch(text.value)
    if not found:
        hint = 'Write date, time and zone: "2026-03-02 15:00 Europe/London".'
        findings.error("bad-date", text.place, f'"{shorten(text.value)}" is not a beginning.', hint)
        return None
    readers: tuple[Callable[[Node, Findings], object], ...] = (day, clock_time, time_zone())
    parts = [read(Text(part, text.place), findings) for read, part in zip(readers, found.groups(), strict=True)]
    first, minute, zone = parts
    if isinstance(first, date) and isinstance(minute, int) and isinstance(zone, str):
        return Beginning(first, minute, zone)
    return None
