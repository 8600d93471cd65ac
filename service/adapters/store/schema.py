"""The tables. `migrations/` makes them; a test holds the two to the same.

The rules of this file:
- Instants are integers (microseconds UTC), hashes are bytes, JSON is text that the codecs write and read.
- Ids sort in code-point order in every database.
- What comes due has a small index of its own that quiet rows are not in, so that a million of them cost nothing.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

REVISION: Final = "0019"
"""The newest migration; a store that is not at it is refused."""

TURN: Final = "(CASE WHEN rests_until > next_plan_at THEN rests_until ELSE next_plan_at END)"
"""When a recipient's turn comes: when their plan is due, or their rest ends."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
_ID = Text().with_variant(Text(collation="C"), "postgresql")


def _id(name: str, *more: Any, server_default: str | None = None) -> "Column[str]":
    return Column(name, _ID, *more, nullable=False, server_default=server_default)


def _kept(name: str) -> "Column[str]":
    """Return a column that the release before does not write."""
    return Column(name, _ID, nullable=False, server_default="")


def _at(name: str, *, nullable: bool = False) -> "Column[int]":
    return Column(name, BigInteger, nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> "Column[str]":
    return Column(name, Text, nullable=nullable)


def _number(name: str) -> "Column[int]":
    return Column(name, _NUMBER, primary_key=True, autoincrement=True)


def _partial(name: str, *columns: Any, where: str) -> Index:
    """Return an index of only those rows that the condition holds for."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


events = Table(
    "events",
    metadata,
    _number("seq"),
    _id("program"),
    _id("source"),
    _id("id"),
    _id("type"),
    _id("subject_kind"),
    _id("subject_id"),
    _at("time"),
    _at("recorded"),
    _json("data"),
    Column("hash", LargeBinary, nullable=False),  # of the canonical bytes: the same id again must have the same
    Column("traceparent", Text, nullable=True),  # as its publisher sent it; no fact, and not compared
    UniqueConstraint("program", "source", "id"),
    Index("ix_events_subject", "program", "subject_kind", "subject_id", "seq"),
    sqlite_autoincrement=True,  # a position is never used again, whatever is erased
)

subjects = Table(
    "subjects",
    metadata,
    _id("program"),
    _id("kind"),
    _id("id"),
    _at("news_at", nullable=True),  # when the first event that is not folded yet came, or null
    _at("next_check_at", nullable=True),
    _id("checked_with"),
    _id("folded_with"),
    Column("folded_seq", BigInteger, nullable=False),
    _json("facts", nullable=True),  # without things
    PrimaryKeyConstraint("program", "kind", "id"),
    Index("ix_subjects_checked_with", "checked_with"),
    _partial("ix_subjects_news_at", "news_at", where="news_at IS NOT NULL"),
    _partial("ix_subjects_next_check_at", "next_check_at", where="next_check_at IS NOT NULL"),
)

things = Table(
    "things",
    metadata,
    _id("program"),
    _id("kind"),
    _id("id"),
    _id("thing"),
    _id("ref"),
    Column("live", SmallInteger, nullable=False),
    _json("state"),
    PrimaryKeyConstraint("program", "kind", "id", "thing", "ref"),
    _partial("ix_things_live", "program", "kind", "id", where="live = 1"),
)

checks = Table(  # asked by one subject of another; only ever added to, so that nobody waits for anybody's row
    "checks",
    metadata,
    _number("n"),
    _id("program"),
    _id("kind"),
    _id("id"),
    Index("ix_checks_subject", "program", "kind", "id"),
    sqlite_autoincrement=True,
)

members = Table(
    "members",
    metadata,
    _id("program"),
    _id("participant"),
    _id("mentorship"),
    PrimaryKeyConstraint("program", "participant", "mentorship"),
)

footings = Table(  # what each mentorship stands on, written by whoever checks it; pages read it instead of facts
    "footings",
    metadata,
    _id("program"),
    _id("id"),
    _id("mentor"),
    _id("mentee"),
    _id("sought"),  # id and names in small letters
    Column("folded_seq", BigInteger, nullable=False),
    _at("matched_at", nullable=True),
    _at("ended_at", nullable=True),
    _id("status"),
    Column("conversations", BigInteger, nullable=False),
    _at("first_logged_at", nullable=True),
    _at("last_logged_at", nullable=True),
    _at("last_contact_at", nullable=True),
    Column("open_flags", BigInteger, nullable=False),
    _at("flagged_at", nullable=True),
    _at("asked_at", nullable=True),
    Column("advisors", _ID, nullable=True),  # null before the first check by a release that keeps them
    _kept("groups"),  # of either of the two, each between line ends
    Column("kept_seq", BigInteger, nullable=False, server_default="-1"),  # `folded_seq`, by whoever keeps all of this
    PrimaryKeyConstraint("program", "id"),
)

matters = Table(  # flags, concerns and requests for help that are open, kept by whoever checks their mentorship
    "matters",
    metadata,
    _id("program"),
    _id("id"),
    _id("kind"),
    _id("ref"),
    Column("weight", SmallInteger, nullable=False),
    _id("about"),
    _id("by"),
    _at("since"),
    _at("acknowledged_at", nullable=True),
    PrimaryKeyConstraint("program", "id", "kind", "ref"),
    Index("ix_matters_queue", "program", "weight", "since", "id", "kind", "ref"),
)

figures = Table(  # numbers by week and group that pages show, made in the background
    "figures",
    metadata,
    _id("program"),
    _id("monday"),
    _id("grp"),
    _id("what"),
    Column("number", BigInteger, nullable=False),
    PrimaryKeyConstraint("program", "monday", "grp", "what"),
)

figuring = Table(  # when figures were made, are to be made again, and up to where the log is counted
    "figuring",
    metadata,
    _id("name"),
    _at("made_at"),
    _at("next_at"),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("name"),
)

interventions = Table(  # what staff write to many by hand
    "interventions",
    metadata,
    _id("program"),
    _id("id"),
    _at("made_at"),
    _id("state"),
    _json("told"),
    _json("chosen"),
    PrimaryKeyConstraint("program", "id"),
    Index("ix_interventions_newest", "program", "made_at"),
)

pending = Table(
    "pending",
    metadata,
    _id("program"),
    _id("subject"),
    _id("rule"),
    _id("start"),
    Column("k", Integer, nullable=False),
    _id("recipient"),
    _id("value"),
    _at("ready_at"),
    _json("candidate"),
    PrimaryKeyConstraint("program", "subject", "rule", "start", "k", "recipient", "value"),
    Index("ix_pending_recipient", "program", "recipient"),
)

recipients = Table(
    "recipients",
    metadata,
    _id("program"),
    _id("recipient"),
    _at("next_plan_at", nullable=True),
    Column("rests_until", BigInteger, nullable=False, server_default="0"),  # not planned before, however long due
    Column("urgent", SmallInteger, nullable=False, server_default="0"),  # an alert or an answer waits for them
    PrimaryKeyConstraint("program", "recipient"),
    # For the release before, which looks by plan. It goes once none can run beside that one.
    _partial("ix_recipients_next_plan_at", "next_plan_at", where="next_plan_at IS NOT NULL"),
    # By turn, so that a hundred thousand who wait for theirs are not in the way of who has it.
    _partial("ix_recipients_turn", text(TURN), where="next_plan_at IS NOT NULL"),
    _partial("ix_recipients_urgent", text(TURN), where="next_plan_at IS NOT NULL AND urgent = 1"),
)

secrets = Table(  # the key of hashes and links, where processes share a store and were given none
    "secrets",
    metadata,
    _id("name"),
    Column("value", LargeBinary, nullable=False),
    PrimaryKeyConstraint("name"),
)

channels = Table(  # what processes share of their way to the provider; "" is all mail, the others are domains
    "channels",
    metadata,
    _id("name"),
    _at("free_at"),
    Column("failures", BigInteger, nullable=False),
    _id("trouble"),
    _at("failing_since", nullable=True),
    PrimaryKeyConstraint("name"),
)

emails = Table(
    "emails",
    metadata,
    _id("id"),
    _id("program"),
    _id("recipient"),
    _id("state"),
    _at("planned_at"),
    _at("claimed_at"),
    _at("lease_until"),
    _at("settled_at", nullable=True),
    _id("reference"),
    _id("error"),
    _json("notices"),
    PrimaryKeyConstraint("id"),
    _partial("ix_emails_lease_until", "lease_until", where="state = 'sending'"),
    _partial("ix_emails_lost", "program", "claimed_at", where="state IN ('failed', 'returned')"),
    _partial("ix_emails_unknown", "claimed_at", where="state = 'unknown'"),
)

email_subjects = Table(  # kept when an email is released and its ledger rows go
    "email_subjects",
    metadata,
    _id("program"),
    _id("subject"),
    _id("email", ForeignKey("emails.id")),
    PrimaryKeyConstraint("program", "subject", "email"),
)

ledger = Table(
    "ledger",
    metadata,
    _number("id"),
    _id("program"),
    _id("subject"),
    _id("rule"),
    _id("start"),
    Column("k", Integer, nullable=False),
    _id("recipient"),
    _id("value"),
    _at("at"),
    _id("email", ForeignKey("emails.id")),
    _id("kind"),
    _id("message"),
    _id("resource"),
    # The subject stands first, so that the one index also answers what was sent about it.
    UniqueConstraint("program", "subject", "rule", "start", "k", "recipient", "value"),
    Index("ix_ledger_recipient", "program", "recipient", "at"),
    _partial("ix_ledger_resource", "program", "recipient", "at", where="resource <> ''"),
    Index("ix_ledger_email", "email"),
)

holds = Table(  # notices that the safety limit held, until they are sent or their gates no longer hold
    "holds",
    metadata,
    _id("program"),
    _id("subject"),
    _id("rule"),
    _id("start"),
    Column("k", Integer, nullable=False),
    _id("recipient"),
    _id("value"),
    _at("since"),
    _at("released_at", nullable=True),
    PrimaryKeyConstraint("program", "subject", "rule", "start", "k", "recipient", "value"),
    Index("ix_holds_recipient", "program", "recipient"),
    _partial("ix_holds_waiting", "rule", "since", where="released_at IS NULL"),
)

rule_counts = Table(  # notices of a rule by the minute of their planned instant; only the last hour's are kept
    "rule_counts",
    metadata,
    _id("rule"),
    _at("minute"),
    Column("notices", BigInteger, nullable=False),
    PrimaryKeyConstraint("rule", "minute"),
)

rule_editions = Table(  # how many notices of each edition went, until staff trusted it
    "rule_editions",
    metadata,
    _id("rule"),
    _id("edition"),
    Column("went", BigInteger, nullable=False),
    _at("trusted_at", nullable=True),
    _id("trusted_by"),
    PrimaryKeyConstraint("rule", "edition"),
)

launches = Table(  # one row a rule that ever sent: claims for it wait here for each other
    "launches",
    metadata,
    _id("rule"),
    Column("expected", BigInteger, nullable=False),
    _at("until"),
    PrimaryKeyConstraint("rule"),
)

stops = Table(
    "stops",
    metadata,
    _id("scope"),
    _id("name"),
    _at("at"),
    _id("by"),
    PrimaryKeyConstraint("scope", "name"),
)

outbox = Table(  # Intouch's own events, until a broker has them
    "outbox",
    metadata,
    _number("n"),
    _id("source"),
    _id("id"),
    _id("type"),
    _at("at"),
    _at("ready_at"),  # 0, or until when somebody is publishing it
    _id("trouble"),
    _json("event"),
    UniqueConstraint("source", "id"),
    Index("ix_outbox_ready", "type", "ready_at", "n"),
    _partial("ix_outbox_trouble", "type", where="trouble <> ''"),
    sqlite_autoincrement=True,
)

outlets = Table(  # a row where somebody publishes the outbox; without one it stays empty
    "outlets",
    metadata,
    _id("name"),
    _at("since"),
    PrimaryKeyConstraint("name"),
)

reports = Table(  # what providers said of sends, about unknown ones too
    "reports",
    metadata,
    _id("send_id"),
    _id("what"),
    _at("at"),
    _id("detail"),
    PrimaryKeyConstraint("send_id", "what", "at"),
)

forgotten_sends = Table(  # decisions that went out before the store was put back from a copy
    "forgotten_sends",
    metadata,
    _id("mark"),
    _id("send_id"),
    _at("at"),
    PrimaryKeyConstraint("mark"),
)

publishers = Table(  # who may publish, and who might
    "publishers",
    metadata,
    _number("n"),
    _id("kind"),
    _id("name"),
    Column("shown", LargeBinary, nullable=False),  # of a key its hash: the key itself is nowhere
    _json("sources"),
    _json("programs"),
    _at("created_at"),
    _id("created_by"),
    _at("revoked_at", nullable=True),
    _id("revoked_by"),
    Index(
        "ix_publishers_live",
        "kind",
        "name",
        unique=True,
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address", LargeBinary, nullable=False),  # keyed hash: the list tells nobody whose addresses are on it
    _id("reason"),
    _at("at"),
    _id("detail"),
    PrimaryKeyConstraint("address"),
)

erasures = Table(  # participants whose names and addresses are kept no more, nor taken in again
    "erasures",
    metadata,
    _id("program"),
    _id("participant"),
    _at("at"),
    PrimaryKeyConstraint("program", "participant"),
)

sessions = Table(  # who is signed in to the console; of what a browser shows only the hash
    "sessions",
    metadata,
    Column("token", LargeBinary, nullable=False),
    _id("id"),
    _id("origin"),
    _id("person"),
    _id("name"),
    _json("said"),
    _id("advisor"),
    _at("began_at"),
    _at("seen_at"),
    _at("unmasked_until"),
    PrimaryKeyConstraint("token"),
    Index("ix_sessions_id", "id"),
)

tickets = Table(  # what lets somebody in once
    "tickets",
    metadata,
    Column("token", LargeBinary, nullable=False),
    _id("origin"),
    _at("until"),
    _json("data"),
    PrimaryKeyConstraint("token"),
)

rule_sets = Table("rule_sets", metadata, _id("hash"), _json("sources"), PrimaryKeyConstraint("hash"))

activations = Table(
    "activations",
    metadata,
    _number("n"),
    _id("hash", ForeignKey("rule_sets.hash")),
    _at("at"),
    _id("by"),
    sqlite_autoincrement=True,
)

audit = Table(  # who did what; rows are only ever added, until they are past their time
    "audit",
    metadata,
    _number("n"),
    _at("at"),
    _id("who"),
    _id("action"),
    _id("about"),
    _json("detail"),
    _id("program", server_default=""),
    Index("ix_audit_action", "action", "n"),
    Index("ix_audit_program", "program", "n"),
    sqlite_autoincrement=True,
)
