"""`intouch explain`: why a rule did, did not, or will not write about one subject."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

import click
import orjson

from service.cli.instants import INSTANT
from service.cli.subjects import program_of, read_subject
from service.domain.calendar import Instant, format_rfc3339
from service.domain.events import SubjectKind
from service.flow.active import ActiveRules
from service.flow.neighbourhood import (
    Neighbourhood,
    own_and_mentorships,
    read_neighbourhood,
)
from service.flow.ports import Snapshot, SubjectKey
from service.settings import read_settings
from service.staff.explain import Explanation, SlotSeen, explain_all
from service.staff.explain import explain as explained
from service.staff.seen import Seen
from service.staff.sentence import reason, sentence, written


@click.command()
@click.argument("subject")
@click.option("--rule", "rule_id", metavar="ID", help="The rule. Left out: one sentence for each rule.")
@click.option("--program", metavar="P", help="The program; needed where several know the subject.")
@click.option("--at", type=INSTANT, help="As of this instant, past or to come. Left out: now.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(subject: str, rule_id: str | None, program: str | None, at: Instant | None, form: str) -> None:
    """Say why a rule did, did not, or will not write about SUBJECT, as in mentorships/m-812."""
    from service.wiring import Installation

    about = read_subject(subject)
    intouch = Installation(read_settings())
    try:
        with intouch.store.reading() as snapshot:
            key = SubjectKey(program_of(snapshot, about, program), about)
            instant = intouch.clock() if at is None else at
            found = list(_explanations(_Asked(snapshot, intouch.rules, key, instant), rule_id))
    finally:
        intouch.close()
    if form == "json":
        one = [_as_json(each) for each in found]
        is_one = rule_id is not None and found[0].subject == about
        click.echo(orjson.dumps(one[0] if is_one else one, option=orjson.OPT_INDENT_2))
    elif rule_id:
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
    number = f"{slot.k + 1} of {slot.total}"
    value = f" [{slot.key.value}]" if slot.key.value else ""
    fate = _fate(slot, told) + _by(slot, told)
    return f"  {written(slot.due, told.zone)}  {number:<8} to {slot.recipient}{value}: {fate}"


def _by(slot: SlotSeen, told: Explanation) -> str:
    """Return which rule set decided, where that is not the one that is active."""
    return f" (by rule set {slot.rule_set[:12]})" if slot.rule_set not in ("", told.rule_set) else ""


def _fate(slot: SlotSeen, told: Explanation) -> str:
    if slot.went is not None:
        return f"{slot.went.state} {written(slot.went.at, told.zone)} in email {slot.went.email}"
    if slot.due > told.at:
        return "goes" if slot.foreseen is None else f"{slot.foreseen.word}, {reason(slot.foreseen)}"
    verdict = slot.verdict
    late = f" (by the rules it would have gone {written(slot.would_have, told.zone)})" if slot.would_have else ""
    open_until = f"; open until {written(slot.closes, told.zone)}" if slot.closes > told.at else ""
    return f"{verdict.word if verdict else 'waiting'}, {reason(verdict)}{late}{open_until}"


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
        "rule_set": slot.rule_set or None,
        "start": slot.start.id,
        "due": _instant(slot.due),
        "closes": _instant(slot.closes),
        "recipient": slot.recipient,
        **({"value": slot.key.value} if slot.key.value else {}),
        "sent_at": _instant(went.at) if went else None,
        "email": went.email if went else None,
        "state": went.state if went else None,
        "verdict": str(verdict.word) if verdict and not went else None,
        "detail": verdict.detail if verdict and not went else "",
        "until": _instant(verdict.until) if verdict and not went else None,
    }


def _instant(at: Instant | None) -> str | None:
    return None if at is None else format_rfc3339(at)
