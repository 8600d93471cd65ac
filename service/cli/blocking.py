"""`intouch blocked`: is mail to an address blocked, and since when; and a way to take it off the list again."""

import click

from service.cli.brake_options import by_option, opened
from service.domain.calendar import format_rfc3339
from service.domain.suppression import Reason
from service.flow import by_hand

_WHY = {
    Reason.HARD_BOUNCE: "mail to it came back, because there is no such mailbox",
    Reason.COMPLAINT: "somebody there called our mail spam",
}


@click.group()
def blocked() -> None:
    """Addresses that get no more mail, because it came back or somebody complained."""


@blocked.command()
@click.argument("address")
def show(address: str) -> None:
    """Say whether mail to ADDRESS is blocked, since when, and why. The list itself holds no addresses to read."""
    with opened() as intouch, intouch.store.reading() as snapshot:
        found = snapshot.suppressed([address]).get(address)
    if found is None:
        click.echo("It is not blocked.")
        return
    code = f" ({found.detail})" if found.detail else ""
    click.echo(f"It is blocked since {format_rfc3339(found.at)}: {_WHY[found.reason]}{code}.")


@blocked.command()
@click.argument("address")
@by_option
def allow(address: str, by: str) -> None:
    """Let mail go to ADDRESS again, as after a mailbox was put right. Who complained should ask for it."""
    with opened() as intouch, intouch.store.writing() as transaction:
        allowed = by_hand.allow(transaction, address, by, intouch.clock())
    click.echo("Mail goes to it again; what waited for it goes now." if allowed else "It was not blocked.")
