"""From texts to stories that can be played: read, checked, and made once for each of their variants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from service.adapters.rulebook.files import StorySource
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.problems import Problem
from service.adapters.rulebook.stories import read_story
from service.adapters.rulebook.vocabulary import Vocabulary
from service.adapters.rulebook.written import StoryWords, WrittenStory, WrittenVariant
from service.adapters.schemas import Schemas
from service.adapters.templates.book import TemplateBook
from service.adapters.templates.writer import LetterWriter
from service.domain.delivery import Role
from service.domain.errors import RuleAuthorError
from service.domain.rules import Program, RuleSet
from service.staff.stories import Played, play, with_program
from service.staff.story import PEOPLE, Expectation, Story, registrations, stage
from service.trial.story_events import StoryEvents
from service.trial.world_mail import WorldMail

DEFAULT_PROGRAM = "story"
INVITED = "participant.invited"
"""Whoever is invited in a story has not registered before it."""


@dataclass(frozen=True, slots=True)
class StoryAt:
    """A story, and where it stands."""

    story: Story
    path: str
    line: int

    @property
    def words(self) -> str:
        """What `-k` looks into."""
        return f"{self.story.title} {self.path}".lower()


@dataclass(frozen=True, slots=True)
class StoriesRead:
    """The stories in each of their variants; none where any problem is an error."""

    stories: tuple[StoryAt, ...]
    problems: tuple[Problem, ...]
    errors: bool


@dataclass
class StorySet:
    """The stories beside a rule set, and the templates that their mails are read from."""

    rule_set: RuleSet
    schemas: Schemas
    book: TemplateBook
    _rule_sets: dict[tuple[str, str | None], RuleSet] = field(default_factory=dict)

    def read(self, sources: Sequence[StorySource]) -> StoriesRead:
        """Return the stories of these texts, and all that is wrong with them."""
        findings = Findings(Vocabulary(self.rule_set.catalogue))
        ids = [rule.id for rule in self.rule_set.rules]
        words = StoryWords(self.rule_set.catalogue.types, ids, self.rule_set.programs)
        written = [each for source in sources if (each := read_story(source, words, findings)) is not None]
        found = tuple(
            StoryAt(self._made(each, variant, findings), each.path, each.line)
            for each in written
            for variant in each.variants
        )
        problems = tuple(dict.fromkeys(findings.problems))
        return StoriesRead(() if findings.errors else found, problems, bool(findings.errors))

    def play(self, story: Story) -> Played:
        """Return the story as it came out.

        Raises: RuleAuthorError where it says what a mail says, and there are no messages.
        """
        if self._mail is None and any(each.subject or each.text for each in story.expect):
            words = f"The story “{story.title}” says what a mail says, and there are no messages here."
            raise RuleAuthorError(f"{words} Name their folder with --templates.")
        # Compiled rules belong to a rule set: stories of one program and zone share them.
        known = story.program.id, story.program.timezone
        if known not in self._rule_sets:
            self._rule_sets[known] = with_program(self.rule_set, story.program)
        return play(self._rule_sets[known], story, self._mail)

    @cached_property
    def _mail(self) -> WorldMail | None:
        """What renders mail; None where the rules have no templates."""
        return WorldMail(LetterWriter(self.book, "intouch@example.org")) if self.book.message_names else None

    def _made(self, written: WrittenStory, variant: WrittenVariant, findings: Findings) -> Story:
        zone = variant.zone or written.begins.zone
        program = self.rule_set.programs.get(variant.program or written.program) or stage(
            self.rule_set, Program(id=DEFAULT_PROGRAM, name="The story's program", timezone=zone)
        )
        events = StoryEvents(written, program.id, zone, self.schemas, findings)
        known = registrations(program.id, zone, events.instant(0, None), variant.locale)
        newcomers = {PEOPLE[Role(each.by)] for each in written.events if each.type == INVITED and each.by in PEOPLE}
        return Story(
            name=written.name,
            variant=variant.name,
            program=program,
            first=written.begins.first,
            zone=zone,
            events=(*(each for each in known if each.subject not in newcomers), *events.all()),
            until=written.until,
            only_about=written.only_about,
            expect=tuple(_expected(written)),
        )


def _expected(written: WrittenStory) -> Iterator[Expectation]:
    for each in written.expect:
        yield Expectation(
            day=each.day,
            rule=each.rule,
            to=each.to,
            minute=each.minute,
            message=each.message,
            subject=each.subject,
            text=each.text,
        )
