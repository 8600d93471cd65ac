"""Candidates and notices as JSON, and back, exactly.

They are kept for as long as the program lives, so their fields are named: a later version can read what an earlier
one wrote, as long as a new field has a default here.
"""

from collections.abc import Iterable
from typing import Any

import orjson

from service.domain.delivery import Candidate, Charge, LedgerKey, Notice, Role
from service.domain.events import SUBJECT_KINDS, Moment, Subject
from service.domain.rules import Kind


def candidate_text(candidate: Candidate) -> str:
    """Return a candidate as JSON."""
    return orjson.dumps(_candidate(candidate)).decode()


def candidate_of(text: str) -> Candidate:
    """Return the candidate."""
    return _candidate_of(orjson.loads(text))


def notices_text(notices: Iterable[Notice]) -> str:
    """Return an email's notices as JSON, in order."""
    return orjson.dumps([_notice(each) for each in notices]).decode()


def notices_of(text: str) -> tuple[Notice, ...]:
    """Return an email's notices, in order."""
    return tuple(
        Notice(
            candidate=_candidate_of(each["candidate"]),
            at=each["at"],
            resource=each["resource"],
            charge=Charge(*each["charge"]) if each.get("charge") else None,
        )
        for each in orjson.loads(text)
    )


def _notice(notice: Notice) -> dict[str, Any]:
    charge = {"charge": [*notice.charge]} if notice.charge else {}
    return {"at": notice.at, "resource": notice.resource, "candidate": _candidate(notice.candidate), **charge}


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "key": [*candidate.key],
        "kind": candidate.kind,
        "position": candidate.position,
        "subject": [*candidate.subject],
        "start_id": candidate.start_id,
        "start_moment": [*candidate.start_moment],
        "place": candidate.place,
        "to": candidate.to,
        "role": candidate.role,
        "message": candidate.message,
        "resource": candidate.resource,
        "pick": candidate.pick,
        "due": candidate.due,
        "closes": candidate.closes,
        "every": candidate.every,
        "formerly": candidate.formerly,
    }


def _candidate_of(form: dict[str, Any]) -> Candidate:
    kind, id = form["subject"]
    return Candidate(
        key=LedgerKey(*form["key"]),
        kind=Kind(form["kind"]),
        position=form["position"],
        subject=Subject(SUBJECT_KINDS[kind], id),
        start_id=form["start_id"],
        start_moment=Moment(*form["start_moment"]),
        place=form["place"],
        to=form["to"],
        role=Role(form["role"]),
        message=form["message"],
        resource=form["resource"],
        pick=form["pick"],
        due=form["due"],
        closes=form["closes"],
        every=form["every"],
        formerly=tuple(form["formerly"]),
    )
