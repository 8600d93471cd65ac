"""Events from a file, one a line, as a simulation takes them: each known from its `recordedtime`, else its `time`."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import IO

import click

from service.adapters.schemas import Fault, Schemas
from service.domain.errors import EventSenderError
from service.domain.events import Event

Line = tuple[int, bytes]
LineFault = tuple[int, Fault]
"""Both with the number of the line in its file, from 1."""

MOST_FAULTS = 1_000
"""Faults that are told; the others are only counted."""


class UnreadableEventsError(EventSenderError):
    """Lines of the file are no events that Intouch takes; `faults` says which and why, by line."""

    def __init__(self, faults: list[LineFault]) -> None:
        self.faults = faults
        shown = [_told(line, fault) for line, fault in faults[:MOST_FAULTS]]
        if len(faults) > MOST_FAULTS:
            shown.append(f"… and {len(faults) - MOST_FAULTS:,} more.")
        super().__init__("\n".join(shown))


def read_events(lines: Iterable[bytes], schemas: Schemas) -> list[Event]:
    """Return the events in order of arrival; those that arrive together keep the order of the lines.

    Raises: UnreadableEventsError with every fault of every line.
    """
    events, faults = read_numbered(enumerate(lines, 1), schemas)
    if faults:
        raise UnreadableEventsError(faults)
    return events


def read_numbered(lines: Iterable[Line], schemas: Schemas) -> tuple[list[Event], list[LineFault]]:
    """Return the events as `read_events` does, and what is wrong with lines; events only where nothing is."""
    events: list[Event] = []
    faults: list[LineFault] = []
    for number, line in lines:
        if not line.isspace():
            event, found = _read(line, schemas)
            faults += ((number, fault) for fault in found)
            if event is not None and not faults:
                events.append(event)
    events.sort(key=lambda event: event.recorded)
    return ([] if faults else events), faults


def _read(line: bytes, schemas: Schemas) -> tuple[Event | None, list[Fault]]:
    try:
        return schemas.replayed(schemas.decode(line))
    except EventSenderError as error:
        return None, [Fault(index=0, pointer="", message=str(error).replace("The body", "The line"))]


def _told(line: int, fault: Fault) -> str:
    return f"Line {line}: {fault.pointer + ': ' if fault.pointer else ''}{fault.message}"


@contextmanager
def kept(path: str) -> Iterator[Path]:
    """Yield a file of the events that several processes may read: what comes in by a pipe is written to one first.

    Raises: click.ClickException.
    """
    if path != "-" and Path(path).is_file():
        with opened(path):
            yield Path(path)
        return
    with opened(path) as incoming, NamedTemporaryFile() as copy:
        copyfileobj(incoming, copy)
        copy.flush()
        yield Path(copy.name)


def lines_in(path: Path) -> int:
    """Return how many lines the file has."""
    with path.open("rb") as file:
        return sum(1 for _ in file)


def opened(path: str) -> IO[bytes]:
    """Return the file, or what comes in where the path is `-`. Raises: click.ClickException."""
    try:
        return click.open_file(path, "rb")
    except OSError as error:
        hint = "Name a file of events, or - for stdin."
        raise click.ClickException(f"{path} cannot be read ({error.strerror}). {hint}") from error


def counting(events: Iterable[Event], total: int, label: str) -> Iterator[Event]:
    """Yield the events, with a progress bar on stderr where that is a terminal."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=total, label=label, file=sys.stderr, hidden=hidden, update_min_steps=500) as bar:
        for event in events:
            bar.update(1)
            yield event
