"""The schemas of program files and of stories, and all of them by file name."""

from collections.abc import Mapping

from service.adapters.rulebook.editor.by_event import happening
from service.adapters.rulebook.editor.explained import Schema, explained
from service.adapters.rulebook.editor.named import Names
from service.adapters.rulebook.editor.program_words import PROGRAM, PROGRAM_INNER, STORY, STORY_INNER
from service.adapters.rulebook.editor.rule_words import RULE
from service.adapters.rulebook.editor.rules import definitions, rule_shapes, rules_schema
from service.adapters.rulebook.editor.shapes import (
    CLOCK,
    DAY,
    DURATION,
    STORY_DAY,
    TEXT,
    TRUTH,
    document,
    list_of,
    one_of,
    ref,
    table,
    table_of,
    whole,
    worded,
)
from service.adapters.rulebook.overrides import CHANGEABLE
from service.adapters.rulebook.vocabulary import ENGAGEMENT_KEYS
from service.domain.rules import RuleSet

_LANGUAGE = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
_ROLE = "^[a-z][a-z0-9_-]{0,63}$"


def editor_schemas(rule_set: RuleSet) -> Mapping[str, Schema]:
    """Return file name → schema, of rules, programs and stories, for what the rule set and its catalogue name."""
    names = Names.of(rule_set)
    return {
        "rules.schema.json": rules_schema(names),
        "program.schema.json": _program(names),
        "stories.schema.json": _stories(names),
    }


def _program(names: Names) -> Schema:
    topics = one_of(names.topics)
    words = rule_shapes(names)
    override = table(worded({word: words[word] for word in CHANGEABLE}, RULE))
    shapes = {
        "program": TEXT,
        "name": TEXT,
        "timezone": {**TEXT, "examples": ["America/Chicago", "America/New_York", "Europe/London"]},
        "locale": {**TEXT, "examples": ["en-US", "en-GB", "es"]},
        "dashboard": TEXT,
        "from": table(_inner({"from.name": TEXT, "from.email": TEXT}), ("email",)),
        "brand": table(_inner({"color": TEXT, "logo": TEXT})),
        "staff": table_of(list_of(TEXT), _ROLE),
        "dates": table_of({**DAY, "type": ["string", "array"], "items": DAY}, _ROLE),
        "breaks": list_of(table(_inner({"break.name": TEXT, "break.from": DAY, "break.to": DAY}), ("from", "to"))),
        "groups": table_of(table(_inner({"private": TRUTH}))),
        "flags": table(_inner({"labels": table(dict.fromkeys(names.topics, TEXT)), "hidden": list_of(topics)})),
        "engagement": table(_inner({**dict.fromkeys(ENGAGEMENT_KEYS, DURATION), "highly_engaged_from": whole(2)})),
        "incentive": table(
            _inner(
                {
                    "incentive.text": TEXT,
                    "incentive.translations": table_of(TEXT, _LANGUAGE),
                    "shown_in": list_of(one_of(names.messages)),
                }
            ),
            ("text", "shown_in"),
        ),
        "contacts": table_of(
            table(
                _inner(dict.fromkeys(("contact.name", "contact.phone", "contact.url", "contact.hours"), TEXT)),
                ("name", "phone"),
            )
        ),
        "overrides": table(dict.fromkeys(names.rules, ref("override"))),
    }
    body = table(worded(shapes, PROGRAM), ("program",))
    return document("A program of Intouch", body, {"override": override, "sends": definitions(names)["sends"]})


def _inner(shapes: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return words by their last part, which is what stands in the file."""
    return {name.rpartition(".")[2]: shape for name, shape in worded(shapes, PROGRAM_INNER).items()}


def _stories(names: Names) -> Schema:
    event = worded(
        {"day": STORY_DAY, "at": CLOCK, "event": one_of(names.catalogue.types), "by": TEXT, "known": STORY_DAY},
        STORY_INNER,
    )
    expected = {
        "day": STORY_DAY,
        "at": CLOCK,
        "rule": one_of(names.rules),
        "to": one_of(names.recipients),
        "message": one_of(names.messages),
        "subject": TEXT,
        "text": list_of(TEXT),
    }
    variant = {**worded({"zone": TEXT, "locale": TEXT}, STORY_INNER)}
    variant["program"] = explained(one_of(names.programs), STORY_INNER["variant.program"])
    shapes = {
        "story": TEXT,
        "program": one_of(names.programs),
        "begins": TEXT,
        "variants": table_of(table(variant)),
        "events": list_of(happening(names.catalogue, event)),
        "until": STORY_DAY,
        "only_about": list_of(one_of(names.rules)),
        "expect": list_of(table(worded(expected, STORY_INNER), ("day", "rule", "to"))),
    }
    needed = ("story", "begins", "events", "until", "expect")
    return document("Stories of Intouch", list_of(table(worded(shapes, STORY), needed)))
