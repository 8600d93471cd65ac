"""Intouch's own events, until a broker has them.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("n", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("source", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("type", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=False),
        sa.Column("trouble", _ID, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.UniqueConstraint("source", "id", name="uq_outbox"),
        sa.PrimaryKeyConstraint("n", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_ready", "outbox", ["type", "ready_at", "n"])
    met = sa.text("trouble <> ''")
    op.create_index("ix_outbox_trouble", "outbox", ["type"], sqlite_where=met, postgresql_where=met)
    op.create_table(
        "outlets",
        sa.Column("name", _ID, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_outlets"),
    )
