"""Who may publish.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "publishers",
        sa.Column("n", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("name", _ID, nullable=False),
        sa.Column("shown", sa.LargeBinary(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("programs", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", _ID, nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_by", _ID, nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_publishers"),
        sqlite_autoincrement=True,
    )
    live = sa.text("revoked_at IS NULL")
    op.create_index(
        "ix_publishers_live", "publishers", ["kind", "name"], unique=True, sqlite_where=live, postgresql_where=live
    )
