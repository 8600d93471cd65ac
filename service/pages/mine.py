"""/me: somebody's own mentorships, what they can do about each, and what mail comes. Of counterparts the first name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from service.domain.calendar import DAY, Duration
from service.domain.events import SubjectKind
from service.domain.grants import Purpose
from service.flow.ports import SubjectKey
from service.flow.present import present_near
from service.pages.visit import Pair, Reply, Visit
from service.staff.forecast import Foreseen, forecast

AHEAD: Final[Duration] = 30 * DAY
_MOST_AHEAD: Final = 10


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
    near = present_near(visit.snapshot, visit.rule_set, key, visit.now)
    told = forecast(visit.rule_set, near, visit.person, visit.now, visit.now + AHEAD)
    own = [each for each in told.coming if each.recipient == visit.grant.recipient]
    emails = [list(parts) for _, parts in groupby(own, key=lambda each: each.email)]
    for parts in emails[:_MOST_AHEAD]:
        at = visit.local(parts[0].at)
        yield visit.tongue.weekday(at.date()), _contents(visit, parts, names)


def _contents(visit: Visit, parts: Sequence[Foreseen], names: Mapping[str, str]) -> str:
    return visit.say("mine.and").join(dict.fromkeys(_described(visit, each, names) for each in parts))


def _described(visit: Visit, each: Foreseen, names: Mapping[str, str]) -> str:
    what = visit.say(f"mine.{visit.rule_set.policy(each.message).category}")
    is_pair = each.subject.kind is SubjectKind.MENTORSHIP and each.subject.id in names
    return visit.say("mine.about", what=what, other=names[each.subject.id]) if is_pair else what
