"""What a simulation sent, as lines for people and for programs."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import click
import orjson

from service.cli.counting import counted
from service.domain.calendar import format_rfc3339, to_datetime, zone
from service.staff.rows import Row
from service.staff.verdicts import Unsent
from service.staff.world import World

Outcome = tuple[int, Row] | Unsent
"""A message with the number of its origin, or a slot that closed without one."""


class _Emails:
    """Names emails as they are first told of; notices that share one share its name."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], str] = {}

    def name(self, origin: int, email: int) -> str:
        return self._known.setdefault((origin, email), f"e{len(self._known) + 1}")


def json_lines(outcomes: Iterable[Outcome], programs: Collection[str]) -> Iterator[bytes]:
    """Yield each outcome as one line of JSON, line end included; it names its program where there are several."""
    emails = _Emails()
    for each in outcomes:
        fields = _fields(each, emails)
        fields.pop("resource", None)  # for the table only: others' scripts rely on these fields and no more
        if len(programs) > 1:
            fields["program"] = _program(each)
        yield orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)


def _program(outcome: Outcome) -> str:
    return outcome.program if isinstance(outcome, Unsent) else outcome[1].program


def _fields(outcome: Outcome, emails: _Emails) -> dict[str, object]:
    return _unsent_fields(outcome) if isinstance(outcome, Unsent) else _sent_fields(*outcome, emails)


def _sent_fields(origin: int, row: Row, emails: _Emails) -> dict[str, object]:
    fields: dict[str, object] = {
        "at": format_rfc3339(row.at),
        "rule": row.rule,
        "start": row.start,
        "k": row.k,
        "subject": row.subject,
        "to": row.to,
        "recipient": row.recipient,
        "message": row.message,
        "kind": row.kind,
        "email": emails.name(origin, row.email),
    }
    if row.value:
        fields["value"] = row.value
    if row.resource:
        fields["resource"] = row.resource
    return fields


def _unsent_fields(unsent: Unsent) -> dict[str, object]:
    judged, key, verdict = unsent.judged, unsent.key, unsent.verdict
    assert judged.send is not None
    fields: dict[str, object] = {
        "at": format_rfc3339(unsent.at),
        "rule": key.rule,
        "start": judged.start.moment.id,
        "k": key.k,
        "subject": key.subject,
        "to": judged.send.to,
        "recipient": key.recipient,
        "message": judged.send.message,
        "kind": str(judged.rule.kind),
        "email": None,
    }
    if key.value:
        fields["value"] = key.value
    return fields | {"verdict": str(verdict.word), "detail": verdict.detail}


@dataclass(slots=True)
class _Totals:
    sent: Counter[str] = field(default_factory=Counter)
    unsent: Counter[str] = field(default_factory=Counter)
    emails: set[tuple[int, int]] = field(default_factory=set)
    people: set[tuple[str, str]] = field(default_factory=set)


def table(outcomes: Iterable[Outcome], world: World) -> Iterator[str]:
    """Yield lines for people: what happened day by day, in the program's zone, and what it comes to."""
    totals, emails, day = _Totals(), _Emails(), None
    for each in outcomes:
        zone_name = _zone(world, _program(each))
        at = each.at if isinstance(each, Unsent) else each[1].at
        local = to_datetime(at).astimezone(zone(zone_name))
        if (local.date(), zone_name) != day:
            day = local.date(), zone_name
            yield f"\n{click.style(_written(local.date()), bold=True)} ({zone_name})"
        yield f"  {local:%H:%M}  {_row(each, emails)}"
        _count(totals, each)
    yield from _summary(totals)


def _zone(world: World, program: str) -> str:
    known = world.programs[program]
    return known.book.zone(known.facts)


def _row(outcome: Outcome, emails: _Emails) -> str:
    fields = _fields(outcome, emails)
    to, recipient = str(fields["to"]), str(fields["recipient"])
    whom = to if to == recipient else f"{to} {recipient}"
    value = f" [{fields['value']}]" if fields.get("value") else ""
    carrying = f" with {fields['resource']}" if fields.get("resource") else ""
    said = f"{fields['message']}{carrying}{value} ({fields['email']})"
    if isinstance(outcome, Unsent):
        detail = f": {outcome.verdict.detail}" if outcome.verdict.detail else ""
        said = f"not sent, {outcome.verdict.word}{detail}{value}"
    return f"{fields['rule']!s:<32} {fields['subject']!s:<20} {whom:<26} {said}"


def _count(totals: _Totals, outcome: Outcome) -> None:
    if isinstance(outcome, Unsent):
        totals.unsent[str(outcome.verdict.word)] += 1
        return
    origin, row = outcome
    totals.sent[row.rule] += 1
    totals.emails.add((origin, row.email))
    totals.people.add((row.program, row.recipient))


def _summary(totals: _Totals) -> Iterator[str]:
    messages = counted(totals.sent.total(), "message")
    people = counted(len(totals.people), "recipient")
    yield f"\n{messages} in {counted(len(totals.emails), 'email')} to {people}."
    for rule, number in totals.sent.most_common():
        yield f"  {number:>7,}  {rule}"
    if totals.unsent:
        yield f"{counted(totals.unsent.total(), 'slot')} closed without a message:"
        for word, number in totals.unsent.most_common():
            yield f"  {number:>7,}  {word}"


def _written(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
