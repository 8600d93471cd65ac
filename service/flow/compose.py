"""Composing: what a claimed email's messages may speak of, gathered from facts and the log.

A letter holds plain values only, days as dates and unknown names as ""; the words for them, in the reader's language,
are the templates adapter's work. A private group, a flag's topic or a reason is here only if the starting event carries
it; what a counterpart may see is checked with the rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.domain.book import PROGRAM_ENDS, ProgramBook, book_of
from service.domain.calendar import Instant, local_date
from service.domain.delivery import Candidate, Notice, Role
from service.domain.events import Event, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.grants import Purpose, granted
from service.domain.inbox import locale_of, zone_of
from service.domain.rules import Category, Kind, Program, Rule, RuleSet
from service.domain.view import Person, View, full_name
from service.flow.held_mail import MAIL_HELD, held_words
from service.flow.links import Links
from service.flow.monitoring import overview_words, state_words
from service.flow.ports import EmailRow, Known, RecipientKey, SubjectKey, SubjectRow
from service.flow.reach import participant_of, reach_of
from service.flow.views import program_facts, view_of

_PAIR = (Role.MENTOR, Role.MENTEE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPart:
    """One notice: its message, what the message may speak of, and the resource it carries ("" for none)."""

    message: str
    context: Mapping[str, object]
    resource: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One email before it is rendered. `addresses` has one entry, or every address of a staff role.

    `locale` is the language that its reader named, as a tag; "" for staff and for whoever named none.
    """

    parts: tuple[LetterPart, ...]
    program: Program
    program_name: str
    addresses: tuple[str, ...]
    to_name: str
    locale: str
    mine: str
    preferences: str
    unsubscribe: str
    """Where a participant finds their own page, chooses what they get, and ends optional mail; "" where nobody can."""


def compose(snapshot: Known, rule_set: RuleSet, email: EmailRow, links: Links) -> Letter:
    """Return the letter of a claimed email."""
    book = book_of(rule_set, email.program)
    program = program_facts(snapshot, email.program)
    participant = participant_of(snapshot, RecipientKey(email.program, email.recipient))
    reach = reach_of(snapshot, book, email.recipient, participant)
    is_alert = all(each.candidate.kind is Kind.ALERT for each in email.notices)
    is_own = email.notices[0].candidate.role in _PAIR
    composer = _Composer(snapshot, book, program, participant, email, links)
    return Letter(
        parts=tuple(composer.part(notice) for notice in email.notices),
        program=book.program,
        program_name=_program_name(book, program),
        addresses=reach.stand_in if reach.blocked and is_alert else reach.addresses,
        to_name=composer.recipient_name(email.notices[0].candidate.role),
        locale=composer.locale if is_own else "",
        mine=composer.page(Purpose.MINE) if is_own else "",
        preferences=composer.page(Purpose.PREFERENCES) if is_own else "",
        unsubscribe=composer.page(Purpose.UNSUBSCRIBE) if is_own and _is_optional(rule_set, email) else "",
    )


def _is_optional(rule_set: RuleSet, email: EmailRow) -> bool:
    """Return whether any of it is what its reader can do without. Source: *Delivery* of the rule language."""
    candidates = [each.candidate for each in email.notices]
    nudges = [each for each in candidates if each.kind is Kind.NUDGE]
    return any(rule_set.policy(each.message).category is not Category.SERVICE for each in nudges)


def _program_name(book: ProgramBook, program: SubjectFacts) -> str:
    return book.program.name or program.value("name") or book.program.id


@dataclass(frozen=True, slots=True)
class _Composer:
    """What the notices of one email share."""

    snapshot: Known
    book: ProgramBook
    program: SubjectFacts
    participant: SubjectFacts | None
    email: EmailRow
    links: Links
    pages: dict[tuple[Purpose, str], str] = field(default_factory=dict)
    """The addresses that are signed already."""

    def part(self, notice: Notice) -> LetterPart:
        candidate = notice.candidate
        rule = next((each for each in self.book.rules if each.id == candidate.key.rule), None)
        context: dict[str, object] = {
            "recipient": self._recipient(candidate.role),
            "program": self._program(),
            "rule": {"id": candidate.key.rule, "title": rule.title if rule else ""},
            "slot": _slot(candidate, rule),
            "start": self._start(candidate),
            "links": self._links(candidate, notice.resource),
        }
        if candidate.subject.kind is SubjectKind.MENTORSHIP:
            context |= self._mentorship(candidate)
        elif candidate.role is Role.STAFF:
            context |= self._for_staff(candidate)
        if candidate.key.value:
            context["topic"] = {"key": candidate.key.value}
        context["incentive"] = self.book.program.incentive_in(candidate.message, candidate.kind)
        return LetterPart(message=candidate.message, context=context, resource=notice.resource)

    @property
    def locale(self) -> str:
        """The language that the participant named, or ""."""
        return locale_of(self.participant)

    def recipient_name(self, role: Role) -> str:
        """Return the name for the To line, or ""."""
        return full_name(self.participant) if role in _PAIR else ""

    def _recipient(self, role: Role) -> dict[str, object]:
        own = self.participant if role in _PAIR else None
        return {"name": full_name(own), "first_name": _first_name(own), "role": str(role)}

    def _program(self) -> dict[str, object]:
        file = self.book.program
        ends = self.book.dates(PROGRAM_ENDS, self.program)
        return {
            "id": file.id,
            "name": _program_name(self.book, self.program),
            "email": file.from_email,
            "dashboard": file.dashboard,
            "ends_on": ends[-1] if ends else "",
        }

    def _day(self, at: Instant) -> date:
        return local_date(at, zone_of(self.book, self.participant, self.program))

    def _start(self, candidate: Candidate) -> dict[str, object]:
        """Return the starting event's data with "" for what it left out, and its date."""
        event = self._starting(candidate)
        start: dict[str, object] = {"date": self._day(candidate.start_moment.time)}
        if event is not None:
            fields = self.book.catalogue.types[event.type].fields
            start |= {name: [] if field.is_list else "" for name, field in fields.items()}
            start |= event.data
        return start

    def _links(self, candidate: Candidate, resource: str) -> dict[str, object]:
        key = SubjectKey(self.email.program, candidate.subject)
        is_own = candidate.role in _PAIR
        return {
            "resource": self._article(resource, is_own=is_own),
            "preferences": self.page(Purpose.PREFERENCES) if is_own else "",
            "console": self.links.subject(key) if candidate.role is Role.STAFF else "",
            **({"me": self.page(Purpose.MINE)} if is_own else {}),
            **self._acting(candidate),
        }

    def _article(self, slug: str, *, is_own: bool) -> str:
        """Return where the resource is. A participant can say there that they read it, if that gives nothing away."""
        program = self.email.program
        if not is_own:
            return self.links.resource(slug, program)
        topics = {topic for each in self.book.rule_set.resources if each.slug == slug for topic in each.topics}
        is_telling = not topics.isdisjoint(self.book.catalogue.sensitive)
        reader = granted(Purpose.READ, program, self.email.recipient, self.email.claimed_at, slug)
        return self.links.resource(slug, program, self.locale, None if is_telling else reader)

    def _acting(self, candidate: Candidate) -> dict[str, object]:
        """Return where the reader acts on what the notice is about."""
        if candidate.role is Role.STAFF:
            thing = self._thing(candidate)
            return {"acknowledge": self.page(Purpose.ACKNOWLEDGE, thing)} if thing else {}
        if candidate.role not in _PAIR or candidate.subject.kind is not SubjectKind.MENTORSHIP:
            return {}
        mentorship = candidate.subject.id
        return {"help": self.page(Purpose.HELP, mentorship), "log": self.page(Purpose.LOG, mentorship)}

    def _thing(self, candidate: Candidate) -> str:
        """Return `MENTORSHIP/THING/ID` of what started the rule, where staff can take it on, else ""."""
        event = self._starting(candidate)
        if event is None or not self.book.catalogue.can_be_acknowledged(event.type):
            return ""
        kind = self.book.catalogue.types[event.type]
        return f"{event.subject.id}/{kind.thing}/{event.data[kind.id_field or '']}"

    def _starting(self, candidate: Candidate) -> Event | None:
        moment = candidate.start_moment
        return self.snapshot.event(self.email.program, moment.source, moment.id) if moment.source else None

    def page(self, purpose: Purpose, about: str = "") -> str:
        """Return the recipient's own address of a page."""
        known = self.pages.get((purpose, about))
        if known is None:
            email = self.email
            known = self.links.page(purpose, email.program, email.recipient, email.claimed_at, about)
            self.pages[purpose, about] = known
        return known

    def _for_staff(self, candidate: Candidate) -> dict[str, object]:
        """Return what staff read of a participant, or of the whole program."""
        if candidate.subject.kind is SubjectKind.PROGRAM:
            overview = overview_words(self.snapshot, self.book, self.email.claimed_at)
            started = self._starting(candidate)
            if started is None or started.type != MAIL_HELD:
                return {"overview": overview}
            return {"overview": overview, "held": held_words(self.snapshot, self.book, started)}
        row = self.snapshot.subject(SubjectKey(self.email.program, candidate.subject))
        facts = row.facts if row else None
        return {"participant": {"name": full_name(facts), "first_name": _first_name(facts)}}

    def _mentorship(self, candidate: Candidate) -> dict[str, object]:
        row = self.snapshot.subject(SubjectKey(self.email.program, candidate.subject))
        if row is None or row.facts is None:
            return {}
        view = view_of(self.snapshot, self.book, row)
        people: dict[str, Any] = {role: _person(view, role) for role in (Role.MENTOR, Role.MENTEE)}
        about: dict[str, object] = {"mentorship": self._about(row, view), **{str(k): v for k, v in people.items()}}
        other = {Role.MENTOR: Role.MENTEE, Role.MENTEE: Role.MENTOR}.get(candidate.role)
        if other:
            about["counterpart"] = {**people[other], "role": str(other)}
        return about

    def _about(self, row: SubjectRow, view: View) -> dict[str, object]:
        matched = view.own.first("mentorship.matched")
        return {
            "id": row.key.subject.id,
            "conversations": view.own.count("conversation.logged"),
            "engagement": state_words(view.own, self.book, self.email.claimed_at),
            "matched_on": self._day(matched) if matched is not None else "",
        }


def _slot(candidate: Candidate, rule: Rule | None) -> dict[str, object]:
    total = rule.total if rule else candidate.key.k + 1
    return {"number": candidate.key.k + 1, "total": total, "last": candidate.key.k + 1 >= total}


def _person(view: View, role: Role) -> dict[str, str]:
    found: Person | None = view.person(role)
    facts = found.facts if found else None
    return {"name": full_name(facts), "first_name": _first_name(facts)}


def _first_name(facts: SubjectFacts | None) -> str:
    return str(facts.value("first_name") or "") if facts else ""
