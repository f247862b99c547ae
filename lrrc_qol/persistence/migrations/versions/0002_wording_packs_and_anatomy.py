"""Wording packs, the centre's choice of questionnaires, reviewed languages; anatomy that questions depend on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "centre_questionnaire",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.String(length=64), nullable=False),
        sa.Column("visit_kinds", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_centre_questionnaire_centre_id_centre")),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"], name=op.f("fk_centre_questionnaire_changed_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_questionnaire")),
        sa.UniqueConstraint("centre_id", "instrument_id", name=op.f("uq_centre_questionnaire_centre_id_instrument_id")),
    )
    op.create_table(
        "language_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reviewer_name", sa.String(length=120), nullable=False),
        sa.Column("reviewer_qualification", sa.String(length=200), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.Column("revoke_reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_language_review_centre_id_centre")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_language_review_recorded_by_staff")),
        sa.ForeignKeyConstraint(["revoked_by"], ["staff.id"], name=op.f("fk_language_review_revoked_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_language_review")),
        sa.UniqueConstraint("public_id", name=op.f("uq_language_review_public_id")),
    )
    op.create_index("ix_language_review_centre", "language_review", ["centre_id", "language"], unique=False)
    op.create_table(
        "wording_pack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.String(length=64), nullable=False),
        sa.Column("instrument_version", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("source_kind", sa.String(length=8), nullable=False),
        sa.Column("source_name", sa.String(length=200), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("licence_holder", sa.String(length=200), nullable=False),
        sa.Column("licence_reference", sa.String(length=200), nullable=False),
        sa.Column("permitted_modes", sa.JSON(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared_by", sa.Integer(), nullable=True),
        sa.Column("compared_with", sa.String(length=200), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_by", sa.Integer(), nullable=True),
        sa.Column("retire_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint("source_kind IN ('fhir','redcap','csv')", name=op.f("ck_wording_pack_source_kind")),
        sa.CheckConstraint(
            "approved_at IS NULL OR compared_at IS NOT NULL", name=op.f("ck_wording_pack_compared_before_approved")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name=op.f("fk_wording_pack_approved_by_staff")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_wording_pack_centre_id_centre")),
        sa.ForeignKeyConstraint(["compared_by"], ["staff.id"], name=op.f("fk_wording_pack_compared_by_staff")),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.id"], name=op.f("fk_wording_pack_proposed_by_staff")),
        sa.ForeignKeyConstraint(["retired_by"], ["staff.id"], name=op.f("fk_wording_pack_retired_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording_pack")),
        sa.UniqueConstraint(
            "centre_id", "instrument_id", "instrument_version", "language", "ordinal", name="uq_wording_pack_ordinal"
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_wording_pack_public_id")),
    )
    op.create_index("ix_wording_pack_digest", "wording_pack", ["centre_id", "digest"], unique=False)
    op.add_column("assignment", sa.Column("options", sa.JSON(), nullable=True))
    op.add_column("episode", sa.Column("rectum_removed", sa.Boolean(), nullable=True))
    op.add_column("episode", sa.Column("bladder_removed", sa.Boolean(), nullable=True))
    op.add_column("episode", sa.Column("vagina", sa.Boolean(), nullable=True))
    op.add_column("episode", sa.Column("nerve_resection", sa.Boolean(), nullable=True))
    op.add_column("response", sa.Column("facts", sa.JSON(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("approved wordings are not thrown away: restore a backup instead")
