"""Addresses that get no more mail.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "suppressions",
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("reason", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("detail", _ID, nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_suppressions"),
    )
