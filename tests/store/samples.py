"""Events, facts, notices and emails to keep in tests, with any of their fields changed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from service.domain.calendar import HOUR, Instant
from service.domain.delivery import Candidate, LedgerKey, Notice, Role
from service.domain.events import Incoming, Moment, Subject, SubjectKind
from service.domain.facts import Start, SubjectFacts, Thing
from service.domain.plan import Pending
from service.domain.rules import Kind
from service.flow.ports import EmailRow, EmailState, RecipientKey, SubjectKey, SubjectRow

NOW: Instant = 1_772_460_000_000_000
PROGRAM = "northfield"


def mentorship(id: str, program: str = PROGRAM) -> SubjectKey:
    return SubjectKey(program, Subject(SubjectKind.MENTORSHIP, id))


M1, M2, M3 = (mentorship(id) for id in ("m-1", "m-2", "m-3"))
MIRA = RecipientKey(PROGRAM, "p-44")


def incoming(id: str, key: SubjectKey = M1, /, *, source: str = "/matching", **data: Any) -> Incoming:
    """Return a logged conversation about the subject; its canonical bytes follow from what is given."""
    fields = {"conversation_id": f"c-{id}", "by": "mentor", **data}
    body = [key.program, source, id, str(key.subject), fields]
    return Incoming(
        program=key.program,
        source=source,
        id=id,
        type="conversation.logged",
        subject=key.subject,
        time=NOW - HOUR,
        data=fields,
        canonical=orjson.dumps(body, option=orjson.OPT_SORT_KEYS),
    )


def moment(n: int) -> Moment:
    return Moment(NOW + n, "/matching", f"e-{n}")


def flag(id: str, **changes: Any) -> Thing:
    """Return an open, unacknowledged flag."""
    fields: dict[str, tuple[Moment, Any]] = {"priority": (moment(1), "routine"), "topics": (moment(1), ["stress"])}
    given: dict[str, Any] = {"opened": moment(1), "opened_by": "mentee", "fields": fields, **changes}
    return Thing(kind="flag", id=id, can_close=True, can_be_acknowledged=True, **given)


def closed_flag(id: str) -> Thing:
    return flag(id, closed=moment(2))


def facts_with(key: SubjectKey, *things: Thing, starts: tuple[Start, ...] = ()) -> SubjectFacts:
    """Return facts that hold the things, and the starts under their type."""
    facts = SubjectFacts(subject=key.subject, exists_since=NOW)
    facts.things = {(each.kind, each.id): each for each in things}
    for start in starts:
        facts.starts.setdefault(start.type, []).append(start)
    return facts


def start_of(ref: str, key: SubjectKey = M1) -> Start:
    """Return the start that the submission of the flag of that id is."""
    data: Mapping[str, Any] = {"flag_id": ref, "topics": ["stress"]}
    return Start("flag.submitted", moment(1), NOW, key.subject, "mentee", data, ref)


def saved(key: SubjectKey, **changes: Any) -> SubjectRow:
    """Return the subject as folded and checked by rule set "r1"."""
    row = SubjectRow(key=key, facts=SubjectFacts(subject=key.subject), folded_with="lens", checked_with="r1")
    return replace(row, **changes)


def candidate(
    key: SubjectKey = M1, *, rule: str = "check-in", recipient: str = MIRA.recipient, k: int = 1
) -> Candidate:
    """Return a nudge about the subject."""
    return Candidate(
        key=LedgerKey(rule, str(key.subject), "/matching e-1", k, recipient, "stress"),
        kind=Kind.NUDGE,
        position=3,
        subject=key.subject,
        start_id="e-1",
        start_moment=moment(1),
        place=0,
        to="mentee",
        role=Role.MENTEE,
        message="check-in",
        resource="by_topic",
        pick="stress",
        due=NOW,
        closes=NOW + HOUR,
        every=HOUR,
        formerly=("old-check-in",),
    )


def pending(*candidates: Candidate, ready_at: Instant = NOW) -> dict[LedgerKey, Pending]:
    return {each.key: Pending(each, ready_at) for each in candidates}


def email(id: str, *candidates: Candidate, at: Instant = NOW, resource: str = "") -> EmailRow:
    """Return an email to the candidates' recipient that was claimed at the instant."""
    return EmailRow(
        id=id,
        program=PROGRAM,
        recipient=candidates[0].key.recipient,
        state=EmailState.SENDING,
        planned_at=at,
        claimed_at=at,
        lease_until=at + HOUR,
        notices=tuple(Notice(candidate=each, at=at, resource=resource) for each in candidates),
    )
