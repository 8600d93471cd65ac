"""`intouch forecast`: what each person will get if nothing happens, and what would stop it."""

import click
import orjson

from service.cli.rule_files import format_option
from service.cli.subjects import program_of, read_subject
from service.domain.calendar import DAY
from service.domain.events import SubjectKind
from service.flow.ports import SubjectKey
from service.flow.present import present_near
from service.settings import read_settings
from service.staff.forecast import forecast as foreseen
from service.staff.forecast_words import forecast_fields, forecast_lines


@click.command()
@click.argument("subject")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How far ahead to look.")
@click.option("--program", metavar="P", help="The program; needed where several know the subject.")
@format_option
def forecast(subject: str, days: int, program: str | None, form: str) -> None:
    """Say what each person will get about SUBJECT (mentorships/ID or participants/ID), and what would stop it.

    It is what the rules that run will send if nothing more happens. Nothing is sent and nothing is stored.
    """
    from service.wiring import Installation

    about = read_subject(subject)
    if about.kind is SubjectKind.PROGRAM:
        raise click.ClickException("A forecast is about one mentorships/ID or participants/ID, not a whole program.")
    intouch = Installation(read_settings())
    try:
        with intouch.store.reading() as snapshot:
            key, now = SubjectKey(program_of(snapshot, about, program), about), intouch.clock()
            rule_set = intouch.rules.of(snapshot).rule_set
            present = present_near(snapshot, rule_set, key, now)
    finally:
        intouch.close()
    told = foreseen(rule_set, present, about, now, now + days * DAY)
    if form == "json":
        click.echo(orjson.dumps(forecast_fields(told), option=orjson.OPT_INDENT_2))
    else:
        click.echo("\n".join(forecast_lines(told)))
