"""The catalogue that these tests speak, written by hand from the table of events."""

from service.domain.catalogue import Catalogue, Does, EventType, Field
from service.domain.events import SubjectKind

TOPICS = ("belonging", "career", "stress", "housing_food")
OPTIONS = ("remove_me", "dont_know_how_to_reach_out", "talk_to_institution", "unmatch_and_rematch")
_ENUMS = {
    "topics": TOPICS,
    "priority": ("immediate", "routine"),
    "option": OPTIONS,
    "level": ("urgent", "safety_risk"),
    "item": ("matching_survey", "mentor_training", "profile"),
    "role": ("mentor", "mentee"),
    "by": ("mentor", "mentee"),
    "wanted": ("true", "false"),
}
_LISTS = ("topics", "groups")
_THINGS = {"conversation": "conversation_id", "flag": "flag_id", "concern": "concern_id", "help": "request_id"}
_SUBJECTS = {
    "participant": SubjectKind.PARTICIPANT,
    "program": SubjectKind.PROGRAM,
    "resource.published": SubjectKind.PROGRAM,
    "resource.viewed": SubjectKind.PARTICIPANT,
    "intervention": SubjectKind.PROGRAM,
}
_DOES = {
    "logged": Does.OPENS, "submitted": Does.OPENS, "raised": Does.OPENS, "requested": Does.OPENS,
    "opened": Does.OPENS, "updated": Does.UPDATES, "corrected": Does.CORRECTS, "deleted": Does.DELETES,
    "acknowledged": Does.ACKNOWLEDGES, "resolved": Does.CLOSES, "withdrawn": Does.CLOSES,
    "completed": Does.CLOSES, "reopened": Does.REOPENS,
}  # fmt: skip
_PROFILE = "role email first_name timezone? advisor_email? groups?"
_TABLE = f"""
participant.invited: role email
participant.registered: {_PROFILE}
participant.updated: {_PROFILE}
participant.checklist_item_completed: item
participant.signed_in:
participant.preferences_changed: category wanted
participant.paused: until?
participant.resumed:
participant.left: initiated_by
mentorship.matched: mentor_id mentee_id
mentorship.message_sent: by
mentorship.paused:
mentorship.resumed:
mentorship.completed:
mentorship.unmatched: initiated_by
conversation.logged: conversation_id by count? topics?
conversation.corrected: conversation_id count?
conversation.deleted: conversation_id count?
flag.submitted: flag_id by topics priority
flag.updated: flag_id topics? priority?
flag.acknowledged: flag_id
flag.resolved: flag_id
flag.reopened: flag_id
concern.raised: concern_id level
concern.acknowledged: concern_id
help.requested: request_id by option
help.acknowledged: request_id
help.resolved: request_id
help.withdrawn: request_id
survey.opened: survey_id
survey.completed: survey_id
program.launched: ends_on? timezone?
program.updated: ends_on? timezone?
program.ended:
resource.published: resource topics?
resource.shared: resource
resource.viewed: resource
intervention.approved: send_at?
"""


def _type(line: str) -> EventType:
    name, _, words = line.partition(":")
    family, deed = name.split(".")
    names = [word.rstrip("?") for word in words.split()]
    thing = family if family in (*_THINGS, "survey") else None
    return EventType(
        name=name,
        title=name,
        subject=_SUBJECTS.get(name, _SUBJECTS.get(family, SubjectKind.MENTORSHIP)),
        fields={field: _field(field, f"{field}?" not in words.split()) for field in names},
        thing=thing,
        id_field=_THINGS.get(thing, "survey_id") if thing else None,
        does=_DOES[deed] if thing else None,
        initiator=next((field for field in ("by", "initiated_by") if field in names), None),
        not_before="send_at" if "send_at?" in words else None,
        counted_by="count" if name == "conversation.logged" else None,
        open_gates={"no_immediate_open": {"priority": "immediate"}} if name == "flag.submitted" else {},
    )


def _field(name: str, required: bool) -> Field:
    return Field(name=name, required=required, is_list=name in _LISTS, values=_ENUMS.get(name, ()))


CATALOGUE = Catalogue({each.name: each for each in map(_type, _TABLE.strip().splitlines())})
