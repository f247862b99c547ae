"""Moving dates: first what changes, then the change, never over somebody else's."""

from __future__ import annotations

import re
from datetime import timedelta

from lrrc_qol.domain.events import EventKind
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.factories import answers_for, complete_visit, set_dates, take_seat
from tests.staff_browser import StaffBrowser

OPERATED = {
    "planned_surgery_on": "2026-03-22",
    "surgery_on": "2026-03-01",
    "discharged_on": "",
    "stoma": "yes",
    "urostomy": "unknown",
}


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_the_first_press_shows_and_the_second_changes(nurse_browser: StaffBrowser, patient: str) -> None:
    path = f"/staff/patients/{patient}/dates"

    preview = nurse_browser.press(path, **OPERATED)
    assert preview.status_code == 200
    assert "1 month after the operation" in preview.text
    assert "Dropped" in preview.text
    assert "1 March 2026" not in nurse_browser.get(f"/staff/patients/{patient}").text
    done = nurse_browser.press(path, **OPERATED, version=version_in(preview.text), reason="Operation note.")
    assert done.status_code == 302
    page = nurse_browser.get(f"/staff/patients/{patient}").text
    assert "1 March 2026" in page
    assert re.search(r"The dates are changed\. Visits: \d+ planned, 1 dropped\.", page)
    assert "1 month after the operation" in page


def test_an_answered_visit_stays(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    complete_visit(runtime, take_seat(runtime, patient))

    preview = nurse_browser.press(
        f"/staff/patients/{patient}/dates", **OPERATED | {"planned_surgery_on": "2026-04-22", "surgery_on": ""}
    )

    assert "Stays: already answered" in preview.text


def test_a_reason_is_needed(nurse_browser: StaffBrowser, patient: str) -> None:
    path = f"/staff/patients/{patient}/dates"
    version = version_in(nurse_browser.press(path, **OPERATED).text)

    answer = nurse_browser.press(path, **OPERATED, version=version, reason=" ")

    assert answer.status_code == 422
    assert re.search(r'id="reason-error">Say why in a few words', answer.text)


def test_a_change_by_somebody_else_is_told(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    path = f"/staff/patients/{patient}/dates"
    version = version_in(nurse_browser.press(path, **OPERATED).text)
    set_dates(runtime, nurse, patient, planned_surgery_on=runtime.clock.now().date())

    answer = nurse_browser.press(path, **OPERATED, version=version, reason="Operation note.")

    assert answer.status_code == 422
    assert "Somebody else changed this patient" in answer.text
    assert int(version_in(answer.text)) > int(version)


def test_dates_that_cannot_be_are_told_beside_the_field(nurse_browser: StaffBrowser, patient: str) -> None:
    path = f"/staff/patients/{patient}/dates"

    early = nurse_browser.press(path, **OPERATED | {"discharged_on": "2026-02-20"})
    assert early.status_code == 422
    assert re.search(r'id="discharged_on-error">Discharge cannot be before the operation', early.text)
    none = nurse_browser.press(path, **OPERATED | {"surgery_on": "2026-02-30"})
    assert none.status_code == 422
    assert re.search(r'id="surgery_on-error">There is no 30 February 2026', none.text)
    assert 'value="2026-02-30"' in none.text


def test_nothing_new_is_said(nurse_browser: StaffBrowser, patient: str) -> None:
    same = {
        "planned_surgery_on": "2026-03-22",
        "surgery_on": "",
        "discharged_on": "",
        "stoma": "unknown",
        "urostomy": "unknown",
    }

    answer = nurse_browser.press(f"/staff/patients/{patient}/dates", **same)

    assert answer.status_code == 422
    assert "Nothing is different" in answer.text


def test_back_keeps_what_was_entered(nurse_browser: StaffBrowser, patient: str) -> None:
    answer = nurse_browser.press(f"/staff/patients/{patient}/dates", **OPERATED, version="1", back="yes")

    assert answer.status_code == 200
    assert 'value="2026-03-01"' in answer.text


def test_another_day_of_a_followed_operation_is_confirmed(nurse_browser: StaffBrowser, followed: str) -> None:
    path = f"/staff/patients/{followed}/dates"
    other = OPERATED | {"surgery_on": "2026-03-21", "discharged_on": "2026-04-01", "stoma": "unknown"}
    preview = nurse_browser.press(path, **other)
    assert "This corrects the date of the same operation" in preview.text
    assert f'href="/staff/patients/{followed}/events"' in preview.text
    said = {"version": version_in(preview.text), "reason": "Typing error."}

    refused = nurse_browser.press(path, **other, **said)
    assert refused.status_code == 422
    assert 'id="same_operation-error"' in refused.text
    assert "Typing error." in refused.text
    assert nurse_browser.press(path, **other, **said, same_operation="y").status_code == 302


def test_what_somebody_else_changed_is_told_field_by_field(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    path = f"/staff/patients/{patient}/dates"
    page = nurse_browser.get(path).text
    seen = dict(re.findall(r'name="(seen-[a-z_]+)" value="([^"]*)"', page))
    assert seen["seen-planned_surgery_on"] == "2026-03-22"
    preview = nurse_browser.press(path, **OPERATED, **seen).text
    set_dates(runtime, nurse, patient, planned_surgery_on=runtime.clock.now().date().replace(day=30), urostomy=True)

    late = nurse_browser.press(path, **OPERATED, **seen, version=version_in(preview), reason="Operation note.")
    assert late.status_code == 422
    assert "Somebody else changed this meanwhile" in late.text
    assert "was 2026-03-22, is now <strong>2026-03-30</strong>" in " ".join(late.text.split())
    assert 'name="surgery_on" type="date" value="2026-03-01"' in late.text  # what was typed stays
    assert 'name="reason" value="Operation note."' in late.text
    assert 'name="seen-planned_surgery_on" value="2026-03-30"' in late.text
    assert 'name="version"' not in late.text  # it is shown once more before it is changed


def test_what_changes_is_shown_anew_after_an_event_of_somebody_else(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, followed: str, clock: FixedClock
) -> None:
    path = f"/staff/patients/{followed}/dates"
    today = clock.now().date()
    other = OPERATED | {"surgery_on": "2026-03-22", "discharged_on": "2026-04-03", "stoma": "unknown"}
    preview = nurse_browser.press(path, **other).text
    mark = re.search(r'name="plan" value="([0-9a-f]+)"', preview)
    assert mark is not None
    with runtime.writing(nurse) as work:
        kind = EventKind.READMISSION
        detail = answers_for(runtime, kind)
        record_event(work, followed, kind=kind, happened_on=today - timedelta(days=9), detail=detail)
        record_event(work, followed, kind=EventKind.LEFT_HOSPITAL, happened_on=today - timedelta(days=1))

    said = {"version": version_in(preview), "reason": "Operation note."}
    late = nurse_browser.press(path, **other, **said, plan=mark[1])
    assert late.status_code == 422
    assert "Somebody else changed this patient" in late.text
    assert "Operation note." in late.text
