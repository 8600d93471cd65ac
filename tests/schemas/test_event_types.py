"""Every event type takes what it should, and nothing else."""

from typing import Any

import pytest

from tests.schemas.samples import SCHEMAS, SOURCES, TYPES, cloudevent, examples, messages, pointers

ALL = """
    participant.invited participant.registered participant.updated participant.checklist_item_completed
    participant.signed_in participant.preferences_changed participant.paused participant.resumed participant.left
    participant.address_failed participant.consent_given participant.consent_withdrawn participant.erasure_requested
    mentorship.matched mentorship.message_sent mentorship.paused mentorship.resumed mentorship.completed
    mentorship.unmatched conversation.logged conversation.corrected conversation.deleted
    flag.submitted flag.updated flag.acknowledged flag.resolved flag.reopened concern.raised concern.acknowledged
    help.requested help.acknowledged help.resolved help.withdrawn program.launched program.updated program.ended
    program.delivery_delayed program.delivery_recovered program.mail_held program.mail_let_go
    survey.opened survey.completed resource.published resource.shared resource.viewed intervention.approved
    intervention.addressed intervention.withdrawn call.recorded
""".split()
EXAMPLES = list(examples())
FIELDS = [(name, field) for name, each in TYPES.items() for field in each.fields]


def fullest(name: str) -> dict[str, Any]:
    """Return the example of the type that has the most fields."""
    examples: list[dict[str, Any]] = SOURCES[name]["examples"]
    return max(examples, key=len).copy()


def test_the_event_types_are_all_there() -> None:
    assert sorted(TYPES) == sorted(ALL)


@pytest.mark.parametrize(("name", "data"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_is_taken(name: str, data: dict[str, Any]) -> None:
    assert SCHEMAS.validate(cloudevent(name, data)) == []


@pytest.mark.parametrize("name", ALL)
def test_the_examples_show_every_field(name: str) -> None:
    assert {field for data in SOURCES[name]["examples"] for field in data} == set(TYPES[name].fields) or name in (
        "participant.updated",  # the fields of participant.registered, which shows them
        "concern.acknowledged",
        "conversation.deleted",
    )


@pytest.mark.parametrize("name", ALL)
def test_free_text_is_refused(name: str) -> None:
    for field in ("note", "text", "content", "message_body"):
        assert pointers(cloudevent(name, {**fullest(name), field: "She told me that"})) == [f"/data/{field}"]


@pytest.mark.parametrize("name", ALL)
def test_another_subject_is_refused(name: str) -> None:
    other = "participants/p-1" if TYPES[name].subject != "participants" else "mentorships/m-1"
    assert pointers(cloudevent(name, subject=other)) == ["/subject"]


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_required_field_is_missed_and_an_optional_one_is_not(name: str, field: str) -> None:
    data = fullest(name)
    data.pop(field, None)
    required = TYPES[name].fields[field].required
    assert pointers(cloudevent(name, data)) == ([f"/data/{field}"] if required else [])


@pytest.mark.parametrize(("name", "field"), FIELDS)
@pytest.mark.parametrize(
    "value", [{"a": 1}, 1.5, -1, "x" * 5_000, "", "a\nb", ["?"] * 100, None], ids=lambda value: repr(value)[:9]
)
def test_no_field_takes_nonsense(name: str, field: str, value: object) -> None:
    found = pointers(cloudevent(name, {**fullest(name), field: value}))
    assert found
    assert all(pointer.startswith(f"/data/{field}") for pointer in found)


HELP = {"request_id": "h-1", "by": "mentee", "option": "remove_me"}


def test_only_a_mentor_can_end_it_without_a_rematch() -> None:
    refused = messages(cloudevent("help.requested", {**HELP, "option": "unmatch_no_rematch"}))
    assert refused == {"/data/option": "Send another option: only a mentor may choose unmatch_no_rematch."}
    mentor = {**HELP, "by": "mentor", "option": "unmatch_no_rematch"}
    assert pointers(cloudevent("help.requested", mentor)) == []


CHOICES = [
    (name, field.name, value, role)
    for name, each in TYPES.items()
    for field in each.fields.values()
    for value in field.values
    for role in (each.fields[each.initiator].values if each.initiator and each.initiator != field.name else ())
]


@pytest.mark.parametrize(("name", "field", "value", "role"), CHOICES)
def test_the_catalogue_and_the_door_agree_on_who_may_send_a_value(name: str, field: str, value: str, role: str) -> None:
    each = TYPES[name]
    known = each.fields[field]
    sent: object = [value] if known.is_list else {"true": True, "false": False}.get(value, value)
    data = {**SOURCES[name]["examples"][0], str(each.initiator): role, field: sent}
    allowed = role in known.only_by.get(value, {role})
    assert pointers(cloudevent(name, data)) == ([] if allowed else [f"/data/{field}"])


ADDRESSES = {
    "kim@example.org": True,
    "k.o'hara+mail@mail.example.co": True,
    "kim@xn--bcher-kva.example": True,
    "a@x.example,b@y.example": False,
    "a@x.example;b@y.example": False,
    "Kim <kim@example.org>": False,
    "<kim@example.org>": False,
    "kim@example.org\n": False,
    "kim@example.org\r\nBcc: all@example.org": False,
    '"kim x"@example.org': False,
    "kim@[127.0.0.1]": False,
    "kim@localhost": False,
    "kim@bücher.example": False,
    "kim@example..org": False,
    "kim@-example.org": False,
    ".kim@example.org": False,
    "kim": False,
    "@example.org": False,
    "k" * 65 + "@example.org": False,
}


@pytest.mark.parametrize(("address", "taken"), ADDRESSES.items())
def test_an_address_is_one_plain_address(address: str, taken: bool) -> None:
    found = pointers(cloudevent("participant.invited", {"role": "mentor", "email": address}))
    assert found == ([] if taken else ["/data/email"])


NAMES = {
    "Kim": True,
    "María José": True,
    "王小明": True,
    "O'Neill, Jr.": True,
    "<b>Kim</b>": True,  # text like any other; whoever writes it into a page or mail escapes it
    "Kim\r\nBcc: all@example.org": False,
    "Kim\n": False,
    "Kim\x7f": False,
    "Kim\u202egnp.exe": False,
    "  ": False,
}


@pytest.mark.parametrize(("name", "taken"), NAMES.items())
def test_a_name_is_one_line(name: str, taken: bool) -> None:
    data = {"role": "mentor", "email": "kim@example.org", "first_name": name}
    assert pointers(cloudevent("participant.invited", data)) == ([] if taken else ["/data/first_name"])


UNTILS = {
    "2026-04-07": True,
    "2026-04-07T09:00:00-05:00": True,
    "2026-04-07t09:00:00.25z": True,
    "2016-12-31T23:59:60Z": True,
    "2026-02-29": False,
    "2026-04-07T09:00:00": False,
    "2026-04-07 09:00:00Z": False,
    "2016-12-31T22:59:60Z": False,
    "20260407": False,
    "2026-W15-2": False,
    "1999-12-31": False,
    "tomorrow": False,
}


@pytest.mark.parametrize(("until", "taken"), UNTILS.items())
def test_a_pause_ends_on_a_date_or_at_a_time(until: str, taken: bool) -> None:
    assert pointers(cloudevent("participant.paused", {"until": until})) == ([] if taken else ["/data/until"])


ZONES = {
    "America/Chicago": True,
    "UTC": True,
    "Etc/GMT+5": True,
    "Mars/Olympus": False,
    "america/chicago": False,
    "right/UTC": False,
    "../../etc/passwd": False,
    "America": False,
}


@pytest.mark.parametrize(("zone", "taken"), ZONES.items())
def test_a_zone_is_one_that_exists(zone: str, taken: bool) -> None:
    assert pointers(cloudevent("participant.updated", {"timezone": zone})) == ([] if taken else ["/data/timezone"])


WRONG: list[tuple[dict[str, Any], dict[str, str]]] = [
    (
        cloudevent("flag.submitted", {"flag_id": "f-1", "by": "mentor", "topics": [], "priority": "routine"}),
        {"/data/topics": "Send at least 1 value: flag topics, each once."},
    ),
    (
        cloudevent("flag.submitted", {"flag_id": "f", "by": "mentr", "topics": ["belongin"], "priority": "soon"}),
        {
            "/data/by": 'Send one of mentor, mentee. Did you mean "mentor"?',
            "/data/topics/0": 'Did you mean "belonging"?',
            "/data/priority": "Send one of immediate, routine.",
        },
    ),
    (
        cloudevent("mentorship.matched", {"mentor_ID": "p-1", "mentee_id": 4}),
        {
            "/data/mentor_id": 'Add "mentor_id", the mentor\'s participant id',
            "/data/mentor_ID": 'Did you mean "mentor_id"?',
            "/data/mentee_id": "Send text, not a number: the mentee's participant id",
        },
    ),
    (
        cloudevent("mentorship.matched", {"mentor_id": "p-1", "mentee_id": "p-1"}),
        {"/data/mentee_id": '"mentor_id" and "mentee_id" cannot be the same'},
    ),
    (cloudevent("conversation.logged", {"conversation_id": "c", "by": "mentor", "count": 0}), {"/data/count": "1 to"}),
    (cloudevent("resource.shared", {"resource": "../secret"}), {"/data/resource": "Send the resource's name"}),
    (cloudevent("participant.signed_in", {"at": "home"}), {"/data/at": "it has no fields"}),
    (cloudevent("program.ended", subject="programs/other"), {"/subject": 'Send "programs/northfield"'}),
]


@pytest.mark.parametrize(("event", "wanted"), WRONG)
def test_a_fault_says_where_and_what_to_send_instead(event: dict[str, Any], wanted: dict[str, str]) -> None:
    found = messages(event)
    assert found.keys() == wanted.keys()
    assert all(wanted[pointer] in found[pointer] for pointer in wanted)
