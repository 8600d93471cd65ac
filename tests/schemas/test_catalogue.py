"""The words that rules get from the schemas, and a new family of events that brings its own, without code."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from service.adapters.schemas import Schemas, load_schemas
from service.domain.catalogue import Does, EventType, Field
from service.domain.events import SubjectKind
from tests.schemas.samples import FOLDER, SCHEMAS, TYPES

SENSITIVE = frozenset({"depression", "stress", "housing_food", "physical_health", "disability_access", "safety"})

LIVES = {
    "conversation": {"logged": Does.OPENS, "corrected": Does.CORRECTS, "deleted": Does.DELETES},
    "flag": {
        "submitted": Does.OPENS,
        "updated": Does.UPDATES,
        "acknowledged": Does.ACKNOWLEDGES,
        "resolved": Does.CLOSES,
        "reopened": Does.REOPENS,
    },
    "concern": {"raised": Does.OPENS, "acknowledged": Does.ACKNOWLEDGES},
    "help": {
        "requested": Does.OPENS,
        "acknowledged": Does.ACKNOWLEDGES,
        "resolved": Does.CLOSES,
        "withdrawn": Does.CLOSES,
    },
    "survey": {"opened": Does.OPENS, "completed": Does.CLOSES},
    "hold": {"mail_held": Does.OPENS, "mail_let_go": Does.CLOSES},
    "backlog": {"delivery_delayed": Does.OPENS, "delivery_recovered": Does.CLOSES},
    "checklist_item": {"checklist_item_completed": Does.OPENS},
}
ID_FIELDS = {"help": "request_id", "checklist_item": "item"}
"""Of things whose id is not called after them."""


def test_each_thing_has_its_life() -> None:
    lives = {
        thing: {each.name.partition(".")[2]: each.does for each in types}
        for thing, types in SCHEMAS.catalogue.things.items()
    }
    assert lives == LIVES


@pytest.mark.parametrize("thing", LIVES)
def test_one_field_holds_the_thing_s_id(thing: str) -> None:
    ids = {each.id_field for each in SCHEMAS.catalogue.things[thing]}
    assert ids == {ID_FIELDS.get(thing, f"{thing}_id")}


def test_the_gate_words_are_those_of_the_rule_language() -> None:
    words = {word: values for word, values in SCHEMAS.catalogue.gate_words().items() if "." not in word}
    assert words == {
        "mentorship": ("active", "paused", "ended"),
        "flag": ("none_open", "open", "no_immediate_open"),
        "help": ("none_open", "open"),
        "survey": ("none_open", "open"),
        "backlog": ("none_open", "open"),
        "this_flag": ("open", "unacknowledged"),
        "this_help": ("open", "unacknowledged"),
        "this_concern": ("unacknowledged",),
        "this_survey": ("open",),
        "this_backlog": ("open",),
        "hold": ("none_open", "open"),
        "this_hold": ("open",),
    }


def test_an_event_type_is_read_whole() -> None:
    each = TYPES["help.requested"]
    options = (
        "remove_me",
        "dont_know_how_to_reach_out",
        "talk_to_institution",
        "unmatch_and_rematch",
        "unmatch_no_rematch",
    )
    assert each == EventType(
        name="help.requested",
        title='Someone pressed "I can\'t get in touch"',
        subject=SubjectKind.MENTORSHIP,
        fields={
            "request_id": Field(name="request_id", required=True),
            "by": Field(name="by", required=True, values=("mentor", "mentee")),
            "option": Field(
                name="option",
                required=True,
                values=options,
                sensitive=frozenset(options) - {"dont_know_how_to_reach_out"},
                only_by={"unmatch_no_rematch": frozenset({"mentor"})},
            ),
        },
        thing="help",
        id_field="request_id",
        does=Does.OPENS,
        initiator="by",
    )


@pytest.mark.parametrize("name", ["flag.submitted", "flag.updated", "conversation.logged", "resource.published"])
def test_the_sensitive_topics_are_marked_wherever_topics_are(name: str) -> None:
    topics = TYPES[name].fields["topics"]
    assert topics.is_list
    assert len(topics.values) == 17
    assert topics.sensitive == SENSITIVE


def test_what_a_counterpart_must_never_see_is_marked() -> None:
    marked = {(each.name, field.name) for each in TYPES.values() for field in each.fields.values() if field.sensitive}
    assert {name for name, field in marked if field == "reason"} == {"participant.left", "mentorship.unmatched"}
    assert {field for name, field in marked if name == "participant.registered"} == {"email", "advisor_email"}
    assert {field for name, field in marked if name == "concern.raised"} == {"about", "level"}


def test_initiators_and_counts_are_named() -> None:
    initiators = {each.name: each.initiator for each in TYPES.values() if each.initiator}
    assert initiators == {
        "participant.left": "initiated_by",
        "mentorship.unmatched": "initiated_by",
        "mentorship.message_sent": "by",
        "conversation.logged": "by",
        "flag.submitted": "by",
        "help.requested": "by",
    }
    counted = {each.name for each in TYPES.values() if each.counted_by == "count"}
    assert counted == {"conversation.logged", "conversation.corrected"}


def test_a_boolean_s_values_are_words() -> None:
    assert TYPES["participant.preferences_changed"].fields["wanted"].values == ("true", "false")


def incident(does: str, **more: Any) -> dict[str, Any]:
    """Return an event schema of an invented family, as anybody could write it."""
    thing = {"name": "incident", "id": "incident_id", "does": does} | more
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"An incident was {does}",
        "type": "object",
        "additionalProperties": False,
        "required": ["incident_id"],
        "properties": {
            "incident_id": {"$ref": "../words.json#/$defs/id"},
            "priority": {"$ref": "../words.json#/$defs/priority"},
        },
        "examples": [{"incident_id": "i-1", "priority": "immediate"}],
        "x-intouch": {"subject": "mentorships", "thing": thing},
    }


@pytest.fixture(name="with_incidents")
def _with_incidents(tmp_path: Path) -> Schemas:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "schemas"))
    gates = {"no_immediate_open": {"priority": "immediate"}}
    for word, does, more in (
        ("raised", "opens", {"open_gates": gates}),
        ("acknowledged", "acknowledges", {}),
        ("resolved", "closes", {}),
    ):
        (folder / "events" / f"incident.{word}.json").write_text(json.dumps(incident(does, **more)))
    return load_schemas(folder)


def test_a_new_family_of_events_needs_files_and_no_code(with_incidents: Schemas) -> None:
    words = with_incidents.catalogue.gate_words()
    assert words["incident"] == ("none_open", "open", "no_immediate_open")
    assert words["this_incident"] == ("open", "unacknowledged")
    assert words["incident.raised"] == ("never", "happened", "none_since_start", "happened_since_start")
    assert with_incidents.catalogue.types["incident.raised"].open_gates == {
        "no_immediate_open": {"priority": "immediate"}
    }


def test_the_door_takes_the_new_family(with_incidents: Schemas) -> None:
    event = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/helpdesk",
        "type": "incident.raised",
        "subject": "mentorships/m-812",
        "program": "northfield",
        "time": "2026-03-02T15:00:00Z",
        "data": {"incident_id": "i-1", "priority": "immediate"},
    }
    assert with_incidents.validate(event) == []
    assert [fault.pointer for fault in with_incidents.validate({**event, "data": {}})] == ["/data/incident_id"]
    assert [fault.pointer for fault in SCHEMAS.validate(event)] == ["/type"]
