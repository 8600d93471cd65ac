"""Which rules and templates a command is about, and what is wrong with them."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from service.adapters.rulebook.load import Loaded, load
from service.adapters.rulebook.problems import Problem, render
from service.adapters.rulebook.sources import Sources, read_sources
from service.adapters.schemas import Schemas, load_schemas
from service.cli.counting import counted
from service.domain.rules import RuleSet
from service.settings import PREFIX, Settings, read_settings
from service.staff.check.finding import Severity

_TEMPLATES_SET = (f"{PREFIX}TEMPLATES_DIR", f"{PREFIX}TEMPLATES_DIR_FILE")

templates_option: Callable[[Any], Any] = click.option(
    "--templates",
    type=click.Path(path_type=Path),
    help="Folder of messages and resources. Left out: the one beside the rules; without any, names are not checked.",
)
format_option: Callable[[Any], Any] = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@dataclass
class RuleFiles:
    """The rules at a path (None: the installation's), read and loaded when first asked for."""

    rules: Path | None
    templates: Path | None = None

    @cached_property
    def settings(self) -> Settings:
        return read_settings()

    @cached_property
    def schemas(self) -> Schemas:
        return load_schemas(self.settings.schemas_dir)

    @cached_property
    def sources(self) -> Sources:
        """The texts. Raises: OperatorError."""
        return read_sources(self.rules or self.settings.rules_dir, self.templates_dir)

    @cached_property
    def loaded(self) -> Loaded:
        return load(self.sources, self.schemas.catalogue)

    def path_of(self, source: str) -> str:
        """Return where the file of a source lies, as seen from here where it lies below."""
        kind, _, name = source.partition("/")
        rules = self.rules or self.settings.rules_dir
        folder = (rules.parent if rules.is_file() else rules) if kind == "rules" else self.templates_dir
        path = (folder / name) if folder else Path(source)
        return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)

    def with_templates(self, folder: Path | None) -> "RuleFiles":
        """Return the same rules, with the templates of that folder where they have none of their own."""
        return self if folder is None or self.templates_dir else replace(self, templates=folder)

    @property
    def templates_dir(self) -> Path | None:
        """Return what was named, by option or setting; else the folder beside the rules, where there is one."""
        if self.templates is not None:
            return self.templates
        if self.rules is None or any(name in os.environ for name in _TEMPLATES_SET):
            return self.settings.templates_dir
        folder = self.rules.absolute()
        beside = (folder.parent if folder.is_file() else folder).parent / "templates"
        return beside if (beside / "messages").is_dir() else None

    @property
    def errors(self) -> list[Problem]:
        return [each for each in self.loaded.problems if each.severity is Severity.ERROR]

    def rule_set(self) -> RuleSet:
        """Return the rule set, its warnings told on stderr. Ends the command when it does not load."""
        for problem in self.loaded.problems:
            click.echo(render(problem, self.sources) + "\n", err=True)
        if self.loaded.rule_set is None:
            number = len(self.errors)
            raise click.ClickException(f"The rules do not load: {counted(number, 'error')}, told above.")
        return self.loaded.rule_set


def written_file(path: Path, text: str) -> None:
    """Write a file that somebody asked for. Ends the command when it cannot be written."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written ({error.strerror}). Name another file.") from error
