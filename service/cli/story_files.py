"""The stories beside a command's rule files, with what is wrong told on the terminal."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

import click

from service.adapters.rulebook.files import StorySource
from service.adapters.rulebook.problems import render
from service.adapters.templates.book import TemplateBook
from service.adapters.templates.layouts import load_layouts
from service.cli.counting import counted
from service.cli.rule_files import RuleFiles
from service.domain.rules import RuleSet
from service.settings import ROOT
from service.staff.stories import Played
from service.staff.story import Story
from service.trial.story_set import StoryAt, StorySet


@dataclass
class StoryFiles:
    """The stories beside a rule set's files."""

    files: RuleFiles

    @cached_property
    def rule_set(self) -> RuleSet:
        return self.files.rule_set()

    @cached_property
    def stories(self) -> StorySet:
        return StorySet(self.rule_set, self.files.schemas, template_book(self.files))

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
        read = self.stories.read(sources)
        for problem in read.problems:
            click.echo(render(problem, self.files.sources) + "\n", err=True)
        if read.errors:
            raise click.ClickException(
                f"The stories cannot be played: {counted(len(read.problems), 'error')}, told above."
            )
        return list(read.stories)

    def play(self, story: Story) -> Played:
        """Return the story as it came out."""
        return self.stories.play(story)

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
