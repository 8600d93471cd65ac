"""Who is signed in to the console, and what lets somebody in once. Hashes stand here, never what a browser shows.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("origin", _ID, nullable=False),
        sa.Column("person", _ID, nullable=False),
        sa.Column("name", _ID, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("advisor", _ID, nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("unmasked_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_sessions"),
    )
    op.create_index("ix_sessions_id", "sessions", ["id"])
    op.create_table(
        "tickets",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("origin", _ID, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_tickets"),
    )
