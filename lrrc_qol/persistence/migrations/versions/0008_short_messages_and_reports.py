"""Short messages beside mail, what mail servers report about our messages, and a centre's own wording of them."""

import sqlalchemy as sa
from alembic import op
from lrrc_qol.persistence.append_only import MESSAGE_TABLES, protect_more

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Only columns that may be empty: SQLite adds those without copying the table.
    op.add_column("patient", sa.Column("channel", sa.String(length=8), nullable=True))
    op.add_column("patient", sa.Column("mobile_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("message", sa.Column("template_version", sa.Integer(), nullable=True))
    op.create_table(
        "message_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('hard','soft','complaint')", name=op.f("ck_message_report_kind")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_message_report_centre_id_centre")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_report_message_id_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_report")),
        sa.UniqueConstraint("key", name=op.f("uq_message_report_key")),
    )
    op.create_index(op.f("ix_message_report_message_id"), "message_report", ["message_id"], unique=False)
    op.create_table(
        "message_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_message_template_centre_id_centre")),
        sa.ForeignKeyConstraint(["published_by"], ["staff.id"], name=op.f("fk_message_template_published_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_template")),
        sa.UniqueConstraint(
            *("centre_id", "language", "name", "version"), name=op.f("uq_message_template_centre_id_language_name_version")
        ),
    )
    for statement in protect_more(op.get_bind().dialect.name, MESSAGE_TABLES):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("reports about messages and their wording are not thrown away: restore a backup instead")
