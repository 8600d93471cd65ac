"""Writing: everything a transaction changes, as a whole or not at all."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import orjson

from service.adapters.store import changes, queries
from service.adapters.store.address_hash import address_hash
from service.adapters.store.append import append
from service.adapters.store.brakes import SqlBrakeWriting
from service.adapters.store.fact_codec import facts_text, thing_text
from service.adapters.store.notice_codec import candidate_text, notices_text
from service.adapters.store.rows import email_values, key_of, ledger_values, listed, named
from service.adapters.store.session import Session
from service.adapters.store.snapshot import SqlSnapshot
from service.domain.calendar import Instant
from service.domain.delivery import LedgerKey
from service.domain.errors import IntouchError
from service.domain.events import Incoming
from service.domain.facts import SubjectFacts
from service.domain.plan import Pending
from service.domain.suppression import Suppression
from service.flow.brake_port import RuleEdition
from service.flow.ports import (
    Appended,
    AuditRow,
    EmailRow,
    EmailState,
    RecipientKey,
    RuleSetRow,
    SubjectKey,
    SubjectRow,
)

_Things = dict[tuple[str, str], tuple[str, bool]]
_NO_THINGS: Final[_Things] = {}


class SqlTransaction(SqlSnapshot, SqlBrakeWriting):
    """A `Transaction` over one transaction of the database."""

    def __init__(self, session: Session, sources: dict[str, str], secret: bytes = b"") -> None:
        super().__init__(session, sources, secret)
        self.given_up = False
        """Whether it must not be committed, because a claim failed half way."""
        self._stored: dict[SubjectKey, _Things] = {}

    # The log and its subjects.

    def append(self, events: Sequence[Incoming], recorded: Instant) -> Appended:
        return append(self._session, events, recorded)

    def due_subjects(self, now: Instant, rule_set: str, limit: int) -> Sequence[SubjectKey]:
        values = {"now": now, "rule_set": rule_set, "limit": limit}
        by_time = (queries.DUE_BY_NEWS, queries.DUE_BY_CLOCK)
        found = sorted(row for each in by_time for row in self._due(each, values))
        # A new rule set sweeps behind what is due by itself: the oldest news is never older for it.
        for each in queries.DUE_BY_RULES:
            found += self._due(each, values)
        return list(dict.fromkeys(key_of(*row[1:]) for row in found))[:limit]

    def _due(self, statement: str, values: Mapping[str, Any]) -> list[Any]:
        return self._session.all(statement + self._session.flavour.skip_locked, values)

    def stale(self, keys: Iterable[SubjectKey], now: Instant, rule_set: str) -> Sequence[SubjectKey]:
        wanted = sorted({listed(key) for key in keys})
        rows = self._session.listed(queries.STALE, wanted, "program", "kind", "id")
        return [
            key_of(program, kind, id)
            for program, kind, id, news_at, next_check_at, checked_with in rows
            if news_at is not None or (next_check_at is not None and next_check_at <= now) or checked_with != rule_set
        ]

    def save_subjects(self, rows: Sequence[SubjectRow]) -> None:
        values = [
            {
                **named(row.key),
                "next_check_at": row.next_check_at,
                "checked_with": row.checked_with,
                "folded_with": row.folded_with,
                "folded_seq": row.folded_seq,
                "facts": facts_text(row.facts) if row.facts is not None else None,
            }
            for row in sorted(rows, key=lambda each: each.key)
        ]
        self._session.change_each(changes.SAVE_SUBJECT, values)
        things = [each for row in rows if row.facts and row.facts.things for each in self._changed(row.key, row.facts)]
        self._session.change_each(changes.SAVE_THING, things)

    def _changed(self, key: SubjectKey, facts: SubjectFacts) -> list[dict[str, Any]]:
        """Return the rows of the things that are new, or not as they were read."""
        live = facts.live_things()
        before = self._stored.setdefault(key, {})
        now = {known: (thing_text(thing), known in live) for known, thing in facts.things.items()}
        own = named(key)
        rows = [
            {**own, "thing": known[0], "ref": known[1], "live": int(is_live), "state": state}
            for known, (state, is_live) in now.items()
            if before.get(known) != (state, is_live)
        ]
        before.update(now)
        return rows

    def _add_things(self, row: SubjectRow, things: Iterable[Sequence[Any]]) -> None:
        rows = list(things)
        super()._add_things(row, rows)
        self._remember(row.key, rows)

    def _named_things(self, key: SubjectKey, refs: Collection[tuple[str, str]]) -> list[Sequence[Any]]:
        rows = super()._named_things(key, refs)
        self._remember(key, rows)
        return rows

    def _remember(self, key: SubjectKey, rows: Iterable[Sequence[Any]]) -> None:
        """Keep how things were read, so that only changed ones are written."""
        stored = self._stored.setdefault(key, {})
        stored.update({(thing, ref): (state, bool(live)) for thing, ref, state, live in rows})

    def check_soon(self, keys: Iterable[SubjectKey], now: Instant) -> None:
        rows = [{**named(key), "now": now} for key in sorted(set(keys))]
        self._session.change_each(changes.CHECK_SOON, rows)

    def check_program(self, program: str, now: Instant) -> None:
        self._session.change(changes.CHECK_PROGRAM, {"program": program, "now": now})
        self._session.change(changes.PLAN_PROGRAM, {"program": program, "now": now})

    def join(self, program: str, mentorship: str, participants: Iterable[str]) -> None:
        rows = [
            {"program": program, "mentorship": mentorship, "participant": participant}
            for participant in sorted(set(participants))
        ]
        self._session.change_each(changes.JOIN, rows)

    # What is pending, and whose plan is due.

    def save_pending(self, pending: Mapping[SubjectKey, Mapping[LedgerKey, Pending]]) -> None:
        before = {(program, own): (text, ready_at) for program, own, text, ready_at in self._pending_rows(pending)}
        now = {
            (key.program, own): (candidate_text(each.candidate), each.ready_at)
            for key, about_it in pending.items()
            for own, each in about_it.items()
        }
        self._session.change_each(changes.DROP_PENDING, [ledger_values(*each) for each in sorted(before.keys() - now)])
        new = {each: now[each] for each in sorted(now) if before.get(each) != now[each]}
        rows = [
            {**ledger_values(*each), "candidate": text, "ready_at": ready_at} for each, (text, ready_at) in new.items()
        ]
        self._session.change_each(changes.SAVE_PENDING, rows)
        self._plan_from({each: ready_at for each, (_, ready_at) in new.items()})

    def _plan_from(self, ready: Mapping[tuple[str, LedgerKey], Instant]) -> None:
        """Make each recipient's plan due when the first of these may move."""
        least: dict[RecipientKey, Instant] = {}
        for (program, own), at in ready.items():
            key = RecipientKey(program, own.recipient)
            least[key] = min(at, least.get(key, at))
        self._plan(least)

    def plan_soon(self, keys: Iterable[RecipientKey], at: Instant) -> None:
        self._plan(dict.fromkeys(keys, at))

    def _plan(self, due: Mapping[RecipientKey, Instant]) -> None:
        rows = [{**key._asdict(), "at": due[key]} for key in sorted(due)]
        self._session.change_each(changes.PLAN_SOON, rows)

    def planned(self, key: RecipientKey, next_plan_at: Instant | None) -> None:
        self._session.change(changes.PLANNED, {**key._asdict(), "at": next_plan_at})

    # Emails.

    def claim(self, email: EmailRow) -> None:
        self._keep(email, counts=True)

    def drop(self, email: EmailRow) -> None:
        self._keep(email, counts=False)

    def _keep(self, email: EmailRow, *, counts: bool) -> None:
        try:
            self._insert(email, counts=counts)
        except Exception as error:
            self.given_up = True
            if self._session.flavour.is_conflict(error):
                raise IntouchError("A notice of this email went out before; it is not sent twice.") from error
            raise

    def _insert(self, email: EmailRow, *, counts: bool) -> None:
        self._session.change(changes.CLAIM_EMAIL, email_values(email, notices_text(email.notices)))
        subjects = sorted({each.candidate.key.subject for each in email.notices})
        about_rows = [{"program": email.program, "subject": each, "email": email.id} for each in subjects]
        self._session.change_each(changes.CLAIM_SUBJECT, about_rows)
        decisions = [ledger_values(email.program, each.candidate.key) for each in email.notices]
        rows = [
            {
                **decision,
                "at": notice.at if counts else 0,
                "email": email.id,
                "kind": notice.candidate.kind.value,
                "message": notice.candidate.message,
                "resource": notice.resource,
            }
            for decision, notice in zip(decisions, email.notices, strict=True)
        ]
        self._session.change_each(changes.CLAIM_DECISION, rows)
        self._session.change_each(changes.DROP_PENDING, decisions)

    def settle(self, id: str, state: EmailState, at: Instant, *, reference: str = "", error: str = "") -> bool:
        values = {"id": id, "state": state.value, "at": at, "reference": reference, "error": error}
        settled = self._session.change(changes.SETTLE, values) == 1
        if settled and state is EmailState.RELEASED:
            self._session.change(changes.FORGET_DECISIONS, {"id": id})
        return settled

    # Addresses.

    def suppress(self, address: str, suppression: Suppression) -> bool:
        values = {
            "address": address_hash(self._secret, address),
            "reason": suppression.reason.value,
            "at": suppression.at,
            "detail": suppression.detail,
        }
        return self._session.change(changes.SUPPRESS, values) == 1

    def allow(self, address: str) -> bool:
        return self._session.change(changes.ALLOW, {"address": address_hash(self._secret, address)}) == 1

    # Rule sets.

    def activate(self, row: RuleSetRow, editions: Collection[RuleEdition]) -> None:
        if self.first_rule_set() is None:
            self.trust_first(editions, row.activated_at, row.activated_by)
        self.keep_rule_set(row.hash, row.sources)
        values = {"hash": row.hash, "at": row.activated_at, "by": row.activated_by}
        self._session.change(changes.ACTIVATE, values)

    def keep_rule_set(self, hash: str, sources: str) -> None:
        self._session.change(changes.KEEP_RULE_SET, {"hash": hash, "sources": sources})

    # Who did what.

    def note(self, row: AuditRow) -> None:
        values = {"at": row.at, "who": row.who, "action": row.action.value, "about": row.about}
        self._session.change(changes.NOTE, {**values, "detail": orjson.dumps(dict(row.detail)).decode()})
