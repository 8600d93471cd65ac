"""Reading: everything a snapshot answers, all of one moment."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import orjson

from service.adapters.store import queries
from service.adapters.store.address_hash import address_hash
from service.adapters.store.append import foresee_each
from service.adapters.store.backlog import SqlBacklogReading
from service.adapters.store.brakes import SqlBrakeReading
from service.adapters.store.channels import SqlChannelReading
from service.adapters.store.deliveries import SqlDeliveryReading
from service.adapters.store.erasures import SqlErasureReading
from service.adapters.store.fact_codec import thing_of
from service.adapters.store.figures import SqlFigureReading
from service.adapters.store.footings import SqlFootingReading
from service.adapters.store.forgotten import SqlForgottenReading
from service.adapters.store.interventions import SqlInterventionReading
from service.adapters.store.matters import SqlMatterReading
from service.adapters.store.notice_codec import candidate_of
from service.adapters.store.outbox import SqlOutboxReading
from service.adapters.store.publishers import SqlPublisherReading
from service.adapters.store.rows import (
    about,
    due_recipient,
    email_of,
    event_of,
    key_of,
    listed,
    named,
    past_of,
    subject_row,
)
from service.adapters.store.session import Session
from service.adapters.store.sessions import SqlSessionReading
from service.adapters.store.traces import SqlTraceReading
from service.domain.calendar import Instant
from service.domain.delivery import LedgerKey
from service.domain.events import Event, Incoming, Subject, SubjectKind
from service.domain.facts import Thing
from service.domain.plan import Past, Pending
from service.domain.suppression import Reason, Suppression
from service.flow.ports import (
    Action,
    ActivationRow,
    Appended,
    AuditRow,
    DueRecipient,
    EmailRow,
    News,
    RecipientKey,
    RuleSetRow,
    SubjectKey,
    SubjectRow,
)

_PAGE: Final = 500
_ALL: Final = 2**62
_SUBJECT: Final = ("program", "kind", "id")
_ABOUT: Final = ("program", "subject")
_ADDRESSES_AT_ONCE: Final = 100

V = TypeVar("V")


class SqlSnapshot(
    SqlBrakeReading,
    SqlBacklogReading,
    SqlPublisherReading,
    SqlOutboxReading,
    SqlChannelReading,
    SqlErasureReading,
    SqlTraceReading,
    SqlFootingReading,
    SqlMatterReading,
    SqlDeliveryReading,
    SqlFigureReading,
    SqlInterventionReading,
    SqlSessionReading,
    SqlForgottenReading,
):
    """A `Snapshot` over one transaction. `sources` remembers the files of the rule set that was active last; `secret`
    is the key of the hashes under which addresses are kept."""

    def __init__(self, session: Session, sources: dict[str, str], secret: bytes = b"") -> None:
        self._session = session
        self._sources = sources
        self._secret = secret

    # Subjects.

    def subject(self, key: SubjectKey) -> SubjectRow | None:
        values = named(key)
        found = self._session.one(queries.SUBJECT, values)
        if found is None:
            return None
        row = subject_row(key, found)
        if row.facts is not None:
            self._add_things(row, self._session.all(queries.LIVE_THINGS, values))
        return row

    def things(
        self, refs: Mapping[SubjectKey, Collection[tuple[str, str]]]
    ) -> Mapping[SubjectKey, Mapping[tuple[str, str], Thing]]:
        found: dict[SubjectKey, dict[tuple[str, str], Thing]] = {}
        for key, (thing, ref, state, _) in self._named_things(refs):
            found.setdefault(key, {})[thing, ref] = thing_of(state, thing, ref)
        return found

    def _named_things(
        self, refs: Mapping[SubjectKey, Collection[tuple[str, str]]]
    ) -> list[tuple[SubjectKey, Sequence[Any]]]:
        wanted = sorted((*listed(key), *ref) for key, named in refs.items() for ref in named)
        rows = self._session.listed(queries.THINGS, wanted, *_SUBJECT, "thing", "ref")
        return [(key_of(*row[:3]), row[3:]) for row in rows]

    def _add_things(self, row: SubjectRow, things: Iterable[Sequence[Any]]) -> None:
        assert row.facts is not None
        for thing, ref, state, _ in things:
            row.facts.things[thing, ref] = thing_of(state, thing, ref)

    def subjects(self, keys: Iterable[SubjectKey]) -> Mapping[SubjectKey, SubjectRow]:
        wanted = sorted({listed(key) for key in keys})
        if len(wanted) == 1:
            key = key_of(*wanted[0])
            row = self.subject(key)
            return {key: row} if row else {}
        return self._several(wanted)

    def _several(self, wanted: list[tuple[str, str, str]]) -> dict[SubjectKey, SubjectRow]:
        found: dict[SubjectKey, SubjectRow] = {}
        for program, kind, id, *rest in self._session.listed(queries.SUBJECTS, wanted, *_SUBJECT):
            key = key_of(program, kind, id)
            found[key] = subject_row(key, rest)
        things: dict[SubjectKey, list[Sequence[Any]]] = {}
        for program, kind, id, *rest in self._session.listed(queries.LIVE_THINGS_OF, wanted, *_SUBJECT):
            things.setdefault(key_of(program, kind, id), []).append(rest)
        for key, row in found.items():
            if row.facts is not None:
                self._add_things(row, things.get(key, ()))
        return found

    def all_subjects(self, program: str, kind: str, after: str = "", limit: int = 100) -> Sequence[SubjectRow]:
        values = {"program": program, "kind": str(kind), "after": after, "limit": limit}
        ids = [id for (id,) in self._session.all(queries.PAGE, values)]
        keys = [SubjectKey(program, Subject(SubjectKind(kind), id)) for id in ids]
        rows = self.subjects(keys)
        return [rows[key] for key in keys]

    def programs(self) -> Sequence[str]:
        return [program for (program,) in self._session.all(queries.PROGRAMS, {})]

    def mentorships_of(self, program: str, participant: str) -> Sequence[str]:
        values = {"program": program, "participant": participant}
        return [id for (id,) in self._session.all(queries.MENTORSHIPS, values)]

    def mentorships_of_any(self, program: str, participants: Iterable[str]) -> Collection[str]:
        wanted = sorted((program, each) for each in set(participants))
        return {id for (id,) in self._session.listed(queries.MENTORSHIPS_OF_ANY, wanted, "program", "participant")}

    # The log.

    def news(self, key: SubjectKey, after_seq: int, limit: int | None = 1_000) -> News:
        most = _ALL if limit is None else limit
        rows = self._session.all(queries.NEWS, {**named(key), "after": after_seq, "limit": most})
        return [(row[0], event_of(row)) for row in rows]

    def news_of(self, after: Mapping[SubjectKey, int], limit: int = 10_000) -> Mapping[SubjectKey, News]:
        wanted = sorted((*listed(key), str(seq)) for key, seq in after.items())
        found: dict[SubjectKey, list[tuple[int, Event]]] = {}
        for row in self._session.listed(queries.NEWS_OF, wanted, *_SUBJECT, "after_seq", limit=limit):
            event = event_of(row)
            found.setdefault(SubjectKey(event.program, event.subject), []).append((row[0], event))
        return found

    def history(self, key: SubjectKey) -> Iterator[Event]:
        # Page by page: a cursor left open would hold its moment of the store for as long as somebody holds it.
        after, more = 0, True
        while more:
            page = self.news(key, after, _PAGE)
            for after, event in page:  # noqa: B007 - the last one is where the next page begins
                yield event
            more = len(page) == _PAGE

    def event(self, program: str, source: str, id: str) -> Event | None:
        row = self._session.one(queries.EVENT, {"program": program, "source": source, "id": id})
        return event_of(row) if row else None

    # Notices and emails.

    def sent(self, keys: Collection[SubjectKey]) -> Mapping[SubjectKey, Collection[LedgerKey]]:
        found: dict[SubjectKey, set[LedgerKey]] = {key: set() for key in keys}
        by_name = _by_name(found)
        for program, *own in self._session.listed(queries.SENT, sorted(by_name), *_ABOUT):
            key = LedgerKey(*own)
            by_name[program, key.subject].add(key)
        return found

    def pending_of(self, keys: Collection[SubjectKey]) -> Mapping[SubjectKey, Mapping[LedgerKey, Pending]]:
        found: dict[SubjectKey, dict[LedgerKey, Pending]] = {key: {} for key in keys}
        by_name = _by_name(found)
        for program, own, text, ready_at in self._pending_rows(keys):
            by_name[program, own.subject][own] = Pending(candidate_of(text), ready_at)
        return found

    def _pending_rows(self, keys: Collection[SubjectKey]) -> list[tuple[str, LedgerKey, str, Instant]]:
        """Return program, decision, candidate as text, and from when it may move, of all that is pending."""
        wanted = sorted((key.program, str(key.subject)) for key in keys)
        rows = self._session.listed(queries.PENDING_OF, wanted, *_ABOUT)
        return [(program, LedgerKey(*own), text, ready_at) for program, *own, text, ready_at in rows]

    def pending_for(self, key: RecipientKey) -> Sequence[Pending]:
        rows = self._session.all(queries.PENDING_FOR, key._asdict())
        found = [Pending(candidate_of(text), ready_at) for text, ready_at in rows]
        return sorted(found, key=lambda each: each.candidate.key)

    def past(self, key: RecipientKey, since: Instant) -> Sequence[Past]:
        return [past_of(row) for row in self._session.all(queries.PAST, {**key._asdict(), "since": since})]

    def pasts(self, program: str, recipients: Iterable[str], since: Instant) -> Mapping[str, Sequence[Past]]:
        found: dict[str, list[Past]] = {each: [] for each in recipients}
        wanted = sorted((program, each) for each in found)
        for *row, recipient in self._session.listed(queries.PAST_OF, wanted, "program", "recipient", since=since):
            found[recipient].append(past_of(row))
        return found

    def emails_about(self, key: SubjectKey) -> Sequence[EmailRow]:
        return [email_of(row) for row in self._session.all(queries.EMAILS_ABOUT, about(key))]

    def email(self, id: str) -> EmailRow | None:
        return self.emails([id]).get(id)

    def emails(self, ids: Collection[str]) -> Mapping[str, EmailRow]:
        rows = map(email_of, self._session.listed(queries.EMAILS, [(id,) for id in ids], "id"))
        return {each.id: each for each in rows}

    def expired(self, now: Instant, limit: int) -> Sequence[EmailRow]:
        return [email_of(row) for row in self._session.all(queries.EXPIRED, {"now": now, "limit": limit})]

    def suppressed(self, addresses: Collection[str]) -> Mapping[str, Suppression]:
        hashed = {each: address_hash(self._secret, each) for each in addresses}
        found = self._suppressions(sorted(set(hashed.values())))
        return {each: found[hash] for each, hash in hashed.items() if hash in found}

    def _suppressions(self, hashes: Sequence[bytes]) -> dict[bytes, Suppression]:
        found: dict[bytes, Suppression] = {}
        # Two widths, so that a server knows both statements: one address is what planning asks about.
        width = 1 if len(hashes) == 1 else _ADDRESSES_AT_ONCE
        for start in range(0, len(hashes), width):
            some = hashes[start : start + width]
            values = {f"a{n}": some[min(n, len(some) - 1)] for n in range(width)}
            for address, reason, at, detail in self._session.all(queries.suppressed(width), values):
                found[bytes(address)] = Suppression(reason=Reason(reason), at=at, detail=detail)
        return found

    # What is due, and by which rules.

    def due_recipients(self, now: Instant, limit: int) -> Sequence[DueRecipient]:
        rows = self._session.all(queries.DUE_RECIPIENTS, {"now": now, "limit": limit})
        return [due_recipient(row) for row in rows]

    def log_end(self) -> int:
        return int(self._session.one(queries.LOG_END, {})[0])

    def newest_news(self) -> Instant:
        return self._session.one(queries.NEWEST_NEWS, {})[0] or 0

    def next_due(self) -> Instant | None:
        if any(self._session.one(each, {}) for each in (queries.ANY_NEWS, queries.ANY_ASKED)) or self._is_sweeping():
            return 0
        found = (self._session.one(each, {})[0] for each in (queries.NEXT_CHECK, queries.NEXT_PLAN))
        return min((at for at in found if at is not None), default=None)

    def _is_sweeping(self) -> bool:
        """Return whether the active rule set has subjects left to check."""
        active = self._session.one(queries.ACTIVE, {})
        if active is None:
            return False
        values = {"rule_set": active[0], "limit": 1}
        return any(self._session.one(each, values) for each in queries.DUE_BY_RULES)

    def active_rule_set(self) -> RuleSetRow | None:
        row = self._session.one(queries.ACTIVE, {})
        if row is None:
            return None
        hash, at, by = row
        return RuleSetRow(hash=hash, sources=self._active_sources(hash), activated_at=at, activated_by=by)

    def _active_sources(self, hash: str) -> str:
        # They never change under their hash, and every transaction asks for them.
        known = self._sources.get(hash)
        if known is None:
            known = str(self._session.one(queries.SOURCES, {"hash": hash})[0])
            self._sources.clear()
            self._sources[hash] = known
        return known

    def first_rule_set(self) -> str | None:
        row = self._session.one(queries.FIRST_ACTIVE, {})
        return str(row[0]) if row else None

    def activations(self) -> Sequence[ActivationRow]:
        return [ActivationRow(hash=hash, at=at, by=by) for hash, at, by in self._session.all(queries.ACTIVATIONS, {})]

    def sources_of(self, hash: str) -> str | None:
        row = self._session.one(queries.SOURCES, {"hash": hash})
        return str(row[0]) if row else None

    def events_called(self, id: str) -> Sequence[Event]:
        names = (
            (program, source)
            for program in self.programs()
            for (source,) in self._session.all(queries.SOURCES_OF, {"program": program})
        )
        return [found for name in names if (found := self.event(*name, id)) is not None]

    def foresee_each(self, batches: Sequence[Sequence[Incoming]]) -> Sequence[Appended]:
        return foresee_each(self._session, batches)

    def audit(self, action: Action, limit: int = 1_000) -> Sequence[AuditRow]:
        rows = self._session.all(queries.AUDIT, {"action": action.value, "limit": limit})
        return [_audit_row(*row) for row in rows]

    def audit_page(self, programs: Collection[str] | None, before: int, limit: int) -> Sequence[tuple[int, AuditRow]]:
        if programs is None:
            rows = self._session.all(queries.AUDIT_PAGE, {"before": before, "limit": limit})
        else:
            each_of = [{"program": program, "before": before, "limit": limit} for program in programs]
            rows = [row for each in each_of for row in self._session.all(queries.AUDIT_OF_PROGRAM, each)]
        newest = sorted(rows, key=lambda row: -row[0])[:limit]
        return [(row[0], _audit_row(*row[1:])) for row in newest]


def _audit_row(at: Instant, who: str, action: str, about: str, program: str, detail: str) -> AuditRow:
    return AuditRow(at=at, who=who, action=Action(action), about=about, program=program, detail=orjson.loads(detail))


def _by_name(found: Mapping[SubjectKey, V]) -> dict[tuple[str, str], V]:
    """Return the same values by how the tables name what a row is about."""
    return {(key.program, str(key.subject)): value for key, value in found.items()}
