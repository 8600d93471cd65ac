"""`intouch keys`: who may publish events, from which sources and for which programs."""

import secrets
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import orjson

from service.cli.brake_options import by_option, near, opened
from service.domain.calendar import format_rfc3339
from service.domain.errors import OperatorError
from service.domain.publishers import OWN_SOURCES, CredentialKind, Publisher
from service.flow import by_hand
from service.flow.permit import shown_key, shown_user
from service.flow.ports import KnownPublisher, Snapshot

if TYPE_CHECKING:
    from service.wiring import Installation

KEY_BEGINS: Final = "intouch_"
"""What every key begins with, so that scanners know one that lies where it should not."""

SHORTEST_KEY: Final = 32
_EXAMPLE: Final = '{"name": "matching", "sources": ["/matching"], "programs": ["northfield"]}'

_form = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
_broker_user = click.option(
    "--broker-user", is_flag=True, help="NAME is a user of RabbitMQ, who has a password there; no key is made."
)


@click.group()
def keys() -> None:
    """Who may publish events: make a key for a service, list them, revoke one."""


@keys.command()
@click.argument("name")
@click.option("--source", "sources", metavar="S", multiple=True, help="A source, as in /matching; may be repeated.")
@click.option("--program", "programs", metavar="P", multiple=True, help="A program; may be repeated.")
@_broker_user
@_form
@by_option
def create(
    name: str, sources: tuple[str, ...], programs: tuple[str, ...], broker_user: bool, form: str, by: str
) -> None:
    """Let a service publish. NAME is for people, as in matching-service.

    It may publish what comes from the sources and for the programs that you name, and nothing else. One that ends in *
    stands for all that begin so; * alone stands for all. The key is shown once, and kept nowhere.
    """
    _check(name, sources, programs)
    key = "" if broker_user else KEY_BEGINS + secrets.token_urlsafe(32)
    shown = shown_key(key) if key else shown_user(name)
    with opened() as intouch:
        _let_publish(intouch, KnownPublisher(_publisher(intouch, name, sources, programs, broker_user, by), shown))
        notes = list(_unknown(intouch, programs))
    for note in notes:
        click.echo(note, err=True)
    if form == "json":
        click.echo(orjson.dumps({"name": name, **({"key": key} if key else {})}))
    elif key:
        click.echo(f"{key}\n")
        click.echo(
            "This is shown once. Send it as the header “Authorization: Bearer KEY”, and keep it as a secret.", err=True
        )
    else:
        click.echo(f"RabbitMQ's user {name} may publish. From now on nobody may who is not named so.")


def _check(name: str, sources: tuple[str, ...], programs: tuple[str, ...]) -> None:
    """Raises: click.UsageError."""
    if not name.strip() or not name.isprintable():
        raise click.UsageError("Give it a name that people can read, as in matching-service.")
    if not sources or not programs:
        raise click.UsageError("Say from where and for which programs: --source /matching --program northfield.")
    if any(each.startswith(OWN_SOURCES) for each in sources):
        raise click.UsageError(
            f"Sources that begin with {OWN_SOURCES} are Intouch's own; no service publishes from them."
        )


def _publisher(
    intouch: "Installation", name: str, sources: tuple[str, ...], programs: tuple[str, ...], broker_user: bool, by: str
) -> Publisher:
    return Publisher(
        kind=CredentialKind.BROKER_USER if broker_user else CredentialKind.KEY,
        name=name,
        sources=sources,
        programs=programs,
        created_at=intouch.clock(),
        created_by=by,
    )


def _unknown(intouch: "Installation", programs: tuple[str, ...]) -> Iterator[str]:
    """Yield a note on each program of which nothing is known here: it may be new, or a slip."""
    with intouch.store.reading() as snapshot:
        known = {*snapshot.programs(), *_with_a_file(intouch, snapshot)}
    for each in programs:
        if known and each not in known and not each.endswith("*"):
            yield f"Note: nothing is known here of a program “{each}” yet.{near(each, sorted(known))}"


def _with_a_file(intouch: "Installation", snapshot: Snapshot) -> Collection[str]:
    try:
        return intouch.rules.of(snapshot).rule_set.programs
    except OperatorError:  # no rules yet, or none that load: no reason to make no key
        return ()


def _let_publish(intouch: "Installation", known: KnownPublisher) -> None:
    """Raises: click.ClickException where the name is taken."""
    with intouch.store.writing() as transaction:
        if not by_hand.let_publish(transaction, known):
            name = known.publisher.name
            what = by_hand.credential_in_words(known.publisher.kind, name)
            raise click.ClickException(
                f"There is a {what} already. Take another name, as in {name}-2, and revoke the old one later; or "
                "revoke it first."
            )


@keys.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("publishers", metavar="PUBLISHER...", nargs=-1, required=True)
@by_option
def given(folder: Path, publishers: tuple[str, ...], by: str) -> None:
    """Let services publish with keys that were made elsewhere, as in a Secret of Kubernetes.

    Each PUBLISHER is JSON, as in {"name": "matching", "sources": ["/matching"], "programs": ["northfield"]}, and its
    key is what the file FOLDER/NAME holds. Who has that key already keeps it; of who has another one, that is revoked.
    """
    wanted = [_given(folder, each) for each in publishers]
    with opened() as intouch:
        for name, sources, programs, key in wanted:
            publisher = _publisher(intouch, name, sources, programs, False, by)
            with intouch.store.writing() as transaction:
                changed = by_hand.keep_publisher(transaction, KnownPublisher(publisher, shown_key(key)))
            click.echo(f"The key {name} {'opens the door from now on' if changed else 'is there already'}.")


def _given(folder: Path, text: str) -> tuple[str, tuple[str, ...], tuple[str, ...], str]:
    """Return name, sources, programs and key of a publisher. Raises: click.UsageError, which never holds the key."""
    try:
        said = orjson.loads(text)
        name, sources, programs = str(said["name"]), tuple(said["sources"]), tuple(said["programs"])
    except (ValueError, KeyError, TypeError) as error:
        raise click.UsageError(f"{text} is no PUBLISHER: write {_EXAMPLE}.") from error
    _check(name, sources, programs)
    if name != Path(name).name:
        raise click.UsageError(f"{name} names its file: give it one of letters, digits and hyphens.")
    try:
        key = (folder / name).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"The key of {name} cannot be read from {folder / name}.") from error
    if len(key) < SHORTEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
        raise click.UsageError(
            f"The key of {name} must be {SHORTEST_KEY} characters or more, made by chance, without spaces: take what "
            f"`echo {KEY_BEGINS}$(openssl rand -hex 32)` prints."
        )
    return name, sources, programs, key


@keys.command("list")
@_form
def list_keys(form: str) -> None:
    """List who may publish what, and who might. No key can be read here; the store does not know them."""
    with opened() as intouch, intouch.store.reading() as snapshot:
        found = [each.publisher for each in snapshot.publishers()]
    if form == "json":
        click.echo(orjson.dumps(list(map(_as_json, found))))
    else:
        click.echo("\n".join(_listed(found)))


def _listed(found: list[Publisher]) -> Iterator[str]:
    for each in found:
        what = by_hand.credential_in_words(each.kind, each.name)
        bounds = f"sources {', '.join(each.sources)}; programs {', '.join(each.programs)}"
        yield f"{what}: {bounds}; created {format_rfc3339(each.created_at)} by {each.created_by}"
        if each.revoked_at is not None:
            yield f"  revoked {format_rfc3339(each.revoked_at)} by {each.revoked_by}"
    if not found:
        yield "There are none. `intouch keys create NAME --source /matching --program northfield` makes one."


@keys.command()
@click.argument("name")
@_broker_user
@by_option
def revoke(name: str, broker_user: bool, by: str) -> None:
    """Let the service of this NAME publish no more. In effect in every process within seconds."""
    kind = CredentialKind.BROKER_USER if broker_user else CredentialKind.KEY
    with opened() as intouch, intouch.store.writing() as transaction:
        revoked = by_hand.revoke(transaction, kind, name, by, intouch.clock())
    what = by_hand.credential_in_words(kind, name)
    if not revoked:
        raise click.ClickException(f"There is no {what} that is not revoked. See `intouch keys list`.")
    click.echo(f"Revoked: {what}. It opens nothing any more within a few seconds.")


def _as_json(publisher: Publisher) -> dict[str, object]:
    revoked_at = publisher.revoked_at
    return {
        "kind": publisher.kind.value,
        "name": publisher.name,
        "sources": publisher.sources,
        "programs": publisher.programs,
        "created_at": format_rfc3339(publisher.created_at),
        "created_by": publisher.created_by,
        "revoked_at": None if revoked_at is None else format_rfc3339(revoked_at),
        "revoked_by": publisher.revoked_by,
    }
