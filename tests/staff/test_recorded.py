"""A history without its people: what is kept, what is replaced, what is left out."""

from datetime import date

from service.domain.calendar import MINUTE, SECOND, Instant, parse_rfc3339
from service.domain.catalogue import Catalogue, EventType, Field
from service.domain.delivery import Role
from service.domain.events import Event, Subject, SubjectKind
from service.staff.recorded import Time, minute_up, record

NOON = parse_rfc3339("2026-03-02T12:00:00Z")
FLAG = EventType(
    name="flag.submitted",
    title="Flag",
    subject=SubjectKind.MENTORSHIP,
    fields={
        name: Field(name=name, required=False, is_list=name in ("topics", "nicknames"), values=values)
        for name, values in {
            "flag_id": (), "by": ("mentor", "mentee"), "topics": ("stress", "career"), "nicknames": (), "words": (),
            "count": (), "urgent": (), "seen_on": (), "colleague_id": (), "author": (),
        }.items()
    },
    thing="flag",
    id_field="flag_id",
)  # fmt: skip
JOINED = EventType(
    name="participant.updated",
    title="Joined",
    subject=SubjectKind.PARTICIPANT,
    fields={
        name: Field(name=name, required=False)
        for name in ("email", "first_name", "last_name", "advisor_email", "timezone")
    },
)
CATALOGUE = Catalogue({each.name: each for each in (FLAG, JOINED)})


def event(type: str, at: Instant = NOON, recorded: Instant | None = None, subject: str = "", **data: object) -> Event:
    """Return an event of the mentorship, or of the participant named."""
    about = Subject(SubjectKind.PARTICIPANT, subject) if subject else Subject(SubjectKind.MENTORSHIP, "m-812")
    heard = at if recorded is None else recorded
    return Event(
        program="p", source="/s", id=f"{at}", type=type, subject=about, time=at, recorded=heard, data=data
    )  # fmt: skip


def fields(*events: Event) -> list[dict[str, object]]:
    """Return the fields of each line."""
    people = {"kim": Role.MENTOR, "sam": Role.MENTEE}
    return [dict(line.fields) for line in record(events, people, CATALOGUE, "UTC", NOON).lines]


def test_what_rules_may_ask_for_is_kept_and_free_words_are_left_out() -> None:
    flag = event(
        "flag.submitted", by="mentor", flag_id="x", topics=["stress"], urgent=True, count=3, seen_on="2026-03-01",
        words="Sam said that", nicknames=["Sammy"],
    )  # fmt: skip
    assert fields(flag) == [
        {"flag_id": "flag-1", "topics": ("stress",), "urgent": "true", "count": "3", "seen_on": "2026-03-01"}
    ]


def test_each_id_has_one_stand_in() -> None:
    ids = [("a", "u-1"), ("b", "u-2"), ("a", "u-1")]
    flags = [
        event("flag.submitted", NOON + place, flag_id=flag, colleague_id=who, author=who)
        for place, (flag, who) in enumerate(ids)
    ]
    assert fields(*flags) == [
        {"flag_id": "flag-1", "colleague_id": "colleague-1", "author": "author-1"},
        {"flag_id": "flag-2", "colleague_id": "colleague-2", "author": "author-2"},
        {"flag_id": "flag-1", "colleague_id": "colleague-1", "author": "author-1"},
    ]


def test_people_are_called_by_their_role() -> None:
    told = event(
        "participant.updated", subject="sam", email="sam@college.example.org", first_name="Sam", last_name="Hill",
        advisor_email="ada@college.example.org", timezone="Europe/London",
    )  # fmt: skip
    assert fields(told) == [
        {
            "email": "mentee@example.org",
            "first_name": "Mentee",
            "last_name": "Example",
            "advisor_email": "advisor@example.org",
            "timezone": "Europe/London",
        }
    ]
    assert record([told], {"sam": Role.MENTEE}, CATALOGUE, "UTC", NOON).lines[0].by == "mentee"


def test_days_are_counted_in_the_zone_and_late_is_said() -> None:
    late = NOON + 13 * 60 * MINUTE + 30 * SECOND
    made = record([event("flag.submitted", NOON, late, flag_id="a")], {}, CATALOGUE, "Pacific/Auckland", late)
    assert made.first == date(2026, 3, 3)
    assert (made.lines[0].at, made.lines[0].known, made.until) == (Time(0, 60), Time(0, 14 * 60 + 1), 0)


def test_seconds_are_rounded_up_into_the_same_quarter_hour() -> None:
    assert minute_up(NOON) == NOON
    assert minute_up(NOON + 1) == minute_up(NOON + MINUTE) == NOON + MINUTE
    heard = record([event("flag.submitted", NOON + 5, NOON + 20 * SECOND)], {}, CATALOGUE, "UTC", NOON)
    assert heard.lines[0].known is None
