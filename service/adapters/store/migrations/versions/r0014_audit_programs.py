"""Which program a line of the audit concerns, so that each program's admins see theirs; "" for no single one.

A step is never changed once it was released, so it says everything itself and imports nothing of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("audit", sa.Column("program", _ID, nullable=False, server_default=""))
    op.create_index("ix_audit_program", "audit", ["program", "n"])
