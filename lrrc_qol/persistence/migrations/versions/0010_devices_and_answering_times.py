"""A centre's own switch for answers on devices, and how long each questionnaire takes by the forms that were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Only a column that may be empty: SQLite adds it without copying the table.
    op.add_column("centre", sa.Column("device_store_off_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "answering_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.String(length=64), nullable=False),
        sa.Column("instrument_version", sa.String(length=32), nullable=False),
        sa.Column("forms", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Float(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answering_time")),
        sa.UniqueConstraint(
            "instrument_id", "instrument_version", name=op.f("uq_answering_time_instrument_id_instrument_version")
        ),
    )
    op.create_index(
        "ix_response_instrument", "response", ["instrument_id", "instrument_version", "submitted_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_response_instrument", table_name="response")
    op.drop_table("answering_time")
    op.drop_column("centre", "device_store_off_since")
