"""The one-page sheet: what stands on it, in which order a list comes, who may take it, what is kept of it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from lrrc_qol.paper import NotSet
from lrrc_qol.persistence.models import AuditEntry
from lrrc_qol.runtime import Runtime
from lrrc_qol.services import patient_sheet
from lrrc_qol.services.care import ContactInput, log_contact_entry, write_note
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.patient_sheet import SheetFacts, read_sheet
from lrrc_qol.services.talk_topics import say_topics
from lrrc_qol.web.staff import sheet as sheet_page
from tests.clinical_rows import a_complication, an_operation, record_of, save
from tests.clock import FixedClock
from tests.factories import make_patient, make_staff, take_seat
from tests.full_sheet import overfull
from tests.raised_alerts import pain_alert
from tests.staff_browser import StaffBrowser, signed_in
from tests.statement_count import counted_statements

MOST_STATEMENTS = 35  # measured 33
PUBLIC_ID = re.compile(r'href="/staff/patients/([\w-]{20,})"')


def pages(answer: TestResponse) -> list[str]:
    """The text of each page of a PDF, blanks and line ends as one blank."""
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), answer.text[:300]
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.data)).pages]


def shown(answer: TestResponse) -> str:
    """The words of a page."""
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def printed(runtime: Runtime) -> list[AuditEntry]:
    with runtime.reading(COMMAND) as work:
        query = select(AuditEntry).where(AuditEntry.action == "exported_sheet").order_by(AuditEntry.id)
        return list(work.session.scalars(query))


@pytest.fixture
def lived(runtime: Runtime, nurse: Actor, followed: str, clock: FixedClock) -> str:
    """The followed patient with an operation, two complications, a call, notes and something to talk about."""
    day = record_of(runtime, nurse, followed).facts.surgery_on
    assert day is not None
    save(runtime, nurse, followed, "operation", an_operation(sacrectomy=True, sacrectomy_level="s3"))
    save(runtime, nurse, followed, "complication", a_complication(day + timedelta(days=9)))
    save(
        runtime,
        nurse,
        followed,
        "complication",
        a_complication(day + timedelta(days=12), type="sepsis", resolved_on=None),
    )
    with runtime.writing(nurse) as work:
        log_contact_entry(work, followed, ContactInput("out", "patient", False, "Tried twice."))
        write_note(work, followed, "Whispered to the nurse alone.", restricted=True)
        write_note(work, followed, "An ordinary note.", restricted=False)
    seat = take_seat(runtime, followed, "M1").seat
    with runtime.writing(COMMAND) as work:
        say_topics(work, seat, [work.catalogue.topics.entries[0].code], "متى أستطيع السباحة؟")
    return followed


@pytest.fixture(params=["page", "file"])
def read(request: pytest.FixtureRequest, nurse_browser: StaffBrowser) -> Callable[[str], str]:
    """The words of a sheet, on the page or in the file."""
    if request.param == "page":
        return lambda patient: shown(nurse_browser.get(f"/staff/patients/{patient}/sheet"))
    return lambda patient: pages(nurse_browser.get(f"/staff/patients/{patient}/sheet.pdf"))[0]


def test_everything_for_the_meeting_stands_on_it(read: Callable[[str], str], lived: str) -> None:
    words = read(lived)

    for part in (
        *("Ada Example", "Hospital number", "H-1", "Day 30 after the operation, day 20 at home"),
        *("Central, anterior; sacrectomy S3", "margin R0, 3 mm"),
        *("Global health and quality of life", "0, before surgery", "worse (clear)", "Not yet back to where"),
        *("Went home", "abscess IIIa", "Sepsis", "Tried twice.", "We called: the patient, no answer"),
        *("Confidential", "Printed", "Said on"),
    ):
        assert part in words, part


def test_notes_stay_where_they_are(read: Callable[[str], str], lived: str) -> None:
    assert not re.search(r"Whispered|ordinary note", read(lived))


def test_only_complications_that_last_are_open(read: Callable[[str], str], lived: str) -> None:
    _, _, after = read(lived).partition("Complications not resolved")

    assert "Sepsis" in after
    assert "Pelvic abscess" not in after


def test_open_alerts_have_their_level_age_and_owner(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, clock: FixedClock
) -> None:
    pain_alert(runtime, nurse, name="Bea Waiting", hospital_number="H-2")
    clock.advance(days=3)
    nurse_browser.sign_in("nurse@north.example")
    patient = PUBLIC_ID.findall(nurse_browser.get("/staff/patients").text)[0]

    words = pages(nurse_browser.get(f"/staff/patients/{patient}/sheet.pdf"))[0]

    assert re.search(r"Red .*open for 3 days, nobody has it", words)
    assert "No curve to draw yet." in words
    assert "Operation planned for" in words


def test_a_patient_with_more_than_fits_has_one_page_and_the_rest_is_counted(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, lived: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics = tuple(entry.code for entry in runtime.catalogue.topics.entries)

    def read_full(*arguments: object, **options: object) -> tuple[SheetFacts, ...]:
        with runtime.reading(nurse) as work:
            return (overfull(read_sheet(work, lived, handles_alerts=True), topics=topics),)

    monkeypatch.setattr(sheet_page, "read_sheets", read_full)
    (words,) = pages(nurse_browser.get(f"/staff/patients/{lived}/sheet.pdf"))

    for part in (
        r"and \d\d more scales",
        r"and \d\d more events before",
        r"and \d\d more alerts",
        "more complications",
    ):
        assert re.search(part, words), part
    alerts = int(re.findall(r"and (\d+) more alerts", words)[0])
    assert alerts + words.count("open for less than an hour") == 30


def test_a_list_comes_in_its_order_each_patient_once(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser
) -> None:
    patients = [
        make_patient(runtime, nurse, name=name, hospital_number=f"N-{name}", email=f"{name}@example.org")
        for name in ("Anna", "Berta", "Clara")
    ]
    anna, _, clara = patients

    ticked = nurse_browser.press("/staff/sheets.pdf", which="ticked", patient=[clara, anna, clara])
    listed = nurse_browser.press("/staff/sheets.pdf", which="listed", stage="before")

    assert [re.findall(r"N-\w+", page)[0] for page in pages(ticked)] == ["N-Clara", "N-Anna"]
    assert [re.findall(r"N-\w+", page)[0] for page in pages(listed)] == ["N-Clara", "N-Berta", "N-Anna"]
    assert len(pages(nurse_browser.press("/staff/sheets.pdf", which="listed", number="N-Berta"))) == 1
    assert [entry.detail["sheets"] for entry in printed(runtime)] == [2, 2, 3, 3, 3, 1]


@pytest.mark.parametrize(("which", "says"), [("ticked", "Tick the patients"), ("listed", "At most 1 sheets")])
def test_none_or_too_many_lead_back_to_the_list(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, monkeypatch: pytest.MonkeyPatch, which: str, says: str
) -> None:
    monkeypatch.setattr(patient_sheet, "MOST_SHEETS", 1)
    monkeypatch.setattr(patient_sheet, "TOO_MANY", "At most 1 sheets at a time.")
    for number in ("H-1", "H-2"):
        make_patient(runtime, nurse, hospital_number=number, email=f"{number}@example.org")

    answer = nurse_browser.press("/staff/sheets.pdf", which=which, stage="before")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/patients?stage=before")
    assert says in nurse_browser.get("/staff/patients?stage=before").text
    assert printed(runtime) == []


def test_one_patient_of_another_centre_stops_the_whole_list(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str
) -> None:
    stranger = make_patient(runtime, make_staff(runtime, code="SOUTH"), hospital_number="S-1")

    answer = nurse_browser.press("/staff/sheets.pdf", which="ticked", patient=[patient, stranger])

    assert answer.status_code == 404
    assert printed(runtime) == []


def test_who_took_a_file_is_written_down_and_the_file_tells_nothing(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    answer = nurse_browser.get(f"/staff/patients/{patient}/sheet.pdf")

    (entry,) = printed(runtime)
    assert (entry.actor_id, entry.subject_kind, entry.detail) == (nurse.id, "patient", {"sheets": 1})
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"attachment; filename=sheets_\d{4}-\d\d-\d\d\.pdf", answer.headers["Content-Disposition"])
    information = PdfReader(io.BytesIO(answer.data)).metadata
    assert information is not None
    assert not re.search("Ada|H-1", str(information))


def test_asking_for_the_head_of_the_file_takes_nothing(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str
) -> None:
    answer = nurse_browser.client.head(f"/staff/patients/{patient}/sheet.pdf")
    assert (answer.status_code, answer.data) == (200, b"")
    assert printed(runtime) == []


def test_looking_at_the_page_is_written_down(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    nurse_browser.get(f"/staff/patients/{patient}/sheet")

    with runtime.reading(COMMAND) as work:
        query = select(AuditEntry.detail).where(AuditEntry.action == "viewed_patient")
        assert list(work.session.scalars(query)) == [{"part": "sheet"}]


def test_a_name_that_no_font_has_is_said_and_never_boxes(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser
) -> None:
    patient = make_patient(runtime, nurse, name="𓀀𓀁 𓀂", hospital_number="H-9")

    words = pages(nurse_browser.get(f"/staff/patients/{patient}/sheet.pdf"))[0]

    assert "The name cannot be printed in its script. Go by the hospital number." in words
    assert "H-9" in words
    assert "𓀀𓀁 𓀂" in nurse_browser.get(f"/staff/patients/{patient}/sheet").text


def test_a_file_that_cannot_be_made_leads_to_the_page(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        raise NotSet("the typesetter refused")

    monkeypatch.setattr(sheet_page, "typeset", refuse)
    answer = nurse_browser.get(f"/staff/patients/{patient}/sheet.pdf")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/staff/patients/{patient}/sheet")
    assert "The PDF file could not be made." in nurse_browser.get(answer.headers["Location"]).text
    assert printed(runtime) == []


def test_who_does_not_handle_alerts_reads_no_calls_about_them(
    app: Flask, runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser
) -> None:
    alert = pain_alert(runtime, nurse)
    nurse_browser.press(f"/staff/alerts/{alert}/contact", note="Rang about the pain.", reached="yes")
    make_staff(runtime, role="coordinator")
    patient = PUBLIC_ID.findall(nurse_browser.get("/staff/patients").text)[0]
    address = f"/staff/patients/{patient}/sheet"

    assert "Rang about the pain." in shown(nurse_browser.get(address))
    assert "Rang about the pain." not in shown(signed_in(app, "coordinator@north.example").get(address))


def test_a_page_costs_the_same_however_much_there_is(runtime: Runtime, nurse_browser: StaffBrowser, lived: str) -> None:
    with counted_statements(runtime) as statements:
        nurse_browser.get(f"/staff/patients/{lived}/sheet")

    assert len(statements) <= MOST_STATEMENTS
