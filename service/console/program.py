"""A program as its pages speak of it: its name and zone, and the names of its people, where they may be shown."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from service.console.sight import Sight
from service.console.writing import Clockface
from service.domain.access import Viewer
from service.domain.book import ProgramBook, book_of
from service.domain.delivery import ADVISOR_PREFIX
from service.domain.events import Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.rules import STAFF_PREFIX, RuleSet
from service.domain.view import full_name, participants_of
from service.flow.ports import Snapshot, SubjectKey
from service.flow.views import program_facts

MASKED: Final = "hidden"


@dataclass(slots=True)
class ProgramDesk:
    """One program in one snapshot, as one viewer sees it. `names` remembers the participants that were looked up."""

    snapshot: Snapshot
    rule_set: RuleSet
    id: str
    viewer: Viewer
    names: dict[str, str] = field(default_factory=dict)
    facts: SubjectFacts = field(init=False)
    book: ProgramBook = field(init=False)

    def __post_init__(self) -> None:
        self.facts = program_facts(self.snapshot, self.id)
        self.book = book_of(self.rule_set, self.id)

    @property
    def name(self) -> str:
        return self.book.program.name or str(self.facts.value("name") or self.id)

    @property
    def shows_names(self) -> bool:
        """Whether names and addresses are shown; else people go by their ids."""
        return self.viewer.sees_names(self.id)

    @property
    def sight(self) -> Sight:
        return Sight(self.snapshot, self.viewer)

    @property
    def clockface(self) -> Clockface:
        return Clockface(self.book.zone(self.facts))

    def rule_title(self, rule: str) -> str:
        """Return a rule's title, or its id where it has none or is gone."""
        found = next((each for each in self.book.rules if each.id == rule), None)
        return (found.title if found else "") or rule

    def learn(self, participants: Iterable[str]) -> None:
        """Look up the names of participants, all at once."""
        wanted = [each for each in participants if each not in self.names]
        if not self.shows_names:
            self.names.update({each: each for each in wanted})
            return
        keys = [SubjectKey(self.id, Subject(SubjectKind.PARTICIPANT, each)) for each in wanted]
        rows = self.snapshot.subjects(keys) if keys else {}
        for each, key in zip(wanted, keys, strict=True):
            row = rows.get(key)
            self.names[each] = full_name(row.facts if row else None) or each

    def name_of(self, participant: str) -> str:
        """Return a participant's name, or their id before it is known or where it is masked."""
        self.learn([participant])
        return self.names[participant]

    def masked(self, text: str) -> str:
        """Return a name or an address where it may be shown, else what stands for it."""
        return text if self.shows_names or not text else MASKED

    def pair_name(self, id: str, mentor: str, mentee: str) -> str:
        """Return what a pair is called in a list: by the two names, or its id."""
        return f"{mentor} and {mentee}" if mentor and mentee and self.shows_names else id

    def recipient(self, recipient: str) -> str:
        """Return who `p-17`, `staff.primary` or `advisor:p-17` is; "" is whoever a rule will name."""
        if recipient.startswith(STAFF_PREFIX):
            return f"staff ({recipient.removeprefix(STAFF_PREFIX).replace('_', ' ')})"
        if recipient.startswith(ADVISOR_PREFIX):
            return f"the advisor of {self.name_of(recipient.removeprefix(ADVISOR_PREFIX))}"
        return self.name_of(recipient) if recipient else "whoever it concerns"

    def subject(self, subject: Subject) -> str:
        """Return what a link to a subject's page says: the names of a pair, a person's, or the program's."""
        if subject.kind is SubjectKind.PARTICIPANT:
            return self.name_of(subject.id)
        if subject.kind is SubjectKind.PROGRAM:
            return self.name
        row = self.snapshot.subject(SubjectKey(self.id, subject))
        people = participants_of(row.facts) if row and row.facts else {}
        self.learn(people.values())
        return " and ".join(self.names[each] for each in people.values()) or f"mentorship {subject.id}"

    def resource(self, slug: str) -> str:
        """Return a resource's title, or its slug where it is gone."""
        return next((each.title for each in self.rule_set.resources if each.slug == slug), "") or slug

    def topic(self, value: str) -> str:
        """Return the program's word for a topic."""
        return self.book.program.flag_labels.get(value) or value.replace("_", " ")
