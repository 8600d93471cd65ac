"""Short words for subjects, recipients, verdicts and starts, which stores and people read."""

import pytest

from service.domain.delivery import Verdict, Word, is_participant
from service.domain.events import Incoming, Moment, Subject, SubjectKind
from service.domain.facts import Start


@pytest.mark.parametrize("text", ["mentorships/m-812", "participants/p/1", "programs/north"])
def test_a_subject_reads_as_it_is_written(text: str) -> None:
    """The kind is what stands before the first slash, the id all after it."""
    subject = Subject.parse(text)
    assert str(subject) == text
    assert f"{subject.kind}/{subject.id}" == text
    assert subject.kind in SubjectKind


def test_what_names_no_subject_is_refused_in_words_that_help() -> None:
    """A missing id says how it is written; an unknown kind is no kind."""
    for text in ("mentorships", "mentorships/", ""):
        with pytest.raises(ValueError, match=rf'^"{text}" is not a subject: write mentorships/ID, participants/ID or '):
            Subject.parse(text)
    with pytest.raises(ValueError, match="people"):
        Subject.parse("people/ann")


@pytest.mark.parametrize(
    ("recipient", "expected"), [("ann", True), ("staff.primary", False), ("advisor:ann", False), ("staff", True)]
)
def test_participants_are_those_who_are_neither_staff_nor_advisors(recipient: str, expected: bool) -> None:
    assert is_participant(recipient) is expected


def test_a_verdict_says_what_it_is_about_where_there_is_something() -> None:
    """`gate(mentorship: active)`, or the word alone."""
    assert str(Verdict(Word.GATE, "mentorship: active")) == "gate(mentorship: active)"
    assert str(Verdict(Word.ENDED)) == "ended"


def test_a_start_is_known_by_its_business_id_else_by_its_event() -> None:
    """The ledger's key of a flag survives that it is sent again under another event id."""
    flag = Start("flag.submitted", Moment(1, "/a", "e-1"), 2, Subject.parse("mentorships/m"), "mentor", {}, "f-1")
    again = Start("flag.submitted", Moment(9, "/b", "e-9"), 9, Subject.parse("mentorships/m"), "mentor", {}, "f-1")
    wrote = Start("message", Moment(1, "/a", "e-1"), 2, Subject.parse("mentorships/m"), "mentor", {}, None)
    assert flag.key == again.key == "m f-1"
    assert wrote.key == "/a e-1"


def test_an_event_keeps_all_that_came_in_and_when() -> None:
    """What the door took in is in the log as it was, stamped with its arrival."""
    subject = Subject.parse("mentorships/m")
    incoming = Incoming(
        program="north", source="/a", id="e-1", type="flag.submitted", subject=subject, time=5, data={"by": "mentor"},
        canonical=b"{}",
    )  # fmt: skip
    event = incoming.recorded_at(7)
    assert (event.program, event.source, event.id, event.type) == ("north", "/a", "e-1", "flag.submitted")
    assert (event.subject, event.time, event.recorded, event.data) == (subject, 5, 7, {"by": "mentor"})
    assert event.moment == Moment(5, "/a", "e-1")
    assert (incoming.recordedtime, incoming.traceparent) == (None, None)
