"""Writing: everything a transaction changes, as a whole or not at all."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import orjson

from service.adapters.store import changes, queries
from service.adapters.store.append import append_each
from service.adapters.store.brakes import SqlBrakeWriting
from service.adapters.store.channels import SqlChannelWriting
from service.adapters.store.erasures import SqlErasureWriting
from service.adapters.store.figures import SqlFigureWriting
from service.adapters.store.footings import SqlFootingWriting
from service.adapters.store.forgotten import SqlForgottenWriting
from service.adapters.store.interventions import SqlInterventionWriting
from service.adapters.store.matters import SqlMatterWriting
from service.adapters.store.notice_codec import candidate_text, notices_text
from service.adapters.store.outbox import SqlOutboxWriting
from service.adapters.store.publishers import SqlPublisherWriting
from service.adapters.store.reports import SqlReportWriting
from service.adapters.store.rows import due_recipient, email_values, ledger_values, named
from service.adapters.store.session import Session
from service.adapters.store.sessions import SqlSessionWriting
from service.adapters.store.subjects import SqlSubjectWriting
from service.domain.calendar import Instant
from service.domain.delivery import LedgerKey
from service.domain.errors import IntouchError
from service.domain.events import Incoming
from service.domain.plan import Pending
from service.flow.brake_port import RuleEdition
from service.flow.ports import (
    Appended,
    AuditRow,
    DueRecipient,
    EmailRow,
    EmailState,
    RecipientKey,
    RuleSetRow,
    SubjectKey,
)


class SqlTransaction(
    SqlSubjectWriting,
    SqlBrakeWriting,
    SqlPublisherWriting,
    SqlOutboxWriting,
    SqlChannelWriting,
    SqlErasureWriting,
    SqlFootingWriting,
    SqlMatterWriting,
    SqlFigureWriting,
    SqlInterventionWriting,
    SqlSessionWriting,
    SqlForgottenWriting,
    SqlReportWriting,
):
    """A `Transaction` over one transaction of the database."""

    def __init__(self, session: Session, sources: dict[str, str], secret: bytes = b"") -> None:
        super().__init__(session, sources, secret)
        self.given_up = False
        """Whether it must not be committed, because a claim failed half way."""
        self._plans: dict[RecipientKey, tuple[Instant, bool]] = {}

    def finish(self) -> None:
        """Write what was kept for the end: plans, in order, since whoever checks makes the same recipients' due."""
        plans = ((key, *self._plans[key]) for key in sorted(self._plans))
        rows = [{**key._asdict(), "at": at, "urgent": int(urgent)} for key, at, urgent in plans]
        self._plans.clear()
        self._session.change_each(changes.PLAN_SOON, rows)

    # The log and its subjects.

    def append(self, events: Sequence[Incoming], recorded: Instant) -> Appended:
        return self.append_each([events], recorded)[0]

    def append_each(self, batches: Sequence[Sequence[Incoming]], recorded: Instant) -> Sequence[Appended]:
        return append_each(self._session, batches, recorded)

    def check_soon(self, keys: Iterable[SubjectKey]) -> None:
        self._session.change_each(changes.ASK_CHECK, [named(key) for key in sorted(set(keys))])

    def check_program(self, program: str, now: Instant) -> None:
        self._session.change(changes.ASK_PROGRAM, {"program": program})
        waiting = self._session.all(queries.WAITING, {"program": program})
        self.plan_soon((RecipientKey(program, recipient) for (recipient,) in waiting), now)

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
        urgent = {own for about_it in pending.values() for own, each in about_it.items() if each.candidate.kind.exact}
        for (program, own), (_, ready_at) in new.items():
            self.plan_soon([RecipientKey(program, own.recipient)], ready_at, urgent=own in urgent)

    def plan_soon(self, keys: Iterable[RecipientKey], at: Instant, *, urgent: bool = False) -> None:
        for key in keys:
            known_at, was_urgent = self._plans.get(key, (at, False))
            self._plans[key] = min(at, known_at), urgent or was_urgent

    def due_recipients(self, now: Instant, limit: int) -> Sequence[DueRecipient]:
        """Return those that nobody else plans now, and keep others from planning them."""
        self.finish()
        values = {"now": now, "limit": limit}
        asked = (each + self._session.flavour.skip_locked for each in (queries.DUE_URGENTLY, queries.DUE_RECIPIENTS))
        rows = [row for each in asked for row in self._session.all(each, values)]
        return list(dict.fromkeys(map(due_recipient, rows)))[:limit]

    def next_due(self) -> Instant | None:
        self.finish()
        return super().next_due()

    def planned(self, key: RecipientKey, next_plan_at: Instant | None, *, urgent: bool = False) -> None:
        self._plans.pop(key, None)
        self._session.change(changes.PLANNED, {**key._asdict(), "at": next_plan_at, "urgent": int(urgent)})

    def rest(self, key: RecipientKey, until: Instant) -> None:
        self._session.change(changes.REST, {**key._asdict(), "until": until})

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
            self.decide_anew([id])
        return settled

    def await_report(self, id: str, until: Instant, error: str) -> None:
        self._session.change(changes.AWAIT_REPORT, {"id": id, "until": until, "error": error})

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
        values = {"at": row.at, "who": row.who, "action": row.action.value, "about": row.about, "program": row.program}
        self._session.change(changes.NOTE, {**values, "detail": orjson.dumps(dict(row.detail)).decode()})
