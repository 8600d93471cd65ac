"""The questions asked of the tables, in SQL that SQLite and PostgreSQL both know. `:so` are parameters."""

from typing import Final

from service.adapters.store.schema import TURN

# One subject's row.
SUBJECT: Final = """
SELECT news_at, next_check_at, checked_with, folded_with, folded_seq, facts FROM subjects
WHERE program = :program AND kind = :kind AND id = :id
"""

# Its things that a rule may ask for without a new event.
LIVE_THINGS: Final = """
SELECT thing, ref, state, live FROM things WHERE program = :program AND kind = :kind AND id = :id AND live = 1
"""

# Things of subjects by business id, live or not.
THINGS: Final = """
SELECT t.program, t.kind, t.id, t.thing, t.ref, t.state, t.live
FROM {listed} AS wanted CROSS JOIN things AS t
WHERE t.program = wanted.program AND t.kind = wanted.kind AND t.id = wanted.id
  AND t.thing = wanted.thing AND t.ref = wanted.ref
"""

# Several subjects' rows.
SUBJECTS: Final = """
SELECT s.program, s.kind, s.id, s.news_at, s.next_check_at, s.checked_with, s.folded_with, s.folded_seq, s.facts
FROM {listed} AS wanted CROSS JOIN subjects AS s
WHERE s.program = wanted.program AND s.kind = wanted.kind AND s.id = wanted.id
"""

# Their live things.
LIVE_THINGS_OF: Final = """
SELECT t.program, t.kind, t.id, t.thing, t.ref, t.state, t.live
FROM {listed} AS wanted CROSS JOIN things AS t
WHERE t.program = wanted.program AND t.kind = wanted.kind AND t.id = wanted.id AND t.live = 1
"""

# A page of a program's subjects, by id.
PAGE: Final = """
SELECT id FROM subjects WHERE program = :program AND kind = :kind AND id > :after ORDER BY id LIMIT :limit
"""

# The programs: one step through the index for each, however many subjects they have.
PROGRAMS: Final = """
WITH RECURSIVE found (program) AS (
    SELECT min(program) FROM subjects
    UNION ALL
    SELECT (SELECT min(s.program) FROM subjects AS s WHERE s.program > found.program) FROM found
    WHERE found.program IS NOT NULL
)
SELECT program FROM found WHERE program IS NOT NULL
"""

# The sources of a program, in the same way.
SOURCES_OF: Final = """
WITH RECURSIVE found (source) AS (
    SELECT min(source) FROM events WHERE program = :program
    UNION ALL
    SELECT (SELECT min(e.source) FROM events AS e WHERE e.program = :program AND e.source > found.source) FROM found
    WHERE found.source IS NOT NULL
)
SELECT source FROM found WHERE source IS NOT NULL
"""

# Mentorships that a participant belongs or belonged to.
MENTORSHIPS: Final = """
SELECT mentorship FROM members WHERE program = :program AND participant = :participant ORDER BY mentorship
"""
MENTORSHIPS_OF_ANY: Final = """
SELECT DISTINCT m.mentorship FROM {listed} AS wanted CROSS JOIN members AS m
WHERE m.program = wanted.program AND m.participant = wanted.participant
"""

# A subject's events after a position of the log.
NEWS: Final = """
SELECT seq, program, source, id, type, subject_kind, subject_id, time, recorded, data FROM events
WHERE program = :program AND subject_kind = :kind AND subject_id = :id AND seq > :after ORDER BY seq LIMIT :limit
"""

# The news of several subjects, each after its own position; that is a text in the list, as all its columns are.
NEWS_OF: Final = """
SELECT e.seq, e.program, e.source, e.id, e.type, e.subject_kind, e.subject_id, e.time, e.recorded, e.data
FROM {listed} AS wanted CROSS JOIN events AS e
WHERE e.program = wanted.program AND e.subject_kind = wanted.kind AND e.subject_id = wanted.id
AND e.seq > CAST(wanted.after_seq AS BIGINT) ORDER BY e.seq LIMIT :limit
"""

# The position of the newest event.
LOG_END: Final = "SELECT coalesce(max(seq), 0) FROM events"

# One event.
EVENT: Final = """
SELECT seq, program, source, id, type, subject_kind, subject_id, time, recorded, data FROM events
WHERE program = :program AND source = :source AND id = :id
"""

# What is known of one event id.
HASH: Final = "SELECT hash FROM events WHERE program = :program AND source = :source AND id = :id"

# What is known of several.
HASHES: Final = """
SELECT e.program, e.source, e.id, e.hash FROM {listed} AS wanted CROSS JOIN events AS e
WHERE e.program = wanted.program AND e.source = wanted.source AND e.id = wanted.id
"""

# The ledger keys about subjects.
SENT: Final = """
SELECT l.program, l.rule, l.subject, l.start, l.k, l.recipient, l.value
FROM {listed} AS wanted CROSS JOIN ledger AS l WHERE l.program = wanted.program AND l.subject = wanted.subject
"""

# What is pending about subjects, and for a recipient.
PENDING_OF: Final = """
SELECT p.program, p.rule, p.subject, p.start, p.k, p.recipient, p.value, p.candidate, p.ready_at
FROM {listed} AS wanted CROSS JOIN pending AS p WHERE p.program = wanted.program AND p.subject = wanted.subject
"""
PENDING_FOR: Final = """
SELECT candidate, ready_at FROM pending WHERE program = :program AND recipient = :recipient
"""

# What went to a recipient lately, and whatever carried a resource before.
PAST: Final = """
SELECT at, kind, rule, subject, start, k, message, resource, email, id, value FROM ledger
WHERE program = :program AND recipient = :recipient AND at > :since
UNION ALL
SELECT at, kind, rule, subject, start, k, message, resource, email, id, value FROM ledger
WHERE program = :program AND recipient = :recipient AND resource <> '' AND at <= :since
ORDER BY 1, 10
"""

# The same of several recipients.
_PAST_OF: Final = """
SELECT l.at, l.kind, l.rule, l.subject, l.start, l.k, l.message, l.resource, l.email, l.id, l.value, l.recipient
FROM {listed} AS wanted CROSS JOIN ledger AS l
WHERE l.program = wanted.program AND l.recipient = wanted.recipient
"""
PAST_OF: Final = f"""{_PAST_OF} AND l.at > :since
UNION ALL {_PAST_OF} AND l.resource <> '' AND l.at <= :since
ORDER BY 1, 10
"""

_EMAIL: Final = """
SELECT e.id, e.program, e.recipient, e.state, e.planned_at, e.claimed_at, e.lease_until, e.notices, e.settled_at,
       e.reference, e.error
FROM emails AS e
"""

# Emails by their ids.
EMAILS: Final = _EMAIL + "WHERE e.id IN (SELECT wanted.id FROM {listed} AS wanted)"

# Emails about a subject, oldest first.
EMAILS_ABOUT: Final = (
    _EMAIL
    + """JOIN email_subjects AS about ON about.email = e.id
WHERE about.program = :program AND about.subject = :subject ORDER BY e.claimed_at, e.id
"""
)

# Emails whose sender did not come back, the longest gone first.
EXPIRED: Final = _EMAIL + "WHERE e.state = 'sending' AND e.lease_until <= :now ORDER BY e.lease_until LIMIT :limit"

# When the next subject and the next recipient are due, and whether a subject has news: one probe each.
NEXT_CHECK: Final = "SELECT min(next_check_at) FROM subjects WHERE next_check_at IS NOT NULL"
NEXT_PLAN: Final = f"SELECT min({TURN}) FROM recipients WHERE next_plan_at IS NOT NULL"
ANY_NEWS: Final = "SELECT 1 FROM subjects WHERE news_at IS NOT NULL LIMIT 1"
NEWEST_NEWS: Final = "SELECT max(news_at) FROM subjects WHERE news_at IS NOT NULL"

# Subjects that are due: by news, by the clock, and by rules that are not the active ones. One small index each.
DUE_BY_NEWS: Final = """
SELECT news_at, program, kind, id FROM subjects
WHERE news_at IS NOT NULL AND news_at <= :news_until ORDER BY news_at LIMIT :limit
"""
DUE_BY_CLOCK: Final = """
SELECT next_check_at, program, kind, id FROM subjects
WHERE next_check_at IS NOT NULL AND next_check_at <= :now ORDER BY next_check_at LIMIT :limit
"""
DUE_BY_RULES: Final = (
    "SELECT 0, program, kind, id FROM subjects WHERE checked_with < :rule_set ORDER BY checked_with LIMIT :limit",
    "SELECT 0, program, kind, id FROM subjects WHERE checked_with > :rule_set ORDER BY checked_with LIMIT :limit",
)

# Whether any check was asked for, of any subject or of some; and subjects of whom one was.
ANY_ASKED: Final = "SELECT 1 FROM checks WHERE n > 0 LIMIT 1"
ASKED_OF: Final = """
SELECT 1 FROM {listed} AS wanted CROSS JOIN checks AS c
WHERE c.program = wanted.program AND c.kind = wanted.kind AND c.id = wanted.id LIMIT 1
"""
DUE_BY_ASKING: Final = "SELECT n, program, kind, id FROM checks WHERE n > 0 ORDER BY n LIMIT :limit"

# How some subjects stand.
STANDS: Final = """
SELECT s.program, s.kind, s.id, s.next_check_at, s.checked_with, s.folded_with, s.folded_seq
FROM {listed} AS wanted CROSS JOIN subjects AS s
WHERE s.program = wanted.program AND s.kind = wanted.kind AND s.id = wanted.id
"""

# Recipients for whom something waits.
WAITING: Final = "SELECT DISTINCT recipient FROM pending WHERE program = :program"

# Whether some subjects have news, are due by the clock, or were checked with other rules.
STALE: Final = """
SELECT s.program, s.kind, s.id, s.news_at, s.next_check_at, s.checked_with
FROM {listed} AS wanted CROSS JOIN subjects AS s
WHERE s.program = wanted.program AND s.kind = wanted.kind AND s.id = wanted.id
"""

# Recipients whose turn has come, and those of them for whom something urgent waits.
DUE_RECIPIENTS: Final = f"""
SELECT program, recipient, next_plan_at, rests_until FROM recipients
WHERE next_plan_at IS NOT NULL AND {TURN} <= :now ORDER BY {TURN} LIMIT :limit
"""
DUE_URGENTLY: Final = f"""
SELECT program, recipient, next_plan_at, rests_until FROM recipients
WHERE next_plan_at IS NOT NULL AND urgent = 1 AND {TURN} <= :now ORDER BY {TURN} LIMIT :limit
"""

# The rule set that is active, and every activation.
ACTIVE: Final = "SELECT hash, at, by FROM activations ORDER BY n DESC LIMIT 1"
SOURCES: Final = "SELECT sources FROM rule_sets WHERE hash = :hash"
FIRST_ACTIVE: Final = "SELECT hash FROM activations WHERE n = (SELECT min(n) FROM activations)"
ACTIVATIONS: Final = "SELECT hash, at, by FROM activations ORDER BY n DESC"

# What people did of one sort, newest first.
AUDIT: Final = """
SELECT at, who, action, about, program, detail FROM audit WHERE action = :action ORDER BY n DESC LIMIT :limit
"""
_AUDIT_PAGE: Final = "SELECT n, at, who, action, about, program, detail FROM audit WHERE n < :before"
AUDIT_PAGE: Final = f"{_AUDIT_PAGE} ORDER BY n DESC LIMIT :limit"
AUDIT_OF_PROGRAM: Final = f"{_AUDIT_PAGE} AND program = :program ORDER BY n DESC LIMIT :limit"


def suppressed(number: int) -> str:
    """Return the statement that finds which of so many addresses, `a0` and on, are blocked.

    They are bytes, which the list of rows that other statements read cannot hold.
    """
    wanted = ", ".join(f":a{n}" for n in range(number))
    return f"SELECT address, reason, at, detail FROM suppressions WHERE address IN ({wanted})"
