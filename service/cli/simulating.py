"""`intouch simulate`: what the rules would send for a file of events, on virtual time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from service.cli.event_file import UnreadableEventsError, counting, opened, read_events
from service.cli.in_parts import cores, simulate_in_parts
from service.cli.instants import INSTANT
from service.cli.line_parts import sort_lines
from service.cli.rule_files import RuleFiles, templates_option
from service.cli.simulation_output import Outcome, json_lines, table
from service.domain.calendar import Instant
from service.domain.events import Event
from service.staff.office import Office
from service.staff.rows import row_of
from service.staff.verdicts import Watch
from service.staff.world import World

Simulation = tuple[set[str], Iterator[Outcome]]
"""The programs in it, and what happened in them."""

IN_PARTS_FROM = 20_000
EVENTS_A_PART = 8_000
"""Below so many lines one process is done before a second would have begun; parts of that size stay in its caches."""


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
    with _without_collecting_garbage(), _telling_faults():
        lines = _lines(events)
        if len(lines) >= IN_PARTS_FROM and not verdicts:
            world: World = (office := Office(rule_set))
            programs, outcomes = _in_parts(lines, files, until, office)
        else:
            world = World(rule_set, Watch() if verdicts else None)
            programs, outcomes = _in_one(lines, files, until, world)
        if form == "json":
            for line in json_lines(outcomes, programs):
                click.echo(line, nl=False)
        else:
            for text in table(outcomes, world):
                click.echo(text)


def _lines(path: str) -> list[bytes]:
    with opened(path) as file:
        return file.readlines()


def _in_one(lines: list[bytes], files: RuleFiles, until: Instant | None, world: World) -> Simulation:
    events = read_events(lines, files.schemas)
    lines.clear()
    return {event.program for event in events}, _outcomes(events, world, until)


def _outcomes(events: list[Event], world: World, until: Instant | None) -> Iterator[Outcome]:
    for sent, unsent in world.steps_of(counting(events, len(events), "Simulating"), until):
        yield from ((0, row_of(each)) for each in sent)
        yield from unsent


def _in_parts(lines: list[bytes], files: RuleFiles, until: Instant | None, office: Office) -> Simulation:
    parts = sort_lines(lines, EVENTS_A_PART)
    lines.clear()
    told = simulate_in_parts(parts, files.sources, files.settings.schemas_dir, until, office, cores())
    return {*parts.programs, *parts.shared}, told


@contextmanager
def _telling_faults() -> Iterator[None]:
    try:
        yield
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
