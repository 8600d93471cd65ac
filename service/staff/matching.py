"""Matching what two sides send: the same message on both is forgotten at once, so that only differences are held."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum

from service.domain.calendar import NEVER, Instant
from service.domain.delivery import LedgerKey, Word, is_participant
from service.domain.rules import Rule, RuleSet
from service.staff.agenda import Agenda
from service.staff.compare import FIRST, Cause, Change, Comparison, Counts, Difference, Known, Why
from service.staff.load import load_of, week_of, weekly_aim
from service.staff.why_not import Answer
from service.staff.world import Sent


class Side(IntEnum):
    BEFORE = 0
    AFTER = 1

    @property
    def other(self) -> "Side":
        return Side(1 - self)


class Names:
    """Rules by the name of the `after` side, which says in `formerly` what they were called before."""

    def __init__(self, after: RuleSet) -> None:
        self._new = {old: rule.id for rule in after.rules for old in rule.formerly}
        self._old = {new: old for old, new in self._new.items()}

    def new(self, key: LedgerKey) -> LedgerKey:
        """Return the key under the rule's new name."""
        return key._replace(rule=self._new[key.rule]) if key.rule in self._new else key

    def old(self, key: LedgerKey) -> LedgerKey:
        """Return the key under the rule's former name."""
        return key._replace(rule=self._old[key.rule]) if key.rule in self._old else key


class Edits:
    """Which rules differ between the two sides, as each program has them; `position` and name are no difference."""

    def __init__(self, before: RuleSet, after: RuleSet, names: Names) -> None:
        self._sides, self._names = (before, after), names
        self._found: dict[str, frozenset[str]] = {}

    def touch(self, program: str, rule: str) -> bool:
        """Return whether the rule, by its new name, was edited."""
        if program not in self._found:
            before, after = (dict(map(self._plain, side.rules_of(program))) for side in self._sides)
            names = before.keys() | after.keys()
            self._found[program] = frozenset(name for name in names if before.get(name) != after.get(name))
        return rule in self._found[program]

    def _plain(self, rule: Rule) -> tuple[str, Rule]:
        name = self._names.new(LedgerKey(rule.id, "", "", 0, "", "")).rule
        return name, replace(rule, id=name, position=0, formerly=(), title="", why="")


Asked = Callable[[Side, str, LedgerKey, Instant], Answer]
"""(side, program, key, now) → why that side does not send it now."""


@dataclass(slots=True)
class _Single:
    """A message that one side has sent and the other has not, so far."""

    side: Side
    sent: Sent
    why: Why | None = None


@dataclass(slots=True)
class _Tally:
    """What one side sends. `emails` counts by (program, participant, week)."""

    messages: Counter[tuple[str, str]] = field(default_factory=Counter)
    emails: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    first_day: int = 0


class Matching:
    """Takes what both sides send, instant by instant. `ask` is asked at the very instant at which they part."""

    def __init__(self, before: RuleSet, after: RuleSet, ask: Asked, since: Instant | None) -> None:
        self._aims = weekly_aim(before), weekly_aim(after)
        self._names = Names(after)
        self._edits = Edits(before, after, self._names)
        self._ask = ask
        self._first_until = NEVER if since is None else since + FIRST
        self._since = since
        self._singles: dict[Known, _Single] = {}
        self._asks: Agenda[Known] = Agenda()
        self._tallies = _Tally(), _Tally()
        self._parted: list[Difference] = []

    def next_ask(self) -> Instant:
        """Return when a question may have another answer by time alone; NEVER where none may."""
        return self._asks.next()

    def take(self, before: Iterable[Sent], after: Iterable[Sent], now: Instant) -> None:
        """Take in what both sides sent at `now`."""
        new: list[Known] = []
        for side, sents in ((Side.BEFORE, before), (Side.AFTER, after)):
            self._count(side, sents, now)
            for sent in sents:
                known = sent.program, self._names.new(sent.notice.candidate.key)
                single = self._singles.pop(known, None)
                if single is None:
                    self._singles[known] = _Single(side, sent)
                    new.append(known)
                elif (difference := _of_both(known, single, sent, self._edits)) is not None:
                    self._parted.append(difference)
        for known in (*new, *self._asks.take(now)):
            self._question(known, now)

    def _count(self, side: Side, sents: Iterable[Sent], now: Instant) -> None:
        tally, emails = self._tallies[side], set[tuple[str, int]]()
        for sent in sents:
            key = sent.notice.candidate.key
            tally.messages[sent.program, self._names.new(key).rule] += 1
            tally.first_day += now < self._first_until
            if (sent.program, sent.email) not in emails:
                emails.add((sent.program, sent.email))
                if is_participant(key.recipient):
                    tally.emails[sent.program, key.recipient, week_of(now)] += 1

    def _question(self, known: Known, now: Instant) -> None:
        """Ask why the other side does not send it; again once time alone may have changed the answer."""
        single = self._singles.get(known)
        if single is None:
            return
        program, key = known
        asked = key if single.side is Side.BEFORE else self._names.old(key)
        answer = self._ask(single.side.other, program, asked, now)
        if single.why is None or answer.why.word not in (Word.TOO_LATE, Word.WAITING):
            single.why = answer.why
        if answer.until is not None and now < answer.until < NEVER:
            self._asks.put(known, answer.until)

    def comparison(self, until: Instant | None) -> Comparison:
        """Return the comparison of all that was taken in."""
        singles = (_of_one(known, single) for known, single in self._singles.items())
        differences = [*self._parted, *singles]
        before, after = self._tallies
        whole = Comparison(since=self._since, until=until, differences=differences)
        for known in before.messages.keys() | after.messages.keys():
            whole.rules[known] = Counts(before=before.messages[known], after=after.messages[known])
        for each in differences:
            whole.rules[each.program, each.key.rule].note(each.change)
        whole.before, whole.after = load_of(before.emails, self._aims[0]), load_of(after.emails, self._aims[1])
        if self._since is not None:
            whole.first_day.before, whole.first_day.after = before.first_day, after.first_day
            first = (each for each in differences if each.after is not None and each.after < self._first_until)
            whole.first_day.new = sum(each.before is None or each.before >= self._first_until for each in first)
        return whole


def _of_one(known: Known, single: _Single) -> Difference:
    assert single.why is not None
    candidate, at = single.sent.notice.candidate, single.sent.notice.at
    is_gained = single.side is Side.AFTER
    return Difference(
        change=Change.MORE if is_gained else Change.FEWER,
        program=known[0],
        key=known[1],
        start=candidate.start_id,
        before=None if is_gained else at,
        after=at if is_gained else None,
        message=candidate.message,
        why=single.why,
    )


def _of_both(known: Known, single: _Single, sent: Sent, edits: Edits) -> Difference | None:
    """Return how what both sides sent differs, or None where it does not."""
    before, after = (single.sent, sent) if single.side is Side.BEFORE else (sent, single.sent)
    one, other = before.notice, after.notice
    same_words = one.candidate.message == other.candidate.message and one.resource == other.resource
    if one.at == other.at and same_words:
        return None
    return Difference(
        change=Change.REWORDED if one.at == other.at else Change.MOVED,
        program=known[0],
        key=known[1],
        start=other.candidate.start_id,
        before=one.at,
        after=other.at,
        message=other.candidate.message,
        why=Why(Cause.EDITED if edits.touch(known[0], known[1].rule) else Cause.AROUND),
    )
