"""A story as it stands in its file: the values that its words have, each with its place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from service.adapters.rulebook.tree import Node, Place


class Beginning(NamedTuple):
    """Day 0: a date, minutes after 00:00, and the zone in which the story's days and hours are counted."""

    first: date
    minute: int
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenEvent:
    """One line of `events`. `minute` is None for the story's own time of day; `fields` are as written.

    `known` is when Intouch heard of it, as day and minute; None: at once.
    """

    type: str
    day: int
    minute: int | None
    by: str
    known: tuple[int, int | None] | None
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
    subject: str | None
    text: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenVariant:
    """What is other in one playing of a story; "" is as the story says."""

    name: str = ""
    zone: str = ""
    locale: str = ""
    program: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenStory:
    """A story as it stands in its file. `until` is its last day; `program` is "" where none is named.

    It is played once in each of its variants; one without any has a single one, which changes nothing.
    """

    name: str
    path: str
    line: int
    program: str
    begins: Beginning
    variants: tuple[WrittenVariant, ...]
    events: tuple[WrittenEvent, ...]
    until: int
    only_about: frozenset[str]
    expect: tuple[WrittenExpectation, ...]


@dataclass(frozen=True, slots=True)
class StoryWords:
    """What a story may name."""

    events: Collection[str]
    rules: Collection[str]
    programs: Collection[str]
