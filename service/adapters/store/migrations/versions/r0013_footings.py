"""What mentorships stand on, for the pages of a program. Workers fill it when they start, by checking every mentorship.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "footings",
        sa.Column("program", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("mentor", _ID, nullable=False),
        sa.Column("mentee", _ID, nullable=False),
        sa.Column("sought", _ID, nullable=False),
        sa.Column("folded_seq", sa.BigInteger(), nullable=False),
        sa.Column("matched_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("status", _ID, nullable=False),
        sa.Column("conversations", sa.BigInteger(), nullable=False),
        sa.Column("first_logged_at", sa.BigInteger(), nullable=True),
        sa.Column("last_logged_at", sa.BigInteger(), nullable=True),
        sa.Column("last_contact_at", sa.BigInteger(), nullable=True),
        sa.Column("open_flags", sa.BigInteger(), nullable=False),
        sa.Column("flagged_at", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("program", "id", name="pk_footings"),
    )
