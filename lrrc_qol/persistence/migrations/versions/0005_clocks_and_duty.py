"""Holidays, leave and the chain of escalation; when an alert's clock began and until when it waits."""

import sqlalchemy as sa
from alembic import op
from lrrc_qol.persistence.append_only import DUTY_TABLES, protect_more

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Only columns that may be empty: SQLite adds those without copying the table.
    op.add_column("centre", sa.Column("holidays", sa.JSON(), nullable=True))
    op.add_column("alert", sa.Column("clock_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alert", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "staff_absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("cover_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_staff_absence_centre_id_centre")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_absence_staff_id_staff")),
        sa.ForeignKeyConstraint(["cover_id"], ["staff.id"], name=op.f("fk_staff_absence_cover_id_staff")),
        sa.ForeignKeyConstraint(["noted_by"], ["staff.id"], name=op.f("fk_staff_absence_noted_by_staff")),
        sa.ForeignKeyConstraint(["revoked_by"], ["staff.id"], name=op.f("fk_staff_absence_revoked_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_absence")),
        sa.UniqueConstraint("public_id", name=op.f("uq_staff_absence_public_id")),
    )
    op.create_index(op.f("ix_staff_absence_centre_id"), "staff_absence", ["centre_id"], unique=False)
    op.create_table(
        "escalation_chain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=True),
        sa.Column("surgeon_id", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_escalation_chain_centre_id_centre")),
        sa.ForeignKeyConstraint(["second_id"], ["staff.id"], name=op.f("fk_escalation_chain_second_id_staff")),
        sa.ForeignKeyConstraint(["surgeon_id"], ["staff.id"], name=op.f("fk_escalation_chain_surgeon_id_staff")),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_escalation_chain_set_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_chain")),
    )
    op.create_index(op.f("ix_escalation_chain_centre_id"), "escalation_chain", ["centre_id"], unique=False)
    op.create_index(
        "ix_message_staff",
        "message",
        ["staff_id", "id"],
        unique=False,
        sqlite_where=sa.text("kind = 'staff_alert'"),
        postgresql_where=sa.text("kind = 'staff_alert'"),
    )
    for statement in protect_more(op.get_bind().dialect.name, DUTY_TABLES):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("who was to be told of an alert is not thrown away: restore a backup instead")
