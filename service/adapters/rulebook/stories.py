"""Readers of stories: what staff wrote to test rules, word by word. Whether an event is valid is for schemas to say."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Final

from service.adapters.rulebook.files import StorySource
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.times import clock_time, day, time_zone
from service.adapters.rulebook.tree import Entry, Node, Table, Text
from service.adapters.rulebook.values import (
    Reader,
    a_table,
    a_word,
    choice,
    kebab,
    language,
    line,
    list_of,
    set_of,
    whole,
)
from service.adapters.rulebook.vocabulary import RECIPIENTS
from service.adapters.rulebook.wording import shorten, suggest
from service.adapters.rulebook.written import (
    Beginning,
    StoryWords,
    WrittenEvent,
    WrittenExpectation,
    WrittenStory,
    WrittenVariant,
)
from service.domain.rules import STAFF_PREFIX

STORY_KEYS: Final = ("story", "program", "begins", "variants", "events", "until", "only_about", "expect")
EVENT_KEYS: Final = ("day", "at", "event", "by", "known")
EXPECT_KEYS: Final = ("day", "at", "rule", "to", "message", "subject", "text")
VARIANT_KEYS: Final = ("zone", "locale", "program")
_LAST_DAY: Final = 3_000
_BEGINS: Final = re.compile(r"(\S+) +(\S+) +(\S+)")
_DAY: Final = re.compile(r"(?:day +)?([0-9]{1,4})")
_KNOWN: Final = re.compile(r"((?:day +)?[0-9]{1,4})(?: +(\S+))?")


def read_story(source: StorySource, words: StoryWords, findings: Findings) -> WrittenStory | None:
    """Return the story, or None after its problems are reported."""
    before = findings.errors
    form = Form(source.mapping, findings, STORY_KEYS, "a word of a story")
    name = form.required("story", line, 'Begin with "- story: what it shows".')
    program = form.read("program", _program(words), "")
    variants = form.read("variants", partial(_variants, words=words), ()) or (WrittenVariant(),)
    only_about = form.read("only_about", set_of(_rule(words)), frozenset())
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
        variants=variants,
        events=events,
        until=until,
        only_about=only_about,
        expect=expect,
    )


def _program(words: StoryWords) -> Reader[str]:
    return choice(words.programs, "a program here", "unknown-program")


def _rule(words: StoryWords) -> Reader[str]:
    return choice(words.rules, "a rule of these files", "unknown-rule")


def _variants(node: Node, findings: Findings, *, words: StoryWords) -> tuple[WrittenVariant, ...] | None:
    table = a_table(node, findings)
    if table is None:
        return None
    found = (_variant(entry, findings, words) for entry in table.entries.values())
    return tuple(each for each in found if each is not None)


def _variant(entry: Entry, findings: Findings, words: StoryWords) -> WrittenVariant | None:
    table = a_table(entry.value, findings)
    if table is None:
        return None
    form = Form(table, findings, VARIANT_KEYS, "a word of a variant")
    return WrittenVariant(
        name=entry.key.value,
        zone=form.read("zone", time_zone(), ""),
        locale=form.read("locale", language, ""),
        program=form.read("program", _program(words), ""),
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
    by, known = form.maybe("by", a_word), form.maybe("known", _known)
    if type_name is None or on is None:
        return None
    return WrittenEvent(
        type=type_name,
        day=on,
        minute=minute,
        by=by.value if by else "",
        known=known,
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
    rule = form.required("rule", _rule(words), "Name the rule.")
    to = form.required("to", _recipient, "Say who is to get it, as in: to: both.")
    minute, message = form.maybe("at", clock_time), form.maybe("message", kebab)
    subject, text = form.maybe("subject", line), form.read("text", list_of(line), ())
    if on is None or rule is None or to is None:
        return None
    return WrittenExpectation(
        day=on, minute=minute, rule=rule, to=to, message=message, subject=subject, text=text, place=table.place
    )


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


def _known(node: Node, findings: Findings) -> tuple[int, int | None] | None:
    """Return day and minute of `day 5`, or of `day 5 09:00`."""
    text = a_word(node, findings)
    if text is None:
        return None
    found = _KNOWN.fullmatch(text.value)
    if found is None:
        shown = f'"{shorten(text.value)}" is not a day.'
        findings.error("not-a-number", text.place, shown, 'Write it like "day 5", or "day 5 09:00".')
        return None
    on = _day(Text(found[1], text.place), findings)
    minute = clock_time(Text(found[2], text.place), findings) if found[2] else None
    return None if on is None or (found[2] and minute is None) else (on, minute)


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
