"""`intouch bounces`: mail that came back over SMTP, from a folder or a pipe."""

from collections import Counter

import click

from service.adapters.mail.returned_box import PIPE, Box
from service.cli.brake_options import opened
from service.cli.counting import counted
from service.domain.errors import IntouchError
from service.flow.returned import Use

_TRY_AGAIN = 75
"""By which a mail server knows that it is to bring the message again. Source: sysexits.h, EX_TEMPFAIL."""


@click.command()
@click.argument("place", default=PIPE)
def bounces(place: str) -> int:
    """Take in what mail servers report of mail that came back, from PLACE: a Maildir, an mbox file, or - for a pipe.

    An address that takes no mail is blocked from then on. Reports count only for mail that was sent from here, and
    each of them once, however often it is read. On a pipe it takes one message; it ends with 75 when that is to be
    brought again later.
    """
    box = Box(place)
    uses: Counter[Use] = Counter()
    read = Counter[str]()
    with opened() as intouch:
        for message in box.messages():
            read["unreadable" if message.said is None else "report" if message.said else "other"] += 1
            if not message.said:
                continue
            try:
                uses += intouch.take_in_returned(message.said)
            except IntouchError as error:
                if place != PIPE:
                    raise
                click.echo(f"Error: {error}", err=True)
                return _TRY_AGAIN
            box.mark_read(message.key)
    click.echo(_told(read, uses))
    return 0


def _told(read: Counter[str], uses: Counter[Use]) -> str:
    left = f"{counted(read['other'], 'other message')}, {read['unreadable']:,} that cannot be read."
    return (
        f"{counted(read['report'], 'report')}: {uses[Use.NEW]:,} new, {uses[Use.REPEATED]:,} known before, "
        f"{uses[Use.UNKNOWN]:,} about mail that was not sent from here, {uses[Use.PAST]:,} too old. {left}"
    )
