"""Subjects as people name them on the command line, and the program in which the store knows them."""

from difflib import get_close_matches

import click

from service.domain.events import Subject, SubjectKind
from service.flow.neighbourhood import nearest_subject, programs_with
from service.flow.ports import Snapshot


def read_subject(text: str) -> Subject:
    """Return the subject that `mentorships/m-812` names. Ends the command when it is none."""
    try:
        return Subject.parse(text)
    except ValueError as error:
        word = text.partition("/")[0]
        near = get_close_matches(word, list(SubjectKind), 1)
        hint = f" Did you mean {near[0]}/{text.partition('/')[2] or 'ID'}?" if near and near[0] != word else ""
        raise click.ClickException(
            f'"{text}" is no subject. Write mentorships/ID, participants/ID or programs/ID.{hint}'
        ) from error


def program_of(snapshot: Snapshot, subject: Subject, named: str | None) -> str:
    """Return the one program that knows the subject, or the one that was named. Ends the command when there is none."""
    programs = snapshot.programs()
    if named is not None and named not in programs:
        near = get_close_matches(named, programs, 1)
        hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(programs) or 'none yet'}."
        raise click.ClickException(f'There are no events of a program "{named}". {hint}')
    known = [each for each in programs_with(snapshot, subject) if named in (None, each)]
    if len(known) == 1:
        return known[0]
    if known:
        raise click.ClickException(f"{subject} is known in {', '.join(known)}. Say which with --program.")
    near_subject = nearest_subject(snapshot, subject, [named] if named else programs)
    hint = f"Did you mean {near_subject}?" if near_subject else "Look at the spelling, or whether its events came in."
    raise click.ClickException(f"No event about {subject} has come in. {hint}")
