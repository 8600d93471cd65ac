"""What the commands that brake have in common: who does it, to what, and with what words."""

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from service.domain.errors import OperatorError
from service.flow.brake_port import Scope
from service.flow.ports import Snapshot
from service.settings import read_settings

if TYPE_CHECKING:
    from service.wiring import Installation


def operator() -> str:
    """Return who sits at this machine, for the audit."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


by_option = click.option("--by", metavar="NAME", default=operator, help="Who does it, for the audit. Left out: you.")


@contextmanager
def opened() -> Iterator["Installation"]:
    """Return a context with the installation that the settings name."""
    from service.wiring import Installation

    intouch = Installation(read_settings())
    try:
        yield intouch
    finally:
        intouch.close()


def named(
    intouch: "Installation", snapshot: Snapshot, rule: str | None, program: str | None, everything: bool, *, known: bool
) -> tuple[Scope, str]:
    """Return what a command is about. `known` asks that the rule or program is there, so that a slip is told."""
    said = [each for each in (rule, program, everything) if each]
    if len(said) != 1:
        raise click.UsageError("Say one of --rule R, --program P or --all.")
    if rule:
        if known:
            know_rule(intouch, snapshot, rule)
        return Scope.RULE, rule
    if program:
        if known and program not in snapshot.programs():
            hint = near(program, snapshot.programs())
            raise click.ClickException(f"There are no events of a program “{program}”.{hint}")
        return Scope.PROGRAM, program
    return Scope.ALL, ""


def know_rule(intouch: "Installation", snapshot: Snapshot, rule: str) -> None:
    """Raises: ClickException when the active rule set does not know the rule."""
    try:
        known = [each.id for each in intouch.rules.of(snapshot).rule_set.rules]
    except OperatorError:
        return  # rules that do not load are no reason to refuse a hand on the brake
    if rule not in known:
        raise click.ClickException(f"There is no rule “{rule}”.{near(rule, known)}")


def near(word: str, known: Sequence[str]) -> str:
    """Return ` Did you mean …?` with what is known and written nearly so, nothing where there is none."""
    found = get_close_matches(word, known, 1)
    return f" Did you mean {found[0]}?" if found else ""
