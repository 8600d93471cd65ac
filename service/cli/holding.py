"""`intouch held`: what the safety limit holds, and what becomes of it."""

from collections.abc import Callable, Iterator, Sequence

import click
import orjson

from service.cli.brake_options import by_option, know_rule, opened
from service.cli.counting import counted
from service.domain.calendar import Instant, format_rfc3339
from service.flow import by_hand
from service.flow.brake_port import HeldNotice, HeldRule, Stop
from service.flow.ports import Transaction

_form = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
_only = click.option(
    "--only", metavar="ID", multiple=True, help="One of them, as `held show` names it; may be repeated."
)


@click.group()
def held() -> None:
    """What the safety limit holds: look at it, let it go, or drop it."""


@held.command("list")
@_form
def list_held(form: str) -> None:
    """List the rules of which notices are held, and what is stopped."""
    with opened() as intouch, intouch.store.reading() as snapshot:
        rules, stops = snapshot.held_rules(), snapshot.stops()
    if form == "json":
        click.echo(orjson.dumps({"held": list(map(_rule_as_json, rules)), "stopped": list(map(_stop_as_json, stops))}))
    else:
        click.echo("\n".join(_listed(rules, stops)))


def _listed(rules: Sequence[HeldRule], stops: Sequence[Stop]) -> Iterator[str]:
    for each in rules:
        yield f"{each.rule}: {counted(each.notices, 'notice')} held since {format_rfc3339(each.since)}"
    for stopped in stops:
        yield f"Stopped: {stopped.about}, by {stopped.by} at {format_rfc3339(stopped.at)}"
    if rules:
        yield "\nWho would get what: `intouch held show RULE`. Then `intouch held release RULE`, or `held drop RULE`."
    elif not stops:
        yield "Nothing is held, and nothing is stopped."


@held.command()
@click.argument("rule")
@_form
def show(rule: str, form: str) -> None:
    """Show who would get what of a rule, the longest held first."""
    with opened() as intouch, intouch.store.reading() as snapshot:
        notices = snapshot.held_notices(rule)
        if not notices:
            know_rule(intouch, snapshot, rule)
    if form == "json":
        click.echo(orjson.dumps([_notice_as_json(each) for each in notices]))
        return
    for each in notices:
        candidate = each.candidate
        value = f" [{candidate.key.value}]" if candidate.key.value else ""
        whom = f"{candidate.key.recipient} about {candidate.subject} in {each.program}"
        since = format_rfc3339(each.since)
        click.echo(f"{by_hand.held_id(each)}  “{candidate.message}” to {whom}{value}, held since {since}")
    click.echo(f"{counted(len(notices), 'notice')} of “{rule}” held.")


@held.command()
@click.argument("rule")
@_only
@by_option
def release(rule: str, only: tuple[str, ...], by: str) -> None:
    """Let held notices of a rule go. Without --only: all of them, and the rule is trusted as it is."""
    released = _decide(by_hand.release, rule, only, by)
    click.echo(f"Released: {counted(released, 'notice')} of “{rule}”. Each goes if its gates still hold.")


@held.command()
@click.argument("rule")
@_only
@by_option
def drop(rule: str, only: tuple[str, ...], by: str) -> None:
    """See to it that held notices of a rule are never sent."""
    dropped = _decide(by_hand.drop, rule, only, by)
    click.echo(f"Dropped: {counted(dropped, 'notice')} of “{rule}”. They will never be sent.")


Deciding = Callable[[Transaction, str, Sequence[str], str, Instant], int]


def _decide(deciding: Deciding, rule: str, only: tuple[str, ...], by: str) -> int:
    with opened() as intouch, intouch.store.writing() as transaction:
        waiting = transaction.held_notices(rule, by_hand.MOST_AT_ONCE)
        if not waiting:
            know_rule(intouch, transaction, rule)
            raise click.ClickException(f"Nothing of “{rule}” is held.")
        unknown = set(only) - {by_hand.held_id(each) for each in waiting}
        if unknown:
            raise click.ClickException(f"Not held: {', '.join(sorted(unknown))}. See `intouch held show {rule}`.")
        return deciding(transaction, rule, only, by, intouch.clock())


def _rule_as_json(held_rule: HeldRule) -> dict[str, object]:
    return {"rule": held_rule.rule, "notices": held_rule.notices, "since": format_rfc3339(held_rule.since)}


def _stop_as_json(stopped: Stop) -> dict[str, object]:
    return {"scope": stopped.scope, "name": stopped.name, "at": format_rfc3339(stopped.at), "by": stopped.by}


def _notice_as_json(notice: HeldNotice) -> dict[str, object]:
    candidate = notice.candidate
    return {
        "id": by_hand.held_id(notice),
        "program": notice.program,
        "subject": str(candidate.subject),
        "recipient": candidate.key.recipient,
        "message": candidate.message,
        "k": candidate.key.k,
        "value": candidate.key.value,
        "due": format_rfc3339(candidate.due),
        "since": format_rfc3339(notice.since),
    }
