"""The commands that run Intouch: `run`, `serve`, `consume`, `work`, `relay`, `migrate`."""

import gc
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click

from service.adapters.http import Listening
from service.cli.log_lines import begin_log
from service.cli.play import play_semester
from service.cli.threads import Threads
from service.domain.calendar import SECOND, format_rfc3339
from service.domain.events import SubjectKind
from service.domain.fold import STATUS
from service.settings import Settings, beside, read_settings, refuse_open_door
from service.wiring import Installation

DRAIN_S = 25


@click.command()
@click.option("--play-semester", "plays", is_flag=True, help="Fill an empty store with a sample semester first.")
def run(plays: bool) -> None:
    """Run everything in one process: intake, from a broker too if there is one, rules, mail and console."""
    with _installation(_prepared()) as intouch:
        intouch.migrate()
        intouch.rules_folder.refresh()
        _need_rules(intouch)
        intouch.find_forgotten()
        servers = _bound(intouch)
        if plays:
            play_semester(intouch)
        stop = _stop_on_signal(intouch)
        servers.start()
        _greet(intouch, servers)
        threads = _working(intouch, stop)
        tidier = intouch.tidier
        threads.start("tidy", lambda: tidier.run(stop))
        if intouch.settings.broker_url:
            _consuming(intouch, threads, stop)()
        _until(stop)
        servers.stop(DRAIN_S)
        threads.join(DRAIN_S)


@click.command()
def serve() -> None:
    """Take events in over HTTP and show the console; `intouch work` does the rest."""
    with _installation(_prepared()) as intouch:
        _need_rules(intouch)
        servers = _bound(intouch)
        stop = _stop_on_signal(intouch)
        servers.start()
        _greet(intouch, servers)
        _until(stop)
        servers.stop(DRAIN_S)


@click.command()
def work() -> None:
    """Decide and send what is due, for as long as it runs."""
    with _installation(_prepared()) as intouch:
        intouch.rules_folder.refresh()
        _need_rules(intouch)
        intouch.find_forgotten()
        metrics = intouch.metrics(intouch.settings.metrics_http)
        stop = _stop_on_signal(intouch)
        metrics.start()
        threads = _working(intouch, stop)
        click.echo("Intouch is working. Stop it with Ctrl-C.")
        _until(stop)
        threads.join(DRAIN_S)
        metrics.stop(0)


SWITCH_S: Final = 0.0005
"""How long one thread may keep the others from Python: a tenth of what is usual. One that stores holds rows, and must
not wait for one that reads the next batch: that costs 6 % of all that two consumers take in."""


@click.command()
def consume() -> None:
    """Take events in from the broker; `intouch work` does the rest."""
    sys.setswitchinterval(SWITCH_S)
    with _installation(_prepared()) as intouch:
        intouch.prepare_broker()
        _ = intouch.store, intouch.schemas  # what cannot be opened is told now, not at the first event
        metrics = intouch.metrics(intouch.settings.metrics_http)
        stop = _stop_on_signal(intouch)
        threads = Threads(stop)
        begin = _consuming(intouch, threads, stop)
        metrics.start()
        begin()
        click.echo("Intouch is taking events from the broker. Stop it with Ctrl-C.")
        _until(stop)
        threads.join(DRAIN_S)
        metrics.stop(0)


@click.command()
def relay() -> None:
    """Publish Intouch's own events to the broker, where `intouch work` has none."""
    with _installation(_prepared()) as intouch:
        publishing = intouch.relay()
        intouch.prepare_broker()
        _ = intouch.store
        metrics = intouch.metrics(intouch.settings.metrics_http)
        stop = _stop_on_signal(intouch)
        metrics.start()
        threads = Threads(stop)
        threads.start("relay", lambda: publishing.run(stop))
        click.echo("Intouch is publishing its own events. Stop it with Ctrl-C.")
        _until(stop)
        threads.join(DRAIN_S)
        metrics.stop(0)


def _working(intouch: Installation, stop: threading.Event) -> Threads:
    threads = Threads(stop)
    if intouch.publishes_own_events:
        publishing = intouch.relay()
        threads.start("relay", lambda: publishing.run(stop))
    threads.start("work", lambda: intouch.worker().run(stop, intouch.wake))
    threads.start("figures", lambda: intouch.summing_up.run(stop))
    threads.start("rules", lambda: intouch.rules_folder.watch(stop, intouch.wake.set))
    return threads


def _consuming(intouch: Installation, threads: Threads, stop: threading.Event) -> Callable[[], None]:
    """Return what begins to take events in from the broker. Raises: OperatorError where that cannot be."""
    line, consumer = intouch.consumer()
    drained = threading.Event()

    def begin() -> None:
        threads.start("line", lambda: line.run(stop, drained))
        threads.start("consume", lambda: _then(drained.set, lambda: consumer.run(stop)))

    return begin


def _then(finish: Callable[[], None], work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        finish()


@click.command()
def migrate() -> None:
    """Make the store and the broker's queues, or bring them up to date. Does nothing where nothing is to do."""
    with _installation(read_settings()) as intouch:
        intouch.migrate()
    click.echo("The store is up to date.")


def _prepared() -> Settings:
    settings = read_settings()
    begin_log(settings.log)
    look_for_cycles_seldom()
    return settings


def look_for_cycles_seldom() -> None:
    """Let Python look for garbage in circles less often, and never among what is loaded now: a sixth of a check's time.

    Facts and events hold no circles; they go by themselves as soon as nobody holds them.
    """
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


@contextmanager
def _installation(settings: Settings) -> Iterator[Installation]:
    intouch = Installation(settings)
    try:
        yield intouch
    finally:
        intouch.close()


def _need_rules(intouch: Installation) -> None:
    """Raises: ClickException when neither the folder nor the store has rules that load."""
    with intouch.store.reading() as snapshot:
        if snapshot.active_rule_set() is None:
            problem = intouch.rules_folder.problems or "No rule set is active yet: run `intouch work` or `intouch run`."
            raise click.ClickException(f"There are no rules to run by. {problem}")


def _stop_on_signal(intouch: Installation) -> threading.Event:
    stop = threading.Event()

    def ask(*_: object) -> None:
        stop.set()
        intouch.wake.set()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, ask)
    return stop


def _until(stop: threading.Event) -> None:
    # In slices, so that a signal is seen at once on every platform.
    while not stop.wait(0.5):
        pass
    click.echo("Finishing what is under way ...", err=True)


def _bound(intouch: Installation) -> Listening:
    """Return the servers of a process with a door. Raises: OperatorError, also where the door would stand open."""
    settings = intouch.settings
    with intouch.store.reading() as snapshot:
        refuse_open_door(settings, has_publishers=bool(snapshot.publishers()))
    return intouch.listening(settings.metrics_http or beside(settings.http))


def _greet(intouch: Installation, servers: Listening) -> None:
    """Say where everything is, with one event to try about a mentorship that is really there."""
    door, console = (f"http://{each.address}" for each in (servers.door, servers.console or servers.door) if each)
    program, mentorship = _somebody(intouch)
    event = {
        "specversion": "1.0",
        "id": f"try-{intouch.clock()}",
        "source": "/try",
        "type": "help.requested",
        "subject": f"mentorships/{mentorship}",
        "program": program,
        "time": format_rfc3339(intouch.clock() // SECOND * SECOND),
        "data": {"request_id": f"try-{intouch.clock()}", "by": "mentee", "option": "dont_know_how_to_reach_out"},
    }
    url = intouch.settings.console_url
    link = intouch.entry_link(console if url == f"http://{intouch.settings.console_http}" else url)
    way_in = f"Come in, once and within an hour, by {link}\n(`intouch console` prints another.)\n\n" if link else ""
    key = " -H 'Authorization: Bearer KEY'" if intouch.permits.asks_for_keys() else ""
    click.echo(
        f"\nIntouch is running. Mail and timelines: {console}/console\n\n{way_in}"
        "Try an event; when that mentorship is known, the answer is in the mailbox a moment later:\n\n"
        f"  curl -i {door}/events{key} -H 'Content-Type: application/cloudevents+json' \\\n"
        f"    -d '{json.dumps(event)}'\n"
    )


def _somebody(intouch: Installation) -> tuple[str, str]:
    """Return a program and one of its active mentorships; invented ones in an empty store."""
    with intouch.store.reading() as snapshot:
        for program in snapshot.programs():
            for row in snapshot.all_subjects(program, SubjectKind.MENTORSHIP):
                if row.facts is not None and row.facts.value(STATUS) == "active":
                    return program, row.key.subject.id
    return "northfield", "m-1"
