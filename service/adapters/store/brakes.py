"""The brakes in the store: holds, counts and stops.

The rules of this file: whoever asks for a rule's pace holds the rule's row until the transaction ends, so no two claims
count past its limit; and counts stand by the minute, rounded up, so that an hour costs at most sixty rows to add up.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from service.adapters.store import brake_statements as statements
from service.adapters.store.notice_codec import candidate_of
from service.adapters.store.rows import ledger_values
from service.adapters.store.session import Session
from service.domain.brakes import PACE_WINDOW, Hold, Pace
from service.domain.calendar import MINUTE, Instant
from service.domain.delivery import Charge, LedgerKey
from service.flow.brake_port import HeldNotice, HeldRule, K, RuleEdition, Scope, Stop

_ABOUT: Final = ("program", "subject")


class SqlBrakeReading:
    """A `BrakeReading` over one transaction."""

    _session: Session
    _has_holds: bool | None = None

    def stops(self) -> Sequence[Stop]:
        rows = self._session.all(statements.STOPS, {})
        return [Stop(scope=Scope(scope), name=name, at=at, by=by) for scope, name, at, by in rows]

    def holds_of(self, keys: Collection[K]) -> Mapping[K, Mapping[LedgerKey, Hold]]:
        found: dict[K, dict[LedgerKey, Hold]] = {key: {} for key in keys}
        if self._holds_any():
            by_name = {(program, str(subject)): holds for (program, subject), holds in found.items()}
            for program, *own, since, at in self._session.listed(statements.HOLDS_OF, sorted(by_name), *_ABOUT):
                key = LedgerKey(*own)
                by_name[program, key.subject][key] = Hold(since, at)
        return found

    def holds_for(self, program: str, recipient: str) -> Mapping[LedgerKey, Hold]:
        values = {"program": program, "recipient": recipient}
        rows = self._session.all(statements.HOLDS_FOR, values) if self._holds_any() else ()
        return {LedgerKey(*own): Hold(since, released_at) for *own, since, released_at in rows}

    def _holds_any(self) -> bool:
        if self._has_holds is None:
            self._has_holds = self._session.one(statements.ANY_HOLD, {}) is not None
        return self._has_holds

    def held_rules(self, program: str = "") -> Sequence[HeldRule]:
        rows = self._session.all(statements.HELD_RULES, {"program": program})
        return [HeldRule(rule=rule, notices=notices, since=since) for rule, notices, since in rows]

    def held_notices(self, rule: str, limit: int = 1_000, program: str = "") -> Sequence[HeldNotice]:
        rows = self._session.all(statements.HELD_NOTICES, {"rule": rule, "limit": limit, "program": program})
        return [HeldNotice(program=program, candidate=candidate_of(text), since=at) for program, text, at in rows]


class SqlBrakeWriting(SqlBrakeReading):
    """A `BrakeWriting` over one transaction."""

    def pace(self, edition: RuleEdition, now: Instant) -> Pace:
        expected, until = self._session.one(statements.LAUNCH, {"rule": edition.rule})
        values = {**edition._asdict(), "since": now - PACE_WINDOW}
        lately, went, trusted_at = self._session.one(statements.COUNTED, values)
        return Pace(
            lately=int(lately),  # PostgreSQL adds whole numbers up to a decimal one
            went=went or 0,
            released=trusted_at is not None,
            expected=max(0, expected) if now < until else 0,
        )

    def meet(self, edition: RuleEdition) -> None:
        self._session.change(statements.MEET_EDITION, edition._asdict())

    def charge(self, rule: str, charges: Iterable[Charge], at: Instant) -> None:
        self._count(rule, Counter(charges), at, 1)
        self._session.change(statements.FORGET_COUNTS, {"rule": rule, "since": at - PACE_WINDOW})

    def discharge(self, rule: str, charges: Iterable[Charge], at: Instant) -> None:
        self._count(rule, Counter(charges), at, -1)

    def _count(self, rule: str, charges: Mapping[Charge, int], at: Instant, sign: int) -> None:
        for charge, number in charges.items():
            values = {"rule": rule, "edition": charge.edition, "count": sign * number}
            if charge.expected:
                self._session.change(statements.SPEND, values)
            else:
                self._session.change(statements.COUNT, {**values, "minute": -(-at // MINUTE) * MINUTE})
                self._session.change(statements.COUNT_VERSION, values)

    def hold(self, program: str, keys: Collection[LedgerKey], now: Instant) -> None:
        self._each(statements.HOLD, program, keys, now)
        self._has_holds = self._has_holds or bool(keys)

    def release(self, program: str, keys: Collection[LedgerKey], now: Instant) -> None:
        self._each(statements.RELEASE, program, keys, now)

    def unhold(self, program: str, keys: Collection[LedgerKey]) -> None:
        self._each(statements.UNHOLD, program, keys, 0)

    def _each(self, statement: str, program: str, keys: Collection[LedgerKey], now: Instant) -> None:
        self._session.change_each(statement, [{**ledger_values(program, key), "now": now} for key in sorted(keys)])

    def trust(self, rule: str, now: Instant, by: str) -> None:
        self._session.change(statements.TRUST, {"rule": rule, "now": now, "by": by})

    def trust_first(self, editions: Collection[RuleEdition], now: Instant, by: str) -> None:
        """Let the rules of an empty store's first rule set run without the brake on changes."""
        rows = [{**each._asdict(), "now": now, "by": by} for each in sorted(editions)]
        self._session.change_each(statements.TRUST_FIRST, rows)

    def expect(self, rule: str, count: int, until: Instant) -> None:
        self._session.change(statements.EXPECT, {"rule": rule, "count": count, "until": until})

    def stop(self, stop: Stop) -> bool:
        values = {"scope": stop.scope.value, "name": stop.name, "at": stop.at, "by": stop.by}
        return self._session.change(statements.STOP, values) == 1

    def resume(self, scope: Scope, name: str) -> bool:
        return self._session.change(statements.RESUME, {"scope": scope.value, "name": name}) == 1

    def plan_waiting(self, scope: Scope, name: str, now: Instant) -> None:
        values = {"program": "", "rule": "", "now": now}
        if scope is not Scope.ALL:
            values[scope.value] = name
        self._session.change(statements.PLAN_WAITING, values)
