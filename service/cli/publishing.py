"""`intouch publish`: events from a file to the broker, or to an Intouch over HTTP."""

import os
import sys
from collections.abc import Iterator
from random import SystemRandom
from threading import Event as Signal
from typing import IO

import click
import orjson

from service.cli.brake_options import opened
from service.cli.event_file import opened as opened_file
from service.flow.publish import Publishing, Refused

MOST_TOLD = 1_000
"""Refused lines that are told; the others are only counted."""


@click.command()
@click.argument("file", metavar="FILE|-")
@click.option("--to", metavar="URL|broker", default="", help="Where to. Left out: INTOUCH_URL, else the broker.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def publish(file: str, to: str, form: str) -> None:
    """Publish CloudEvents, one a line, and say which were refused and why. To do it again is safe.

    Over HTTP with the key in INTOUCH_KEY, where there is one.
    """
    with opened() as intouch, intouch.target(to) as target:
        publishing = Publishing(
            target=target, decode=intouch.schemas.decode, jitter=SystemRandom().random, rest=Signal().wait
        )
        with opened_file(file) as lines:
            _send(publishing, lines)
    _report(publishing, form)
    if publishing.refused:
        sys.exit(1)


def _send(publishing: Publishing, lines: IO[bytes]) -> None:
    size = _size(lines)
    hidden = not size or not sys.stderr.isatty()
    with click.progressbar(length=size, label="Publishing", file=sys.stderr, hidden=hidden) as bar:
        for done in publishing.run(lines):
            bar.update(done)


def _size(lines: IO[bytes]) -> int:
    """Return how many bytes the file has; 0 for a pipe."""
    try:
        return os.fstat(lines.fileno()).st_size
    except OSError:
        return 0


def _report(publishing: Publishing, form: str) -> None:
    refused = sorted(publishing.refused)
    lines = {each.line for each in refused}
    if form == "json":
        told = {"published": publishing.taken, "duplicates": publishing.duplicates, "refused": len(lines)}
        click.echo(orjson.dumps({**told, "faults": [each._asdict() for each in refused]}))
        return
    for text in _told(refused):
        click.echo(text, err=True)
    known = f", {publishing.duplicates:,} of them known before" if publishing.duplicates else ""
    click.echo(f"{publishing.taken:,} published{known}; {len(lines):,} refused.")


def _told(refused: list[Refused]) -> Iterator[str]:
    for each in refused[:MOST_TOLD]:
        yield f"Line {each.line}: {each.pointer + ': ' if each.pointer else ''}{each.message}"
    if len(refused) > MOST_TOLD:
        yield f"… and {len(refused) - MOST_TOLD:,} more."
