"""A report can also say that a message arrived."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAME = "ck_message_report_kind"
EARLIER = "kind IN ('hard','soft','complaint')"
NOW = "kind IN ('delivered','hard','soft','complaint')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
        return
    op.drop_constraint(op.f(NAME), "message_report", type_="check")
    op.create_check_constraint(op.f(NAME), "message_report", NOW)


def _on_sqlite() -> None:
    """Make the table anew from its own words, with the other condition; its index and triggers come back as they were.

    Nothing points to its rows.
    """
    connection = op.get_bind()
    words = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'message_report' AND sql IS NOT NULL ORDER BY rowid")
    ).all()
    table = next(sql for kind, sql in words if kind == "table")
    if table.count(EARLIER) != 1:
        raise RuntimeError("the table of reports is not as the earlier migrations made it")
    op.execute("CREATE TEMPORARY TABLE reports_kept AS SELECT * FROM message_report")
    # The trigger that lets no row go would also let no table go.
    for kind, name in connection.execute(
        sa.text("SELECT type, name FROM sqlite_master WHERE tbl_name = 'message_report' AND type = 'trigger'")
    ).all():
        connection.exec_driver_sql(f"DROP {kind} {name}")
    op.execute("DROP TABLE message_report")
    connection.exec_driver_sql(table.replace(EARLIER, NOW))
    op.execute("INSERT INTO message_report SELECT * FROM temp.reports_kept")
    op.execute("DROP TABLE temp.reports_kept")
    for kind, sql in words:
        if kind != "table":
            connection.exec_driver_sql(sql)


def downgrade() -> None:
    raise RuntimeError("reports about messages are not thrown away: restore a backup instead")
