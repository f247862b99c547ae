"""`flask records import`: all rows or none, every bad one named, the same file twice writes once."""

from __future__ import annotations

import csv
import importlib
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from lrrc_qol.interchange import record_template
from lrrc_qol.persistence.models import AuditEntry, ClinicalEntry
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.change_anatomy import read_anatomy
from lrrc_qol.services.context import COMMAND, Actor
from tests.clinical_rows import record_of
from tests.factories import enrolment, make_patient, make_staff, set_dates

RECORDS = importlib.import_module("lrrc_qol.cli.records").records
Cells = dict[str, str]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("LRRC_QOL_MODE", "test")
    monkeypatch.setenv("LRRC_QOL_DATABASE_URL", database_url)


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    return make_staff(runtime)


@pytest.fixture
def operated_on(runtime: Runtime) -> date:
    return runtime.clock.now().date()


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor, operated_on: date) -> str:
    patient = make_patient(runtime, nurse, planned_surgery_on=operated_on)
    set_dates(runtime, nurse, patient, planned_surgery_on=operated_on, surgery_on=operated_on)
    return patient


def good(runtime: Runtime, operated_on: date) -> list[Cells]:
    number = enrolment(runtime).hospital_number
    rows = [
        {"section": "disease", "primary_surgery_on": "2023-05-01", "recurrence_found_on": "2025-05-01"},
        {"section": "treatment", "kind": "pre_crt", "stopped_on": "2023-04-01", "dose_gy": "50,4"},
        {"section": "Treatment", "kind": "Re-irradiation", "started_on": "2025-06-01", "note": "'-5 days"},
        {
            "section": "operation",
            "structures": "rectum; Bladder",
            "sacrectomy": "Yes",
            "sacrectomy_level": "s2",
            "stomas": "colostomy;urostomy",
            "pcr": "not known",
        },
        {"section": "complication", "type": "abscess", "grade": "iiia", "happened_on": operated_on.isoformat()},
    ]
    return [{"patient": number, **row} for row in rows]


def bring_in(runtime: Runtime, folder: Path, rows: list[Cells], *more: str, centre: str = "NORTH") -> Result:
    file = folder / "records.csv"
    columns = record_template(runtime.catalogue.record).strip("\ufeff\r\n").split(",")
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.DictWriter(target, columns)
        writer.writeheader()
        writer.writerows(rows)
    return CliRunner().invoke(RECORDS, ["import", str(file), "--centre", centre, *more])


def counted(runtime: Runtime) -> tuple[int, int]:
    """Entries of clinical records, and audit rows about them."""
    with runtime.reading(COMMAND) as work:
        audits = select(func.count()).where(AuditEntry.action.like("%clinical_record%"))
        return (
            work.session.scalar(select(func.count()).select_from(ClinicalEntry)) or 0,
            work.session.scalar(audits) or 0,
        )


def test_good_rows_are_written_once(
    runtime: Runtime, nurse: Actor, patient: str, operated_on: date, tmp_path: Path
) -> None:
    rows = good(runtime, operated_on)
    dry = bring_in(runtime, tmp_path, rows, "--dry-run")
    assert (dry.exit_code, dry.output) == (0, "Dry run: 5 new rows, 0 already on record. Nothing was written.\n")
    assert counted(runtime) == (0, 0)
    done = bring_in(runtime, tmp_path, rows)
    assert (done.exit_code, done.output) == (0, "5 rows written, 0 were on record already.\n")
    assert counted(runtime) == (5, 6)
    record = record_of(runtime, nurse, patient)
    assert [one.content for one in record.rows("treatment")] == [
        {"kind": "pre_crt", "stopped_on": "2023-04-01", "dose_gy": 50.4, "timing": "before"},
        {"kind": "reirradiation", "started_on": "2025-06-01", "note": "-5 days", "timing": "before"},
    ]
    with runtime.reading(nurse) as work:
        assert read_anatomy(work, patient).patient.anatomy["urostomy"] is True
    again = bring_in(runtime, tmp_path, rows)
    assert (again.exit_code, again.output) == (0, "0 rows written, 5 were on record already.\n")
    assert counted(runtime) == (5, 6)


def test_every_bad_row_is_named_and_nothing_is_written(
    runtime: Runtime, patient: str, operated_on: date, tmp_path: Path
) -> None:
    rows = good(runtime, operated_on)
    number = rows[0]["patient"]
    rows += [
        {"patient": "NOBODY", "section": "disease", "biopsy": "positive"},
        {"patient": "", "section": "weather"},
        {"patient": number, "section": "disease", "biopsy": "perhaps", "grade": "ii"},
        {"patient": number, "section": "operation", "margin": "r0"},
        {"patient": number, "section": "treatment", "kind": "iort", "started_on": "03/02/2026", "dose_gy": "much"},
        {"patient": number, "section": "treatment", "kind": "immunotherapy", "started_on": "2031-01-01"},
        {"patient": number, "section": "complication", "type": "vte", "happened_on": operated_on.isoformat()},
        {"patient": patient, "section": "disease"},
        {"patient": number, "section": "complication", "type": "vte", "grade": "x", "happened_on": "yesterday"},
    ]
    refused = bring_in(runtime, tmp_path, rows)
    lines = [line.strip() for line in refused.output.splitlines()]
    assert refused.exit_code == 1
    assert lines == [
        "Wrong:",
        "line 7, column patient: No patient of this centre has this number. Check it, or enrol the patient first.",
        "line 8, column patient: Enter the hospital number, or the patient's id of an export.",
        "line 8, column section: “weather” is no section. Use one of: disease, treatment, operation, complication.",
        "line 9, column biopsy: “perhaps” cannot be read. Write one of: positive, negative, repeat, not_done.",
        "line 9, column grade: This column does not belong to the section disease. Empty the cell.",
        "line 10, column section: Another version of this part is on record. An import adds and never changes: "
        "change it on the patient's pages, or take the row out.",
        "line 11, column started_on: “03/02/2026” cannot be read. Write a day as 2026-03-31.",
        "line 11, column dose_gy: “much” cannot be read. Write a number in Gy from 1 to 100.",
        "line 12, column started_on: This day has not come yet.",
        "line 13, column grade: Choose one.",
        "line 14, column section: Another version of this part is on record. An import adds and never changes: "
        "change it on the patient's pages, or take the row out.",
        "line 15, column grade: “x” cannot be read. Write one of: i, ii, iiia, iiib, iva, ivb, v.",
        "line 15, column happened_on: “yesterday” cannot be read. Write a day as 2026-03-31.",
        "Error: 13 faults. Nothing was written; mend them and import the file again.",
    ]
    assert counted(runtime) == (0, 0)


def test_doubts_are_listed_and_need_to_be_accepted(
    runtime: Runtime, patient: str, operated_on: date, tmp_path: Path
) -> None:
    rows = [{"patient": patient, "section": "operation", "structures": "bladder", "sacrectomy_level": "s3"}]
    rows += [
        {
            "patient": patient,
            "section": "complication",
            "type": "vte",
            "grade": grade,
            "happened_on": operated_on.isoformat(),
        }
        for grade in ("i", "v")
    ]
    doubted = bring_in(runtime, tmp_path, rows)
    assert doubted.exit_code == 1
    assert [line.split(":")[0].strip() for line in doubted.output.splitlines()] == [
        "Doubtful",
        "line 2, column sacrectomy_level",
        "line 2, column stomas",
        "line 4, column type",
        "line 4, column grade",
        "Error",
    ]
    assert counted(runtime) == (0, 0)
    assert bring_in(runtime, tmp_path, rows, "--accept-warnings").exit_code == 0
    assert counted(runtime)[0] == 3
    assert bring_in(runtime, tmp_path, rows).output == "0 rows written, 3 were on record already.\n"


def test_another_centre_has_no_such_patient(runtime: Runtime, patient: str, operated_on: date, tmp_path: Path) -> None:
    make_staff(runtime, code="SOUTH")
    refused = bring_in(runtime, tmp_path, good(runtime, operated_on), centre="SOUTH")
    assert refused.output.count("No patient of this centre has this number") == 5
    unknown = bring_in(runtime, tmp_path, good(runtime, operated_on), centre="WEST")
    assert (unknown.exit_code, "There is no centre WEST" in unknown.output) == (1, True)
    assert counted(runtime) == (0, 0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "The file is empty"),
        ("patient,biopsy\n1,positive\n", "the columns section are missing"),
        ("patient,section,biopsie\n1,disease,positive\n", "there is no column biopsie"),
        ("patient,section,biopsy\n1,disease,positive,more\n", "Line 2 has more cells"),
        ("patient,hospital number,section\n1,1,disease\n", "the column patient stands there twice"),
    ],
)
def test_what_is_no_such_table_is_refused(
    runtime: Runtime, nurse: Actor, tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "other.csv"
    file.write_text(text, encoding="utf-8")
    refused = CliRunner().invoke(RECORDS, ["import", str(file), "--centre", "NORTH"])
    assert (refused.exit_code, reason in refused.output) == (1, True)


def test_the_template_has_every_column_and_the_codes_every_code(runtime: Runtime, tmp_path: Path) -> None:
    rules = runtime.catalogue.record
    target = tmp_path / "empty.csv"
    assert CliRunner().invoke(RECORDS, ["template", "--out", str(target)]).exit_code == 0
    assert target.read_text(encoding="utf-8-sig").startswith("patient,section,indication,")
    codes = CliRunner().invoke(RECORDS, ["template", "--codes"]).output
    every = [one.code for section in rules.sections for field in section.fields() for one in field.options]
    assert [code for code in every if code not in codes] == []
