"""What is wrong with previewed mail, each thing once, with the place where its author can mend it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import click

from service.adapters.rulebook.sources import MESSAGES, RESOURCES
from service.adapters.templates.gallery import Version
from service.adapters.templates.proof import Flaw, flaws
from service.cli.counting import counted

_LAYOUT = "templates/layouts/email.html"


@dataclass
class Proof:
    """Reads mail, and gathers its faults. `sources` are the texts of messages and resources, by path."""

    sources: Mapping[str, str]
    found: dict[str, None] = field(default_factory=dict)

    def read(self, version: Version, public_url: str) -> Version:
        """Return the version; what is wrong with it is noted."""
        slugs = {path.rpartition("/")[2].removesuffix(".md") for path in self.sources if path.startswith(RESOURCES)}
        for flaw in flaws(version.mail, slugs, public_url):
            self.note([f"{self._place(version, flaw)}: {flaw.words} (It is {version.way}.)"])
        return version

    def note(self, faults: Iterable[str]) -> None:
        """Keep what is wrong; what was noted before is not noted again, in whichever way the message was sent."""
        for each in faults:
            words = each.partition(" (It is ")[0]
            if words not in (known.partition(" (It is ")[0] for known in self.found):
                self.found[each] = None

    def end(self) -> None:
        """End the command, with all that is wrong, where anything is."""
        if self.found:
            click.echo("\n".join(self.found), err=True)
            raise click.ClickException(f"{counted(len(self.found), 'thing')} to mend, told above.")

    def _place(self, version: Version, flaw: Flaw) -> str:
        """Return file and line where the flaw is to be mended; the message's file where no line shows it."""
        if flaw.in_layout:
            return _LAYOUT
        translation = f"{MESSAGES}{version.mail.language}/{version.message}.md"
        path = translation if translation in self.sources else f"{MESSAGES}{version.message}.md"
        lines = self.sources.get(path, "").split("\n")
        line = next((number for number, text in enumerate(lines, 1) if flaw.near and flaw.near in text), 0)
        return f"{path}:{line}" if line else path
