"""A centre's own switch for being read together with other centres."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Only a column that may be empty: SQLite adds it without copying the table.
    op.add_column("centre", sa.Column("cohort_shared_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("centre", "cohort_shared_since")
