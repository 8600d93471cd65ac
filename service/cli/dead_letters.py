"""`intouch dead-letters`: what could not be taken in from the broker, why, and what becomes of it."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click
import orjson

from service.adapters.broker.letters import Choice, DeadLetter, HeldLetters, told
from service.cli.brake_options import by_option, opened
from service.cli.counting import counted
from service.flow import by_hand
from service.flow.outbound import Sent

if TYPE_CHECKING:
    from service.wiring import Installation

MOST = 100_000
"""How many are looked through to find those that are meant."""

_form = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
_names = click.argument("ids", nargs=-1, metavar="[ID | FIRST..LAST]...")
_refused_for = click.option(
    "--refused-for", metavar="TEXT", default="", help="All whose reason holds these words, whatever their id."
)
_all = click.option("--all", "everything", is_flag=True, help="All of them.")


@click.group("dead-letters")
def dead_letters() -> None:
    """Messages that could not be taken in: look at them, replay them, or discard them."""


@dead_letters.command("list")
@click.option("--limit", type=click.IntRange(1, MOST), default=1_000, show_default=True, help="How many to look at.")
@_form
def list_letters(limit: int, form: str) -> None:
    """List them, the longest dead first, each with what was wrong with it."""
    with opened() as intouch:
        with intouch.dead_letters().held(limit) as held:
            rows = [(letter, told(letter, intouch.schemas.decode)) for letter in held]
        if form == "json":
            click.echo(orjson.dumps([_as_json(*each) for each in rows]))
        else:
            click.echo("\n".join(_listed(rows)))


def _listed(rows: Sequence[tuple[DeadLetter, Sent]]) -> Iterator[str]:
    for letter, sent in rows:
        yield f"{letter.id}  {_named(sent)}\n            {letter.reason}"
    number = counted(len(rows), "dead letter")
    yield f"\n{number}. How one stands now: `intouch dead-letters show ID`." if rows else "None."


@dead_letters.command()
@click.argument("id")
@click.option("--body", is_flag=True, help="Show the message itself too; it may hold somebody's data.")
@_form
def show(id: str, body: bool, form: str) -> None:
    """Show one: which event it is, why it was refused, and what the intake would say to it now."""
    with opened() as intouch:
        with intouch.dead_letters().held(MOST) as held:
            letter = Choice(names=(id,)).among(held)[0]
        sent, now = told(letter, intouch.schemas.decode), intouch.foresee(letter.message)
        text = letter.message.body.decode("utf-8", "replace") if body else None
        if form == "json":
            click.echo(orjson.dumps({**_as_json(letter, sent), "now": now, **({"body": text} if body else {})}))
            return
        click.echo(f"{letter.id}  {_named(sent)}\nRefused: {letter.reason}\nNow:     {now}")
        if text is not None:
            click.echo(f"\n{text}")


@dead_letters.command()
@_names
@_refused_for
@_all
def replay(ids: tuple[str, ...], refused_for: str, everything: bool) -> None:
    """Publish dead letters to the intake again, when what was wrong is put right. Safe to repeat."""
    choice = _choice(ids, refused_for, everything)
    with opened() as intouch:
        done = _each_of(intouch, choice, lambda held, letter: held.replay(letter))
    click.echo(f"Replayed: {counted(done, 'dead letter')}. What is still wrong becomes a dead letter again.")


@dead_letters.command()
@_names
@_refused_for
@_all
@click.option("--reason", "why", required=True, metavar="WHY", help="Why nobody needs them any more, for the audit.")
@by_option
def discard(ids: tuple[str, ...], refused_for: str, everything: bool, why: str, by: str) -> None:
    """Be rid of dead letters for good. Who did it, and why, is in the audit."""
    choice = _choice(ids, refused_for, everything)
    with opened() as intouch:

        def note(letters: Sequence[DeadLetter]) -> None:
            sent = [told(each, intouch.schemas.decode) for each in letters]
            with intouch.store.writing() as transaction:
                by_hand.discard_letters(transaction, sent, why, by, intouch.clock())

        done = _each_of(intouch, choice, lambda held, letter: held.discard(letter), note)
    click.echo(f"Discarded: {counted(done, 'dead letter')}. They are gone.")


def _choice(ids: tuple[str, ...], refused_for: str, everything: bool) -> Choice:
    if sum(map(bool, (ids, refused_for, everything))) != 1:
        raise click.UsageError("Say which: ids or FIRST..LAST, --refused-for TEXT, or --all.")
    return Choice(names=ids, refused_for=refused_for, everything=everything)


def _each_of(
    intouch: "Installation",
    choice: Choice,
    do: Callable[[HeldLetters, DeadLetter], None],
    before: Callable[[Sequence[DeadLetter]], None] = lambda _: None,
) -> int:
    """Do something with each that is meant, and return how many they are. Raises: ClickException where none is."""
    with intouch.dead_letters().held(MOST) as held:
        chosen = choice.among(held)
        if not chosen:
            raise click.ClickException("There is no such dead letter. See `intouch dead-letters list`.")
        before(chosen)
        for letter in chosen:
            do(held, letter)
    return len(chosen)


def _named(sent: Sent) -> str:
    if not (sent.type or sent.id):
        return "a message that cannot be read"
    return f"{sent.type or 'no type'}, {sent.id or 'no id'} from {sent.source or 'nobody'}"


def _as_json(letter: DeadLetter, sent: Sent) -> dict[str, str]:
    named = {"source": sent.source, "event": sent.id, "type": sent.type, "program": sent.program}
    return {"id": letter.id, "reason": letter.reason, **named}
