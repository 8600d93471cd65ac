"""From story files to stories that can be played: read, checked, and made once for each of their variants."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

import click

from service.adapters.rulebook.files import StorySource
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.problems import render
from service.adapters.rulebook.stories import read_story
from service.adapters.rulebook.vocabulary import Vocabulary
from service.adapters.rulebook.written import StoryWords, WrittenStory, WrittenVariant
from service.adapters.templates.book import TemplateBook
from service.adapters.templates.layouts import load_layouts
from service.adapters.templates.writer import LetterWriter
from service.cli.rule_files import RuleFiles, counted
from service.cli.story_events import StoryEvents
from service.cli.world_mail import WorldMail
from service.domain.rules import Program, RuleSet
from service.settings import ROOT
from service.staff.stories import Played, play, with_program
from service.staff.story import Expectation, Story, registrations, stage

DEFAULT_PROGRAM = "story"


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


@dataclass
class StoryFiles:
    """The stories beside a rule set's files."""

    files: RuleFiles

    @cached_property
    def rule_set(self) -> RuleSet:
        return self.files.rule_set()

    def chosen(self, pattern: str = "") -> list[StoryAt]:
        """Return the stories that a pattern chooses. Raises ClickException where one cannot be read or none is."""
        found = [each for each in self.all() if chooses(pattern, each)]
        if not found:
            raise click.ClickException(self._none_found(pattern))
        return found

    def all(self) -> list[StoryAt]:
        """Return every story in each of its variants. Raises ClickException where any cannot be read."""
        return self.read(self.files.loaded.stories)

    def read(self, sources: tuple[StorySource, ...]) -> list[StoryAt]:
        """Return the stories of these texts. Raises ClickException where any cannot be read."""
        findings = Findings(Vocabulary(self.rule_set.catalogue))
        words = StoryWords(
            self.rule_set.catalogue.types, [rule.id for rule in self.rule_set.rules], self.rule_set.programs
        )
        written = [each for source in sources if (each := read_story(source, words, findings)) is not None]
        found = [
            StoryAt(_made(each, variant, self.files, self.rule_set, findings), each.path, each.line)
            for each in written
            for variant in each.variants
        ]
        for problem in dict.fromkeys(findings.problems):
            click.echo(render(problem, self.files.sources) + "\n", err=True)
        if findings.errors:
            told = counted(len(set(findings.problems)), "error")
            raise click.ClickException(f"The stories cannot be played: {told}, told above.")
        return found

    def play(self, story: Story) -> Played:
        """Return the story as it came out."""
        if self._mail is None and any(each.subject or each.text for each in story.expect):
            words = f"The story “{story.title}” says what a mail says, and there are no messages here."
            raise click.ClickException(f"{words} Name their folder with --templates.")
        # Compiled rules belong to a rule set: stories of one program and zone share them.
        known = story.program.id, story.program.timezone
        if known not in self._rule_sets:
            self._rule_sets[known] = with_program(self.rule_set, story.program)
        return play(self._rule_sets[known], story, self._mail)

    @cached_property
    def _rule_sets(self) -> dict[tuple[str, str | None], RuleSet]:
        return {}

    @cached_property
    def _mail(self) -> WorldMail | None:
        """What renders mail; None where the rules have no templates."""
        book = template_book(self.files)
        return WorldMail(LetterWriter(book, "intouch@example.org")) if book.message_names else None

    def _none_found(self, pattern: str) -> str:
        if pattern and self.files.loaded.stories:
            return f'No story or file has the word "{pattern}". Try another, or leave -k out.'
        return "No stories found. Write some, as files beginning with - story: in a folder tests/ of the rules."


def template_book(files: RuleFiles) -> TemplateBook:
    """Return the messages and resources beside the rules, in the layouts beside them or else in the standard ones."""
    own = files.templates_dir
    layouts = load_layouts(own if own and (own / "layouts").is_dir() else ROOT / "templates")
    return TemplateBook(files.sources.files, layouts)


def chooses(pattern: str, story: StoryAt) -> bool:
    """Return whether the story's name, variant or file has the word; it may hold * and ?."""
    literal = pattern.lower().replace("[", "[[]")  # a variant stands in brackets, and they mean nothing else
    return fnmatchcase(story.words, f"*{literal}*")


def _made(
    written: WrittenStory, variant: WrittenVariant, files: RuleFiles, rule_set: RuleSet, findings: Findings
) -> Story:
    zone = variant.zone or written.begins.zone
    program = rule_set.programs.get(variant.program or written.program) or stage(
        rule_set, Program(id=DEFAULT_PROGRAM, name="The story's program", timezone=zone)
    )
    events = StoryEvents(written, program.id, zone, files.schemas, findings)
    known = registrations(program.id, zone, events.instant(0, None), variant.locale)
    return Story(
        name=written.name,
        variant=variant.name,
        program=program,
        first=written.begins.first,
        zone=zone,
        events=(*known, *events.all()),
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
