"""Whose caseload each mentorship is in. Workers fill it when they start, by checking every mentorship without it.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("footings", sa.Column("advisors", _ID, nullable=True))
