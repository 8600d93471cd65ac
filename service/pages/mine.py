"""/me: somebody's own mentorships, what they can do about each, and what mail comes. Of counterparts the first name."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from service.domain.calendar import DAY, Duration
from service.domain.events import SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.grants import Purpose
from service.domain.present import Present
from service.flow.ports import SubjectKey
from service.flow.present import present_near
from service.pages.visit import Pair, Reply, Visit
from service.staff.forecast import Foreseen, forecast

AHEAD: Final[Duration] = 30 * DAY
_MOST_AHEAD: Final = 10
_TOLD: Final = frozenset({"flag", "help", "concern"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One mentorship, and where to act on it; `since` is a day in words, or ""."""

    pair: Pair
    since: str
    conversations: int
    log: str
    help: str


def show_mine(visit: Visit, _: Mapping[str, str]) -> Reply | None:
    """Return the page."""
    facts = visit.facts(visit.person)
    if facts is None:
        return None
    ids = visit.snapshot.mentorships_of(visit.grant.program, visit.grant.recipient)
    pairs = [pair for each in ids if (pair := visit.pair(each)) is not None]
    values = {
        "active": [_card(visit, each) for each in pairs if each.is_active],
        "others": [_card(visit, each) for each in pairs if not each.is_active],
        "coming": list(dict.fromkeys(_coming(visit, {each.id: each.other for each in pairs}))),
        "preferences": visit.link(Purpose.PREFERENCES),
        "dashboard": visit.book.program.dashboard,
    }
    return Reply(template="me", values=values)


def _card(visit: Visit, pair: Pair) -> Card:
    matched = pair.facts.last("mentorship.matched")
    return Card(
        pair=pair,
        since=visit.tongue.day(visit.local(matched).date()) if matched is not None else "",
        conversations=pair.facts.count("conversation.logged"),
        log=visit.link(Purpose.LOG, pair.id),
        help=visit.link(Purpose.HELP, pair.id),
    )


def _coming(visit: Visit, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the day and the contents of each email that goes to the person if nothing happens.

    A message is told of by its category alone: the titles of rules are written for staff.
    """
    key = SubjectKey(visit.grant.program, visit.person)
    near = _as_told(present_near(visit.snapshot, visit.rule_set, key, visit.now), visit.grant.recipient)
    told = forecast(visit.rule_set, near, visit.person, visit.now, visit.now + AHEAD)
    own = [each for each in told.coming if each.recipient == visit.grant.recipient]
    emails = [list(parts) for _, parts in groupby(own, key=lambda each: each.email)]
    for parts in emails[:_MOST_AHEAD]:
        at = visit.local(parts[0].at)
        yield visit.tongue.weekday(at.date()), _contents(visit, parts, names)


def _as_told(near: Present, reader: str) -> Present:
    """Return what is known without what somebody else flagged or asked for in confidence.

    It stops mail, and what is missing from the list would give it away.
    """
    return replace(near, subjects=tuple(replace(each, facts=_open_to(each.facts, reader)) for each in near.subjects))


def _open_to(facts: SubjectFacts, reader: str) -> SubjectFacts:
    own = {role for role in ("mentor", "mentee") if facts.value(f"{role}_id") == reader}
    things = facts.things.items()
    return replace(facts, things={k: each for k, each in things if each.kind not in _TOLD or each.opened_by in own})


def _contents(visit: Visit, parts: Sequence[Foreseen], names: Mapping[str, str]) -> str:
    """Return what an email holds: each kind of thing once, with all counterparts whom it is about."""
    about: dict[str, dict[str, None]] = {}
    for each in parts:
        what = visit.say(f"mine.{visit.rule_set.policy(each.message).category}")
        about.setdefault(what, {})[_other_in(each, names)] = None
    told = (line for what, others in about.items() for line in _told(visit, what, others))
    return visit.say("mine.and").join(told)


def _other_in(each: Foreseen, names: Mapping[str, str]) -> str:
    """Return the counterpart's name, or "" for what is about no mentorship."""
    return names.get(each.subject.id, "") if each.subject.kind is SubjectKind.MENTORSHIP else ""


def _told(visit: Visit, what: str, others: Collection[str]) -> Iterator[str]:
    """Yield what is about these counterparts, and what is for the reader alone, where "" is one of them."""
    known, own = [each for each in others if each], [each for each in others if not each]
    if known:
        yield visit.say("mine.about", what=what, other=visit.tongue.listed(known))
    if own:
        yield visit.say("mine.own", what=what)
