"""`intouch simulate`: what the rules would send for a file of events, on virtual time."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from service.cli.event_file import UnreadableEventsError, counting, opened, read_events
from service.cli.instants import INSTANT
from service.cli.rule_files import RuleFiles, templates_option
from service.cli.simulation_output import Outcome, json_lines, table
from service.domain.calendar import Instant
from service.domain.events import Event
from service.staff.verdicts import Watch
from service.staff.world import World


@click.command()
@click.argument("events", type=click.Path(allow_dash=True))
@click.option("--rules", type=click.Path(path_type=Path), help="Rules folder, or one rules file.")
@templates_option
@click.option("--until", type=INSTANT, help="The last instant, itself included. Left out: until nothing can change.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--verdicts", is_flag=True, help="Also say what was not sent, and why, when its slot closes.")
def simulate(
    events: str, rules: Path | None, templates: Path | None, until: Instant | None, form: str, verdicts: bool
) -> None:
    """Play a file of EVENTS (CloudEvents, one a line; - for stdin) and say who would get which message when.

    Nothing is sent and nothing is stored. Each event is known from its recordedtime on, else from its time.
    """
    files = RuleFiles(rules, templates)
    rule_set = files.rule_set()
    with _without_collecting_garbage():
        arriving = _read(events, files)
        world = World(rule_set, Watch() if verdicts else None)
        outcomes = _outcomes(world, counting(arriving, len(arriving), "Simulating"), until)
        if form == "json":
            for line in json_lines(outcomes, several_programs=len({event.program for event in arriving}) > 1):
                click.echo(line, nl=False)
        else:
            for line in table(outcomes, world):
                click.echo(line)


def _outcomes(world: World, events: Iterable[Event], until: Instant | None) -> Iterator[Outcome]:
    for sent, unsent in world.steps_of(events, until):
        yield from sent
        yield from unsent


def _read(path: str, files: RuleFiles) -> list[Event]:
    with opened(path) as lines:
        try:
            return read_events(lines, files.schemas)
        except UnreadableEventsError as error:
            click.echo(str(error), err=True)
            number = len({line for line, _ in error.faults})
            lines_wrong = "1 line is" if number == 1 else f"{number:,} lines are"
            raise click.ClickException(f"{lines_wrong} no valid event, so nothing was simulated.") from error


@contextmanager
def _without_collecting_garbage() -> Iterator[None]:
    """A simulation makes millions of values and next to no cycles; looking for them costs a tenth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
