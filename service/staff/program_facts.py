"""What has happened in one program on virtual time: its log, and what is known of everybody. Worlds may share it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from service.domain.book import ProgramBook
from service.domain.calendar import Instant
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import SubjectFacts, Thing
from service.domain.fold import STATING, Refold
from service.domain.view import View, mentorship_view, participant_view, participants_of, program_view


class News(IntEnum):
    """What may follow from an event that was folded."""

    NOTHING = 0
    """It is a duplicate, or nothing that a rule heeds."""
    SOMETHING = 1
    BEGINNING = 2
    """Its subject came into being, or has been for longer than was known."""


@dataclass(slots=True, eq=False)
class ProgramFacts:
    """One program. Facts hold live things only; the others wait in `archive` until an event names them again.

    A view holds facts, not copies: it is good until the facts of somebody in it are another object.
    """

    id: str
    memory: ProgramBook
    """What facts are folded by: it keeps at least what anybody asks for who shares them."""
    subjects: dict[Subject, SubjectFacts] = field(default_factory=dict)
    archive: dict[Subject, dict[tuple[str, str], Thing]] = field(default_factory=lambda: defaultdict(dict))
    log: dict[Subject, list[Event]] = field(default_factory=lambda: defaultdict(list))
    seen: set[tuple[str, str]] = field(default_factory=set)
    mentorships: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    views: dict[Subject, View] = field(default_factory=dict)

    @property
    def subject(self) -> Subject:
        return Subject(SubjectKind.PROGRAM, self.id)

    @property
    def facts(self) -> SubjectFacts:
        """The program's own facts."""
        return self.facts_of(self.subject)

    def facts_of(self, subject: Subject) -> SubjectFacts:
        """Return the subject's facts, empty ones before its first event."""
        facts = self.subjects.get(subject)
        return self._keep(SubjectFacts(subject=subject)) if facts is None else facts

    def view(self, subject: Subject) -> View:
        """Return what a rule about the subject sees."""
        view = self.views.get(subject)
        if view is None:
            view = self.views[subject] = self._look(subject)
        return view

    def concerned(self, event: Event) -> Iterable[Subject]:
        """Return the subjects that see the event in their views, after it was folded."""
        subject = event.subject
        if subject.kind is SubjectKind.PROGRAM:
            return list(self.subjects) if self.memory.members_heed(event.type) else [subject]
        if subject.kind is SubjectKind.PARTICIPANT:
            theirs = [mentorship_of(each) for each in self.mentorships.get(subject.id, ())]
            return [subject, *theirs] if self.memory.has_participant_rules else theirs
        # Those of an earlier match too: what they were told to expect is to be looked at again.
        known = self.members.get(subject.id, ()) if self.memory.participants_heed(event.type) else ()
        return (subject, *(participant_of(each) for each in known))

    # Taking in.

    def know(self, all_facts: Iterable[SubjectFacts]) -> None:
        """Know these, as if everything had happened here."""
        known = list(all_facts)
        for facts in known:
            self._keep(facts)
        for facts in known:
            if facts.subject.kind is SubjectKind.MENTORSHIP:
                self._join(facts)

    def fold(self, event: Event) -> News:
        """Fold an event; return what may follow from it."""
        if (event.source, event.id) in self.seen:
            return News.NOTHING
        self.seen.add((event.source, event.id))
        subject = event.subject
        self.log[subject].append(event)
        facts = self.facts_of(subject)
        is_first = facts.exists_since is None or event.time < facts.exists_since
        is_news = is_first or (self.memory.heeds(event.type) and not self.memory.is_settled(facts, event))
        self._unarchive(facts, event)
        try:
            self.memory.folding.one(facts, event)
        except Refold:
            facts = self._keep(self.memory.folding.whole(subject, self.log[subject]))
            self.archive.pop(subject, None)
        self.memory.lens.prune(facts, event.recorded)
        self._archive(facts)
        if subject.kind is SubjectKind.PARTICIPANT:
            if event.type in STATING:
                self.views.pop(subject, None)
        elif event.type == "mentorship.matched":
            self._join(facts)
        return News.BEGINNING if is_first else News.SOMETHING if is_news else News.NOTHING

    def adopt(self, book: ProgramBook, now: Instant) -> None:
        """Fold the whole log by what other rules ask for."""
        self.memory = book
        self.archive.clear()
        for subject in list(self.subjects):
            facts = self._keep(book.folding.whole(subject, self.log[subject]))
            book.lens.prune(facts, now)
            self._archive(facts)

    def _join(self, mentorship: SubjectFacts) -> None:
        for id in participants_of(mentorship).values():
            self.mentorships[id].add(mentorship.subject.id)
            self.members[mentorship.subject.id].add(id)
            self.facts_of(participant_of(id))
        self._forget_views(mentorship.subject)

    def _keep(self, facts: SubjectFacts) -> SubjectFacts:
        self.subjects[facts.subject] = facts
        self._forget_views(facts.subject)
        return facts

    def _forget_views(self, subject: Subject) -> None:
        """Drop the views in which the subject's facts stand."""
        self.views.pop(subject, None)
        if subject.kind is SubjectKind.PROGRAM:
            self.views.clear()
        elif subject.kind is SubjectKind.PARTICIPANT:
            for each in self.mentorships.get(subject.id, ()):
                self.views.pop(mentorship_of(each), None)
        else:
            for each in self.members.get(subject.id, ()):
                self.views.pop(participant_of(each), None)

    def _unarchive(self, facts: SubjectFacts, event: Event) -> None:
        kind = self.memory.catalogue.types.get(event.type)
        if kind and kind.thing and kind.id_field and facts.subject in self.archive:
            key = kind.thing, str(event.data.get(kind.id_field))
            if held := self.archive[facts.subject].pop(key, None):
                facts.things[key] = held

    def _archive(self, facts: SubjectFacts) -> None:
        if facts.things:
            for key in facts.things.keys() - facts.live_things():
                self.archive[facts.subject][key] = facts.things.pop(key)

    def _look(self, subject: Subject) -> View:
        own = self.subjects[subject]
        if subject.kind is SubjectKind.MENTORSHIP:
            named = participants_of(own).values()
            people = {id: facts for id in named if (facts := self.subjects.get(participant_of(id)))}
            return mentorship_view(own, people, self.facts)
        if subject.kind is SubjectKind.PARTICIPANT:
            theirs = (self.subjects[mentorship_of(each)] for each in sorted(self.mentorships.get(subject.id, ())))
            return participant_view(own, theirs, self.facts)
        return program_view(own)


def participant_of(id: str) -> Subject:
    """Return the participant of that id as a subject."""
    return Subject(SubjectKind.PARTICIPANT, id)


def mentorship_of(id: str) -> Subject:
    """Return the mentorship of that id as a subject."""
    return Subject(SubjectKind.MENTORSHIP, id)
