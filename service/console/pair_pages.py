"""The routes of the list of a program's mentorships."""

from collections.abc import Iterator
from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from service.console.access import require, viewer
from service.console.desk import Console
from service.console.mail import MailDesk
from service.console.pair_query import MOST_DAYS, MOST_TEXT, ORDERS, TALKS, query_of
from service.console.pairs import Pair, every_pair, pair_list
from service.console.program import ProgramDesk
from service.console.spreadsheet import spreadsheet
from service.domain.access import Permission
from service.domain.calendar import Instant
from service.domain.engagement import Engagement
from service.flow.monitoring import in_words
from service.flow.ports import Action

_STATES = {"": "Any", **{each.value: in_words(each).capitalize() for each in Engagement}}
_CHOICES = {
    "states": _STATES,
    "talks": TALKS,
    "orders": ORDERS,
    "most_days": MOST_DAYS,
    "most_text": MOST_TEXT,
}
READY_MADE = (
    ("No conversation, quiet for two weeks", "talks=0&quiet=14&sort=quiet"),
    ("Drifting", "state=drifting&sort=quiet"),
    ("Three conversations or more", "talks=3%2B&sort=conversations"),
    ("Waiting for help", "help=open"),
    ("With an open flag", "flags=open"),
)
"""Choices that staff make every week, as the parameters of their address."""
_HEAD = (
    "id",
    "mentor",
    "mentee",
    "state",
    "matched on",
    "conversations",
    "last conversation",
    "last contact",
    "days quiet",
    "open flags",
    "asks for help",
    "message that waits",
)


def add_pair_pages(blueprint: Blueprint, console: Console) -> None:
    """Add the list, and the list as a file."""

    @blueprint.get("/<program>/mentorships")
    @require(Permission.SEE_MENTORSHIPS)
    def mentorships(program: str) -> Response:
        query = query_of(request.args)
        with console.reading() as desk:
            here = known_program(desk, program)
            found = pair_list(here, query, console.clock())
            offered = _offered(here)
        console.listed("mentorships", [(program, f"mentorships/{each.id}") for each in found.pairs])
        return console.page(
            "mentorships.html",
            found=found,
            program=here,
            query=query,
            choices={**_CHOICES, **offered},
            ready=READY_MADE,
            now=console.clock(),
            may_intervene=viewer().may(Permission.INTERVENE, program),
            sees_all=viewer().caseload_of(Permission.SEE_MENTORSHIPS, program) is None,
        )

    @blueprint.get("/<program>/mentorships.csv")
    @require(Permission.EXPORT)
    def mentorships_file(program: str) -> Response:
        query = query_of({name: value for name, value in request.args.items() if name != "after"})
        with console.reading() as desk:
            here = known_program(desk, program)
            lines = list(_lines(here, every_pair(here, query, console.clock())))
        # What was searched for stays out of the audit: it can be somebody's name.
        asked = {name: value for name, value in query.address().items() if name not in ("q", "advisor")}
        console.audited(
            Action.PEOPLE_EXPORTED, "mentorships", program=program, asked=asked, rows=len(lines), names=here.shows_names
        )
        return spreadsheet("mentorships.csv", _HEAD, lines)


def _offered(program: ProgramDesk) -> dict[str, dict[str, str]]:
    """Return the groups and topics that can be asked for in this program."""
    topics = program.book.catalogue.types["flag.submitted"].fields["topics"].values
    return {
        "groups": {"": "Any", **{each: each for each in sorted(program.book.program.groups)}},
        "topics": {"": "Any", **{each: program.topic(each).capitalize() for each in topics}},
    }


def known_program(desk: MailDesk, program: str) -> ProgramDesk:
    """Return the program; ends with 404 where nobody has heard of it, or the viewer has nothing to look for in it."""
    if program not in desk.sight.programs():
        abort(HTTPStatus.NOT_FOUND)
    return desk.program(program)


def _lines(program: ProgramDesk, pairs: Iterator[Pair]) -> Iterator[tuple[object, ...]]:
    clockface = program.clockface

    def day(at: Instant | None) -> str:
        return clockface.iso_date(at) if at is not None else ""

    for pair in pairs:
        yield (
            pair.id,
            pair.mentor,
            pair.mentee,
            pair.state,
            day(pair.matched),
            pair.conversations,
            day(pair.last_conversation),
            day(pair.last_contact),
            pair.quiet_days,
            pair.open_flags,
            "yes" if pair.asks_for_help else "no",
            pair.waiting,
        )
