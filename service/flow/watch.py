"""Watching: when mail or events wait too long, or mail is held, staff are told, by an event from which a rule starts.

The rules of this file:
1. One late look is no trouble: after a rest everything is late until the first minute of work is over. It is told when
   two looks, a minute apart, find it late.
2. What is told of is open until it is over; it is over when nothing waits for long any more. Between the two it is
   told once, whichever process looks.
3. Nobody watches where no worker runs: that is monitoring's to see.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from service.domain.calendar import MINUTE, NEVER, SECOND, Duration, Instant
from service.domain.events import Incoming, Subject, SubjectKind
from service.domain.facts import Thing
from service.domain.rules import RuleSet
from service.flow.answer import facts_now
from service.flow.brake_port import HeldRule
from service.flow.found_out import found
from service.flow.held_mail import HOLD, MAIL_HELD, MAIL_LET_GO
from service.flow.outbound import tell_happened
from service.flow.ports import Snapshot, SubjectKey, Transaction

LOOK_EVERY: Final[Duration] = 60 * SECOND
LATE_AFTER: Final[Duration] = 15 * MINUTE
OVER_BELOW: Final[Duration] = 5 * MINUTE
"""Lower than what counts as late, so that a delay at the edge is told of once and not every other minute."""
_MOST_RECIPIENTS: Final = 1_000


class What(StrEnum):
    """What waits: mail that could go, or events that no rule has looked at yet."""

    MAIL = "mail"
    EVENTS = "events"


Delay = tuple[str, What]
"""A program, and what waits there."""


@dataclass(slots=True)
class Watch:
    """Looks once a minute. `_suspected` holds what the last look found late for the first time."""

    _next_at: Instant = 0
    _suspected: set[Delay] = field(default_factory=set)

    def is_due(self, now: Instant) -> bool:
        return now >= self._next_at

    def look(self, transaction: Transaction, rule_set: RuleSet, now: Instant, failing_since: Instant = NEVER) -> None:
        """Append what has become late, and what is over.

        `failing_since` is when the mail channel last worked; NEVER where it works. What it refuses is decided anew each
        time, and so looks young.
        """
        self._next_at = now + LOOK_EVERY
        late = set(_waiting(transaction, rule_set, now - LATE_AFTER, failing_since))
        confirmed, self._suspected = late & self._suspected, late
        known = dict(_open(transaction, rule_set, now))
        news = [_delayed(delay, now) for delay in sorted(confirmed - known.keys())]
        if known:
            still = set(_waiting(transaction, rule_set, now - OVER_BELOW, failing_since))
            news += [_recovered(delay, id, now) for delay, id in sorted(known.items()) if delay not in still]
        news += _held_news(transaction, rule_set, now)
        if news:
            transaction.append(news, now)
            tell_happened(transaction, news)


def _waiting(snapshot: Snapshot, rule_set: RuleSet, since: Instant, failing_since: Instant) -> Iterator[Delay]:
    """Yield what has waited since then or longer; for every program, where it is not known for which."""
    if failing_since <= since:
        yield from ((program, What.MAIL) for program in _programs(snapshot, rule_set))
    due = snapshot.due_recipients(since, _MOST_RECIPIENTS)
    yield from {(key.program, What.MAIL) for key, *_ in due if key.program in rule_set.programs}
    oldest = snapshot.backlog(since).news_since
    if oldest is not None and oldest <= since:
        yield from ((program, What.EVENTS) for program in _programs(snapshot, rule_set))


def _programs(snapshot: Snapshot, rule_set: RuleSet) -> list[str]:
    """Return the programs that anything has happened in, and whose file says who runs them."""
    return [each for each in snapshot.programs() if each in rule_set.programs]


def _open(snapshot: Snapshot, rule_set: RuleSet, now: Instant) -> Iterator[tuple[Delay, str]]:
    for program in _programs(snapshot, rule_set):
        for id, thing in _open_things(snapshot, rule_set, program, "backlog", now):
            yield (program, What(thing.value("what"))), id


def _open_things(
    snapshot: Snapshot, rule_set: RuleSet, program: str, wanted: str, now: Instant
) -> Iterator[tuple[str, Thing]]:
    key = SubjectKey(program, _subject(program))
    for facts in facts_now(snapshot, rule_set, [key], now):
        for (kind, id), thing in facts.things.items():
            if kind == wanted and thing.is_open:
                yield id, thing


def _held_news(snapshot: Snapshot, rule_set: RuleSet, now: Instant) -> Iterator[Incoming]:
    """Yield of which rules mail is held since the last look, and of which none is any more, program by program."""
    for program in _programs(snapshot, rule_set):
        held = {each.rule: each for each in snapshot.held_rules(program)}
        told = {str(thing.value("rule")): id for id, thing in _open_things(snapshot, rule_set, program, HOLD, now)}
        yield from (_let_go(program, told[rule], now) for rule in sorted(told.keys() - held))
        yield from (_mail_held(program, held[rule], now) for rule in sorted(held.keys() - told))


def _mail_held(program: str, held: HeldRule, now: Instant) -> Incoming:
    # Since when it is held is its id, so that two processes that look at once tell of one hold.
    data = {"hold_id": f"{held.rule}-{held.since // MINUTE}", "rule": held.rule, "notices": held.notices}
    return found(MAIL_HELD, f"held-{data['hold_id']}", program, _subject(program), data, now - now % MINUTE)


def _let_go(program: str, id: str, now: Instant) -> Incoming:
    return found(MAIL_LET_GO, f"held-{id}-over", program, _subject(program), {"hold_id": id}, now - now % MINUTE)


def _delayed(delay: Delay, now: Instant) -> Incoming:
    program, what = delay
    # The minute is its id, so that two processes that look at once tell of one delay.
    at = now - now % MINUTE
    data = {"backlog_id": f"{what}-{at // MINUTE}", "what": what.value}
    return found("program.delivery_delayed", f"{data['backlog_id']}", program, _subject(program), data, at)


def _recovered(delay: Delay, id: str, now: Instant) -> Incoming:
    program, _ = delay
    at = now - now % MINUTE
    return found("program.delivery_recovered", f"{id}-over", program, _subject(program), {"backlog_id": id}, at)


def _subject(program: str) -> Subject:
    return Subject(SubjectKind.PROGRAM, program)
