"""The schema of rules files."""

from service.adapters.rulebook.accepts import MAY_BE_ACCEPTED
from service.adapters.rulebook.editor.by_event import by_event_name, conditions, gates
from service.adapters.rulebook.editor.explained import Schema, explained
from service.adapters.rulebook.editor.named import Names
from service.adapters.rulebook.editor.rule_words import DELIVERY, FILE, INNER, PAUSE, RULE
from service.adapters.rulebook.editor.shapes import (
    CLOCK,
    DAY,
    DURATION,
    NAME,
    TEXT,
    TRUTH,
    document,
    list_of,
    one_of,
    ref,
    table,
    whole,
    worded,
)
from service.domain.rules import Actor, Kind, OnUnknown, StartsFrom

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def rules_schema(names: Names) -> Schema:
    """Return the schema of a rules file: its rules, delivery and pauses."""
    shapes = {"rules": list_of(ref("rule")), "delivery": _delivery(), "pauses": list_of(_pause(names))}
    body = {**table(worded(shapes, FILE)), "description": "Rules of Intouch: who should hear what, and when."}
    return document("Rules of Intouch", body, definitions(names))


def definitions(names: Names) -> dict[str, Schema]:
    """Return what rules are made of, for overrides too."""
    words = worded(rule_shapes(names), RULE)
    return {
        "rule": {**table(words, ("id", "kind", "starts")), "allOf": conditions(names.catalogue)},
        "sends": list_of(_send(names)),
    }


def rule_shapes(names: Names) -> dict[str, Schema]:
    """Return word → its shape, for all words of a rule."""
    groups = list_of({"type": "string", "examples": list(names.groups)})
    return {
        "id": NAME,
        "title": TEXT,
        "why": TEXT,
        "kind": one_of(Kind),
        "for_each": one_of(("mentorship", "participant", "program")),
        "enabled": TRUTH,
        "programs": list_of({"type": "string", "examples": list(names.programs)}),
        "only_for": table(worded(dict.fromkeys(("mentor", "mentee", "either"), groups), INNER)),
        "starts": one_of(names.starts),
        "from": one_of(StartsFrom),
        "where": {"type": "object"},
        "reaches": whole(1, 100_000),
        "wait": DURATION,
        "before": DURATION,
        "repeat": table(worded({"every": DURATION, "total": whole(1, 60)}, INNER), ("every", "total")),
        "only_while": gates(names.catalogue),
        "until": _until(names),
        "count": by_event_name(names.catalogue, _bounds(), "How many there must be.", "{ at_least: 1 }"),
        "none_in_last": by_event_name(names.catalogue, DURATION, "None within this time.", "5 days"),
        "send_within": DURATION,
        "send": ref("sends"),
        "send_depending_on": {"type": "string"},
        "cases": {"type": "object"},
        "formerly": list_of(NAME),
        "accept": _accept(names),
    }


def _until(names: Names) -> Schema:
    shapes = {"event": one_of(names.catalogue.types), "by": one_of(Actor), "same": TEXT}
    part = table(worded(shapes, INNER), ("event",))
    return {**part, "type": ["array", "object"], "items": part}


def _bounds() -> Schema:
    return table(worded({"at_least": whole(0), "at_most": whole(0)}, INNER))


def _send(names: Names) -> Schema:
    shapes = {"to": one_of(names.recipients), "message": one_of(names.messages), "resource": one_of(names.carried)}
    return table(worded(shapes, INNER), ("to", "message"))


def _accept(names: Names) -> Schema:
    shapes = {"warning": one_of(MAY_BE_ACCEPTED), "with": one_of(names.rules), "because": TEXT}
    until = explained(DAY, INNER["until_day"])
    return list_of(table({**worded(shapes, INNER), "until": until}, ("warning", "because", "until")))


def _delivery() -> Schema:
    days = list_of(one_of(_WEEK))
    hours = {"from": CLOCK, "to": CLOCK, "days": days, "timezone": TEXT, "timezone_if_unknown": TEXT}
    shapes = {
        "hours": table(worded(hours, DELIVERY)),
        "limits": list_of(table(worded({"at_most": whole(1), "in": DURATION}, DELIVERY), ("at_most", "in"))),
        "send_within": DURATION,
        "digest": table(worded({"at_most": whole(1, 50)}, DELIVERY)),
        "safety": table(worded({"per_rule_per_hour": whole(1), "first_after_change": whole(0)}, DELIVERY)),
        "on_unknown": table({str(kind): one_of(OnUnknown) for kind in Kind}),
        "accept": list_of(
            table(
                {
                    **worded({"warning": one_of(MAY_BE_ACCEPTED), "because": TEXT}, INNER),
                    "until": explained(DAY, INNER["until_day"]),
                },
                ("warning", "because", "until"),
            )
        ),
    }
    return table(worded(shapes, DELIVERY))


def _pause(names: Names) -> Schema:
    shapes = {"id": NAME, "while": gates(names.catalogue, of_start=False), "stops": list_of(one_of(Kind))}
    return table(worded(shapes, PAUSE), ("id", "while", "stops"))
