"""The routes of a program's resources, and of the list of those who agreed to be named."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response

from service.console.access import require
from service.console.desk import Console
from service.console.pair_pages import known_program
from service.console.program import ProgramDesk
from service.console.spreadsheet import spreadsheet
from service.domain.access import Permission
from service.domain.calendar import Instant
from service.domain.consent import agrees_to_be_named
from service.domain.events import Subject, SubjectKind
from service.domain.figures import EVERYBODY
from service.domain.view import participants_of
from service.flow.footing_port import START, Order, Wanted
from service.flow.ports import Action, SubjectKey
from service.flow.sum_up import SHARED, VIEWED

_RESOURCE: Final = "resource:"
MOST_NAMED: Final = 300
"""How many pairs are asked whether they agreed: those with the most conversations."""
_HEAD: Final = ("mentorship", "mentor", "mentee", "conversations")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLine:
    """One resource: how often it went by mail, was shared, and was read, and what it answers."""

    slug: str
    title: str
    topics: tuple[str, ...]
    mailed: int
    shared: int
    viewed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLine:
    """The resources of one topic together."""

    topic: str
    resources: int
    mailed: int
    viewed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPair:
    """A pair that may be named: both agreed."""

    id: str
    mentor: str
    mentee: str
    conversations: int


def add_resource_pages(blueprint: Blueprint, console: Console) -> None:
    """Add them."""

    @blueprint.get("/<program>/resources")
    @require(Permission.SEE_OVERVIEW)
    def resources(program: str) -> Response:
        with console.reading() as desk:
            here = known_program(desk, program)
            lines = resource_lines(here)
        return console.page("resources.html", program=here, lines=lines, topics=topic_lines(lines))

    @blueprint.get("/<program>/newsletter")
    @require(Permission.INTERVENE)
    def newsletter(program: str) -> Response:
        with console.reading() as desk:
            here = known_program(desk, program)
            pairs = named_pairs(here, console.clock())
        console.listed("newsletter", [(program, f"mentorships/{each.id}") for each in pairs])
        return console.page("newsletter.html", program=here, pairs=pairs, most=MOST_NAMED)

    @blueprint.get("/<program>/newsletter.csv")
    @require(Permission.INTERVENE)
    def newsletter_file(program: str) -> Response:
        with console.reading() as desk:
            here = known_program(desk, program)
            pairs = named_pairs(here, console.clock())
        console.audited(Action.PEOPLE_EXPORTED, "newsletter", program=program, rows=len(pairs), names=here.shows_names)
        rows = [(each.id, each.mentor, each.mentee, each.conversations) for each in pairs]
        return spreadsheet("newsletter.csv", _HEAD, rows)


def resource_lines(program: ProgramDesk) -> tuple[ResourceLine, ...]:
    """Return every resource, the most used first."""
    counts: Counter[str] = Counter()
    for each in program.snapshot.figures(program.id, "", (EVERYBODY,)):
        counts[each.what] += each.number
    lines = (
        ResourceLine(
            slug=each.slug,
            title=each.title,
            topics=tuple(sorted(each.topics)),
            mailed=counts[_RESOURCE + each.slug],
            shared=counts[SHARED + each.slug],
            viewed=counts[VIEWED + each.slug],
        )
        for each in program.rule_set.resources
    )
    return tuple(sorted(lines, key=lambda each: (-each.mailed - each.shared, -each.viewed, each.title)))


def topic_lines(lines: tuple[ResourceLine, ...]) -> tuple[TopicLine, ...]:
    """Return each topic with what its resources come to."""
    found: dict[str, list[ResourceLine]] = {}
    for line in lines:
        for topic in line.topics:
            found.setdefault(topic, []).append(line)
    return tuple(
        TopicLine(
            topic=topic,
            resources=len(own),
            mailed=sum(each.mailed + each.shared for each in own),
            viewed=sum(each.viewed for each in own),
        )
        for topic, own in sorted(found.items())
    )


def named_pairs(program: ProgramDesk, now: Instant) -> tuple[NamedPair, ...]:
    """Return the pairs with three conversations or more of whom both agreed to be named."""
    limits = program.book.program.engagement
    wanted = Wanted(at_least=3, order=Order.CONVERSATIONS)
    rows = [row for _, row in program.snapshot.footings(program.id, wanted, limits, now, START, MOST_NAMED)]
    keys = [SubjectKey(program.id, Subject(SubjectKind.MENTORSHIP, each.id)) for each in rows]
    found = program.snapshot.subjects(keys)
    people = {key.subject.id: participants_of(row.facts) for key, row in found.items() if row.facts}
    ids = {id for pair in people.values() for id in pair.values()}
    persons = program.snapshot.subjects([SubjectKey(program.id, Subject(SubjectKind.PARTICIPANT, id)) for id in ids])
    agreed = {key.subject.id for key, row in persons.items() if agrees_to_be_named(row.facts)}
    return tuple(
        NamedPair(
            id=row.id,
            mentor=program.masked(row.mentor),
            mentee=program.masked(row.mentee),
            conversations=row.footing.conversations,
        )
        for row in rows
        if (pair := people.get(row.id)) and len(pair) == 2 and set(pair.values()) <= agreed
    )
