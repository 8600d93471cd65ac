"""The changes made to the tables, in SQL that SQLite and PostgreSQL both know. `:so` are parameters."""

from typing import Final

# Mark a subject as having news, and make it where it is new. One that has news already is left alone.
MARK_NEWS: Final = """
INSERT INTO subjects (program, kind, id, news_at, checked_with, folded_with, folded_seq)
VALUES (:program, :kind, :id, :news_at, '', '', 0)
ON CONFLICT (program, kind, id) DO UPDATE SET news_at = excluded.news_at WHERE subjects.news_at IS NULL
"""

# Append an event to the log.
APPEND: Final = """
INSERT INTO events (program, source, id, type, subject_kind, subject_id, time, recorded, data, hash, traceparent)
VALUES (:program, :source, :id, :type, :kind, :subject_id, :time, :recorded, :data, :hash, :traceparent)
ON CONFLICT (program, source, id) DO NOTHING
"""

# Keep a subject as folded and checked. It has news still where the log holds more than was folded, since that came.
SAVE_SUBJECT: Final = """
INSERT INTO subjects (program, kind, id, next_check_at, checked_with, folded_with, folded_seq, facts)
VALUES (:program, :kind, :id, :next_check_at, :checked_with, :folded_with, :folded_seq, :facts)
ON CONFLICT (program, kind, id) DO UPDATE SET
    next_check_at = excluded.next_check_at,
    checked_with = excluded.checked_with,
    folded_with = excluded.folded_with,
    folded_seq = excluded.folded_seq,
    facts = excluded.facts,
    news_at = (
        SELECT e.recorded FROM events AS e
        WHERE e.program = excluded.program AND e.subject_kind = excluded.kind AND e.subject_id = excluded.id
          AND e.seq > excluded.folded_seq ORDER BY e.seq LIMIT 1
    )
"""

# Keep one thing of a subject.
SAVE_THING: Final = """
INSERT INTO things (program, kind, id, thing, ref, live, state)
VALUES (:program, :kind, :id, :thing, :ref, :live, :state)
ON CONFLICT (program, kind, id, thing, ref) DO UPDATE SET live = excluded.live, state = excluded.state
"""

# Ask for a subject's check, and for those of a whole program. The rows of subjects are left alone: whoever checks one
# of them now holds it, may be about to ask for the check of ours, and the two would wait for each other.
ASK_CHECK: Final = "INSERT INTO checks (program, kind, id) VALUES (:program, :kind, :id)"
ASK_PROGRAM: Final = """
INSERT INTO checks (program, kind, id) SELECT program, kind, id FROM subjects WHERE program = :program
"""

# Hold a subject's row, and make it where it is new, as marking it does.
HOLD: Final = """
INSERT INTO subjects (program, kind, id, checked_with, folded_with, folded_seq) VALUES (:program, :kind, :id, '', '', 0)
ON CONFLICT (program, kind, id) DO UPDATE SET folded_seq = subjects.folded_seq WHERE FALSE
"""

# Forget that checks were asked for.
FORGET_ASKED: Final = """
DELETE FROM checks WHERE (program, kind, id) IN (SELECT wanted.program, wanted.kind, wanted.id FROM {listed} AS wanted)
"""

# Note that a participant belongs to a mentorship.
JOIN: Final = """
INSERT INTO members (program, participant, mentorship) VALUES (:program, :participant, :mentorship)
ON CONFLICT (program, participant, mentorship) DO NOTHING
"""

_DECISION: Final = """
WHERE program = :program AND subject = :subject AND rule = :rule AND start = :start AND k = :k
  AND recipient = :recipient AND value = :value
"""

# Drop a pending notice; keep one.
DROP_PENDING: Final = "DELETE FROM pending" + _DECISION
SAVE_PENDING: Final = """
INSERT INTO pending (program, subject, rule, start, k, recipient, value, ready_at, candidate)
VALUES (:program, :subject, :rule, :start, :k, :recipient, :value, :ready_at, :candidate)
ON CONFLICT (program, subject, rule, start, k, recipient, value)
DO UPDATE SET ready_at = excluded.ready_at, candidate = excluded.candidate
"""

# Make a recipient's plan due by an instant, or earlier where it is due earlier; once urgent, it stays so.
PLAN_SOON: Final = """
INSERT INTO recipients (program, recipient, next_plan_at, urgent) VALUES (:program, :recipient, :at, :urgent)
ON CONFLICT (program, recipient) DO UPDATE SET
    next_plan_at = CASE WHEN recipients.next_plan_at <= excluded.next_plan_at THEN recipients.next_plan_at
                        ELSE excluded.next_plan_at END,
    urgent = CASE WHEN recipients.urgent > excluded.urgent THEN recipients.urgent ELSE excluded.urgent END
WHERE recipients.next_plan_at IS NULL OR recipients.next_plan_at > excluded.next_plan_at
   OR recipients.urgent < excluded.urgent
"""

# Note when a recipient is to be planned next; let one rest who is due.
PLANNED: Final = """
INSERT INTO recipients (program, recipient, next_plan_at, urgent) VALUES (:program, :recipient, :at, :urgent)
ON CONFLICT (program, recipient) DO UPDATE SET
    next_plan_at = excluded.next_plan_at, urgent = excluded.urgent, rests_until = 0
"""
REST: Final = "UPDATE recipients SET rests_until = :until WHERE program = :program AND recipient = :recipient"

# Claim an email: the email, which subjects it is about, and a ledger row for each decision, once for ever.
CLAIM_EMAIL: Final = """
INSERT INTO emails (id, program, recipient, state, planned_at, claimed_at, lease_until, settled_at, reference, error,
                    notices)
VALUES (:id, :program, :recipient, :state, :planned_at, :claimed_at, :lease_until, :settled_at, :reference, :error,
        :notices)
"""
CLAIM_SUBJECT: Final = "INSERT INTO email_subjects (program, subject, email) VALUES (:program, :subject, :email)"
CLAIM_DECISION: Final = """
INSERT INTO ledger (program, subject, rule, start, k, recipient, value, at, email, kind, message, resource)
VALUES (:program, :subject, :rule, :start, :k, :recipient, :value, :at, :email, :kind, :message, :resource)
"""

# Settle an email that is not settled; forget the decisions of one that was surely not sent.
SETTLE: Final = """
UPDATE emails SET state = :state, settled_at = :at, reference = :reference, error = :error
WHERE id = :id AND state IN ('sending', 'unknown')
"""
# Wait for a report on an email that is still on its way.
AWAIT_REPORT: Final = "UPDATE emails SET lease_until = :until, error = :error WHERE id = :id AND state = 'sending'"

# Keep a rule set's files once, and note that it is active from now on.
KEEP_RULE_SET: Final = """
INSERT INTO rule_sets (hash, sources) VALUES (:hash, :sources) ON CONFLICT (hash) DO NOTHING
"""
ACTIVATE: Final = "INSERT INTO activations (hash, at, by) VALUES (:hash, :at, :by)"

# Note who did what.
NOTE: Final = """
INSERT INTO audit (at, who, action, about, program, detail) VALUES (:at, :who, :action, :about, :program, :detail)
"""
