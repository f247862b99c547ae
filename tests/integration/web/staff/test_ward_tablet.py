"""A nurse hands the ward's tablet to a patient: the patient answers alone, nothing of the staff is left on it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lrrc_qol.persistence.models import PatientSession, Response
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.patient_session import TABLET_AFTERWARDS, TABLET_IDLE_LIMIT
from tests.clock import FixedClock
from tests.staff_browser import StaffBrowser
from tests.staff_entry import EntryFields, part_addresses


@pytest.fixture
def fields(runtime: Runtime) -> EntryFields:
    return EntryFields(runtime.clock.now().date(), mode="ward_tablet")


@pytest.fixture
def form(nurse_browser: StaffBrowser, patient: str, fields: EntryFields) -> str:
    """The address of the first form, on the tablet that the patient has now."""
    done = nurse_browser.press(f"/staff/patients/{patient}/enter", **fields.form())
    assert (done.status_code, done.headers["Location"]) == (303, "/form")
    return part_addresses(nurse_browser.client)


def answer_first(browser: StaffBrowser, form: str) -> None:
    """Answer the first question on its own page with its first option."""
    page = browser.get(f"{form}/item/1").text
    version = page.split('name="version" value="')[1].split('"')[0]
    question = page.split('name="question" value="')[1].split('"')[0]
    option = page.split('name="answer"')[1].split('value="')[1].split('"')[0]
    browser.token_page = f"{form}/item/1"
    done = browser.press(f"{form}/item/1", version=version, question=question, answer=option, action="continue")
    assert done.status_code == 303, done.text


def test_the_nurse_is_signed_out_and_the_patient_sees_only_the_form(
    nurse_browser: StaffBrowser, patient: str, form: str
) -> None:
    assert nurse_browser.get(f"/staff/patients/{patient}").status_code == 302  # to the sign-in
    page = nurse_browser.get(form).text
    assert "You are typing in" not in page
    assert "/staff" not in page
    assert "Lock this tablet" in page
    assert "I feel unwell" in page


def test_a_copy_of_the_nurses_cookie_opens_nothing(
    nurse_browser: StaffBrowser, patient: str, fields: EntryFields
) -> None:
    kept = nurse_browser.client.get_cookie("session")
    assert kept is not None
    assert nurse_browser.press(f"/staff/patients/{patient}/enter", **fields.form()).status_code == 303
    nurse_browser.client.set_cookie("session", kept.value)
    assert nurse_browser.get("/staff/").status_code == 302


def test_a_refused_hand_over_leaves_the_nurse_signed_in(
    nurse_browser: StaffBrowser, patient: str, fields: EntryFields
) -> None:
    refused = nurse_browser.press(f"/staff/patients/{patient}/enter", **fields.form(respondent="proxy"))
    assert refused.status_code == 422
    assert nurse_browser.get(f"/staff/patients/{patient}").status_code == 200


def test_the_day_is_today(clock: FixedClock, nurse_browser: StaffBrowser, patient: str, fields: EntryFields) -> None:
    clock.advance(days=1)
    nurse_browser.sign_in("nurse@north.example")
    refused = nurse_browser.press(f"/staff/patients/{patient}/enter", **fields.form())
    assert refused.status_code == 422
    assert "On the tablet the patient answers now: the day is today." in refused.text


def test_the_answers_are_the_patients_on_the_wards_tablet_of_the_day_they_are_given(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, form: str
) -> None:
    answer_first(nurse_browser, form)
    with runtime.reading(COMMAND) as work:
        response = work.session.scalars(select(Response)).one()
        session = work.session.scalars(select(PatientSession)).one()
    assert (response.mode, response.respondent, response.entered_by) == ("ward_tablet", "patient", None)
    assert (session.staff_id, session.answered_on) == (None, None)


@pytest.mark.parametrize(("over", "status"), [(-1, 200), (1, 401)])
def test_it_locks_itself_when_nobody_touches_it(
    clock: FixedClock, nurse_browser: StaffBrowser, form: str, over: int, status: int
) -> None:
    clock.advance(seconds=TABLET_IDLE_LIMIT.total_seconds() + over)
    assert nurse_browser.get(form).status_code == status


def test_the_page_locks_itself_with_and_without_a_script(nurse_browser: StaffBrowser, form: str) -> None:
    page = nurse_browser.get(f"{form}/item/1").text
    assert 'data-lock="/form/locked" data-lock-seconds="600"' in page
    assert '<noscript><meta http-equiv="refresh" content="600; url=/form/locked"></noscript>' in page
    locked = nurse_browser.get("/form/locked")
    assert "This tablet is locked" in locked.text
    assert "Ada" not in locked.text
    assert nurse_browser.get(form).status_code == 401


def test_a_phone_does_not_lock_itself(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    fields = EntryFields(runtime.clock.now().date(), mode="telephone")
    nurse_browser.press(f"/staff/patients/{patient}/enter", **fields.form())
    assert "/form/locked" not in nurse_browser.get(part_addresses(nurse_browser.client)).text


def test_locking_it_by_hand_says_to_give_it_back(nurse_browser: StaffBrowser, form: str) -> None:
    nurse_browser.token_page = form
    left = nurse_browser.press("/form/leave")
    assert left.status_code == 200
    assert "Please give the tablet back to your nurse." in left.text
    assert left.headers["Clear-Site-Data"] == '"cookies", "storage"'
    assert nurse_browser.get(form).status_code == 401


def test_after_sending_it_shows_the_thanks_a_moment_and_no_answer(
    clock: FixedClock, nurse_browser: StaffBrowser, form: str
) -> None:
    while form:
        answer_first(nurse_browser, form)
        nurse_browser.token_page = review = f"{form}/review"
        page = nurse_browser.get(review).text
        key, version = (page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("key", "version"))
        sent = nurse_browser.press(f"{form}/submit", key=key, version=version)
        assert sent.headers["Location"] == "/form/thanks"
        thanks = nurse_browser.get("/form/thanks").text
        form = "/form/" + thanks.split('class="button" href="/form/')[1].split('"')[0] if "next part" in thanks else ""
    assert "Please give the tablet back to your nurse." in thanks
    clock.advance(seconds=TABLET_AFTERWARDS.total_seconds() + 1)
    assert nurse_browser.get("/form/thanks").status_code == 401


def test_a_tablet_that_is_handed_on_has_no_own_page(nurse_browser: StaffBrowser, form: str) -> None:
    assert nurse_browser.get(form).status_code == 200
    for path in ("/my", "/my/results", "/my/topics", "/my/settings", "/my/address"):
        assert nurse_browser.get(path).status_code == 404, path
