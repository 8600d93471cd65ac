"""One message as `intouch explain` shows it: a line of text, or plain JSON values."""

from service.domain.calendar import Instant, format_rfc3339
from service.staff.explain import Explanation, SlotSeen
from service.staff.sentence import reason, written


def slot_line(slot: SlotSeen, told: Explanation) -> str:
    """Return when it was due, to whom, and what became of it."""
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


def slot_as_json(slot: SlotSeen) -> dict[str, object]:
    """Return the same as plain JSON values."""
    went, verdict = slot.went, slot.foreseen or slot.verdict
    return {
        "k": slot.k,
        "rule_set": slot.rule_set or None,
        "start": slot.start.id,
        "due": instant_text(slot.due),
        "closes": instant_text(slot.closes),
        "recipient": slot.recipient,
        **({"value": slot.key.value} if slot.key.value else {}),
        "sent_at": instant_text(went.at) if went else None,
        "email": went.email if went else None,
        "state": went.state if went else None,
        "verdict": str(verdict.word) if verdict and not went else None,
        "detail": verdict.detail if verdict and not went else "",
        "until": instant_text(verdict.until) if verdict and not went else None,
    }


def instant_text(at: Instant | None) -> str | None:
    """Return the instant as RFC 3339 has it; None for none."""
    return None if at is None else format_rfc3339(at)
