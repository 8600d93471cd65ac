"""What pages of a program read: the groups of a pair, what is open, figures by week, and what staff write to many.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("footings", sa.Column("groups", _ID, nullable=False, server_default=""))
    op.add_column("footings", sa.Column("kept_seq", sa.BigInteger(), nullable=False, server_default="-1"))
    op.create_table(
        "matters",
        sa.Column("program", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("ref", _ID, nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("about", _ID, nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("program", "id", "kind", "ref", name="pk_matters"),
    )
    op.create_index("ix_matters_queue", "matters", ["program", "weight", "since", "id", "kind", "ref"])
    op.create_table(
        "figures",
        sa.Column("program", _ID, nullable=False),
        sa.Column("monday", _ID, nullable=False),
        sa.Column("grp", _ID, nullable=False),
        sa.Column("what", _ID, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("program", "monday", "grp", "what", name="pk_figures"),
    )
    op.create_table(
        "figuring",
        sa.Column("name", _ID, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_figuring"),
    )
    op.create_table(
        "interventions",
        sa.Column("program", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("state", _ID, nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("program", "id", name="pk_interventions"),
    )
    op.create_index("ix_interventions_newest", "interventions", ["program", "made_at"])
    lost = sa.text("state IN ('failed', 'returned')")
    op.create_index("ix_emails_lost", "emails", ["program", "claimed_at"], postgresql_where=lost, sqlite_where=lost)
