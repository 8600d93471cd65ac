"""The commands `stop`, `resume` and `expect`: a hand on the brake, in effect from the next claim on."""

from collections.abc import Callable

import click

from service.cli.brake_options import by_option, know_rule, named, opened
from service.cli.instants import INSTANT
from service.domain.calendar import Instant, format_rfc3339
from service.flow import by_hand
from service.flow.brake_port import scope_in_words

Command = Callable[..., None]


def _scope(command: Command) -> Command:
    """Give a command the three ways to say what it is about."""
    everything = click.option("--all", "everything", is_flag=True, help="All mail.")
    program = click.option("--program", metavar="P", help="All mail of one program.")
    rule = click.option("--rule", metavar="R", help="One rule, in all programs.")
    return rule(program(everything(command)))


@click.command()
@_scope
@by_option
def stop(rule: str | None, program: str | None, everything: bool, by: str) -> None:
    """Stop mail: nothing of it is sent until somebody resumes it. Alerts to staff stop too."""
    with opened() as intouch, intouch.store.writing() as transaction:
        scope, name = named(intouch, transaction, rule, program, everything, known=True)
        done = by_hand.stop(transaction, scope, name, by, intouch.clock())
    what = scope_in_words(scope, name)
    click.echo(f"Stopped: {what}. `intouch resume` lets it go on." if done else f"It was stopped already: {what}.")


@click.command()
@_scope
@by_option
def resume(rule: str | None, program: str | None, everything: bool, by: str) -> None:
    """Let stopped mail go on. What its time has passed by meanwhile stays unsent."""
    with opened() as intouch, intouch.store.writing() as transaction:
        scope, name = named(intouch, transaction, rule, program, everything, known=False)
        done = by_hand.resume(transaction, scope, name, by, intouch.clock())
        still = [each.about for each in transaction.stops()]
    what = scope_in_words(scope, name)
    click.echo(f"It goes on: {what}." if done else f"It was not stopped: {what}.")
    if still:
        click.echo(f"Still stopped: {', '.join(still)}.")


@click.command()
@click.option("--rule", metavar="R", required=True, help="The rule.")
@click.option("--count", type=click.IntRange(1), metavar="N", required=True, help="How many notices it will send.")
@click.option("--until", type=INSTANT, metavar="T", required=True, help="Until when, as in 2026-12-18T18:00:00Z.")
@by_option
def expect(rule: str, count: int, until: Instant, by: str) -> None:
    """Announce a planned launch: so many notices of a rule go without the safety limit, until then."""
    with opened() as intouch, intouch.store.writing() as transaction:
        now = intouch.clock()
        if until <= now:
            raise click.ClickException("That instant has passed. Say until when the launch will last.")
        know_rule(intouch, transaction, rule)
        by_hand.expect(transaction, rule, count, until, by, now)
    click.echo(f"Expected: {count} of “{rule}” until {format_rfc3339(until)}.")
