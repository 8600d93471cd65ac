"""`intouch console` and `intouch sessions`: the way in to the console, who is in it, and putting somebody out."""

import re
from typing import Final

import click
import orjson

from service.cli.brake_options import by_option, opened
from service.domain.calendar import format_rfc3339
from service.flow.session_port import Session
from service.flow.sessions import AT_THIS_MACHINE

_SHORT_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_form = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


def _short_name(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    if not _SHORT_NAME.fullmatch(name):
        raise click.BadParameter("Write a short name: letters, digits, dots, hyphens and underscores, 40 at most.")
    return name


@click.command()
@click.option(
    "--for",
    "person",
    metavar="NAME",
    default=AT_THIS_MACHINE,
    show_default=True,
    callback=_short_name,
    help="Who comes in by it, as the audit names them. What two persons must approve needs two names.",
)
def console(person: str) -> None:
    """Print a link that opens the console once, within an hour. For whoever sits at this machine."""
    with opened() as intouch:
        link = intouch.entry_link(person=person)
        if link is None:
            raise click.ClickException(
                f"Staff sign in at {intouch.settings.console_url}/console: INTOUCH_OIDC_ISSUER says who they are."
            )
        click.echo(link)


@click.group()
def sessions() -> None:
    """Who is signed in to the console: list them, or end a session."""


@sessions.command("list")
@_form
def list_sessions(form: str) -> None:
    """List the sessions that go on, the newest first."""
    with opened() as intouch, intouch.store.reading() as snapshot:
        now = intouch.clock()
        found = [each for each in snapshot.sessions() if not intouch.sessions.is_over(each, now)]
    if form == "json":
        click.echo(orjson.dumps(list(map(_as_json, found))))
        return
    for each in found:
        since, seen = format_rfc3339(each.began_at), format_rfc3339(each.seen_at)
        click.echo(f"{each.id}  {each.person}  by {each.origin}, since {since}, last seen {seen}")
    if not found:
        click.echo("Nobody is signed in.")


@sessions.command("end")
@click.argument("ids", metavar="ID...", nargs=-1)
@click.option("--all", "everybody", is_flag=True, help="End every session.")
@by_option
def end_sessions(ids: tuple[str, ...], everybody: bool, by: str) -> None:
    """End sessions, at once and in every process. ID is as `intouch sessions list` says it."""
    if bool(ids) == everybody:
        raise click.UsageError("Name the sessions to end, or say --all.")
    with opened() as intouch:
        with intouch.store.reading() as snapshot:
            known = [each.id for each in snapshot.sessions()]
        ended = [each for each in (known if everybody else ids) if intouch.sessions.end(each, by)]
    missing = [each for each in ids if each not in ended]
    if missing:
        raise click.ClickException(f"There is no session {', '.join(missing)}. See `intouch sessions list`.")
    click.echo(f"Ended: {len(ended):,} session{'' if len(ended) == 1 else 's'}.")


def _as_json(session: Session) -> dict[str, object]:
    return {
        "id": session.id,
        "person": session.person,
        "by": session.origin.value,
        "began_at": format_rfc3339(session.began_at),
        "seen_at": format_rfc3339(session.seen_at),
    }
