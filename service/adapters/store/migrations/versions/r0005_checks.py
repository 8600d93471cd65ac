"""Checks that one subject asks of another.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "checks",
        sa.Column("n", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("program", _ID, nullable=False),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_checks"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_checks_subject", "checks", ["program", "kind", "id"])
