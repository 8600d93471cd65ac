"""`intouch tidy`: what is past its time goes; `intouch run` does it by itself, once a night."""

import click

from service.cli.brake_options import opened


@click.command()
def tidy() -> None:
    """Take out what was kept for its time: texts of mail, providers' reports, the audit, sessions of the console.

    To be run every night.
    """
    with opened() as intouch:
        tidied = intouch.tidier.tidy()
    click.echo(
        f"Past their time: {tidied.bodies:,} texts of mail, {tidied.reports:,} reports of providers, "
        f"{tidied.audit + tidied.views:,} lines of the audit, {tidied.sessions:,} sessions in the console."
    )
