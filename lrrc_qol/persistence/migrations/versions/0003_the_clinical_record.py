"""The clinical record, consent, entries by staff, labels of answered visits, protocol versions of a centre."""

import sqlalchemy as sa
from alembic import op
from lrrc_qol.persistence.append_only import LATER_TABLES, protect_more

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("renew", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_consent_text_centre_id_centre")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_consent_text_recorded_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_text")),
        sa.UniqueConstraint("centre_id", "version", name=op.f("uq_consent_text_centre_id_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_consent_text_public_id")),
    )
    op.create_table(
        "protocol_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("protocol_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("based_on", sa.String(length=32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("clinical_owner", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_protocol_version_centre_id_centre")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_protocol_version_created_by_staff")),
        sa.ForeignKeyConstraint(["published_by"], ["staff.id"], name=op.f("fk_protocol_version_published_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_version")),
        sa.UniqueConstraint("protocol_id", "version", name=op.f("uq_protocol_version_protocol_id_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_protocol_version_public_id")),
    )
    op.create_index(op.f("ix_protocol_version_centre_id"), "protocol_version", ["centre_id"], unique=False)
    op.create_table(
        "clinical_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=32), nullable=False),
        sa.Column("row_key", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_clinical_entry_centre_id_centre")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_clinical_entry_episode_id_episode")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_clinical_entry_recorded_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinical_entry")),
        sa.UniqueConstraint(
            "episode_id",
            "section",
            "row_key",
            "ordinal",
            name=op.f("uq_clinical_entry_episode_id_section_row_key_ordinal"),
        ),
    )
    op.create_index(op.f("ix_clinical_entry_centre_id"), "clinical_entry", ["centre_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("form IN ('paper','electronic','spoken')", name=op.f("ck_consent_form")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_consent_centre_id_centre")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_consent_patient_id_patient")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_consent_recorded_by_staff")),
        sa.ForeignKeyConstraint(["text_id"], ["consent_text.id"], name=op.f("fk_consent_text_id_consent_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_patient_id"), "consent", ["patient_id"], unique=False)
    op.create_table(
        "missed_reason",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_missed_reason_centre_id_centre")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_missed_reason_episode_id_episode")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_missed_reason_recorded_by_staff")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_missed_reason_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed_reason")),
    )
    op.create_index(op.f("ix_missed_reason_episode_id"), "missed_reason", ["episode_id"], unique=False)
    op.create_index(op.f("ix_missed_reason_visit_id"), "missed_reason", ["visit_id"], unique=False)
    op.create_table(
        "second_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=True),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_second_entry_centre_id_centre")),
        sa.ForeignKeyConstraint(["compared_by"], ["staff.id"], name=op.f("fk_second_entry_compared_by_staff")),
        sa.ForeignKeyConstraint(["entered_by"], ["staff.id"], name=op.f("fk_second_entry_entered_by_staff")),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_second_entry_response_id_response")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_entry")),
    )
    op.create_index("ix_second_entry_response", "second_entry", ["response_id"], unique=False)
    for table, column in (
        ("answer", "staff_id"),
        ("patient_session", "staff_id"),
        ("plan", "made_by"),
        ("response", "entered_by"),
    ):
        _add_reference_to_staff(table, column)
    op.add_column("centre", sa.Column("protocol_version", sa.String(length=32), nullable=True))
    op.add_column("patient_session", sa.Column("mode", sa.String(length=16), nullable=True))
    op.add_column("patient_session", sa.Column("respondent", sa.String(length=16), nullable=True))
    op.add_column("patient_session", sa.Column("respondent_relation", sa.String(length=40), nullable=True))
    op.add_column("patient_session", sa.Column("answered_on", sa.Date(), nullable=True))
    op.add_column("plan", sa.Column("reason", sa.String(length=500), nullable=True))
    op.add_column("response", sa.Column("respondent_relation", sa.String(length=40), nullable=True))
    op.add_column("visit", sa.Column("home_key", sa.String(length=16), nullable=True))
    op.add_column("visit", sa.Column("home_in_window", sa.Boolean(), nullable=True))
    op.add_column("visit", sa.Column("also_key", sa.String(length=16), nullable=True))
    with op.batch_alter_table("baseline_choice") as batch:
        batch.alter_column(
            "response_id", existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        )
    _keep_first_labels()
    for statement in protect_more(op.get_bind().dialect.name, LATER_TABLES):
        op.execute(statement)


def _add_reference_to_staff(table: str, column: str) -> None:
    name = op.f(f"fk_{table}_{column}_staff")
    if op.get_bind().dialect.name == "sqlite":
        # SQLite takes the reference only together with the column; copying the table is out of the question.
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES staff (id)")
    else:
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=True))
        op.create_foreign_key(name, table, "staff", [column], ["id"])


def _keep_first_labels() -> None:
    """Visits answered so far: they have the label they were answered under, and their window did not move since."""
    first = "(SELECT min(response.answered_on) FROM response JOIN assignment ON assignment.id = response.assignment_id WHERE assignment.visit_id = visit.id AND response.submitted_at IS NOT NULL)"
    op.execute(
        f"UPDATE visit SET home_key = key, home_in_window = ({first} BETWEEN opens_on AND closes_on) WHERE {first} IS NOT NULL"
    )


def downgrade() -> None:
    raise RuntimeError("what was recorded is not thrown away: restore a backup instead")
