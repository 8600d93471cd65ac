"""What processes share of their way to the provider, and recipients who rest although their plan is due.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TURN = "(CASE WHEN rests_until > next_plan_at THEN rests_until ELSE next_plan_at END)"


def upgrade() -> None:
    op.create_table(
        "channels",
        sa.Column("name", _ID, nullable=False),
        sa.Column("free_at", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("trouble", _ID, nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_channels"),
    )
    op.add_column("recipients", sa.Column("rests_until", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("recipients", sa.Column("urgent", sa.SmallInteger(), nullable=False, server_default="0"))
    due, urgent = sa.text("next_plan_at IS NOT NULL"), sa.text("next_plan_at IS NOT NULL AND urgent = 1")
    op.create_index("ix_recipients_turn", "recipients", [sa.text(_TURN)], sqlite_where=due, postgresql_where=due)
    op.create_index(
        "ix_recipients_urgent", "recipients", [sa.text(_TURN)], sqlite_where=urgent, postgresql_where=urgent
    )
