"""An explanation in one sentence, and its instants as people write them."""

from collections.abc import Callable

from service.domain.brakes import DROPPED, SAFETY, STOPPED
from service.domain.calendar import Instant, to_datetime, zone
from service.domain.delivery import Verdict, Word
from service.domain.rules import Rule
from service.staff.explain import Explanation, SlotSeen

_WORDS = {
    Word.GATE: "the gate “{}” does not hold",
    Word.UNTIL: "{} has stopped it for good",
    Word.PAUSED: "the pause “{}” applies",
    Word.BREAK: "the program has a break",
    Word.GAP: "the same rule wrote to them too recently",
    Word.HOURS: "it is outside the hours in which mail goes",
    Word.LIMITED: "they have had as many mails as the limits allow",
    Word.AGAIN: "they had the same message too recently",
    Word.OPTED_OUT: "they do not want {}",
    Word.NO_ADDRESS: "no address is known",
    Word.ADDRESS_BLOCKED: "their address does not take mail",
    Word.NOTHING_NEW: "there is no resource left that they have not had",
    Word.TOO_LATE: "it is too late for it",
    Word.WAITING: "its time has not come",
}
_HELD = {
    SAFETY: "the safety limit holds it until staff release it",
    STOPPED: "staff have stopped it for now",
    DROPPED: "the safety limit held it, and staff decided that it should not go",
}
_ENDED = {
    "program": "the program has ended",
    "left": "somebody has left",
    "mentorship": "the mentorship is not active",
    "paused": "they have paused",
    "rule": "the rule was taken away or changed then",
}


def sentence(told: Explanation, name: Callable[[str], str] = str) -> str:
    """Return what matters most about the rule and the subject, in one sentence; `name` says who a recipient is."""
    rule, subject = told.rule, str(told.subject)
    if not told.exists:
        then = written(told.at, told.zone)
        return f"“{rule.id}” was not among the rules that were active on {then}.{_before(told, name)}"
    if not told.runs:
        return f"“{rule.id}” does not run in {told.program}: it is switched off there, or is for other programs."
    if rule.for_each is not told.subject.kind:
        return f"“{rule.id}” is about each of the {rule.for_each}, so ask about one of those, not about {subject}."
    if not told.known:
        return f"Nothing was known of {subject} in {told.program} by {written(told.at, told.zone)}."
    if not told.slots:
        return f"Nothing has started “{rule.id}” for {subject}: it waits for {starts_with(rule)}."
    return _of_slots(told, name)


def _before(told: Explanation, name: Callable[[str], str]) -> str:
    """Return what the rule did while it was there, as a further sentence."""
    return f" Before that, {_last(told, name)}" if told.slots else ""


def starts_with(rule: Rule) -> str:
    """Return the start that the rule waits for, as in `flag.submitted with priority routine`."""
    fields = [f"{name} {' or '.join(sorted(values))}" for name, values in rule.where.items()]
    reaching = f", {rule.reaches} in all" if rule.reaches else ""
    return rule.starts + (f" with {' and '.join(fields)}" if fields else "") + reaching


def _of_slots(told: Explanation, name: Callable[[str], str]) -> str:
    held = [each for each in told.open if each.went is None]
    if held:
        return _waiting(told, held[0], name)
    if told.coming:
        return _coming(told, told.coming[0], name)
    return _last(told, name)


def _last(told: Explanation, name: Callable[[str], str]) -> str:
    went = [each for each in told.slots if each.went is not None]
    if went and len(went) == len(told.slots):
        return f"“{told.rule.id}” has sent all that it had to send, the last {_when(told, went[-1])}."
    last = next(each for each in reversed(told.slots) if each.went is None)
    why = reason(last.verdict)
    return f"“{told.rule.id}” did not write to {name(last.recipient)} when it was due {_at(told, last.due)}: {why}."


def _waiting(told: Explanation, slot: SlotSeen, name: Callable[[str], str]) -> str:
    if slot.would_have is not None:
        planned = _at(told, slot.would_have)
        return f"“{told.rule.id}” was to write to {name(slot.recipient)} {planned}, and that it went is not recorded."
    until = slot.verdict.until if slot.verdict else None
    then = f"; that changes {_at(told, until)} at the earliest" if until else ""
    closes = _at(told, slot.closes)
    why = reason(slot.verdict)
    return f"“{told.rule.id}” does not write to {name(slot.recipient)} now: {why}{then}. Its time is over {closes}."


def _coming(told: Explanation, slot: SlotSeen, name: Callable[[str], str]) -> str:
    number = f" (message {slot.k + 1} of {told.rule.total})" if told.rule.total > 1 else ""
    due = _at(told, slot.due)
    if slot.foreseen is None:
        return f"“{told.rule.id}” writes to {name(slot.recipient)} next{number} {due}, unless something changes."
    why = reason(slot.foreseen)
    return f"“{told.rule.id}” would be due for {name(slot.recipient)} {due}{number}, but as things stand {why}."


def _when(told: Explanation, slot: SlotSeen) -> str:
    assert slot.went is not None
    return _at(told, slot.went.at)


def _at(told: Explanation, at: Instant) -> str:
    return f"on {written(at, told.zone)}"


def reason(verdict: Verdict | None) -> str:
    """Return the verdict as the end of a sentence."""
    if verdict is None:
        return "nothing stands against it"
    if verdict.word is Word.ENDED:
        return _ENDED.get(verdict.detail, "it has ended")
    if verdict.word is Word.HELD:
        return _HELD.get(verdict.detail, _HELD[SAFETY])
    return _WORDS[verdict.word].format(verdict.detail)


def written(at: Instant, zone_name: str) -> str:
    """Return `Mon 2 Mar 2026 09:00` in the zone."""
    local = to_datetime(at).astimezone(zone(zone_name))
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"
