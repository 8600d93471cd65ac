"""The routes of what became of mail that did not simply arrive, and of what came in and could not be taken."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, Response

from service.console.access import Where, require, viewer
from service.console.braked import braked
from service.console.desk import Console
from service.console.mail import STATES
from service.console.writing import Clockface
from service.domain.access import Permission
from service.domain.errors import IntouchError
from service.flow.backlog_port import Backlog
from service.flow.ports import EmailState

_REASONS = {"hard_bounce": "the address takes no mail", "complaint": "its owner reported the mail as spam"}


class LetterTold(NamedTuple):
    """A dead letter as a page tells it: which event it was, and why it could not be taken in."""

    id: str
    what: str
    reason: str


TellLetters = Callable[[int], Sequence[LetterTold]]
"""Returns so many dead letters at most. Raises: OperatorError when the broker is away."""


class LostLine(NamedTuple):
    """An email that failed, came back or is unknown, in words."""

    id: str
    program: str
    program_name: str
    to: str
    titles: tuple[str, ...]
    state: str
    error: str
    at: int
    clockface: Clockface


def add_delivery_pages(blueprint: Blueprint, console: Console, tell_letters: TellLetters | None) -> None:
    """Add them; `tell_letters` is None where no broker is."""

    @blueprint.get("/delivery")
    @require(Permission.SEE_OVERVIEW, Where.SOMEWHERE)
    def delivery() -> Response:
        with console.reading() as desk:
            snapshot = desk.snapshot
            mine = viewer().programs(snapshot.programs(), Permission.SEE_OVERVIEW)
            unknown = [each for each in snapshot.unknown_emails() if each.program in mine]
            lost = [each for program in mine for each in snapshot.lost_emails(program, 25)]
            lines = []
            for each in (*unknown, *sorted(lost, key=lambda one: -one.claimed_at)):
                here = desk.program(each.program)
                lines.append(
                    LostLine(
                        id=each.id,
                        program=each.program,
                        program_name=here.name,
                        to=here.recipient(each.recipient),
                        titles=tuple(map(here.rule_title, each.rules)),
                        state=STATES[EmailState(each.state)],
                        error=each.error,
                        at=each.claimed_at,
                        clockface=here.clockface,
                    )
                )
            backlog: Backlog = snapshot.backlog(console.clock())
            clockface = desk.program(next(iter(mine), "")).clockface
            # Ways of mail and blocked addresses are of all programs together.
            sees_all = viewer().may_everywhere(Permission.SEE_OVERVIEW)
            counts = snapshot.blocked_counts() if sees_all else {}
            values: dict[str, Any] = {
                "channels": snapshot.channel_states() if sees_all else (),
                "counts": {_REASONS.get(name, name): n for name, n in counts.items()},
                "blocked": snapshot.blocked_addresses() if sees_all else (),
                "braked": braked(desk),
                "sees_all": sees_all,
            }
        return console.page(
            "delivery.html",
            lines=lines,
            backlog=backlog,
            clockface=clockface,
            reasons=_REASONS,
            now=console.clock(),
            has_letters=tell_letters is not None,
            **values,
        )

    @blueprint.get("/delivery/dead-letters")
    @require(Permission.SEE_OVERVIEW, Where.EVERYWHERE)
    def dead_letters() -> Response:
        letters: Sequence[LetterTold] = ()
        trouble = ""
        try:
            letters = tell_letters(50) if tell_letters is not None else ()
        except IntouchError as error:
            trouble = str(error)
        return console.page("dead_letters.html", letters=letters, trouble=trouble, known=tell_letters is not None)
