"""What does not go out for now: what staff stopped, and what the safety limit holds, with who would get it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from service.console.mail import MailDesk
from service.console.writing import Clockface
from service.domain.access import Permission
from service.domain.calendar import Instant
from service.domain.events import Subject
from service.flow.brake_port import HeldNotice, HeldRule, Scope, Stop
from service.flow.ports import Snapshot

MOST_SHOWN: Final = 100
"""How many notices of one rule the page lists; `intouch held show` has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Braked:
    """What is stopped and held, in short, for the top of a page. `programs` are those whose it is; () is all."""

    stops: tuple[Stop, ...]
    held: tuple[HeldRule, ...]
    programs: tuple[str, ...] = ()

    @property
    def notices(self) -> int:
        return sum(each.notices for each in self.held)

    def __bool__(self) -> bool:
        return bool(self.stops or self.held)


def braked(desk: MailDesk) -> Braked:
    """Return what is stopped and held now of what the viewer oversees."""
    snapshot, stops = desk.snapshot, desk.snapshot.stops()
    if desk.viewer.may_everywhere(Permission.SEE_OVERVIEW):
        return Braked(stops=tuple(stops), held=tuple(snapshot.held_rules()))
    theirs = desk.sight.programs(Permission.SEE_OVERVIEW)
    if not theirs:
        return Braked(stops=(), held=())
    told = tuple(each for each in stops if each.scope is not Scope.PROGRAM or each.name in theirs)
    return Braked(stops=told, held=_held_in(snapshot, theirs), programs=theirs)


def _held_in(snapshot: Snapshot, programs: Sequence[str]) -> tuple[HeldRule, ...]:
    """Return what is held in these programs, each rule once."""
    found: dict[str, HeldRule] = {}
    for each in chain.from_iterable(map(snapshot.held_rules, programs)):
        known = found.get(each.rule, each)
        notices = each.notices + (known.notices if known is not each else 0)
        found[each.rule] = HeldRule(rule=each.rule, notices=notices, since=min(each.since, known.since))
    return tuple(found[rule] for rule in sorted(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLine:
    """One stop, in words."""

    what: str
    by: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """One notice that is held: for whom, about whom, and which message."""

    recipient: str
    program: str
    subject: Subject
    subject_name: str
    message: str
    since: Instant
    clockface: Clockface


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPart:
    """One rule with what is held of it; `more` are not listed."""

    rule: str
    title: str
    notices: int
    lines: tuple[HeldLine, ...]

    @property
    def more(self) -> int:
        return self.notices - len(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPage:
    """The page about all of it."""

    stops: tuple[StopLine, ...]
    parts: tuple[HeldPart, ...]


def held_page(desk: MailDesk) -> HeldPage:
    """Return the page."""
    found = braked(desk)
    return HeldPage(
        stops=tuple(StopLine(what=_what(desk, each), by=each.by, at=each.at) for each in found.stops),
        parts=tuple(_part(desk, each, found.programs) for each in found.held),
    )


def _what(desk: MailDesk, stop: Stop) -> str:
    if stop.scope is Scope.ALL:
        return "All mail, alerts to staff too"
    if stop.scope is Scope.PROGRAM:
        return f"All mail of {desk.program(stop.name).name}"
    return f"The rule “{_title(desk, stop.name)}”"


def _title(desk: MailDesk, rule: str) -> str:
    return next((each.title for each in desk.rule_set.rules if each.id == rule), "") or rule


def _part(desk: MailDesk, held: HeldRule, programs: Sequence[str]) -> HeldPart:
    each_of = (desk.snapshot.held_notices(held.rule, MOST_SHOWN, program) for program in programs or ("",))
    notices = sorted(chain.from_iterable(each_of), key=lambda each: each.since)[:MOST_SHOWN]
    return HeldPart(
        rule=held.rule, title=_title(desk, held.rule), notices=held.notices, lines=tuple(_lines(desk, notices))
    )


def _lines(desk: MailDesk, notices: Sequence[HeldNotice]) -> Iterator[HeldLine]:
    for each in notices:
        program, candidate = desk.program(each.program), each.candidate
        yield HeldLine(
            recipient=program.recipient(candidate.key.recipient),
            program=each.program,
            subject=candidate.subject,
            subject_name=program.subject(candidate.subject),
            message=candidate.message,
            since=each.since,
            clockface=program.clockface,
        )
