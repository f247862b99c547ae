"""`flask selfcheck`: quiet on sound data of every kind, and each check is seen to find what it looks for."""

from __future__ import annotations

import importlib
import sqlite3

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from lrrc_qol.persistence.append_only import APPEND_ONLY_TABLES
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.selfcheck import CHECKS, find_breaches
from tests.clock import FixedClock
from tests.factories import make_staff
from tests.lived_in import live

SELFCHECK = importlib.import_module("lrrc_qol.cli.selfcheck").selfcheck


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("LRRC_QOL_MODE", "test")
    monkeypatch.setenv("LRRC_QOL_DATABASE_URL", database_url)


@pytest.fixture
def lived_in(runtime: Runtime, clock: FixedClock) -> Runtime:
    """A database with something of everything."""
    live(runtime, clock)
    return runtime


def breaches(runtime: Runtime) -> list[tuple[str, str]]:
    return list(find_breaches(lambda: runtime.reading(COMMAND)))


def command() -> Result:
    return CliRunner().invoke(SELFCHECK, [])


def tamper(runtime: Runtime, *statements: str) -> None:
    """Do what a broken program, or somebody with the password of the database, could do."""
    if runtime.database.is_sqlite:
        connection = sqlite3.connect(str(runtime.database.url.database))
        for table in APPEND_ONLY_TABLES:
            for verb in ("update", "delete"):
                connection.execute(f"DROP TRIGGER {table}_no_{verb}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return
    with runtime.database.write() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            session.execute(text(statement))


def test_sound_data_is_not_complained_about(lived_in: Runtime) -> None:
    assert breaches(lived_in) == []


COPIED_MAIL = """
INSERT INTO message (id, key, centre_id, patient_id, episode_id, visit_id, kind, ordinal, channel, language, params,
  message_id, status, available_at, attempts, created_at, sent_at)
SELECT 900, 'again', centre_id, patient_id, episode_id, visit_id, kind, ordinal, channel, language, params,
  'again', 'sent', available_at, attempts, created_at, sent_at
FROM message WHERE status = 'sent' AND kind = 'invitation' AND patient_id = 1
"""
WAITING = "UPDATE message SET status = 'queued' WHERE patient_id = 3 AND staff_id IS NULL"
SENT = "UPDATE message SET status = 'sent', sent_at = '2099-01-01 00:00:00' WHERE patient_id = 3 AND staff_id IS NULL"
ON_THE_WIRE = """
UPDATE message SET status = 'sent', sent_at = (SELECT recorded_at FROM episode_event WHERE kind = 'death')
WHERE patient_id = 3 AND staff_id IS NULL
"""


@pytest.mark.parametrize(
    ("check", "statement", "says"),
    [
        ("orphans", "DELETE FROM response WHERE id = 1", "answer 1 points to response 1, which is not there"),
        ("orphans", "DELETE FROM consent_text WHERE id = 2", "consent 1 points to consent_text 2"),
        ("centres", "UPDATE response SET episode_id = 2 WHERE id = 1", "response 1 belongs to another follow-up"),
        ("centres", "UPDATE episode SET centre_id = 2 WHERE id = 1", "episode 1 belongs to another centre"),
        ("centres", "UPDATE visit SET centre_id = 2 WHERE id = 1", "visit 1 belongs to another centre"),
        ("visits", "UPDATE visit SET name = ' ' WHERE id = 1", "visit 1 was answered, but no plan says what it is"),
        ("visits", "DELETE FROM plan WHERE episode_id = 1", "visit 1 was answered, but no plan says what it is"),
        ("visits", "UPDATE response SET submitted_at = NULL", "visit 1 counts as answered, but no form of it was sent"),
        ("visits", "UPDATE response SET answered_on = NULL WHERE id = 1", "response 1 was sent, but has no day"),
        ("duplicate mail", COPIED_MAIL, "visit 1: the mail invitation 0 was sent 2 times"),
        ("mail to the dead", WAITING, "recorded: queued"),
        (
            "mail to the dead",
            SENT,
            "recorded: sent",
        ),
        ("clinical record", "UPDATE clinical_entry SET ordinal = 3 WHERE id = 2", "episode 1, disease: 2 versions"),
        ("clinical record", "DELETE FROM clinical_entry WHERE id = 1", "episode 1, disease: 1 versions"),
        ("consents", "UPDATE consent SET text_id = 1", "consent 1 refers to text 1 of another centre"),
        ("audit", "UPDATE audit_entry SET action = 'nothing' WHERE id = 3", "audit entry 3 was changed"),
        ("audit", "DELETE FROM audit_entry WHERE id = 3", "are not what was sealed"),
        ("scores", "UPDATE score SET value = 55 WHERE scale_id = 'QL'", "the score QL of qlq_c30 3.0 is not what"),
        ("scores", "DELETE FROM score WHERE scale_id = 'QL'", "the score QL of qlq_c30 3.0 is missing"),
    ],
)
def test_each_check_finds_what_it_looks_for(lived_in: Runtime, check: str, statement: str, says: str) -> None:
    tamper(lived_in, statement)
    found = [breach for name, breach in breaches(lived_in) if name == check]
    assert any(says in breach for breach in found), found
    result = command()
    assert result.exit_code == 1
    assert f"{check}: " in result.output
    assert "breaches: " in result.output


def test_an_audit_entry_that_is_not_sealed_yet_is_checked_too(lived_in: Runtime) -> None:
    make_staff(lived_in, role="clinician")
    tamper(lived_in, "UPDATE audit_entry SET action = 'x' WHERE id = (SELECT max(id) FROM audit_entry)")
    assert [name for name, _ in breaches(lived_in)] == ["audit"]


def test_an_alert_nobody_took_in_time_is_a_breach_until_somebody_does(lived_in: Runtime, clock: FixedClock) -> None:
    clock.advance(hours=30)
    ((check, breach),) = breaches(lived_in)
    assert check == "alerts"
    assert "alert 1 (red) has no owner; its clock ran out at" in breach
    tamper(lived_in, "UPDATE alert SET owner_id = 1")
    assert breaches(lived_in) == []


def test_a_mail_that_was_on_the_wire_when_the_death_was_recorded_is_none(lived_in: Runtime) -> None:
    tamper(lived_in, ON_THE_WIRE)
    assert breaches(lived_in) == []


def test_the_command_says_that_nothing_was_found(runtime: Runtime) -> None:
    result = command()
    assert result.exit_code == 0, result.output
    assert all(check in result.output for check in CHECKS)
