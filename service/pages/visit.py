"""A visit: somebody opened the link in their mail. What their page may know, all of one moment; nothing is changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from http import HTTPStatus
from itertools import count
from typing import Protocol

from service.adapters.templates.book import TemplateBook
from service.adapters.templates.look import ProgramLook
from service.adapters.templates.tongue import Tongue
from service.adapters.templates.values import cleaned
from service.domain.book import ProgramBook, book_of
from service.domain.calendar import Instant, local_date, to_datetime, zone
from service.domain.delivery import Role
from service.domain.events import Subject, SubjectKind
from service.domain.facts import SubjectFacts, Thing
from service.domain.fold import STATUS
from service.domain.grants import Grant, Purpose
from service.domain.inbox import locale_of, zone_of
from service.domain.languages import wishes
from service.domain.rules import RuleSet
from service.domain.view import other_role, participants_of
from service.flow.act import Act
from service.flow.answer import act_id, facts_now
from service.flow.ports import Snapshot, SubjectKey
from service.flow.views import program_facts


class Tokens(Protocol):
    """Makes tokens of grants, and grants of tokens."""

    def token(self, grant: Grant) -> str: ...

    def grant(self, token: str) -> Grant | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A page to show, once the acts are taken in. `acts` are empty where the page only shows something."""

    template: str
    values: Mapping[str, object]
    acts: tuple[Act, ...] = ()
    status: HTTPStatus = HTTPStatus.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A mentorship as one of the two sees it. `other` is the counterpart's first name, else words for "your mentor"."""

    facts: SubjectFacts
    role: Role
    other: str

    @property
    def id(self) -> str:
        return self.facts.subject.id

    @property
    def is_active(self) -> bool:
        return bool(self.facts.value(STATUS) == "active")

    @property
    def other_role(self) -> str:
        return other_role(self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request behind a good link. `token` is what its address ends with, `accepts` are the browser's languages.

    The page is in the person's own language, else in the browser's, else in the program's.
    """

    token: str
    grant: Grant
    snapshot: Snapshot
    rule_set: RuleSet
    look: ProgramLook
    templates: TemplateBook
    tokens: Tokens
    now: Instant
    accepts: tuple[str, ...] = ()
    tongue: Tongue = field(init=False)
    book: ProgramBook = field(init=False)
    zone: str = field(init=False)
    """The zone in which the person reads dates."""

    def __post_init__(self) -> None:
        book, person = book_of(self.rule_set, self.grant.program), self.facts(self.person)
        program = program_facts(self.snapshot, self.grant.program)
        languages = wishes(locale_of(person), *self.accepts, book.program.locale)
        object.__setattr__(self, "book", book)
        object.__setattr__(self, "zone", zone_of(book, person, program))
        object.__setattr__(self, "look", replace(self.look, languages=languages))
        object.__setattr__(self, "tongue", self.templates.tongue(self.look))

    def say(self, key: str, /, **values: object) -> str:
        """Return a fixed text in the person's language."""
        return self.tongue.say(key, **values)

    @property
    def person(self) -> Subject:
        """The participant whose link it is."""
        return Subject(SubjectKind.PARTICIPANT, self.grant.recipient)

    def facts(self, subject: Subject) -> SubjectFacts | None:
        """Return the newest facts of a subject of the program, or None where nobody told of it."""
        found = facts_now(self.snapshot, self.rule_set, [SubjectKey(self.grant.program, subject)], self.now)
        return found[0] if found[0].exists_since is not None else None

    def thing(self, facts: SubjectFacts, kind: str, id: str) -> Thing | None:
        """Return a thing of a subject, also one that no rule asks for any more."""
        ref, key = (kind, id), SubjectKey(self.grant.program, facts.subject)
        return facts.things.get(ref) or self.snapshot.things({key: [ref]}).get(key, {}).get(ref)

    def new_id(self, facts: SubjectFacts, kind: str, *marks: str) -> str:
        """Return the id of the thing that these marks stand for: another one where the last was taken back since.

        So a second press is the first one again, and a press after taking it back counts.
        """
        tried = (act_id(self.grant, kind, *marks, *("again",) * times) for times in count())
        return next(id for id in tried if not self._was_taken_back(facts, kind, id))

    def _was_taken_back(self, facts: SubjectFacts, kind: str, id: str) -> bool:
        thing = self.thing(facts, kind, id)
        return thing is not None and (thing.deleted or (thing.can_close and not thing.is_open))

    def pair(self, mentorship: str) -> Pair | None:
        """Return the mentorship, if the person is one of the two."""
        facts = self.facts(Subject(SubjectKind.MENTORSHIP, mentorship))
        people = participants_of(facts) if facts else {}
        role = next((each for each, id in people.items() if id == self.grant.recipient), None)
        if facts is None or role is None:
            return None
        other = people.get(Role(other_role(role)))
        known = self.facts(Subject(SubjectKind.PARTICIPANT, other)) if other else None
        name = cleaned(str(known.value("first_name") or "")) if known else ""
        return Pair(facts=facts, role=role, other=name or self.say(f"people.{other_role(role)}"))

    def link(self, purpose: Purpose, about: str = "") -> str:
        """Return where another page of the same person is; good for as long as this link is."""
        grant = Grant(
            purpose=purpose,
            program=self.grant.program,
            recipient=self.grant.recipient,
            last_day=self.grant.last_day,
            about=about,
        )
        return f"../{purpose}/{self.tokens.token(grant)}"

    @property
    def today(self) -> date:
        return local_date(self.now, self.zone)

    def local(self, at: Instant) -> datetime:
        """Return the instant on the person's clock."""
        return to_datetime(at).astimezone(zone(self.zone))
