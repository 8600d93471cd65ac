"""What providers reported of sends, each report once.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("send_id", _ID, nullable=False),
        sa.Column("what", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("detail", _ID, nullable=False),
        sa.PrimaryKeyConstraint("send_id", "what", "at", name="pk_reports"),
    )
