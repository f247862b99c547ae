"""Figures over many patients, computed by a job and read by the cohort page."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cohort_result",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.String(length=64), nullable=False),
        sa.Column("scale_id", sa.String(length=64), nullable=False),
        sa.Column("stratum", sa.String(length=32), nullable=False),
        sa.Column("data_version", sa.String(length=64), nullable=False),
        sa.Column("data_as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_cohort_result_centre_id_centre")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_result")),
        sa.UniqueConstraint(
            "centre_id",
            "instrument_id",
            "scale_id",
            "stratum",
            name=op.f("uq_cohort_result_centre_id_instrument_id_scale_id_stratum"),
        ),
    )


def downgrade() -> None:
    op.drop_table("cohort_result")
