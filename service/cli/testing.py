"""`intouch test`: plays the stories that staff wrote, and says where they come out otherwise."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter

import click

from service.cli.junit import junit_xml
from service.cli.recording import record_story
from service.cli.rule_files import RuleFiles, format_option, templates_option, written_file
from service.cli.story_files import StoryFiles
from service.cli.story_report import Result, as_json, as_text, summary
from service.cli.watching import watch_files
from service.trial.story_set import StoryAt


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@templates_option
@click.option("-k", "pattern", default="", metavar="PATTERN", help="Only stories whose name or file has this.")
@click.option("--watch", is_flag=True, help="Play them again whenever a file changes, until Ctrl-C.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write JUnit XML too.")
@click.option("--record", "mentorship", metavar="MENTORSHIP", help="Write a story from this mentorship's real history.")
@click.option("--program", metavar="P", help="With --record: the program, where several know the mentorship.")
@format_option
@click.pass_context
def test(
    context: click.Context,
    folder: Path | None,
    templates: Path | None,
    pattern: str,
    watch: bool,
    junit: Path | None,
    mentorship: str | None,
    program: str | None,
    form: str,
) -> None:
    """Play the stories in DIR. Every message that was expected must come, and no other.

    With --record it plays nothing, but prints a story made from what really happened in a mentorship, with all names,
    addresses and ids replaced.
    """
    if mentorship is not None:
        record_story(RuleFiles(folder, templates), mentorship, program)
        return

    def once() -> bool:
        return _run(RuleFiles(folder, templates), pattern, junit, form)

    if watch:
        watch_files(lambda: RuleFiles(folder, templates).sources.content_hash, once)
    else:
        context.exit(0 if once() else 1)


def _run(files: RuleFiles, pattern: str, junit: Path | None, form: str) -> bool:
    """Play the stories, tell how they came out, and return whether all passed."""
    stories = StoryFiles(files)
    results = list(played(stories, stories.chosen(pattern)))
    if junit is not None:
        written_file(junit, junit_xml(results))
    if form == "json":
        click.echo(as_json(results))
    else:
        for each in results:
            if not each.played.passed:
                click.echo("\n".join(as_text(each)) + "\n")
        click.echo(summary(results))
    return all(each.played.passed for each in results)


def played(stories: StoryFiles, chosen: Iterable[StoryAt]) -> Iterator[Result]:
    """Yield how each story came out, with a progress bar where somebody looks on."""
    with click.progressbar(
        list(chosen), label="Playing stories", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        for each in bar:
            began = perf_counter()
            outcome = stories.play(each.story)
            yield Result(at=each, played=outcome, took_s=perf_counter() - began)
