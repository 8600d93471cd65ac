"""`intouch explain`: why a rule did, did not, or will not write about one subject."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click
import orjson

from service.cli.instants import INSTANT
from service.domain.calendar import Instant, format_rfc3339
from service.domain.events import Subject, SubjectKind
from service.domain.rules import RuleSet
from service.flow.neighbourhood import nearest_subject, programs_with, read_neighbourhood
from service.flow.ports import Snapshot, SubjectKey
from service.settings import read_settings
from service.staff.explain import Explanation, SlotSeen
from service.staff.explain import explain as explained
from service.staff.seen import Seen
from service.staff.sentence import reason, sentence, written

if TYPE_CHECKING:
    from service.wiring import Installation


@click.command()
@click.argument("subject")
@click.option("--rule", "rule_id", metavar="ID", help="The rule. Left out: one sentence for each rule.")
@click.option("--program", metavar="P", help="The program; needed where several know the subject.")
@click.option("--at", type=INSTANT, help="As of this instant, past or to come. Left out: now.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(subject: str, rule_id: str | None, program: str | None, at: Instant | None, form: str) -> None:
    """Say why a rule did, did not, or will not write about SUBJECT, as in mentorships/m-812."""
    from service.wiring import Installation

    about = _subject(subject)
    intouch = Installation(read_settings())
    try:
        with intouch.store.reading() as snapshot:
            instant = intouch.clock() if at is None else at
            found = list(_explanations(intouch, snapshot, about, program, rule_id, instant))
    finally:
        intouch.close()
    if form == "json":
        one = [_as_json(each) for each in found]
        click.echo(orjson.dumps(one[0] if rule_id else one, option=orjson.OPT_INDENT_2))
    elif rule_id:
        click.echo("\n".join(_as_text(found[0])))
    else:
        click.echo("\n".join(sentence(each) for each in found))


def explain_from(snapshot: Snapshot, rule_set: RuleSet, key: SubjectKey, rule_id: str, at: Instant) -> Explanation:
    """Return the explanation of a rule for a subject as of `at`. Raises: KeyError when there is no such rule."""
    near = read_neighbourhood(snapshot, key, at)
    return explained(rule_set, key.program, key.subject, rule_id, near.events, near.went, at)


def _explanations(
    intouch: "Installation", snapshot: Snapshot, subject: Subject, program: str | None, rule_id: str | None, at: Instant
) -> Iterator[Explanation]:
    rule_set = intouch.rules.of(snapshot).rule_set
    key = SubjectKey(_program(snapshot, subject, program), subject)
    if rule_id is not None:
        yield explain_from(snapshot, rule_set, key, _rule(rule_set, rule_id), at)
        return
    for rule in rule_set.rules_of(key.program):
        if rule.for_each is subject.kind:
            yield explain_from(snapshot, rule_set, key, rule.id, at)


def _subject(text: str) -> Subject:
    try:
        return Subject.parse(text)
    except ValueError as error:
        word = text.partition("/")[0]
        near = get_close_matches(word, list(SubjectKind), 1)
        hint = f" Did you mean {near[0]}/{text.partition('/')[2] or 'ID'}?" if near and near[0] != word else ""
        raise click.ClickException(
            f'"{text}" is no subject. Write mentorships/ID, participants/ID or programs/ID.{hint}'
        ) from error


def _program(snapshot: Snapshot, subject: Subject, named: str | None) -> str:
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


def _rule(rule_set: RuleSet, rule_id: str) -> str:
    ids = [rule.id for rule in rule_set.rules]
    if rule_id in ids:
        return rule_id
    near = get_close_matches(rule_id, ids, 1) or [each for each in ids if rule_id in each]
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(ids)}."
    raise click.ClickException(f'There is no rule "{rule_id}" among the active ones. {hint}')


def _as_text(told: Explanation) -> Iterator[str]:
    yield sentence(told)
    yield f"\n{told.rule.title or told.rule.id}, {told.subject} in {told.program}"
    yield f"As of {written(told.at, told.zone)} ({told.zone})"
    if told.gates:
        yield "\nWhat it asks"
        yield from (_gate_line(each, told.zone) for each in told.gates)
    for heading, slots in (("Its messages so far", _so_far(told)), ("To come, if nothing changes", told.coming)):
        if slots:
            yield f"\n{heading}"
            yield from (_slot_line(each, told) for each in slots)
    following = "only an event can change anything" if told.next_at is None else written(told.next_at, told.zone)
    yield f"\nNext change without an event: {following}"


def _so_far(told: Explanation) -> tuple[SlotSeen, ...]:
    return tuple(each for each in told.slots if each.due <= told.at)


def _gate_line(seen: Seen, zone_name: str) -> str:
    value = " ".join(filter(None, (seen.value, written(seen.at, zone_name) if seen.at is not None else "")))
    whom = f" for {seen.recipient}" if seen.recipient else ""
    return f"  {'yes' if seen.holds else 'NO ':<3}  {seen.asks}{whom}" + (f"   (seen: {value})" if value else "")


def _slot_line(slot: SlotSeen, told: Explanation) -> str:
    number = f"{slot.k + 1} of {told.rule.total}"
    value = f" [{slot.value}]" if slot.value else ""
    return f"  {written(slot.due, told.zone)}  {number:<8} to {slot.recipient}{value}: {_fate(slot, told)}"


def _fate(slot: SlotSeen, told: Explanation) -> str:
    if slot.went is not None:
        return f"{slot.went.state} {written(slot.went.at, told.zone)} in email {slot.went.email}"
    if slot.due > told.at:
        return "goes" if slot.foreseen is None else f"{slot.foreseen.word}, {reason(slot.foreseen)}"
    verdict = slot.verdict
    late = f" (by today's rules it would have gone {written(slot.would_have, told.zone)})" if slot.would_have else ""
    open_until = f"; open until {written(slot.closes, told.zone)}" if slot.closes > told.at else ""
    return f"{verdict.word if verdict else 'waiting'}, {reason(verdict)}{late}{open_until}"


def _as_json(told: Explanation) -> dict[str, object]:
    return {
        "sentence": sentence(told),
        "subject": str(told.subject),
        "program": told.program,
        "rule": told.rule.id,
        "at": format_rfc3339(told.at),
        "gates": [_gate_as_json(each) for each in told.gates],
        "slots": [_slot_as_json(each) for each in told.slots],
        "next": _instant(told.next_at),
    }


def _gate_as_json(seen: Seen) -> dict[str, object]:
    return {
        "asks": seen.asks,
        "holds": seen.holds,
        "seen": seen.value,
        "seen_at": _instant(seen.at),
        "recipient": seen.recipient,
    }


def _slot_as_json(slot: SlotSeen) -> dict[str, object]:
    went, verdict = slot.went, slot.foreseen or slot.verdict
    return {
        "k": slot.k,
        "start": slot.start.id,
        "due": _instant(slot.due),
        "closes": _instant(slot.closes),
        "recipient": slot.recipient,
        **({"value": slot.value} if slot.value else {}),
        "sent_at": _instant(went.at) if went else None,
        "email": went.email if went else None,
        "state": went.state if went else None,
        "verdict": str(verdict.word) if verdict and not went else None,
        "detail": verdict.detail if verdict and not went else "",
        "until": _instant(verdict.until) if verdict and not went else None,
    }


def _instant(at: Instant | None) -> str | None:
    return None if at is None else format_rfc3339(at)
