"""What patients choose and say: their settings, topics to talk about, changes of address; results shown to them."""

import sqlalchemy as sa
from alembic import op
from lrrc_qol.persistence.append_only import PATIENT_TABLES, protect_more

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Only columns that may be empty: SQLite adds those without copying the table.
    op.add_column("centre", sa.Column("own_results_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("patient", sa.Column("text_size", sa.String(length=8), nullable=True))
    op.add_column("patient", sa.Column("reminder_hour", sa.Integer(), nullable=True))
    op.create_table(
        "topic_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_topic_list_centre_id_centre")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_topic_list_episode_id_episode")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_list")),
    )
    op.create_index(op.f("ix_topic_list_episode_id"), "topic_list", ["episode_id"], unique=False)
    op.create_table(
        "address_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("earlier_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_address_change_centre_id_centre")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_address_change_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
        sa.UniqueConstraint("public_id", name=op.f("uq_address_change_public_id")),
    )
    op.create_index(op.f("ix_address_change_patient_id"), "address_change", ["patient_id"], unique=False)
    for statement in protect_more(op.get_bind().dialect.name, PATIENT_TABLES):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("what patients said is not thrown away: restore a backup instead")
