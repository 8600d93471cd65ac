"""The first tables.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id(name: str) -> "sa.Column[str]":
    return sa.Column(name, _ID, nullable=False)


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, _NUMBER, autoincrement=True, nullable=False)


def _must(name: str, kind: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=False)


def _may(name: str, kind: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=True)


def _only(where: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}


def upgrade() -> None:
    op.create_table(
        "emails",
        _id("id"),
        _id("program"),
        _id("recipient"),
        _id("state"),
        _must("planned_at", sa.BigInteger()),
        _must("claimed_at", sa.BigInteger()),
        _must("lease_until", sa.BigInteger()),
        _may("settled_at", sa.BigInteger()),
        _id("reference"),
        _id("error"),
        _must("notices", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_emails"),
    )
    op.create_index("ix_emails_lease_until", "emails", ["lease_until"], **_only("state = 'sending'"))
    op.create_table(
        "events",
        _number("seq"),
        _id("program"),
        _id("source"),
        _id("id"),
        _id("type"),
        _id("subject_kind"),
        _id("subject_id"),
        _must("time", sa.BigInteger()),
        _must("recorded", sa.BigInteger()),
        _must("data", sa.Text()),
        _must("hash", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
        sa.UniqueConstraint("program", "source", "id", name="uq_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_subject", "events", ["program", "subject_kind", "subject_id", "seq"])
    op.create_table(
        "members",
        _id("program"),
        _id("participant"),
        _id("mentorship"),
        sa.PrimaryKeyConstraint("program", "participant", "mentorship", name="pk_members"),
    )
    op.create_table(
        "pending",
        _id("program"),
        _id("subject"),
        _id("rule"),
        _id("start"),
        _must("k", sa.Integer()),
        _id("recipient"),
        _id("value"),
        _must("ready_at", sa.BigInteger()),
        _must("candidate", sa.Text()),
        sa.PrimaryKeyConstraint("program", "subject", "rule", "start", "k", "recipient", "value", name="pk_pending"),
    )
    op.create_index("ix_pending_recipient", "pending", ["program", "recipient"])
    op.create_table(
        "recipients",
        _id("program"),
        _id("recipient"),
        _may("next_plan_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("program", "recipient", name="pk_recipients"),
    )
    op.create_index("ix_recipients_next_plan_at", "recipients", ["next_plan_at"], **_only("next_plan_at IS NOT NULL"))
    op.create_table(
        "rule_sets", _id("hash"), _must("sources", sa.Text()), sa.PrimaryKeyConstraint("hash", name="pk_rule_sets")
    )
    op.create_table(
        "subjects",
        _id("program"),
        _id("kind"),
        _id("id"),
        _may("news_at", sa.BigInteger()),
        _may("next_check_at", sa.BigInteger()),
        _id("checked_with"),
        _id("folded_with"),
        _must("folded_seq", sa.BigInteger()),
        _may("facts", sa.Text()),
        sa.PrimaryKeyConstraint("program", "kind", "id", name="pk_subjects"),
    )
    op.create_index("ix_subjects_checked_with", "subjects", ["checked_with"])
    op.create_index("ix_subjects_news_at", "subjects", ["news_at"], **_only("news_at IS NOT NULL"))
    op.create_index("ix_subjects_next_check_at", "subjects", ["next_check_at"], **_only("next_check_at IS NOT NULL"))
    op.create_table(
        "things",
        _id("program"),
        _id("kind"),
        _id("id"),
        _id("thing"),
        _id("ref"),
        _must("live", sa.SmallInteger()),
        _must("state", sa.Text()),
        sa.PrimaryKeyConstraint("program", "kind", "id", "thing", "ref", name="pk_things"),
    )
    op.create_index("ix_things_live", "things", ["program", "kind", "id"], **_only("live = 1"))
    op.create_table(
        "activations",
        _number("n"),
        _id("hash"),
        _must("at", sa.BigInteger()),
        _id("by"),
        sa.ForeignKeyConstraint(["hash"], ["rule_sets.hash"], name="fk_activations_hash"),
        sa.PrimaryKeyConstraint("n", name="pk_activations"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "email_subjects",
        _id("program"),
        _id("subject"),
        _id("email"),
        sa.ForeignKeyConstraint(["email"], ["emails.id"], name="fk_email_subjects_email"),
        sa.PrimaryKeyConstraint("program", "subject", "email", name="pk_email_subjects"),
    )
    op.create_table(
        "ledger",
        _number("id"),
        _id("program"),
        _id("subject"),
        _id("rule"),
        _id("start"),
        _must("k", sa.Integer()),
        _id("recipient"),
        _id("value"),
        _must("at", sa.BigInteger()),
        _id("email"),
        _id("kind"),
        _id("message"),
        _id("resource"),
        sa.UniqueConstraint("program", "subject", "rule", "start", "k", "recipient", "value", name="uq_ledger"),
        sa.ForeignKeyConstraint(["email"], ["emails.id"], name="fk_ledger_email"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
    )
    op.create_index("ix_ledger_email", "ledger", ["email"])
    op.create_index("ix_ledger_recipient", "ledger", ["program", "recipient", "at"])
    op.create_index("ix_ledger_resource", "ledger", ["program", "recipient", "at"], **_only("resource <> ''"))
