"""Erasing in the store, and taking out what is past its time.

The rules of this file: whoever scrubs holds the participant's row first, as whoever appends does, so that an event is
either seen here or appended by somebody who sees that its participant is erased. An event that lost fields has no hash
any more: any body is the same as one that nobody may know. A participant who is scrubbed stands before the log's first
event, where nobody else does: whoever read them before finds them changed.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import orjson

from service.adapters.store.session import Session
from service.domain.calendar import Instant
from service.domain.delivery import ADVISOR_PREFIX
from service.domain.events import Subject, SubjectKind
from service.flow.erasure_port import P
from service.flow.ports import VIEWS

ANY_ERASED: Final = "SELECT 1 FROM erasures LIMIT 1"
ERASED_OF: Final = """
SELECT e.program, e.participant FROM erasures AS e
JOIN {listed} AS wanted ON e.program = wanted.program AND e.participant = wanted.participant
"""
MARK: Final = """
INSERT INTO erasures (program, participant, at) VALUES (:program, :participant, :now)
ON CONFLICT (program, participant) DO NOTHING
"""

LOG: Final = """
SELECT seq, data FROM events WHERE program = :program AND subject_kind = 'participants' AND subject_id = :participant
"""
SCRUB: Final = "UPDATE events SET data = :data, hash = :hash WHERE seq = :seq"
FOLD_ANEW: Final = """
UPDATE subjects SET facts = NULL, folded_with = '', folded_seq = -1, news_at = coalesce(news_at, :now)
WHERE program = :program AND kind = 'participants' AND id = :participant
"""

# The news makes its mentorships due as well, and their check writes what may be known.
FORGET_NAMES: Final = """
UPDATE footings SET mentor = '', mentee = '', sought = id, advisors = '' WHERE program = :program AND id IN (
    SELECT mentorship FROM members WHERE program = :program AND participant = :participant
)
"""

EMAILS_NAMING: Final = """
SELECT email FROM ledger WHERE program = :program AND recipient IN (:participant, :advisor)
UNION SELECT email FROM email_subjects WHERE program = :program AND subject = :subject
UNION SELECT e.email FROM email_subjects AS e JOIN members AS m
    ON m.program = e.program AND e.subject = 'mentorships/' || m.mentorship
WHERE m.program = :program AND m.participant = :participant
"""

FORGET_REPORTS: Final = """
DELETE FROM reports WHERE (send_id, what, at) IN (SELECT send_id, what, at FROM reports WHERE at < :before LIMIT :limit)
"""
FORGET_AUDIT: Final = "DELETE FROM audit WHERE n IN (SELECT n FROM audit WHERE at < :before LIMIT :limit)"
FORGET_VIEWS: Final = f"""
DELETE FROM audit WHERE n IN (
    SELECT n FROM audit WHERE action IN ({", ".join(f"'{each}'" for each in VIEWS)}) AND at < :before LIMIT :limit
)
"""

SCRUBBED: Final = b""
"""The hash of an event whose body nobody may know any more."""


class SqlErasureReading:
    """An `ErasureReading` over one transaction."""

    _session: Session

    def erased(self, participants: Collection[P]) -> Collection[P]:
        if not participants or self._session.one(ANY_ERASED, {}) is None:
            return []
        asked = [(program, participant) for program, participant in participants]
        found = {(*row,) for row in self._session.listed(ERASED_OF, asked, "program", "participant")}
        return [each for each in participants if each in found]

    def emails_naming(self, program: str, participant: str) -> Collection[str]:
        own = {"program": program, "participant": participant, "advisor": ADVISOR_PREFIX + participant}
        values = {**own, "subject": str(Subject(SubjectKind.PARTICIPANT, participant))}
        return [email for (email,) in self._session.all(EMAILS_NAMING, values)]

    def kept_of(self, program: str, participant: str) -> Collection[Mapping[str, Any]]:
        return [data for _, data in self._log_of(program, participant)]

    def _log_of(self, program: str, participant: str) -> Iterator[tuple[int, dict[str, Any]]]:
        for seq, data in self._session.all(LOG, {"program": program, "participant": participant}):
            yield seq, orjson.loads(data)


class SqlErasureWriting(SqlErasureReading):
    """An `ErasureWriting` over one transaction."""

    def mark_erased(self, program: str, participant: str, now: Instant) -> bool:
        return self._session.change(MARK, {"program": program, "participant": participant, "now": now}) == 1

    def scrub(self, program: str, participant: str, fields: Collection[str], now: Instant) -> int:
        self._session.change(FOLD_ANEW, {"program": program, "participant": participant, "now": now})
        self._session.change(FORGET_NAMES, {"program": program, "participant": participant})
        gone = set(fields)
        rows = [
            {"seq": seq, "hash": SCRUBBED, "data": _without(data, gone)}
            for seq, data in self._log_of(program, participant)
            if not gone.isdisjoint(data)
        ]
        self._session.change_each(SCRUB, rows)
        return len(rows)

    def forget_reports(self, before: Instant, limit: int) -> int:
        return self._session.change(FORGET_REPORTS, {"before": before, "limit": limit})

    def forget_audit(self, before: Instant, limit: int) -> int:
        return self._session.change(FORGET_AUDIT, {"before": before, "limit": limit})

    def forget_views(self, before: Instant, limit: int) -> int:
        return self._session.change(FORGET_VIEWS, {"before": before, "limit": limit})


def _without(data: Mapping[str, Any], fields: Collection[str]) -> str:
    return orjson.dumps({name: value for name, value in data.items() if name not in fields}).decode()
