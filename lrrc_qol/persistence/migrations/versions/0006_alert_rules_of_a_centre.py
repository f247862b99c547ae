"""Alert rules that a centre made; alerts about a check-in that nobody answered, which have no form."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_rule_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("protocol_id", sa.String(length=64), nullable=False),
        sa.Column("shipped", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("based_on", sa.String(length=32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("red_reason", sa.String(length=500), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("clinical_owner", sa.String(length=120), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("switched_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("switched_on_by", sa.Integer(), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_alert_rule_version_centre_id_centre")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_alert_rule_version_created_by_staff")),
        sa.ForeignKeyConstraint(
            ["switched_on_by"], ["staff.id"], name=op.f("fk_alert_rule_version_switched_on_by_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rule_version")),
        sa.UniqueConstraint("centre_id", "version", name=op.f("uq_alert_rule_version_centre_id_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_alert_rule_version_public_id")),
    )
    op.create_index("ix_alert_rule_version_on", "alert_rule_version", ["centre_id", "switched_on_at"], unique=False)
    op.create_index("ix_visit_kind_closing", "visit", ["kind", "closes_at"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _without_a_form_on_sqlite()
        op.execute(
            "ALTER TABLE alert ADD COLUMN visit_id INTEGER CONSTRAINT fk_alert_visit_id_visit REFERENCES visit (id)"
        )
        return
    op.alter_column("alert", "response_id", existing_type=sa.BigInteger(), nullable=True)
    op.add_column("alert", sa.Column("visit_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_alert_visit_id_visit"), "alert", "visit", ["visit_id"], ["id"])


def _without_a_form_on_sqlite() -> None:
    """Make the table anew from its own words, with one NOT NULL less; its indexes and triggers come back as they were.

    The rows of other tables that point to alerts wait until the end of the transaction to be checked, when the alerts
    are back.
    """
    connection = op.get_bind()
    words = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'alert' AND sql IS NOT NULL ORDER BY rowid")
    ).all()
    table = next(sql for kind, sql in words if kind == "table")
    needed, free = "response_id INTEGER NOT NULL", "response_id INTEGER"
    if table.count(needed) != 1:
        raise RuntimeError("the table of alerts is not as the earlier migrations made it")
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TEMPORARY TABLE alert_kept AS SELECT * FROM alert")
    op.execute("DROP TABLE alert")
    connection.exec_driver_sql(table.replace(needed, free))
    op.execute("INSERT INTO alert SELECT * FROM temp.alert_kept")
    op.execute("DROP TABLE temp.alert_kept")
    for kind, sql in words:
        if kind != "table":
            connection.exec_driver_sql(sql)


def downgrade() -> None:
    raise RuntimeError("alert rules that were followed are not thrown away: restore a backup instead")
