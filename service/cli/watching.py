"""Doing something again whenever files change, until Ctrl-C."""

import signal
import time
from collections.abc import Callable

import click

from service.domain.errors import IntouchError

LOOK_EVERY_S = 0.5


def watch_files(state: Callable[[], str], act: Callable[[], object]) -> None:
    """Act now and after every change of `state`, until Ctrl-C. What `act` raises for people is told, and it goes on."""
    seen: str | None = None
    # Started in the background of a script, a process would ignore Ctrl-C, and this one ends by nothing else.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        while True:
            now = _state(state)
            if now != seen:
                seen = now
                _told(act)
                click.echo("Waiting for a change. Ctrl-C ends it.", err=True)
            time.sleep(LOOK_EVERY_S)
    except KeyboardInterrupt:
        click.echo("\nStopped.", err=True)


def _state(state: Callable[[], str]) -> str:
    try:
        return state()
    except IntouchError as error:
        return str(error)


def _told(act: Callable[[], object]) -> None:
    try:
        act()
    except click.ClickException as error:
        error.show()
    except IntouchError as error:
        click.echo(f"Error: {error}", err=True)
