"""What the team writes about a patient: contacts, notes and who opened them, tasks of one's own; unread forms found."""

import sqlalchemy as sa
from alembic import op
from lrrc_qol.persistence.append_only import CARE_TABLES, protect_more

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("with_whom", sa.String(length=16), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("direction IN ('in','out')", name=op.f("ck_contact_entry_direction")),
        sa.CheckConstraint("with_whom IN ('patient','relative','doctor','home_care','other')", name=op.f("ck_contact_entry_with_whom")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_contact_entry_centre_id_centre")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_contact_entry_episode_id_episode")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_contact_entry_recorded_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_entry_public_id")),
    )
    op.create_index(op.f("ix_contact_entry_episode_id"), "contact_entry", ["episode_id"], unique=False)
    op.create_table(
        "patient_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_patient_note_centre_id_centre")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_patient_note_episode_id_episode")),
        sa.ForeignKeyConstraint(["written_by"], ["staff.id"], name=op.f("fk_patient_note_written_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_note")),
        sa.UniqueConstraint("public_id", name=op.f("uq_patient_note_public_id")),
    )
    op.create_index(op.f("ix_patient_note_episode_id"), "patient_note", ["episode_id"], unique=False)
    op.create_table(
        "note_opening",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_note_opening_centre_id_centre")),
        sa.ForeignKeyConstraint(["note_id"], ["patient_note.id"], name=op.f("fk_note_opening_note_id_patient_note")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_note_opening_opened_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_opening")),
    )
    op.create_index(op.f("ix_note_opening_note_id"), "note_opening", ["note_id"], unique=False)
    # Only columns that may be empty: SQLite adds those without copying the table.
    op.add_column("task", sa.Column("words_sealed", sa.LargeBinary(), nullable=True))
    _add_author()
    op.create_index(
        "ix_response_unread",
        "response",
        ["centre_id", "submitted_at"],
        unique=False,
        sqlite_where=sa.text("reviewed_at IS NULL AND submitted_at IS NOT NULL"),
        postgresql_where=sa.text("reviewed_at IS NULL AND submitted_at IS NOT NULL"),
    )
    for statement in protect_more(op.get_bind().dialect.name, CARE_TABLES):
        op.execute(statement)


def _add_author() -> None:
    name = op.f("fk_task_created_by_staff")
    if op.get_bind().dialect.name == "sqlite":
        # SQLite takes the reference only together with the column; copying the table is out of the question.
        op.execute(f"ALTER TABLE task ADD COLUMN created_by INTEGER CONSTRAINT {name} REFERENCES staff (id)")
    else:
        op.add_column("task", sa.Column("created_by", sa.Integer(), nullable=True))
        op.create_foreign_key(name, "task", "staff", ["created_by"], ["id"])


def downgrade() -> None:
    raise RuntimeError("what was written down is not thrown away: restore a backup instead")
