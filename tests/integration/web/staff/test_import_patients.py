"""The page that enrols from a table: checks first, lists every fault, stores all or nothing."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from lrrc_qol.interchange import patient_table
from lrrc_qol.persistence.models import AuditEntry, Patient
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.import_patients import ROWS_AT_ONCE, as_cells
from tests.factories import enrolment, make_patient
from tests.staff_browser import StaffBrowser

PLACE = "/staff/patients/import"


def rows(runtime: Runtime, *numbers: int, **changes: Any) -> str:
    return patient_table(
        as_cells(enrolment(runtime, hospital_number=f"T-{number}", email=f"p{number}@example.org", **changes))
        for number in numbers
    )


def send(browser: StaffBrowser, table: str | bytes, act: str = "enrol") -> TestResponse:
    raw = table.encode() if isinstance(table, str) else table
    fields = {"csrf_token": browser.csrf(PLACE), "act": act, "file": FileStorage(io.BytesIO(raw), "patients.csv")}
    boundary, body = encode_multipart(MultiDict(fields))
    return browser.client.post(PLACE, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def enrolled(runtime: Runtime) -> int:
    with runtime.reading(COMMAND) as work:
        return len(work.session.scalars(select(Patient.id)).all())


def test_a_good_table_is_checked_and_then_enrolled(runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser) -> None:
    table = rows(runtime, 1, 2)
    checked = send(nurse_browser, table, "check")
    assert checked.status_code == 200
    assert "2 patients can be enrolled. Nothing is stored yet." in checked.text
    assert enrolled(runtime) == 0
    answer = send(nurse_browser, table)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/patients")
    page = nurse_browser.get("/staff/patients").text
    assert "2 patients are enrolled." in page
    assert "T-2" in page
    with runtime.reading(COMMAND) as work:
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "imported_patients")).one()
    assert (entry.actor_kind, entry.actor_id) == ("staff", nurse.id)


def test_every_fault_is_listed_and_nothing_is_stored(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser
) -> None:
    make_patient(runtime, nurse, hospital_number="T-2")
    table = rows(runtime, 1, 2) + rows(runtime, 3).splitlines()[1].replace("1958-04-02", "2/4/1958") + "\r\n"
    answer = send(nurse_browser, table)
    assert answer.status_code == 422
    for words in ("Nothing was stored", "Line 3", "already enrolled at your centre", "Line 4", "year-month-day"):
        assert words in answer.text
    assert enrolled(runtime) == 1


def test_what_is_no_table_and_what_is_too_long_is_refused(runtime: Runtime, nurse_browser: StaffBrowser) -> None:
    for table, words in (
        (b"", "Choose the file."),
        ("name\nAda".encode("utf-16"), "UTF-16"),
        (rows(runtime, *range(ROWS_AT_ONCE + 1)), f"at most {ROWS_AT_ONCE} patients are enrolled at once"),
    ):
        answer = send(nurse_browser, table)
        assert answer.status_code == 422
        assert words in answer.text
    assert send(nurse_browser, b"x" * 1_200_000).status_code == 413
    assert enrolled(runtime) == 0


def test_the_empty_table_can_be_downloaded(nurse_browser: StaffBrowser) -> None:
    answer = nurse_browser.get(f"{PLACE}/template.csv")
    assert answer.data == patient_table().encode()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="patients.csv"'
