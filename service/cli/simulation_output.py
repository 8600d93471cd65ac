"""What a simulation sent, as lines for people and for programs."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import click
import orjson

from service.cli.rule_files import counted
from service.domain.calendar import Instant, format_rfc3339, to_datetime, zone
from service.domain.delivery import LedgerKey
from service.staff.verdicts import Unsent
from service.staff.world import Sent, World

Outcome = Sent | Unsent


class _Emails:
    """Numbers emails as they are first told of; notices that share one share its number."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def name(self, email: int) -> str:
        return self._known.setdefault(email, f"e{len(self._known) + 1}")


def json_lines(outcomes: Iterable[Outcome], *, several_programs: bool) -> Iterator[str]:
    """Yield each outcome as one line of JSON, line end included."""
    emails = _Emails()
    for each in outcomes:
        fields = _fields(each, emails)
        if several_programs:
            fields["program"] = each.program
        yield orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE).decode()


def _fields(outcome: Outcome, emails: _Emails) -> dict[str, object]:
    return _sent_fields(outcome, emails) if isinstance(outcome, Sent) else _unsent_fields(outcome)


def _sent_fields(sent: Sent, emails: _Emails) -> dict[str, object]:
    candidate = sent.notice.candidate
    fields = _shared(sent.notice.at, candidate.key, candidate.start_id)
    fields |= {"to": candidate.to, "recipient": candidate.key.recipient}
    fields |= {"message": candidate.message, "kind": str(candidate.kind), "email": emails.name(sent.email)}
    if candidate.key.value:
        fields["value"] = candidate.key.value
    if sent.notice.resource:
        fields["resource"] = sent.notice.resource
    return fields


def _unsent_fields(unsent: Unsent) -> dict[str, object]:
    judged, key, verdict = unsent.judged, unsent.key, unsent.verdict
    assert judged.send is not None
    fields = _shared(unsent.at, key, judged.start.moment.id)
    fields |= {"to": judged.send.to, "recipient": key.recipient}
    fields |= {"message": judged.send.message, "kind": str(judged.rule.kind), "email": None}
    if key.value:
        fields["value"] = key.value
    return fields | {"verdict": str(verdict.word), "detail": verdict.detail}


def _shared(at: Instant, key: LedgerKey, start: str) -> dict[str, object]:
    return {"at": format_rfc3339(at), "rule": key.rule, "start": start, "k": key.k, "subject": key.subject}


@dataclass(slots=True)
class _Totals:
    sent: Counter[str] = field(default_factory=Counter)
    unsent: Counter[str] = field(default_factory=Counter)
    emails: set[int] = field(default_factory=set)
    people: set[tuple[str, str]] = field(default_factory=set)


def table(outcomes: Iterable[Outcome], world: World) -> Iterator[str]:
    """Yield lines for people: what happened day by day, in the program's zone, and what it comes to."""
    totals, emails, day = _Totals(), _Emails(), None
    for each in outcomes:
        zone_name = _zone(world, each.program)
        at = each.notice.at if isinstance(each, Sent) else each.at
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
    key = outcome.notice.candidate.key
    totals.sent[key.rule] += 1
    totals.emails.add(outcome.email)
    totals.people.add((outcome.program, key.recipient))


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
