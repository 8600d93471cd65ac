"""`intouch test`: plays the stories that staff wrote, and says where they come out otherwise."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.problems import render
from service.adapters.rulebook.stories import StoryWords, WrittenStory, read_story
from service.adapters.rulebook.vocabulary import Vocabulary
from service.cli.rule_files import RuleFiles, counted, templates_option
from service.cli.story_events import StoryEvents
from service.domain.rules import Program, RuleSet
from service.staff.stories import Expectation, Line, Matched, Played, Story, clock, play, registrations, stage

DEFAULT_PROGRAM = "story"
_MARKS = {Matched.AS_EXPECTED: " ", Matched.MISSING: "-", Matched.UNEXPECTED: "+"}


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@templates_option
@click.option("-k", "word", default="", metavar="WORD", help="Only stories whose name or file has the word.")
@click.pass_context
def test(context: click.Context, folder: Path | None, templates: Path | None, word: str) -> None:
    """Play the stories in DIR. Every message that was expected must come, and no other."""
    files = RuleFiles(folder, templates)
    rule_set = files.rule_set()
    stories = _stories(files, rule_set, word)
    if not stories:
        raise click.ClickException(_none_found(files, word))
    played = [(written, play(rule_set, story)) for written, story in stories]
    for written, each in played:
        if not each.passed:
            click.echo("\n".join(_report(written, each)) + "\n")
    failed = sum(not each.passed for _, each in played)
    click.echo(f"{len(played) - failed} passed, {failed} failed")
    context.exit(1 if failed else 0)


def _none_found(files: RuleFiles, word: str) -> str:
    if word and files.loaded.stories:
        return f'No story or file has the word "{word}". Try another, or leave -k out.'
    return "No stories found. Write some, as files beginning with - story: in a folder tests/ of the rules."


def _stories(files: RuleFiles, rule_set: RuleSet, word: str) -> list[tuple[WrittenStory, Story]]:
    """Return the stories that the word chooses. All are read; the command ends where any cannot be."""
    findings = Findings(Vocabulary(rule_set.catalogue))
    words = StoryWords(rule_set.catalogue.types, [rule.id for rule in rule_set.rules], rule_set.programs)
    found = []
    for source in files.loaded.stories:
        written = read_story(source, words, findings)
        if written is not None:
            story = _made(written, files, rule_set, findings)
            if word.lower() in f"{written.name} {written.path}".lower():
                found.append((written, story))
    for problem in findings.problems:
        click.echo(render(problem, files.sources) + "\n", err=True)
    if findings.errors:
        raise click.ClickException(f"The stories cannot be played: {counted(findings.errors, 'error')}, told above.")
    return found


def _made(written: WrittenStory, files: RuleFiles, rule_set: RuleSet, findings: Findings) -> Story:
    begins = written.begins
    program = rule_set.programs.get(written.program) or stage(
        rule_set, Program(id=DEFAULT_PROGRAM, name="The story's program", timezone=begins.zone)
    )
    events = StoryEvents(written, program.id, files.schemas, findings)
    known = registrations(program.id, begins.zone, events.instant(0, None))
    return Story(
        name=written.name,
        program=program,
        first=begins.first,
        zone=begins.zone,
        events=(*known, *events.all()),
        until=written.until,
        expect=tuple(
            Expectation(day=each.day, rule=each.rule, to=each.to, minute=each.minute, message=each.message)
            for each in written.expect
        ),
    )


def _report(written: WrittenStory, played: Played) -> Iterator[str]:
    yield f"FAILED  {written.name}"
    yield f"  --> {written.path}:{written.line}   (- expected and not sent, + sent and not expected)"
    width = max(len(line.rule) for line in played.lines)
    whom = max(len(line.to) for line in played.lines)
    yield from _told(played.lines, width, whom)


def _told(lines: Sequence[Line], width: int, whom: int) -> Iterator[str]:
    for line in lines:
        at = "     " if line.minute is None else clock(line.minute)
        when = f"{_MARKS[line.matched]} day {line.day:>3}  {at}"
        yield f"  {when}  {line.rule:<{width}}  to {line.to:<{whom}}  {line.message}".rstrip()
        if line.reason:
            yield f"             {line.reason}"
