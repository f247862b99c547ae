"""The list of patients and one patient's page: what they say, whom they say it to, at a fixed cost."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Alert, AuditEntry
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.list_patients import PAGE_SIZE
from lrrc_qol.services.record_event import record_event
from tests.clinical_rows import a_complication, an_operation, record_of, save
from tests.clock import FixedClock
from tests.factories import complete_visit, make_patient, make_staff, set_dates, take_seat
from tests.raised_alerts import answer_pain, pain_alert
from tests.staff_browser import StaffBrowser, signed_in
from tests.statement_count import counted_statements

LINK = re.compile(r'href="/staff/patients/([\w-]{20,})"')
FIGURE = re.compile(r"data-figure='([^']*)'")


def figures(page: str) -> list[dict[str, Any]]:
    return [json.loads(html.unescape(text)) for text in FIGURE.findall(page)]


def views(runtime: Runtime) -> int:
    with runtime.reading(COMMAND) as work:
        query = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "viewed_patient")
        return work.session.scalar(query) or 0


def test_the_list_shows_what_a_nurse_looks_for(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, followed: str
) -> None:
    pain_alert(runtime, nurse, name="Bea Waiting", hospital_number="H-2")

    page = nurse_browser.get("/staff/patients").text

    assert LINK.findall(page)[1:] == [followed]  # the newest enrolment comes first
    for words in ("Bea Waiting", "H-2", "No baseline yet", "planned", "1 red", "Ada Example", "day 30"):
        assert words in page


def test_the_record_stands_in_the_overview_and_on_the_curve(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, followed: str
) -> None:
    day = record_of(runtime, nurse, followed).facts.surgery_on
    assert day is not None
    save(runtime, nurse, followed, "operation", an_operation(sacrectomy=True, sacrectomy_level="s3"))
    save(runtime, nurse, followed, "complication", a_complication(day + timedelta(days=9)))

    page = nurse_browser.get(f"/staff/patients/{followed}").text

    for words in ("Central, anterior; sacrectomy S3", "R0, 3 mm", "1, highest grade IIIa; empty pelvis syndrome"):
        assert words in page
    assert "abscess IIIa (day 9)" in page
    assert any("Day 9: abscess IIIa" in str(one["layout"]["annotations"]) for one in figures(page))


def test_a_score_opens_to_how_it_came_about(nurse_browser: StaffBrowser, followed: str) -> None:
    page = html.unescape(nurse_browser.get(f"/staff/patients/{followed}").text)
    details = re.findall(r'<details class="why">.*?</details>', page, re.DOTALL)
    pain = next(one for one in details if "Pain, 1 month after the operation" in one)

    assert re.search(r"<summary>How 100 came about<span[^>]*>: Pain, 1 month after the operation", pain)
    for words in ("100; from 2 of 2 questions", "9 pain", "19 pain interference", "turned to 0–100"):
        assert words in pain, (words, pain)
    assert "at least half of the 2 items that apply are needed" in pain
    form = re.search(rf'href="(/staff/patients/{followed}/forms/\d+)"', page)
    assert form is not None
    assert '<details class="why">' in nurse_browser.get(form[1]).text


def test_an_exact_hospital_number_finds_one(runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser) -> None:
    make_patient(runtime, nurse, hospital_number="H-1")
    wanted = make_patient(runtime, nurse, hospital_number="AB 17")

    assert LINK.findall(nurse_browser.get("/staff/patients?number=ab+17").text) == [wanted]
    nothing = nurse_browser.get("/staff/patients?number=17").text
    assert LINK.findall(nothing) == []
    assert "No patient with the hospital number" in nothing


def test_who_was_not_operated_on_is_marked_and_listed_apart(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, clock: FixedClock
) -> None:
    waiting = make_patient(runtime, nurse, hospital_number="H-2")
    called_off = make_patient(runtime, nurse, hospital_number="H-3")
    with runtime.writing(nurse) as work:
        day, detail = clock.now().date(), {"follow_up": "no"}
        record_event(work, called_off, kind=EventKind.CANCELLED_SURGERY, happened_on=day, detail=detail)
    apart = nurse_browser.get("/staff/patients?stage=none").text
    assert LINK.findall(apart) == [called_off]
    assert 'badge-plain">Not operated on' in apart
    assert LINK.findall(nurse_browser.get("/staff/patients?stage=before").text) == [waiting]
    assert "not operated on" in nurse_browser.get(f"/staff/patients/{called_off}").text


def test_the_stage_limits_the_list(runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, followed: str) -> None:
    waiting = make_patient(runtime, nurse, hospital_number="H-2")

    assert LINK.findall(nurse_browser.get("/staff/patients?stage=before").text) == [waiting]
    assert LINK.findall(nurse_browser.get("/staff/patients?stage=after").text) == [followed]


def test_the_list_goes_on_page_by_page(runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser) -> None:
    made = [make_patient(runtime, nurse, hospital_number=f"H-{number}") for number in range(PAGE_SIZE + 2)]

    first = nurse_browser.get("/staff/patients").text
    older = re.search(r'href="(/staff/patients\?before=\d+)"', first)
    assert older is not None
    second = nurse_browser.get(older[1]).text

    assert LINK.findall(first) + LINK.findall(second) == made[::-1]
    assert "before=" not in second


def test_patients_of_another_centre_do_not_exist(
    app: Flask, runtime: Runtime, nurse_browser: StaffBrowser, followed: str
) -> None:
    make_staff(runtime, code="SOUTH")
    stranger = signed_in(app, "nurse@south.example")
    form = re.search(rf"/staff/patients/{followed}/forms/\d+", nurse_browser.get(f"/staff/patients/{followed}").text)
    assert form is not None
    seen = views(runtime)

    assert LINK.findall(stranger.get("/staff/patients").text) == []
    for path in ("", "/dates", "/events", "/address"):
        assert stranger.get(f"/staff/patients/{followed}{path}").status_code == 404
    assert stranger.get(form[0]).status_code == 404
    for path in ("/dates", "/send-link"):
        assert stranger.press(f"/staff/patients/{followed}{path}").status_code == 404
    assert stranger.press(f"{form[0]}/reviewed").status_code == 404
    assert views(runtime) == seen


def test_who_may_see_a_patient(app: Flask, runtime: Runtime, patient: str) -> None:
    for role, status in (("clinician", 200), ("coordinator", 200), ("researcher", 403), ("admin", 403)):
        make_staff(runtime, role=role)
        browser = signed_in(app, f"{role}@north.example")

        assert browser.get("/staff/patients").status_code == status, role
        assert browser.get(f"/staff/patients/{patient}").status_code == status, role


def test_the_page_shows_the_curve_and_the_same_numbers(nurse_browser: StaffBrowser, followed: str) -> None:
    answer = nurse_browser.get(f"/staff/patients/{followed}")

    page = html.unescape(answer.text)
    assert "Functioning: higher is better" in page
    assert "Symptoms: higher is worse" in page
    assert "Answered 20 days before the operation" in page
    drawn = figures(answer.text)
    assert drawn
    for figure in drawn:
        forms = next(trace for trace in figure["data"] if trace["name"] == "forms")
        assert forms["x"] == sorted(forms["x"])
    assert "worse (possible)" in page
    assert "sha256-" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_functioning_and_symptoms_are_never_mixed(nurse_browser: StaffBrowser, followed: str) -> None:
    page = nurse_browser.get(f"/staff/patients/{followed}").text

    functioning, symptoms = page.split('id="symptoms-heading"')
    assert {figure["layout"]["yaxis"]["title"]["text"].split(", ")[1] for figure in figures(functioning)} == {
        "higher is better"
    }
    assert {figure["layout"]["yaxis"]["title"]["text"].split(", ")[1] for figure in figures(symptoms)} == {
        "higher is worse"
    }


def test_a_patient_without_a_baseline_is_shown_with_values_only(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, clock: FixedClock, patient: str
) -> None:
    assert "No baseline yet" in nurse_browser.get(f"/staff/patients/{patient}").text
    operated = clock.now().date()
    set_dates(runtime, nurse, patient, surgery_on=operated)
    clock.advance(days=30)
    complete_visit(runtime, take_seat(runtime, patient, "M1"))
    nurse_browser.sign_in("nurse@north.example")

    page = nurse_browser.get(f"/staff/patients/{patient}").text

    assert "No baseline: values only." in page
    names = {shape.get("name") for figure in figures(page) for shape in figure["layout"]["shapes"]}
    assert "problem zone" in names
    assert not names & {"band", "baseline"}
    assert "(possible)" not in page


def test_open_alerts_stand_by_urgency_and_lead_to_their_pages(
    app: Flask, runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, clock: FixedClock, patient: str
) -> None:
    answer_pain(runtime, take_seat(runtime, patient), 9, key="red")
    with runtime.writing(COMMAND) as work:
        red = work.session.scalars(select(Alert)).one()
        copies = {"centre_id": red.centre_id, "episode_id": red.episode_id, "response_id": red.response_id}
        for level, minutes in (("yellow", 2), ("amber", 1), ("amber", 3)):
            work.session.add(
                Alert(
                    public_id=f"{level}-{minutes}",
                    rule_id=f"rule-{minutes}",
                    rule_version="1",
                    level=level,
                    reason=f"{level} {minutes}",
                    evidence={},
                    raised_at=work.now + timedelta(minutes=minutes),
                    **copies,
                )
            )
        first = red.public_id
    page = nurse_browser.get(f"/staff/patients/{patient}").text
    assert re.findall(r'href="/staff/alerts/([\w-]+)"', page) == [first, "amber-1", "amber-3", "yellow-2"]
    make_staff(runtime, role="coordinator")
    other = signed_in(app, "coordinator@north.example").get(f"/staff/patients/{patient}").text
    assert "amber 1" in other
    assert "/staff/alerts/" not in other


def test_a_look_at_a_patient_is_written_down(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    nurse_browser.get(f"/staff/patients/{patient}")

    assert views(runtime) == 1


def test_the_cost_does_not_grow_with_what_is_shown(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, followed: str
) -> None:
    fresh = make_patient(runtime, nurse, hospital_number="H-2")
    counts = []
    for one in (fresh, followed):
        with counted_statements(runtime) as page:
            assert nurse_browser.get(f"/staff/patients/{one}").status_code == 200
        counts.append(len(page))
    assert counts[0] == counts[1]

    with counted_statements(runtime) as short:
        nurse_browser.get("/staff/patients?number=H-2")
    with counted_statements(runtime) as long:
        nurse_browser.get("/staff/patients")
    assert len(short) == len(long)


def test_a_form_is_shown_question_by_question(runtime: Runtime, nurse_browser: StaffBrowser, followed: str) -> None:
    record = nurse_browser.get(f"/staff/patients/{followed}").text
    links = sorted(
        set(re.findall(rf"/staff/patients/{followed}/forms/\d+", record)), key=lambda text: int(text.rsplit("/", 1)[1])
    )

    page = nurse_browser.get(links[0])

    assert page.status_code == 200
    for words in ("Scores", "Answers", "the patient", "own phone", "5 of 5", "on 1 to 4"):
        assert words in page.text
    nurse_browser.press(f"{links[0]}/reviewed")
    assert ">Read " in nurse_browser.get(links[0]).text
    assert nurse_browser.get(f"/staff/patients/{followed}/forms/999999").status_code == 404


def test_the_address_is_corrected(nurse_browser: StaffBrowser, patient: str) -> None:
    path = f"/staff/patients/{patient}/address"

    wrong = nurse_browser.press(path, email="ada@nowhere")
    assert wrong.status_code == 422
    assert 'value="ada@nowhere"' in wrong.text
    assert nurse_browser.press(path, email="ada.new@example.org").status_code == 302
    assert "ada.new@example.org" in nurse_browser.get(f"/staff/patients/{patient}").text


def test_a_fresh_link_goes_out_only_when_something_is_open(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    nurse_browser.press(f"/staff/patients/{patient}/send-link")
    assert "A mail with a fresh link is on its way" in nurse_browser.get(f"/staff/patients/{patient}").text

    complete_visit(runtime, take_seat(runtime, patient))
    nurse_browser.press(f"/staff/patients/{patient}/send-link")
    assert "no form that the patient can answer now" in nurse_browser.get(f"/staff/patients/{patient}").text
