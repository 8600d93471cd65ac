"""The brakes: what is held, how much of each rule went, and what is stopped.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _id(name: str) -> "sa.Column[str]":
    return sa.Column(name, _ID, nullable=False)


def _must(name: str, kind: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=False)


def _may(name: str, kind: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=True)


def upgrade() -> None:
    op.create_table(
        "holds",
        _id("program"),
        _id("subject"),
        _id("rule"),
        _id("start"),
        _must("k", sa.Integer()),
        _id("recipient"),
        _id("value"),
        _must("since", sa.BigInteger()),
        _may("released_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("program", "subject", "rule", "start", "k", "recipient", "value", name="pk_holds"),
    )
    op.create_index("ix_holds_recipient", "holds", ["program", "recipient"])
    waiting = sa.text("released_at IS NULL")
    op.create_index("ix_holds_waiting", "holds", ["rule", "since"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "launches",
        _id("rule"),
        _must("expected", sa.BigInteger()),
        _must("until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("rule", name="pk_launches"),
    )
    op.create_table(
        "rule_counts",
        _id("rule"),
        _must("minute", sa.BigInteger()),
        _must("notices", sa.BigInteger()),
        sa.PrimaryKeyConstraint("rule", "minute", name="pk_rule_counts"),
    )
    op.create_table(
        "rule_editions",
        _id("rule"),
        _id("edition"),
        _must("went", sa.BigInteger()),
        _may("trusted_at", sa.BigInteger()),
        _id("trusted_by"),
        sa.PrimaryKeyConstraint("rule", "edition", name="pk_rule_editions"),
    )
    op.create_table(
        "stops",
        _id("scope"),
        _id("name"),
        _must("at", sa.BigInteger()),
        _id("by"),
        sa.PrimaryKeyConstraint("scope", "name", name="pk_stops"),
    )
