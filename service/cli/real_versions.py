"""Every version of a message for one real mentorship, as the store knows it: its people, its history, its program."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from service.adapters.templates.gallery import Version
from service.adapters.templates.writer import LetterWriter
from service.cli.sample_versions import start_of, way_of
from service.domain.calendar import Instant
from service.domain.delivery import ADVISOR_PREFIX, Candidate, LedgerKey, Notice, Role
from service.domain.events import Event, Moment, Subject, SubjectKind
from service.domain.lens import as_text, matches
from service.domain.rules import PICKS, RuleSet
from service.domain.view import participants_of
from service.flow.compose import Letter, compose
from service.flow.links import Links
from service.flow.ports import Snapshot, SubjectKey
from service.staff.ways import Way
from service.trial.world_mail import email_of


@dataclass(frozen=True)
class RealMentorship:
    """A mentorship in a store at one moment. Nothing about it is changed, and nothing is sent."""

    snapshot: Snapshot
    rule_set: RuleSet
    key: SubjectKey
    now: Instant
    links: Links

    @cached_property
    def people(self) -> Mapping[Role, str]:
        """The ids of the two, by role; empty before a match."""
        row = self.snapshot.subject(self.key)
        return participants_of(row.facts) if row and row.facts else {}

    def version(self, writer: LetterWriter, way: Way) -> Version:
        """Return the message as its reader would get it now. Raises: RuleAuthorError when it cannot be rendered."""
        start = self._start(way)
        email = email_of(self.key.program, (self._notice(way, start),))
        letter = compose(self.snapshot, self.rule_set, email, self.links)
        title = way_of(way)
        if start is None:
            letter, title = self._with_sample_start(letter, way), f"{title}, with a sample of {way.rule.starts}"
        return Version(message=way.send.message, way=title, mail=writer.rendered(letter))

    def _with_sample_start(self, letter: Letter, way: Way) -> Letter:
        part = letter.parts[0]
        context = {**part.context, "start": start_of(self.rule_set, way)}
        return replace(letter, parts=(replace(part, context=context),))

    def _start(self, way: Way) -> Event | None:
        """Return the newest event in the history that starts the rule in that way, or None."""
        found = [each for each in self._history if each.type == way.rule.starts and self._fits(way, each)]
        return found[-1] if found else None

    @cached_property
    def _history(self) -> list[Event]:
        subjects = [self.key.subject, Subject(SubjectKind.PROGRAM, self.key.program)]
        subjects += [Subject(SubjectKind.PARTICIPANT, id) for id in self.people.values()]
        events = (event for each in subjects for event in self.snapshot.history(SubjectKey(self.key.program, each)))
        return sorted(events, key=lambda event: event.moment)

    def _fits(self, way: Way, event: Event) -> bool:
        if way.acting and event.data.get("by") not in (None, str(way.acting)):
            return False
        return matches(way.rule, event.data) and way.case in ("", *_values(event.data.get(way.rule.depends_on or "")))

    def _notice(self, way: Way, start: Event | None) -> Notice:
        rule, send = way.rule, way.send
        topic = (way.case or _first(start)) if way.has_topic else ""
        moment = start.moment if start else Moment(self.now, "", "")
        key = LedgerKey(rule.id, str(self.key.subject), "", 0, self._recipient(way), topic)
        candidate = Candidate(
            key=key,
            kind=rule.kind,
            position=rule.position,
            subject=self._subject(way),
            start_id=moment.id,
            start_moment=moment,
            place=0,
            to=send.to,
            role=way.role,
            message=send.message,
            resource=send.resource,
            pick=topic,
            due=self.now,
            closes=self.now,
            every=rule.every or 0,
        )
        return Notice(candidate=candidate, at=self.now, resource=self._resource(way, topic))

    def _subject(self, way: Way) -> Subject:
        if way.rule.for_each is SubjectKind.PARTICIPANT:
            return Subject(SubjectKind.PARTICIPANT, self.people.get(way.role, ""))
        return self.key.subject if way.is_about_mentorship else Subject(SubjectKind.PROGRAM, self.key.program)

    def _recipient(self, way: Way) -> str:
        if way.role is Role.STAFF:
            return way.send.to
        if way.role is Role.ADVISOR:
            return ADVISOR_PREFIX + self.people.get(Role.MENTEE, "")
        return self.people.get(way.role, "")

    def _resource(self, way: Way, topic: str) -> str:
        """Return the slug; of those that are picked the first that suits, whether they have had it or not."""
        wanted = way.send.resource
        if wanted not in PICKS:
            return wanted or ""
        suits = (each for each in self.rule_set.resources if not topic or topic in each.topics or "all" in each.topics)
        return next((each.slug for each in suits), "")


def _values(value: object) -> Iterator[str]:
    yield from map(as_text, value) if isinstance(value, list | tuple) else (as_text(value),)


def _first(start: Event | None) -> str:
    topics = start.data.get("topics") if start else None
    return str(topics[0]) if topics else "academic_struggles"
