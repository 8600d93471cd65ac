"""`intouch explain`: why a rule did, did not, or will not write about one subject; and what became of one event."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click
import orjson

from service.cli.explaining_event import EventSeen, event_as_json, event_as_text, find_event, title_of
from service.cli.instants import INSTANT
from service.cli.slot_lines import instant_text, slot_as_json, slot_line
from service.cli.subjects import program_of, read_subject
from service.domain.calendar import Instant, format_rfc3339
from service.domain.events import Event, SubjectKind
from service.flow.active import ActiveRules
from service.flow.event_fate import is_waiting, worlds_of
from service.flow.neighbourhood import (
    Neighbourhood,
    own_and_mentorships,
    read_neighbourhood,
)
from service.flow.ports import Snapshot, SubjectKey
from service.flow.views import program_zone
from service.settings import read_settings
from service.staff.event_told import tell
from service.staff.explain import Explanation, SlotSeen, explain_all
from service.staff.explain import explain as explained
from service.staff.seen import Seen
from service.staff.sentence import sentence, written

if TYPE_CHECKING:
    from service.wiring import Installation


@click.command()
@click.argument("what", metavar="SUBJECT|EVENT")
@click.option("--rule", "rule_id", metavar="ID", help="The rule. Left out: one sentence for each rule.")
@click.option("--program", metavar="P", help="The program; needed where several know the subject or event.")
@click.option("--source", metavar="S", help="Of an event: its source; needed where several have its id.")
@click.option("--at", type=INSTANT, help="As of this instant, past or to come. Left out: now.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(
    what: str, rule_id: str | None, program: str | None, source: str | None, at: Instant | None, form: str
) -> None:
    """Say why a rule did, did not, or will not write about SUBJECT, as in mentorships/m-812; or what became of EVENT,
    by its id."""
    from service.wiring import Installation

    intouch = Installation(read_settings())
    try:
        with intouch.store.reading() as snapshot:
            instant = intouch.clock() if at is None else at
            if rule_id is None and _is_event(snapshot, what, source):
                event = find_event(snapshot, what, source, program)
                _show_event(_event_seen(intouch, snapshot, event, instant), form)
                return
            about = read_subject(what)
            key = SubjectKey(program_of(snapshot, about, program), about)
            found = list(_explanations(_Asked(snapshot, intouch.rules, key, instant), rule_id))
    finally:
        intouch.close()
    _show(found, form, whole=rule_id is not None, is_one=rule_id is not None and found[0].subject == about)


def _is_event(snapshot: Snapshot, what: str, source: str | None) -> bool:
    """Return whether an event is meant: what has the form of a subject is one, and so is what nearly has it, unless
    an event has that id."""
    kind, slash, _ = what.partition("/")
    if source is None and slash and kind in set(SubjectKind):
        return False
    return source is not None or not slash or bool(snapshot.events_called(what))


def _event_seen(intouch: "Installation", snapshot: Snapshot, event: Event, at: Instant) -> EventSeen:
    waiting = is_waiting(snapshot, event)
    worlds = () if waiting else worlds_of(snapshot, intouch.rules, event, at)
    title = title_of(intouch.schemas.catalogue, event)
    # Who waits to be looked at may wait for the first rules, and so for a zone.
    zone = "UTC" if waiting else program_zone(snapshot, intouch.rules.of(snapshot).rule_set, event.program)
    return EventSeen(event=event, title=title, told=tell(worlds), is_waiting=waiting, zone=zone)


def _show_event(seen: EventSeen, form: str) -> None:
    if form == "json":
        click.echo(orjson.dumps(event_as_json(seen), option=orjson.OPT_INDENT_2))
    else:
        click.echo("\n".join(event_as_text(seen)))


def _show(found: list[Explanation], form: str, *, whole: bool, is_one: bool) -> None:
    if form == "json":
        one = [_as_json(each) for each in found]
        click.echo(orjson.dumps(one[0] if is_one else one, option=orjson.OPT_INDENT_2))
    elif whole:
        click.echo("\n\n".join("\n".join(_as_text(each)) for each in found))
    else:
        click.echo("\n".join(sentence(each) for each in found))


@dataclass(frozen=True, slots=True)
class _Asked:
    """About whom, and as of when."""

    snapshot: Snapshot
    rules: ActiveRules[object]
    key: SubjectKey
    at: Instant

    def near(self, key: SubjectKey) -> Neighbourhood:
        return read_neighbourhood(self.snapshot, self.rules, key, self.at)

    def of_mentorships(self) -> Iterator[Neighbourhood]:
        """Yield each mentorship of the participant that is asked about; of another subject none."""
        yield from map(self.near, own_and_mentorships(self.snapshot, self.key)[1:])

    def theirs(self, told: Explanation) -> Explanation:
        return told.for_recipient(self.key.subject.id)


def _explanations(asked: _Asked, rule_id: str | None) -> Iterator[Explanation]:
    """Yield what there is to say of the rule, or of each; of a participant, also by the rules about mentorships."""
    near = asked.near(asked.key)
    if rule_id is None:
        yield from explain_all(near)
        yield from (asked.theirs(each) for other in asked.of_mentorships() for each in explain_all(other))
        return
    own = explained(near, _known_rule(near, rule_id))
    others = asked.of_mentorships() if own.rule.for_each is SubjectKind.MENTORSHIP else iter(())
    theirs = [asked.theirs(explained(other, rule_id)) for other in others]
    yield from theirs or [own]


def _known_rule(near: Neighbourhood, rule_id: str) -> str:
    """Return the id of a rule that there was by then. Raises: click.ClickException."""
    ids = list(dict.fromkeys(rule.id for each in reversed(near.activations) for rule in each.rule_set.rules))
    if rule_id in ids:
        return rule_id
    near_ids = get_close_matches(rule_id, ids, 1) or [each for each in ids if rule_id in each]
    hint = f"Did you mean {near_ids[0]}?" if near_ids else f"There are: {', '.join(ids)}."
    raise click.ClickException(f'There is no rule "{rule_id}" among the active ones. {hint}')


def _as_text(told: Explanation) -> Iterator[str]:
    yield sentence(told)
    yield f"\n{told.rule.title or told.rule.id}, {told.subject} in {told.program}"
    yield f"As of {written(told.at, told.zone)} ({told.zone})"
    yield f"By rule set {told.rule_set[:12]}, active since {written(told.active_since, told.zone)}"
    if told.gates:
        yield "\nWhat it asks"
        yield from (_gate_line(each, told.zone) for each in told.gates)
    for heading, slots in (("Its messages so far", _so_far(told)), ("To come, if nothing changes", told.coming)):
        if slots:
            yield f"\n{heading}"
            yield from (slot_line(each, told) for each in slots)
    following = "only an event can change anything" if told.next_at is None else written(told.next_at, told.zone)
    yield f"\nNext change without an event: {following}"


def _so_far(told: Explanation) -> tuple[SlotSeen, ...]:
    return tuple(each for each in told.slots if each.due <= told.at)


def _gate_line(seen: Seen, zone_name: str) -> str:
    value = " ".join(filter(None, (seen.value, written(seen.at, zone_name) if seen.at is not None else "")))
    whom = f" for {seen.recipient}" if seen.recipient else ""
    return f"  {'yes' if seen.holds else 'NO ':<3}  {seen.asks}{whom}" + (f"   (seen: {value})" if value else "")


def _as_json(told: Explanation) -> dict[str, object]:
    """Return the explanation as plain JSON values."""
    return {
        "sentence": sentence(told),
        "subject": str(told.subject),
        "program": told.program,
        "rule": told.rule.id,
        "at": format_rfc3339(told.at),
        "rule_set": told.rule_set,
        "rule_set_since": format_rfc3339(told.active_since),
        "gates": [_gate_as_json(each) for each in told.gates],
        "slots": [slot_as_json(each) for each in told.slots],
        "next": instant_text(told.next_at),
    }


def _gate_as_json(seen: Seen) -> dict[str, object]:
    return {
        "asks": seen.asks,
        "holds": seen.holds,
        "seen": seen.value,
        "seen_at": instant_text(seen.at),
        "recipient": seen.recipient,
    }
