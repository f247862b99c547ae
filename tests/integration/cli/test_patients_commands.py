"""`flask patients import`: all rows or none, every fault told, the same people as enrolled by hand."""

from __future__ import annotations

import importlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from lrrc_qol.interchange import patient_table, read_patient_table
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.models import AuditEntry, Episode, Patient, Visit
from lrrc_qol.runtime import Runtime, SystemClock
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.enrol_patient import Enrolment
from lrrc_qol.services.import_patients import RowRefused, as_cells, check_table, enrol_rows
from tests.factories import enrolment, make_centre, make_patient, make_staff
from tests.mailbox import Mailbox
from tests.statement_count import counted_statements

COMMANDS = importlib.import_module("lrrc_qol.cli.patients")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("LRRC_QOL_MODE", "test")
    monkeypatch.setenv("LRRC_QOL_DATABASE_URL", database_url)
    monkeypatch.setattr(COMMANDS, "PAUSE_SECONDS", 0)


def somebody(runtime: Runtime, number: int, **changes: Any) -> Enrolment:
    """The patient with this hospital number; the operation is far enough ahead for the machine's own clock."""
    return enrolment(
        runtime,
        **{
            "hospital_number": f"H-{number}",
            "name": f"Patient {number}",
            "email": f"p{number}@example.org",
            "planned_surgery_on": SystemClock().now().date() + timedelta(days=20),
        }
        | changes,
    )


def run(tmp_path: Path, rows: list[dict[str, str]], *more: str, centre: str = "NORTH") -> Result:
    file = tmp_path / "patients.csv"
    file.write_text(patient_table(rows), encoding="utf-8")
    return CliRunner().invoke(COMMANDS.patients, ["import", str(file), "--centre", centre, *more])


def numbers(runtime: Runtime) -> list[str]:
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(Patient).order_by(Patient.id))
        return [work.cipher.open(row.hospital_number_sealed, field="patient.hospital_number") for row in rows]


def audit_rows(runtime: Runtime) -> int:
    with runtime.reading(COMMAND) as work:
        return work.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_everybody_is_enrolled_as_by_hand(runtime: Runtime, tmp_path: Path) -> None:
    make_centre(runtime)
    first = somebody(runtime, 1, phone="+44 20 7946 0000", neoadjuvant_planned=True, stoma=True, urostomy=False)
    second = somebody(runtime, 2, sex="male", language="nl", timezone="Europe/Amsterdam", planned_surgery_on=None)
    result = run(tmp_path, [as_cells(first), as_cells(second)])
    assert result.exit_code == 0, result.output
    assert "2 patients are enrolled at NORTH" in result.output
    with runtime.reading(COMMAND) as work:
        rows = work.session.execute(select(Patient, Episode).join(Episode).order_by(Patient.id)).all()
        visits = work.session.scalars(select(Visit.key)).all()
        actions = work.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        names = [work.cipher.open(patient.name_sealed, field="patient.name") for patient, _ in rows]
    (ada, her), (ben, his) = rows
    assert names == ["Patient 1", "Patient 2"]
    assert (ada.sex, ada.language, ada.timezone) == ("female", "en", "Europe/London")
    assert (ben.sex, ben.language, ben.timezone, ben.phone_sealed) == ("male", "nl", "Europe/Amsterdam", None)
    assert (her.neoadjuvant_planned, her.stoma, her.urostomy, her.vagina) == (True, True, False, None)
    assert (her.planned_surgery_on, his.planned_surgery_on) == (first.planned_surgery_on, None)
    assert set(visits) >= {"BL1"}
    assert actions[-3:] == ["enrolled_patient", "enrolled_patient", "imported_patients"]


def test_an_imported_patient_is_invited(runtime: Runtime, mailbox: Mailbox) -> None:
    nurse = make_staff(runtime)
    table = read_patient_table(patient_table([as_cells(enrolment(runtime))]).encode())
    with runtime.writing(nurse) as work:
        enrol_rows(work, check_table(work, table).rows, source_sha256="0" * 64)
    run_tick(runtime, now=runtime.clock.now())
    assert len(mailbox.sent_to("ada@example.org")) == 1


def test_a_dry_run_says_what_would_happen_and_writes_nothing(runtime: Runtime, tmp_path: Path) -> None:
    make_centre(runtime)
    before = audit_rows(runtime)
    result = run(tmp_path, [as_cells(somebody(runtime, 1)), as_cells(somebody(runtime, 2))], "--dry-run")
    assert result.exit_code == 0, result.output
    assert "line 3: would be enrolled" in result.output
    assert "2 patients would be enrolled at NORTH. Nothing was written." in result.output
    assert (numbers(runtime), audit_rows(runtime)) == ([], before)


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_every_bad_row_is_told_and_nothing_is_written(runtime: Runtime, tmp_path: Path, dry_run: tuple[str]) -> None:
    nurse = make_staff(runtime)
    make_patient(runtime, nurse, hospital_number="H-9")
    bad: list[dict[str, str]] = [
        {"born_on": "31.12.1958", "sex": "f"},
        {"born_on": "1958-02-30", "planned_surgery_on": "2020-01-01"},
        {"born_on": "", "email": "ada@"},
        {"language": "xx", "timezone": "Europe/Lundon"},
        {"stoma": "perhaps", "neoadjuvant_planned": "2"},
        {"hospital_number": " h-9 "},
        {"hospital_number": "H-1"},
        {"name": "=1", "phone": "call me"},
    ]
    rows = [as_cells(somebody(runtime, 1))]
    rows += [as_cells(somebody(runtime, 10 + place)) | changes for place, changes in enumerate(bad)]
    file = tmp_path / "patients.csv"
    text = patient_table(rows).replace("'=1", "=1")
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(COMMANDS.patients, ["import", str(file), "--centre", "NORTH", *dry_run])
    assert result.exit_code == 1
    for told in (
        "line 3, column born_on: Is not a day written year-month-day, like 1958-04-02.",
        "line 3, column sex: Write female or male.",
        "line 4, column born_on: There is no such day in the calendar.",
        "line 4, column planned_surgery_on: This day is past.",
        "line 5, column born_on: Enter the date of birth",
        "line 5, column email: This cannot be an e-mail address",
        "line 6, column language: Your centre does not offer this language",
        "line 6, column timezone: This time zone is not known. Use a name such as Europe/London. Did you mean Europe/",
        "line 7, column stoma: Write yes, no or unknown.",
        "line 7, column neoadjuvant_planned: Write yes, no or unknown.",
        "line 8, column hospital_number: A patient with this hospital number is already enrolled",
        "line 9, column hospital_number: The same hospital number stands in line 2.",
        "line 10, column name: Begins like a formula",
        "line 10, column phone: Use digits",
        "Nothing was written: 14 faults in 8 lines.",
    ):
        assert told in result.output
    assert numbers(runtime) == ["H-9"]


def test_rows_enrolled_already_are_passed_over_when_asked_for(runtime: Runtime, tmp_path: Path) -> None:
    nurse = make_staff(runtime)
    make_patient(runtime, nurse, hospital_number="H-1")
    rows = [as_cells(somebody(runtime, 1)), as_cells(somebody(runtime, 2))]
    assert run(tmp_path, rows).exit_code == 1
    result = run(tmp_path, rows, "--skip-enrolled")
    assert result.exit_code == 0, result.output
    assert "1 rows are passed over" in result.output
    assert numbers(runtime) == ["H-1", "H-2"]


def test_the_same_number_at_another_centre_is_another_patient(runtime: Runtime, tmp_path: Path) -> None:
    make_patient(runtime, make_staff(runtime), hospital_number="H-1")
    make_centre(runtime, code="SOUTH")
    assert run(tmp_path, [as_cells(somebody(runtime, 1))], centre="SOUTH").exit_code == 0
    assert run(tmp_path, [as_cells(somebody(runtime, 1))], centre="WEST").output.startswith("Error: There is no centre")


def test_a_large_table_goes_in_several_steps_and_says_how_far_it_came(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_centre(runtime)
    monkeypatch.setattr(COMMANDS, "ROWS_AT_ONCE", 2)
    rows = [as_cells(somebody(runtime, number)) for number in range(1, 6)]

    def meanwhile(work: Any, some: Any, **named: Any) -> list[str]:
        if some[0].line == 4:  # a colleague enrols the one of line 5 between the check and this step
            raise RowRefused(5, {"hospital_number": "taken"})
        return enrol_rows(work, some, **named)

    monkeypatch.setattr(COMMANDS, "enrol_rows", meanwhile)
    result = run(tmp_path, rows)
    assert result.exit_code == 1
    assert "line 5, column hospital_number: taken" in result.output
    assert "The 2 patients up to line 3 are enrolled, the others are not" in result.output
    assert numbers(runtime) == ["H-1", "H-2"]
    monkeypatch.setattr(COMMANDS, "enrol_rows", enrol_rows)
    assert run(tmp_path, rows, "--skip-enrolled").exit_code == 0
    assert numbers(runtime) == ["H-1", "H-2", "H-3", "H-4", "H-5"]


def test_a_row_that_somebody_was_faster_with_takes_the_others_of_its_step_with_it(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    rows = [as_cells(somebody(runtime, number)) for number in (1, 2)]
    with runtime.reading(nurse) as work:
        checked = check_table(work, read_patient_table(patient_table(rows).encode()))
    make_patient(runtime, nurse, hospital_number="H-2")
    with pytest.raises(RowRefused) as refusal, runtime.writing(nurse) as work:
        enrol_rows(work, checked.rows, source_sha256="0" * 64)
    assert [(fault.line, fault.column) for fault in refusal.value.faults] == [(3, "hospital_number")]
    assert numbers(runtime) == ["H-2"]


def test_checking_a_large_table_takes_few_statements(runtime: Runtime) -> None:
    nurse = make_staff(runtime)

    def cost(rows: int) -> int:
        cells = [as_cells(somebody(runtime, number)) for number in range(rows)]
        table = read_patient_table(patient_table(cells).encode())
        with runtime.reading(nurse) as work, counted_statements(runtime) as count:
            assert check_table(work, table).faults == ()
        return len(count)

    assert cost(300) == cost(2)


def test_the_template_is_what_is_read(tmp_path: Path) -> None:
    shown = CliRunner().invoke(COMMANDS.patients, ["template"])
    target = tmp_path / "empty.csv"
    assert CliRunner().invoke(COMMANDS.patients, ["template", "--out", str(target)]).exit_code == 0
    assert target.read_bytes() == shown.stdout_bytes == patient_table().encode()
