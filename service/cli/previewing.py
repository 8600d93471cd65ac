"""`intouch preview`: messages as their readers will see them, for every rule, case and role, and proofread."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import click

from service.adapters.templates.book import TemplateBook
from service.adapters.templates.gallery import Version, gallery
from service.adapters.templates.writer import LetterWriter
from service.cli.counting import counted
from service.cli.proofreading import Proof
from service.cli.real_versions import RealMentorship
from service.cli.rule_files import RuleFiles, templates_option, written_file
from service.cli.sample_versions import SAMPLE, Samples
from service.cli.story_files import template_book
from service.cli.subjects import program_of, read_subject
from service.domain.errors import RuleAuthorError
from service.domain.events import SubjectKind
from service.domain.rules import Program, RuleSet
from service.flow.links import Links, sample_token
from service.flow.ports import SubjectKey
from service.staff.ways import Way, ways_of
from service.trial.world_mail import LINKS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Which versions are asked for."""

    message: str | None
    role: str | None
    rule: str | None
    program: str | None
    mentorship: str | None
    locale: str


@click.command()
@click.argument("message", required=False)
@click.option("--all", "everything", is_flag=True, help="Every message, in one gallery.")
@click.option("--role", type=click.Choice(["mentor", "mentee", "staff", "advisor"]), help="Only for this reader.")
@click.option("--rule", "rule", metavar="ID", help="Only as this rule sends it.")
@click.option("--mentorship", metavar="ID", help="For this mentorship of the live store, not for sample people.")
@click.option("--program", metavar="P", help="In this program's look. Left out: the first program's.")
@click.option("--locale", metavar="TAG", default="", help="For sample readers of this language: es, es-MX.")
@click.option("--rules", type=click.Path(path_type=Path), help="Rules folder, or one rules file.")
@templates_option
@click.option("--out", type=click.Path(path_type=Path), metavar="PATH", help="Write a gallery: a folder, or an .html.")
def preview(
    message: str | None,
    everything: bool,
    role: str | None,
    rule: str | None,
    mentorship: str | None,
    program: str | None,
    locale: str,
    rules: Path | None,
    templates: Path | None,
    out: Path | None,
) -> None:
    """Show MESSAGE for every rule, case and reader that it has; with --out as a page, on a phone and on a desk.

    It fails on what readers would trip over: a variable that is not there, a broken link, a subject over 78
    characters, a contrast under 4.5 to 1, a missing text part, an image without words.
    """
    if everything == (message is not None):
        raise click.ClickException("Name one message, or write --all.")
    if everything and out is None:
        raise click.ClickException("Say where the gallery is to go: --all --out DIR.")
    if locale and mentorship is not None:
        raise click.ClickException("Real people have their own language. Leave --locale or --mentorship out.")
    files = RuleFiles(rules, templates)
    asked = _Asked(message=message, role=role, rule=rule, program=program, mentorship=mentorship, locale=locale)
    previewing = _Previewing(files.rule_set(), template_book(files), Proof(files.sources.files), asked)
    versions = previewing.versions(files)
    if not versions and not previewing.proof.found:
        raise click.ClickException("No message is sent that way. Leave --role or --rule out.")
    if out is None:
        click.echo("\n".join(map(_as_text, versions)))
    else:
        _write(out, versions, gallery(versions, previewing.heading, mentorship or ""))
    previewing.proof.end()


def _write(out: Path, versions: Sequence[Version], text: str) -> None:
    page = out if out.suffix == ".html" else out / "index.html"
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be made ({error.strerror}). Name another folder.") from error
    written_file(page, text)
    click.echo(f"{counted(len(versions), 'version')} of {_messages(versions)}: {page}")


def _messages(versions: Sequence[Version]) -> str:
    names = dict.fromkeys(each.message for each in versions)
    return next(iter(names)) if len(names) == 1 else counted(len(names), "message")


@dataclass(frozen=True, slots=True)
class _Previewing:
    """One preview: what is asked for, and what there is."""

    rule_set: RuleSet
    book: TemplateBook
    proof: Proof
    asked: _Asked

    @property
    def heading(self) -> str:
        if self.asked.mentorship is not None:
            return f"What would be written about {self.asked.mentorship}"
        return f"What {self._program().name or self._program().id} writes"

    def versions(self, files: RuleFiles) -> list[Version]:
        """Return every version that can be rendered; what is wrong with any is noted in the proof."""
        ways = {name: self._ways(name) for name in self._names()}
        if self.asked.mentorship is not None:
            return list(self._real(files, ways, self.asked.mentorship))
        return [each for name, found in ways.items() for each in self._sample(name, found)]

    def _names(self) -> tuple[str, ...]:
        known, wanted = self.book.message_names, self.asked.message
        if not known:
            raise click.ClickException("There are no messages here. Name their folder with --templates.")
        if wanted is None or wanted in known:
            return known if wanted is None else (wanted,)
        near = get_close_matches(wanted, known, 1)
        hint = f"Did you mean {near[0]}?" if near else f"Write templates/messages/{wanted}.md, or name another."
        raise click.ClickException(f'There is no message "{wanted}". {hint}')

    def _ways(self, message: str) -> list[Way]:
        """Return the ways that are asked for in which rules send the message."""
        found, asked = list(ways_of(self.rule_set, message)), self.asked
        chosen = [each for each in found if asked.role in (None, each.role) and asked.rule in (None, each.rule.id)]
        if found and not chosen and asked.message:
            ways = ", ".join(dict.fromkeys(f"{each.rule.id} to the {each.role}" for each in found))
            raise click.ClickException(f'"{message}" is not sent that way. It is sent by {ways}.')
        if not found and asked.rule is not None and asked.message:
            raise click.ClickException(f'No rule sends "{message}". Leave --rule out to see it anyway.')
        return chosen

    def _sample(self, message: str, ways: list[Way]) -> Iterator[Version]:
        narrowed = self.asked.role is not None or self.asked.rule is not None
        if not ways and narrowed:
            return
        if not ways:
            click.echo(f"No rule sends {message}; it is shown with everything that a message may have.", err=True)
        samples = Samples(self.book, self.rule_set, self._program(), self.asked.locale)
        contexts: Mapping[str, Mapping[str, object]] = {}
        with self._noting():
            contexts = samples.contexts(ways)
        self.proof.note(samples.problems(message, contexts))
        for way, context in contexts.items():
            with self._noting():
                yield self.proof.read(samples.version(message, way, context), LINKS.public_url)

    def _program(self) -> Program:
        named, known = self.asked.program, self.rule_set.programs
        if named is None or self.asked.mentorship is not None:
            return next((known[each] for each in sorted(known, key=lambda id: id != SAMPLE.id)), SAMPLE)
        if named in known:
            return known[named]
        near = get_close_matches(named, known, 1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(known)) or 'none'}."
        raise click.ClickException(f'There is no program "{named}" in these files. {hint}')

    def _real(self, files: RuleFiles, ways: Mapping[str, list[Way]], mentorship: str) -> Iterator[Version]:
        from service.wiring import Installation

        about = read_subject(mentorship if "/" in mentorship else f"mentorships/{mentorship}")
        if about.kind is not SubjectKind.MENTORSHIP:
            raise click.ClickException("A preview is for a mentorship. Write mentorships/ID.")
        writer, links = (
            LetterWriter(self.book, files.settings.mail_from),
            Links(public_url=files.settings.public_url, token=sample_token),
        )
        intouch = Installation(files.settings)
        try:
            with intouch.store.reading() as snapshot:
                key = SubjectKey(program_of(snapshot, about, self.asked.program), about)
                real = RealMentorship(snapshot, self.rule_set, key, intouch.clock(), links)
                if len(real.people) < 2:
                    raise click.ClickException(f"{about} was never matched, so nobody is there to write to.")
                for way in (each for found in ways.values() for each in found):
                    with self._noting():
                        yield self.proof.read(real.version(writer, way), links.public_url)
        finally:
            intouch.close()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Note what cannot be rendered, and go on: all that is wrong is told at once."""
        try:
            yield
        except RuleAuthorError as error:
            self.proof.note([str(error)])


def _as_text(version: Version) -> str:
    mail = version.mail
    line = "=" * len(version.title)
    return f"{version.title}\n{line}\nSubject:   {mail.subject}\nPreheader: {mail.preheader}\n\n{mail.text}"
