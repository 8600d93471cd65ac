"""The trace that an event came on, where its publisher said.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("events", sa.Column("traceparent", sa.Text(), nullable=True))
