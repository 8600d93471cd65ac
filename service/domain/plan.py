"""Planning: which of one recipient's candidates go now, together in which emails, and why the others wait.

`plan` is pure. Candidates take their place in the order of *Meaning* 6, each seeing what those before it took.
Source: `docs/rule-language.md`, *Delivery* and *Meaning* 2, 3, 5, 6.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from service.domain.brakes import BRAKED, NO_BRAKES, SAFETY, STOPPED, Brakes
from service.domain.calendar import HOUR, NEVER, QUARTER, Duration, Instant, Span, quarter_up
from service.domain.delivery import Candidate, LedgerKey, Notice, Role, Verdict, Word, is_participant
from service.domain.earliest import Earliest
from service.domain.history import History, Past, Went, history_of
from service.domain.inbox import Inbox
from service.domain.limits import limited_until
from service.domain.pending import Pending, lookback, pend
from service.domain.picking import picked
from service.domain.rules import Category, Delivery, Kind, RuleSet

ALERTS_AN_HOUR = 5
"""Alerts to one role beyond these are merged every quarter hour."""


class Planned(NamedTuple):
    """One email to go now: the notices it carries, in order."""

    notices: tuple[Notice, ...]


class Plan(NamedTuple):
    """What goes now, why the rest does not, and when that can change without an event or a new candidate."""

    emails: tuple[Planned, ...]
    verdicts: Mapping[LedgerKey, Verdict]
    next_at: Instant
    source: str = ""


def plan(
    pending: Iterable[Pending],
    inbox: Inbox,
    past: Went,
    rule_set: RuleSet,
    now: Instant,
    brakes: Brakes = NO_BRAKES,
) -> Plan:
    """Return the emails that go to one recipient at `now`, and a verdict for every notice that does not.

    `now` is the planned instant: a quarter hour, or else only alerts and answers move.
    """
    planner = _Planner(inbox, history_of(past), rule_set, now, brakes)
    for each in sorted(pending, key=lambda p: p.candidate.order):
        planner.place(each)
    return planner.result()


class _Planner:
    """One planning: what went before and what has been placed so far."""

    def __init__(self, inbox: Inbox, past: History, rule_set: RuleSet, now: Instant, brakes: Brakes) -> None:
        self.inbox, self.past, self.rule_set, self.now, self.brakes = inbox, past, rule_set, now, brakes
        self.delivery: Delivery = rule_set.delivery
        self.room = dict(brakes.room)
        self.next = Earliest(now)
        self.emails: list[list[Notice]] = []
        self.verdicts: dict[LedgerKey, Verdict] = {}
        self.digest: list[Notice] = []
        self.merged: dict[Kind, list[Notice]] = {}
        self.had: set[str] | None = None
        self.spells: dict[str, Span] = {}
        """The opening hours at the planned instant, by zone."""

    def result(self) -> Plan:
        return Plan(tuple(Planned(tuple(each)) for each in self.emails), self.verdicts, self.next.at, self.next.source)

    def place(self, pending: Pending) -> None:
        """Give a candidate its place in an email, or its verdict."""
        candidate = pending.candidate
        at = self.now if candidate.kind.exact else quarter_up(self.now)
        if max(at, pending.ready_at) > self.now:
            return self._wait(candidate, Word.WAITING, max(at, pending.ready_at), "ready")
        if self._gap(candidate, at):
            return None
        verdict = self._refusal(candidate) or self._held(candidate)
        if verdict is not None:
            self.verdicts[candidate.key] = verdict
            return None
        if self._closed(candidate, at):
            return None
        resource = picked(candidate, self.rule_set.resources, self.inbox.contacts, self._resources_had())
        if resource is None:
            self.verdicts[candidate.key] = Verdict(Word.NOTHING_NEW, candidate.pick)
            return None
        notice = Notice(candidate=candidate, at=at, resource=resource)
        if not self._again(notice):
            self._send(notice)
        return None

    def _refusal(self, candidate: Candidate) -> Verdict | None:
        """Return what about the recipient stands against it until they or staff change it."""
        if not self.inbox.has_address:
            return Verdict(Word.NO_ADDRESS)
        if self.inbox.blocked and not (self.inbox.has_stand_in and candidate.kind is Kind.ALERT):
            return Verdict(Word.ADDRESS_BLOCKED)
        category = self.rule_set.policy(candidate.message).category
        optional = candidate.kind is Kind.NUDGE and category is not Category.SERVICE
        if optional and is_participant(candidate.key.recipient) and category in self.inbox.opted_out:
            return Verdict(Word.OPTED_OUT, category)
        return None

    def _held(self, candidate: Candidate) -> Verdict | None:
        if self.brakes.stops(candidate.key.rule):
            return Verdict(Word.HELD, STOPPED)
        hold = self.brakes.holds.get(candidate.key)
        return Verdict(Word.HELD, SAFETY) if hold and hold.released_at is None else None

    def _brakes(self, candidate: Candidate) -> bool:
        """Take one place of the rule's room, or hold what finds none. What staff released needs no room."""
        rule = candidate.key.rule
        if candidate.kind not in BRAKED or rule not in self.room or candidate.key in self.brakes.holds:
            return False
        if self.room[rule] <= 0:
            self.verdicts[candidate.key] = Verdict(Word.HELD, SAFETY)
            return True
        self.room[rule] -= 1
        return False

    def _resources_had(self) -> set[str]:
        if self.had is None:
            self.had = set(self.past.resources)
        return self.had

    # Gaps, hours, limits: what time alone lifts.

    def _gap(self, candidate: Candidate, at: Instant) -> bool:
        """*Meaning* 5: after a notice, the same rule, subject and start send nothing more for `every`."""
        if not candidate.every:
            return False
        key, rules = candidate.key, (candidate.key.rule, *candidate.formerly)
        went = (self.past.last_from(rule, key.subject, key.start, at) for rule in rules)
        last = max((each for each in went if each is not None), default=None)
        if last is None or last + candidate.every <= at:
            return False
        self._wait(candidate, Word.GAP, self._release(candidate, last + candidate.every), "gap")
        return True

    def _again(self, notice: Notice) -> bool:
        """*Delivery*: neither the same message and resource again, nor the same message about the same topic."""
        candidate = notice.candidate
        message, value = candidate.message, candidate.key.value
        policy = self.rule_set.policy(message)
        went = self.past.last_with(message, notice.resource)
        until = [self._until_again(notice, policy.not_again_within, went, _same)]
        if value:
            went = self.past.last_about(message, value)
            until.append(self._until_again(notice, policy.topic_not_again_within, went, _same_topic))
        if max(until) <= notice.at:
            return False
        self._wait(candidate, Word.AGAIN, self._release(candidate, max(until)), "again")
        return True

    def _until_again(
        self, notice: Notice, within: Duration | None, went: Instant | None, is_same: Callable[[Notice, Notice], bool]
    ) -> Instant:
        """Return until when what went before, or goes now, keeps the notice back; its own instant if nothing does."""
        if within is None:
            return notice.at
        placed = any(is_same(each, notice) for email in self.emails for each in email)
        last = notice.at if placed else went
        return notice.at if last is None else max(notice.at, last + within)

    def _closed(self, candidate: Candidate, at: Instant) -> bool:
        """Keep the hours of the recipient's day; a report keeps the first hour of its program's day."""
        if candidate.kind.exact:
            return False
        zone = self.inbox.program_zone if candidate.kind is Kind.REPORT else self.inbox.zone
        spell = self._spell(at, zone)
        if not spell.holds(at):
            return self._wait_for_hours(candidate, spell.start)
        if candidate.kind is Kind.REPORT and at != quarter_up(spell.start):
            following = self.delivery.hours.spell(spell.end, zone)
            return self._wait_for_hours(candidate, following.start)
        self.next.note(spell.end if candidate.kind is not Kind.REPORT else at + QUARTER, "hours")
        return False

    def _spell(self, at: Instant, zone: str) -> Span:
        if zone not in self.spells:
            self.spells[zone] = self.delivery.hours.spell(at, zone)
        return self.spells[zone]

    def _wait_for_hours(self, candidate: Candidate, opens: Instant) -> bool:
        self._wait(candidate, Word.HOURS, quarter_up(opens) if opens < NEVER else NEVER, "hours")
        return True

    def _send(self, notice: Notice) -> None:
        kind = notice.candidate.kind
        if kind is Kind.NUDGE and is_participant(notice.candidate.key.recipient):
            self._nudge(notice)
        elif kind is Kind.REPORT:
            self._merge(notice)
        elif kind is Kind.ALERT and notice.candidate.role is Role.STAFF:
            self._alert(notice)
        elif not self._brakes(notice.candidate):
            self._take([notice])

    def _take(self, email: list[Notice]) -> None:
        self.emails.append(email)
        self._resources_had().update(each.resource for each in email if each.resource)

    def _merge(self, notice: Notice) -> None:
        """Put it with the others of its kind in one email."""
        email = self.merged.get(notice.candidate.kind)
        if email is None:
            email = self.merged[notice.candidate.kind] = []
            self.emails.append(email)
        email.append(notice)
        if notice.resource:
            self._resources_had().add(notice.resource)

    def _alert(self, notice: Notice) -> None:
        """Alone while fewer than five went in the last hour; else with all that wait, at the next quarter hour."""
        went = self.past.alerts[bisect_right(self.past.alerts, self.now - HOUR) :]
        went += [self.now for email in self.emails for each in email if each.candidate.kind is Kind.ALERT]
        if len(went) < ALERTS_AN_HOUR:
            self._take([notice])
        elif self.now % QUARTER == 0:
            self._merge(notice)
        else:
            frees = went[-ALERTS_AN_HOUR] + HOUR
            self._wait(notice.candidate, Word.LIMITED, min(frees, quarter_up(self.now + 1)), "merge")

    def _nudge(self, notice: Notice) -> None:
        """Fill the digest that is open, or open another if the limits allow it."""
        opens = not self.digest or len(self.digest) >= self.delivery.digest_at_most
        until = self._limited_until(notice.at) if opens else None
        if until is not None:
            self._wait(notice.candidate, Word.LIMITED, until, "limit")
            return
        if self._brakes(notice.candidate):
            return
        if opens:
            self.digest = []
            self.emails.append(self.digest)
        self.digest.append(notice)
        if notice.resource:
            self._resources_had().add(notice.resource)

    def _limited_until(self, at: Instant) -> Instant | None:
        limits = self.delivery.limits
        longest = max((limit.window for limit in limits), default=0)
        went = [sent for sent, _ in self.past.nudges[bisect_right(self.past.nudges, (at - longest, "")) :]]
        went += [email[0].at for email in self.emails if email[0].candidate.kind is Kind.NUDGE]
        return limited_until(limits, went, at)

    def _release(self, candidate: Candidate, at: Instant) -> Instant:
        return at if candidate.kind.exact else quarter_up(at)

    def _wait(self, candidate: Candidate, word: Word, until: Instant, source: str) -> None:
        self.verdicts[candidate.key] = Verdict(word, "", until)
        self.next.note(until, source)


def _same(one: Notice, other: Notice) -> bool:
    return one.candidate.message == other.candidate.message and one.resource == other.resource


def _same_topic(one: Notice, other: Notice) -> bool:
    return one.candidate.message == other.candidate.message and one.candidate.key.value == other.candidate.key.value


__all__ = ["Inbox", "Past", "Pending", "Plan", "Planned", "lookback", "pend", "plan"]
