"""Who may use the worklist, alert, task and administration routes; another centre's objects do not exist."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.persistence.models import Alert, Staff, Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.request_call import request_call
from tests.factories import make_patient, make_staff, take_seat
from tests.raised_alerts import answer_pain, step_kinds
from tests.staff_browser import StaffBrowser, signed_in

CANARY = "Canary Featherstone"
ROLES = ("nurse", "clinician", "coordinator", "researcher", "admin")
ALERT_ROLES = {"nurse", "clinician"}
RECORD_ROLES = {"nurse", "clinician", "coordinator"}

# Method, address, who may use it. Braces name the objects of the centre that owns them.
ROUTES = (
    ("GET", "/staff/", RECORD_ROLES),
    ("GET", "/staff/alerts/{alert}", ALERT_ROLES),
    ("POST", "/staff/alerts/{alert}/open", ALERT_ROLES),
    ("POST", "/staff/alerts/{alert}/take", ALERT_ROLES),
    ("POST", "/staff/alerts/{alert}/take-over", ALERT_ROLES),
    ("POST", "/staff/alerts/{alert}/contact", ALERT_ROLES),
    ("POST", "/staff/alerts/{alert}/close", ALERT_ROLES),
    ("GET", "/staff/tasks/{task}", RECORD_ROLES),
    ("POST", "/staff/tasks/{task}/close", RECORD_ROLES),
    ("GET", "/admin/", {"admin"}),
    ("GET", "/admin/languages", {"admin"}),
    ("GET", "/admin/languages/nl", {"admin"}),
    ("POST", "/admin/staff/{staff}/disable", {"admin"}),
    ("POST", "/admin/staff/{staff}/enable", {"admin"}),
    ("GET", "/account/password", set(ROLES)),
)
OBJECT_ROUTES = [(method, address, roles) for method, address, roles in ROUTES if "{" in address]
GOOD_INPUT = {"reached": "yes", "action": "advice", "note": "Seen."}


@pytest.fixture
def objects(runtime: Runtime) -> dict[str, str]:
    """An alert, a task and a colleague in the centre NORTH, about a patient whose name must not leak."""
    nurse = make_staff(runtime, email="owner@north.example")
    phone = take_seat(runtime, make_patient(runtime, nurse, name=CANARY))
    answer_pain(runtime, phone, 9, key="pain")
    with runtime.writing(phone.actor) as work:
        request_call(work, phone.seat)
    with runtime.reading(COMMAND) as work:
        return {
            "alert": work.session.scalars(select(Alert.public_id)).one(),
            "task": work.session.scalars(select(Task.public_id)).one(),
            "staff": work.session.get_one(Staff, nurse.id).public_id,
        }


def call(browser: StaffBrowser, method: str, address: str) -> tuple[int, str]:
    """Status and body of one request with good input."""
    answer = browser.get(address) if method == "GET" else browser.press(address, **GOOD_INPUT)
    return answer.status_code, answer.text


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reaches_its_routes_and_no_other(
    app: Flask, runtime: Runtime, objects: dict[str, str], role: str
) -> None:
    make_staff(runtime, role=role)
    browser = signed_in(app, f"{role}@north.example")
    for method, address, roles in ROUTES:
        status, body = call(browser, method, address.format(**objects))
        if role in roles:
            assert status in {200, 303}, address
        elif address == "/staff/":  # the printed address leads every role to where it starts
            assert status == 302
            assert CANARY not in body
        else:
            assert status == 403, address
            assert CANARY not in body


def test_without_signing_in_reading_leads_to_the_form_and_writing_is_refused(
    app: Flask, objects: dict[str, str], runtime: Runtime
) -> None:
    stranger = StaffBrowser(app.test_client(), token_page="/login")
    for method, address, _ in ROUTES:
        status, body = call(stranger, method, address.format(**objects))
        assert status == (302 if method == "GET" else 401), address
        assert CANARY not in body
    assert step_kinds(runtime, objects["alert"]) == ["raised"]


@pytest.mark.parametrize("role", ["nurse", "clinician", "coordinator", "admin"])
def test_objects_of_another_centre_look_like_objects_that_are_not_there(
    app: Flask, runtime: Runtime, objects: dict[str, str], role: str
) -> None:
    make_staff(runtime, code="SOUTH", role=role)
    browser = signed_in(app, f"{role}@south.example")
    missing = dict.fromkeys(objects, "not-there-at-all")
    for method, address, roles in OBJECT_ROUTES:
        if role not in roles:
            continue
        foreign = call(browser, method, address.format(**objects))
        absent = call(browser, method, address.format(**missing))
        assert foreign[0] == absent[0] == 404, address
        assert CANARY not in foreign[1]
    assert step_kinds(runtime, objects["alert"]) == ["raised"]


@pytest.mark.parametrize("address", ["/staff/", "/staff/?kind=alert", "/staff/?kind=task", "/staff/?kind=due"])
def test_lists_and_counts_of_another_centre_are_empty(
    app: Flask, runtime: Runtime, objects: dict[str, str], address: str
) -> None:
    make_staff(runtime, code="SOUTH")
    page = signed_in(app, "nurse@south.example").get(address).text
    assert CANARY not in page
    assert "<strong>1</strong>" not in page


def test_extra_fields_change_nothing(app: Flask, runtime: Runtime, objects: dict[str, str]) -> None:
    nurse: Actor = make_staff(runtime)
    browser = signed_in(app, "nurse@north.example")
    browser.press(f"/staff/alerts/{objects['alert']}/take", owner_id="1", centre_id="2", level="info")
    with runtime.reading(COMMAND) as work:
        alert = work.session.scalars(select(Alert)).one()
    assert (alert.owner_id, alert.centre_id, alert.level) == (nurse.id, nurse.centre_id, "red")


@pytest.mark.parametrize(("role", "home"), [("researcher", "/staff/cohort"), ("admin", "/admin/")])
def test_the_printed_address_leads_to_where_the_role_starts(app: Flask, runtime: Runtime, role: str, home: str) -> None:
    make_staff(runtime, role=role)
    browser = StaffBrowser(app.test_client())
    for wanted in ("/staff/", "/staff/patients", "/form", "/no/such/page"):
        assert browser.sign_in(f"{role}@north.example", next_page=wanted).headers["Location"] == home
        browser.press("/logout")
    assert browser.sign_in(f"{role}@north.example", next_page="/account/password").headers["Location"] == (
        "/account/password"
    )
    assert browser.get("/staff/").headers["Location"] == home
    assert browser.get("/staff/patients").status_code == 403
