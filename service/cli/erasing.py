"""`intouch erase`: a participant is forgotten, and gets no mail again."""

import click

from service.cli.brake_options import by_option, opened
from service.cli.counting import counted
from service.domain.events import Subject, SubjectKind
from service.flow.erase import Erased
from service.flow.ports import RecipientKey, SubjectKey


@click.command()
@click.argument("participant")
@click.option("--program", metavar="P", required=True, help="The program they belong to.")
@by_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(participant: str, program: str, by: str, yes: bool) -> None:
    """Erase PARTICIPANT, an id as in your events: names, addresses, groups, and the texts of mail to and about them.

    What went out stays known by ids, so that nothing goes out twice. It cannot be taken back; given again, it looks
    again.
    """
    key = RecipientKey(program, participant)
    with opened() as intouch:
        with intouch.store.reading() as snapshot:
            known = snapshot.subject(SubjectKey(program, Subject(SubjectKind.PARTICIPANT, participant)))
        if known is None:
            raise click.ClickException(f"The program “{program}” has no events about a participant “{participant}”.")
        if not yes:
            click.confirm(f"Erase {participant} of {program}? It cannot be taken back.", abort=True)
        erased = intouch.eraser.erase(key, by)
    _tell(erased)


def _tell(erased: Erased) -> None:
    before = "Erased" if erased.first else "Erased before; looked again"
    click.echo(f"{before}: {counted(erased.events, 'event')} and {counted(erased.bodies, 'email')} were emptied.")
    if erased.on_their_way:
        what = counted(erased.on_their_way, "email")
        click.echo(f"{what} to or about them may be on its way right now. Give this command again in five minutes.")
    if not erased.traceless:
        click.echo("Somebody reads the files right now, so their log may hold old pages. Give this command again soon.")
