"""`intouch restored`: the store was put back from a copy, and what went out since is not sent again."""

import re
from collections.abc import Iterable, Iterator
from typing import TextIO

import click

from service.cli.brake_options import by_option, opened
from service.domain.calendar import Instant, parse_rfc3339
from service.flow import restored as flow
from service.flow.forgotten_port import ForgottenSend
from service.flow.marks import Marks

_SEND = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_MARK = re.compile(r"(?<![0-9a-f])[0-9a-f]{20}(?![0-9a-f])")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


@click.command()
@click.option(
    "--sent", "lines", type=click.File(errors="replace"), metavar="FILE", help="The log of `work`, or a like list."
)
@by_option
def restored(lines: TextIO | None, by: str) -> None:
    """Say that the store was put back from a copy: no mail goes until `intouch resume --all`.

    The store does not know what went out after the copy was made. The provider's reports tell, as they come in; so does
    FILE, any text with the ids of sends: the log that `work` wrote, or a list from the provider. What is decided again
    then counts as sent.
    """
    with opened() as intouch:
        now = intouch.clock()
        with intouch.store.writing() as transaction:
            flow.declare(transaction, by, now)
        found = intouch.find_forgotten()
        if lines is not None:
            with intouch.store.writing() as transaction:
                unknown = (each for each in named_in(lines, intouch.marks, now) if not transaction.email(each.email_id))
                found += flow.take_in_forgotten(transaction, unknown, now)
        with intouch.store.reading() as snapshot:
            known = snapshot.count_forgotten()
    click.echo("No mail goes: the store was put back from a copy.")
    click.echo(f"Went out since, as far as is known: {known:,} notices, {found:,} of them found now.")
    click.echo("Give the provider's reports time to come in, then let mail go on: `intouch resume --all`.")


def named_in(lines: Iterable[str], marks: Marks, now: Instant) -> Iterator[ForgottenSend]:
    """Yield the sends of ours that the lines name, with the first time in the line, or else `now`."""
    for line in lines:
        for send_id in _SEND.findall(line):
            time = _TIME.search(line)
            at = parse_rfc3339(time[0]) if time else now
            if send := flow.forgotten_send(marks, send_id, at, _MARK.findall(line)):
                yield send
