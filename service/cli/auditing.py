"""`intouch audit`: who saw whom and did what, as the store knows it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click
import orjson

from service.cli.brake_options import opened
from service.domain.calendar import format_rfc3339
from service.flow.ports import Action, AuditRow

if TYPE_CHECKING:
    from service.flow.ports import Snapshot

_AT_ONCE: Final = 1_000


@click.command()
@click.option("--program", metavar="P", help="Only what concerns this program.")
@click.option("--who", metavar="W", help="Only what this person did.")
@click.option("--about", metavar="ID", help="Only what is about this, as in mentorships/m-812.")
@click.option("--action", type=click.Choice([each.value for each in Action]), metavar="A", help="Only of this sort.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="How many lines.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def audit(program: str | None, who: str | None, about: str | None, action: str | None, limit: int, form: str) -> None:
    """Tell who saw whom and did what, the newest first. It holds ids, and nobody's name or address."""
    with opened() as intouch, intouch.store.reading() as snapshot:
        left = limit
        for row in _rows(snapshot, program):
            if who in (None, row.who) and about in (None, row.about) and action in (None, row.action.value):
                click.echo(orjson.dumps(_as_json(row)) if form == "json" else _in_words(row))
                left -= 1
            if not left:
                break


def _rows(snapshot: "Snapshot", program: str | None) -> Iterator[AuditRow]:
    """Yield everything, page by page, the newest first."""
    before = 2**62
    while found := snapshot.audit_page(None if program is None else [program], before, _AT_ONCE):
        yield from (row for _, row in found)
        before = found[-1][0]


def _in_words(row: AuditRow) -> str:
    where = f" in {row.program}" if row.program else ""
    more = f"  {orjson.dumps(dict(row.detail)).decode()}" if row.detail else ""
    return f"{format_rfc3339(row.at)}  {row.who}  {row.action}  {row.about}{where}{more}"


def _as_json(row: AuditRow) -> dict[str, object]:
    return {
        "at": format_rfc3339(row.at),
        "who": row.who,
        "action": row.action.value,
        "about": row.about,
        "program": row.program,
        "detail": dict(row.detail),
    }
