"""`intouch simulate`: what the rules would send for a file of events, on virtual time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import click

from service.cli.comparing import Sides, Stretch, compare_file, compare_store
from service.cli.comparison_output import tell, tell_cost
from service.cli.event_file import UnreadableEventsError, counting, kept, lines_in, read_events
from service.cli.in_parts import simulate_in_parts
from service.cli.instants import INSTANT
from service.cli.line_parts import EVENTS_A_PART, IN_PARTS_FROM, sort_lines
from service.cli.processes import Setting, cores
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

DAYS = 30
"""How far ahead a comparison looks unless it is told."""


@click.command()
@click.argument("events", required=False, type=click.Path(allow_dash=True))
@click.option("--rules", type=click.Path(path_type=Path), help="Rules folder, or one rules file.")
@templates_option
@click.option("--against", type=click.Path(path_type=Path), help="Other rules: tell what --rules does differently.")
@click.option("--from-now", is_flag=True, help="Compare what lies ahead; without --against, with the rules that run.")
@click.option("--days", type=click.IntRange(1, 366), help="How many days ahead, with --from-now. [default: 30]")
@click.option("--until", type=INSTANT, help="The last instant, itself included. Left out: until nothing can change.")
@click.option("--format", "form", type=click.Choice(["table", "json", "html"]), default="table", show_default=True)
@click.option("--verdicts", is_flag=True, help="Also say what was not sent, and why, when its slot closes.")
def simulate(
    events: str | None,
    rules: Path | None,
    templates: Path | None,
    against: Path | None,
    from_now: bool,
    days: int | None,
    until: Instant | None,
    form: str,
    verdicts: bool,
) -> None:
    """Play a file of EVENTS (CloudEvents, one a line; - for stdin) and say who would get which message when.

    Nothing is sent and nothing is stored. Each event is known from its recordedtime on, else from its time.

    With --against, say what differs between two rule sets and why. Without EVENTS, the installation's own store is
    read. With --from-now, both go on from where the store (or the file) has come to.
    """
    compares = against is not None or from_now
    _refuse_what_does_not_go_together(compares, from_now, days, until, form, verdicts, events, against)
    files = RuleFiles(rules, templates)
    with _without_collecting_garbage(), _telling_faults():
        if compares:
            stretch = Stretch(until=until, days=(days or DAYS) if from_now else None)
            _compare(files, RuleFiles(against) if against else None, events, stretch, form)
        else:
            with kept(events or "") as path:
                _simulate(files, path, until, form, verdicts)


def _refuse_what_does_not_go_together(
    compares: bool,
    from_now: bool,
    days: int | None,
    until: Instant | None,
    form: str,
    verdicts: bool,
    events: str | None,
    against: Path | None,
) -> None:
    refusals = (
        (events is None and not compares, "Name a file of EVENTS, or - for stdin."),
        (form == "html" and not compares, "--format html shows a comparison: add --against DIR or --from-now."),
        (verdicts and compares, "--verdicts is for one rule set. A comparison gives its reasons by itself."),
        (days is not None and not from_now, "--days goes with --from-now. To end at an instant, write --until."),
        (until is not None and from_now, "--from-now ends after so many --days, not --until an instant."),
        (events is not None and from_now and against is None, "With EVENTS, say with --against what they lived under."),
    )
    for wrong, hint in refusals:
        if wrong:
            raise click.UsageError(hint)


def _compare(files: RuleFiles, against: RuleFiles | None, events: str | None, stretch: Stretch, form: str) -> None:
    sides, begun = Sides.of(files, against), perf_counter()
    if events is None:
        found, naming = compare_store(sides, stretch)
    else:
        with kept(events) as path:
            found, naming = compare_file(sides, path, stretch)
    names = str(against.rules) if against else "the rules that run", str(files.rules or files.settings.rules_dir)
    tell(found, naming, form, names, stretch)
    tell_cost(found, perf_counter() - begun)


def _simulate(files: RuleFiles, path: Path, until: Instant | None, form: str, verdicts: bool) -> None:
    rule_set = files.rule_set()
    if lines_in(path) >= IN_PARTS_FROM and not verdicts:
        world: World = (office := Office(rule_set))
        programs, outcomes = _in_parts(path, files, until, office)
    else:
        world = World(rule_set, Watch() if verdicts else None)
        programs, outcomes = _in_one(path, files, until, world)
    if form == "json":
        for line in json_lines(outcomes, programs):
            click.echo(line, nl=False)
    else:
        for text in table(outcomes, world):
            click.echo(text)


def _in_one(path: Path, files: RuleFiles, until: Instant | None, world: World) -> Simulation:
    with path.open("rb") as lines:
        events = read_events(lines, files.schemas)
    return {event.program for event in events}, _outcomes(events, world, until)


def _outcomes(events: list[Event], world: World, until: Instant | None) -> Iterator[Outcome]:
    for sent, unsent in world.steps_of(counting(events, len(events), "Simulating"), until):
        yield from ((0, row_of(each)) for each in sent)
        yield from unsent


def _in_parts(path: Path, files: RuleFiles, until: Instant | None, office: Office) -> Simulation:
    parts = sort_lines(path, EVENTS_A_PART)
    setting = Setting((files.sources,), files.settings.schemas_dir, until, files.schemas, (office.rule_set,))
    told = simulate_in_parts(parts, setting, office, cores())
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
