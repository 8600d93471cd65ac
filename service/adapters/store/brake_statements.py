"""What the brakes ask of the tables and change in them, in SQL that SQLite and PostgreSQL both know."""

from typing import Final

STOPS: Final = "SELECT scope, name, at, by FROM stops ORDER BY scope, name"
STOP: Final = "INSERT INTO stops (scope, name, at, by) VALUES (:scope, :name, :at, :by) ON CONFLICT DO NOTHING"
RESUME: Final = "DELETE FROM stops WHERE scope = :scope AND name = :name"

# Whether anything is held at all: one look that spares all others.
ANY_HOLD: Final = "SELECT 1 FROM holds LIMIT 1"

HOLDS_OF: Final = """
SELECT h.program, h.rule, h.subject, h.start, h.k, h.recipient, h.value, h.since, h.released_at
FROM {listed} AS wanted CROSS JOIN holds AS h WHERE h.program = wanted.program AND h.subject = wanted.subject
"""
HOLDS_FOR: Final = """
SELECT rule, subject, start, k, recipient, value, since, released_at FROM holds
WHERE program = :program AND recipient = :recipient
"""

_DECISION: Final = """
WHERE program = :program AND subject = :subject AND rule = :rule AND start = :start AND k = :k
  AND recipient = :recipient AND value = :value
"""
HOLD: Final = """
INSERT INTO holds (program, subject, rule, start, k, recipient, value, since)
VALUES (:program, :subject, :rule, :start, :k, :recipient, :value, :now)
ON CONFLICT (program, subject, rule, start, k, recipient, value) DO NOTHING
"""
RELEASE: Final = "UPDATE holds SET released_at = :now" + _DECISION + "AND released_at IS NULL"
UNHOLD: Final = "DELETE FROM holds" + _DECISION

# What is held, as people look at it. A notice that its claim took is no longer among them.
_WAITING: Final = """
FROM holds AS h JOIN pending AS p
  ON p.program = h.program AND p.subject = h.subject AND p.rule = h.rule AND p.start = h.start AND p.k = h.k
 AND p.recipient = h.recipient AND p.value = h.value
WHERE h.released_at IS NULL AND (:program = '' OR h.program = :program)
"""
HELD_RULES: Final = "SELECT h.rule, count(*), min(h.since)" + _WAITING + "GROUP BY h.rule ORDER BY h.rule"
HELD_NOTICES: Final = (
    "SELECT h.program, p.candidate, h.since"
    + _WAITING
    + "AND h.rule = :rule ORDER BY h.since, h.program, h.subject, h.start, h.k, h.recipient, h.value LIMIT :limit"
)

# What is expected of a rule. Asking writes its row, so that only one transaction at a time claims for the rule.
LAUNCH: Final = """
INSERT INTO launches (rule, expected, until) VALUES (:rule, 0, 0)
ON CONFLICT (rule) DO UPDATE SET expected = launches.expected RETURNING expected, until
"""
EXPECT: Final = """
INSERT INTO launches (rule, expected, until) VALUES (:rule, :count, :until)
ON CONFLICT (rule) DO UPDATE SET expected = excluded.expected, until = excluded.until
"""
SPEND: Final = "UPDATE launches SET expected = expected - :count WHERE rule = :rule"

# What is counted of one edition: notices of the rule since an instant, notices of the edition, whether it is trusted.
COUNTED: Final = """
SELECT (SELECT coalesce(sum(c.notices), 0) FROM rule_counts AS c WHERE c.rule = :rule AND c.minute > :since),
       (SELECT v.went FROM rule_editions AS v WHERE v.rule = :rule AND v.edition = :edition),
       (SELECT v.trusted_at FROM rule_editions AS v WHERE v.rule = :rule AND v.edition = :edition)
"""
COUNT: Final = """
INSERT INTO rule_counts (rule, minute, notices) VALUES (:rule, :minute, :count)
ON CONFLICT (rule, minute) DO UPDATE SET notices = rule_counts.notices + excluded.notices
"""
FORGET_COUNTS: Final = "DELETE FROM rule_counts WHERE rule = :rule AND minute <= :since"
COUNT_VERSION: Final = """
INSERT INTO rule_editions (rule, edition, went, trusted_by) VALUES (:rule, :edition, :count, '')
ON CONFLICT (rule, edition) DO UPDATE SET went = rule_editions.went + excluded.went
"""
MEET_EDITION: Final = """
INSERT INTO rule_editions (rule, edition, went, trusted_by) VALUES (:rule, :edition, 0, '')
ON CONFLICT (rule, edition) DO NOTHING
"""
TRUST: Final = """
UPDATE rule_editions SET trusted_at = :now, trusted_by = :by WHERE rule = :rule AND trusted_at IS NULL
"""
TRUST_FIRST: Final = """
INSERT INTO rule_editions (rule, edition, went, trusted_at, trusted_by) VALUES (:rule, :edition, 0, :now, :by)
ON CONFLICT (rule, edition) DO NOTHING
"""

# Make due the plan of everybody for whom something waits, of one program or rule or of all.
PLAN_WAITING: Final = """
UPDATE recipients SET next_plan_at = :now
WHERE (next_plan_at IS NULL OR next_plan_at > :now) AND EXISTS (
    SELECT 1 FROM pending AS p
    WHERE p.program = recipients.program AND p.recipient = recipients.recipient
      AND (:program = '' OR p.program = :program) AND (:rule = '' OR p.rule = :rule)
)
"""
