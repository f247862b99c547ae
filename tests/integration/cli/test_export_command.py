"""`flask export`: pseudonymous, whole, counted, inert in a spreadsheet, with a codebook."""

from __future__ import annotations

import csv
import importlib
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.interchange.csv_cells import original
from lrrc_qol.persistence.models import AuditEntry, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.export import FORMATS, extent_of, study_id
from lrrc_qol.services.export.subjects import count_in
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.factories import (
    Phone,
    answer,
    answers_for,
    assignment,
    complete_visit,
    make_patient,
    make_staff,
    save,
    set_dates,
    take_seat,
)
from tests.lived_in import live

# The package re-exports the command under the module's name, so the module has to be asked for by its full name.
export_command = importlib.import_module("lrrc_qol.cli.export")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("LRRC_QOL_MODE", "test")
    monkeypatch.setenv("LRRC_QOL_DATABASE_URL", database_url)


def run(what: str, folder: Path, *more: str) -> Result:
    """Run one export."""
    return CliRunner().invoke(export_command.export, [what, "--out", str(folder), *more])


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of an exported table."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("what", [*FORMATS])
def test_every_format_has_all_that_there_is(runtime: Runtime, clock: FixedClock, tmp_path: Path, what: str) -> None:
    live(runtime, clock)
    with runtime.reading(COMMAND) as work:
        found = count_in(work, extent_of(work, None))
    result = run(what, tmp_path / "new")
    assert result.exit_code == 0, result.output
    tallies = dict(re.findall(r"(\w+): \d+ rows in, (\d+) rows out", result.output))
    assert tallies
    assert {kind: int(count) for kind, count in tallies.items()} == {kind: found[kind] for kind in tallies}
    assert min(found.values()) > 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "new").iterdir())


@pytest.fixture
def patient(runtime: Runtime) -> str:
    """A patient of NORTH."""
    return make_patient(runtime, make_staff(runtime))


@pytest.fixture
def phone(runtime: Runtime, patient: str) -> Phone:
    """At the baseline visit."""
    return take_seat(runtime, patient)


@pytest.mark.parametrize("what", ["answers", "scores"])
def test_an_empty_database_gives_a_header_and_a_codebook_of_the_same_columns(
    runtime: Runtime, tmp_path: Path, what: str
) -> None:
    result = run(what, tmp_path / "new" / "folder")
    assert (result.exit_code, result.output) == (0, f"{what}: 0 rows in, 0 rows out\n")
    header = (tmp_path / "new" / "folder" / f"{what}.csv").read_text(encoding="utf-8")
    codebook = table(tmp_path / "new" / "folder", f"{what}_codebook.csv")
    assert header == ",".join(row["column"] for row in codebook) + "\n"
    assert all(row["meaning"] for row in codebook)


def test_answers_come_in_their_current_version_without_names(
    runtime: Runtime, tmp_path: Path, phone: Phone, patient: str
) -> None:
    form = assignment(runtime, phone, "pain_nrs")
    save(runtime, phone, form, answer("pain_worst", 9), key="a")
    save(runtime, phone, form, answer("pain_worst", 4), answer("pain_now", None), key="b", version=1)
    result = run("answers", tmp_path)
    assert result.output == "answers: 2 rows in, 2 rows out\n"
    rows = table(tmp_path, "answers.csv")
    assert [(row["item"], row["kind"], row["value"]) for row in rows] == [
        ("pain_now", "declined", ""),
        ("pain_worst", "value", "4"),
    ]
    with runtime.reading(COMMAND) as work:
        assert {original(row["patient"]) for row in rows} == {study_id(work, patient)}
    assert patient not in (tmp_path / "answers.csv").read_text(encoding="utf-8"), "the id is an address of the site"
    assert (rows[0]["centre"], rows[0]["visit"], rows[0]["status"]) == ("NORTH", "BL1", "draft")
    text = (tmp_path / "answers.csv").read_text(encoding="utf-8")
    assert not any(word in text for word in ("Ada", "Example", "ada@", "H-1", "1958"))


def test_dates_and_times_come_on_demand_only(runtime: Runtime, tmp_path: Path, phone: Phone) -> None:
    complete_visit(runtime, phone)
    run("answers", tmp_path / "days")
    run("answers", tmp_path / "dates", "--with-dates")
    days, dates = table(tmp_path / "days", "answers.csv"), table(tmp_path / "dates", "answers.csv")
    assert len(days) == len(dates)
    assert set(dates[0]) - set(days[0]) == {
        *("surgery_on", "due_on", "started_at", "submitted_at", "answered_on", "given_at", "saved_at", "reason")
    }
    assert datetime.fromisoformat(dates[0]["saved_at"]) == runtime.clock.now()
    assert re.fullmatch(r".*[+-]\d\d:\d\d", dates[0]["saved_at"])
    year = str(runtime.clock.now().year)
    assert year not in (tmp_path / "days" / "answers.csv").read_text(encoding="utf-8")


def test_scores_come_unrounded_with_the_reason_for_none(runtime: Runtime, tmp_path: Path, phone: Phone) -> None:
    complete_visit(runtime, phone)
    assert run("scores", tmp_path).exit_code == 0
    rows = table(tmp_path, "scores.csv")
    scales = {row["scale"]: row for row in rows}
    assert scales["pain_worst"]["value"] == "0.0"
    assert all(row["value"] or row["no_score"] for row in rows)
    assert {row["prorated"] for row in rows} <= {"true", "false"}


def test_the_reasons_of_a_baseline_come_without_dates(
    runtime: Runtime, clock: FixedClock, tmp_path: Path, phone: Phone, patient: str
) -> None:
    complete_visit(runtime, phone)
    clock.advance(days=1)
    day = clock.now().date() + timedelta(days=45)
    set_dates(runtime, make_staff(runtime, email="second@north.example"), patient, planned_surgery_on=day)
    clock.advance(days=45)
    set_dates(
        runtime,
        make_staff(runtime, email="third@north.example"),
        patient,
        planned_surgery_on=day,
        surgery_on=day,
    )
    for what in ("answers", "scores"):
        assert run(what, tmp_path).exit_code == 0
        row = table(tmp_path, f"{what}.csv")[0]
        assert row["baseline"] == row["as_baseline"] != "none"
        assert row["baseline_why"] == row["as_baseline_why"]
        assert row["baseline_why"].startswith("Answered 46 days before the operation")
        assert "planned for day -" in row["baseline_why"]
        assert "now day 0." in row["baseline_why"]
        assert str(day.year) not in row["baseline_why"]


def test_a_form_that_stands_for_two_visits_names_both(
    runtime: Runtime, clock: FixedClock, tmp_path: Path, phone: Phone
) -> None:
    complete_visit(runtime, phone)
    with runtime.database.write() as session:
        session.scalars(select(Visit).where(Visit.key == "BL1")).one().also_key = "DC"
    for what in ("answers", "scores"):
        result = run(what, tmp_path)
        assert re.search(r"(\d+) rows in, \1 rows out", result.output)
        assert {(row["visit"], row["also_visit"]) for row in table(tmp_path, f"{what}.csv")} == {("BL1", "DC")}
        assert "also_visit" in {row["column"] for row in table(tmp_path, f"{what}_codebook.csv")}


def test_one_centre_can_be_chosen_and_must_exist(runtime: Runtime, tmp_path: Path, phone: Phone) -> None:
    complete_visit(runtime, phone)
    south = make_staff(runtime, code="SOUTH")
    complete_visit(runtime, take_seat(runtime, make_patient(runtime, south)))
    assert run("answers", tmp_path, "--centre", "SOUTH").exit_code == 0
    assert {row["centre"] for row in table(tmp_path, "answers.csv")} == {"SOUTH"}
    refused = run("answers", tmp_path, "--centre", "WEST")
    assert (refused.exit_code, refused.output) == (1, "Error: There is no centre 'WEST'.\n")
    assert {row["centre"] for row in table(tmp_path, "answers.csv")} == {"SOUTH"}


def test_who_withdrew_all_use_is_left_out(runtime: Runtime, tmp_path: Path) -> None:
    nurse = make_staff(runtime)
    for number, kind in enumerate((EventKind.WITHDRAWAL_ALL, EventKind.WITHDRAWAL_NEW_DATA, EventKind.DEATH)):
        patient = make_patient(runtime, nurse, hospital_number=f"H-{number}")
        phone = take_seat(runtime, patient)
        save(runtime, phone, assignment(runtime, phone, "pain_nrs"), answer("pain_worst", number), key="a")
        with runtime.writing(nurse) as work:
            record_event(
                work, patient, kind=kind, happened_on=runtime.clock.now().date(), detail=answers_for(runtime, kind)
            )
    run("answers", tmp_path)
    assert sorted(row["value"] for row in table(tmp_path, "answers.csv")) == ["1", "2"]


def test_a_row_that_got_lost_stops_the_export_and_leaves_no_file(
    runtime: Runtime, tmp_path: Path, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete_visit(runtime, phone)
    monkeypatch.setattr("lrrc_qol.services.export.write.exported_subjects", lambda _work, _extent: iter(()))
    folder = tmp_path / "new"
    result = run("answers", folder)
    assert result.exit_code == 1
    assert "the numbers differ" in result.output
    assert list(folder.iterdir()) == []


def test_an_export_is_audited_and_readable_by_its_owner_only(runtime: Runtime, tmp_path: Path, phone: Phone) -> None:
    complete_visit(runtime, phone)
    run("scores", tmp_path)
    with runtime.reading(COMMAND) as work:
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "exported_scores")).one()
    assert entry.detail == {"rows": len(table(tmp_path, "scores.csv")), "centre": None, "with_dates": False}
    assert (tmp_path / "scores.csv").stat().st_mode & 0o077 == 0
