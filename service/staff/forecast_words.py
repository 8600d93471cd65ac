"""A forecast in words: one sentence, then message by message; and as fields for programs."""

from collections.abc import Iterator

from service.domain.calendar import DAY, format_rfc3339
from service.staff.forecast import Forecast, Foreseen
from service.staff.sentence import reason, written


def forecast_sentence(told: Forecast) -> str:
    """Return what matters most of a forecast."""
    days = round((told.until - told.now) / DAY)
    span = f"in the next {days} days" if days != 1 else "in the next day"
    about = f"{told.subject} in {told.program}"
    if not told.known:
        return f"Nothing is known of {about}, so nothing will go."
    if not told.coming:
        return f"If nothing happens, nobody gets anything about {about} {span}."
    first, number = told.coming[0], len(told.coming)
    messages = "1 message goes" if number == 1 else f"{number} messages go"
    return (
        f"If nothing happens, {messages} about {about} {span}, "
        f"the first to {first.recipient} on {_at(first)}: {first.rule.title or first.rule.id}."
    )


def forecast_lines(told: Forecast) -> Iterator[str]:
    """Yield the forecast for people; every instant is in its recipient's zone."""
    yield forecast_sentence(told)
    yield f"\nAs of {written(told.now, told.zone)} ({told.zone})"
    for heading, found in (("What goes", told.coming), ("What will not go, as things stand", told.silent)):
        if found:
            yield f"\n{heading}"
            for before, each in zip((None, *found), found, strict=False):
                yield from _lines(each, told, before)


def _lines(each: Foreseen, told: Forecast, before: Foreseen | None) -> Iterator[str]:
    number = f", {each.key.k + 1} of {each.rule.total}" if each.rule.total > 1 else ""
    value = f" [{each.key.value}]" if each.key.value else ""
    about = "" if each.subject == told.subject else f" about {each.subject}"
    said = f"to {each.recipient}{about}{value}: {each.rule.title or each.rule.id} ({each.rule.id}{number})"
    if each.verdict is not None:
        yield f"  due {written(each.due, each.zone)}  {said}"
        yield f"      {reason(each.verdict)}"
        return
    zone = "" if each.zone == told.zone else f" ({each.zone})"
    yield f"  {_at(each)}{zone}  {said}"
    if before is not None and each.stops == before.stops:
        yield "      unless any of the above"
    elif each.stops:
        yield f"      unless {'; '.join(stop.clause for stop in each.stops)}"


def _at(each: Foreseen) -> str:
    return written(each.at, each.zone)


def forecast_fields(told: Forecast) -> dict[str, object]:
    """Return the forecast as what JSON can hold; instants are UTC, `zone` is each recipient's."""
    return {
        "sentence": forecast_sentence(told),
        "subject": str(told.subject),
        "program": told.program,
        "at": format_rfc3339(told.now),
        "until": format_rfc3339(told.until),
        "coming": [_fields(each) for each in told.coming],
        "silent": [_fields(each) for each in told.silent],
    }


def _fields(each: Foreseen) -> dict[str, object]:
    verdict = each.verdict
    return {
        "at": format_rfc3339(each.at) if verdict is None else None,
        "zone": each.zone,
        "rule": each.rule.id,
        "k": each.key.k,
        "subject": str(each.subject),
        "to": each.to,
        "recipient": each.recipient,
        **({"value": each.key.value} if each.key.value else {}),
        "message": each.message,
        "due": format_rfc3339(each.due),
        "closes": format_rfc3339(each.closes),
        "email": f"e{each.email}" if verdict is None else None,
        "verdict": str(verdict.word) if verdict else None,
        "detail": verdict.detail if verdict else "",
        "stops": [{"by": str(stop.stops), "about": stop.about, "clause": stop.clause} for stop in each.stops],
    }
