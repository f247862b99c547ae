"""Every door of the site in one table written by hand, and visitors of every kind to knock at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.web.assets import plotly_url
from tests.factories import make_staff
from tests.integration.promises.world import YEAR, Record, make_record
from tests.integration.web.patient.visitor import Visitor
from tests.staff_browser import CSRF, signed_in

NURSE, CLINICIAN, COORDINATOR, RESEARCHER, ADMIN = ROLES = ("nurse", "clinician", "coordinator", "researcher", "admin")
FOREIGN_NURSE, FOREIGN_ADMIN = FOREIGN = ("foreign nurse", "foreign admin")
NOBODY, PATIENT = "nobody", "patient"
VISITORS = (NOBODY, PATIENT, *ROLES, *FOREIGN)

EVERYBODY = frozenset(VISITORS)
STAFF = frozenset({*ROLES, *FOREIGN})
CARE = frozenset({NURSE, CLINICIAN, COORDINATOR, FOREIGN_NURSE})
ENROLLING = frozenset({NURSE, COORDINATOR, FOREIGN_NURSE})
ALERTED = frozenset({NURSE, CLINICIAN, FOREIGN_NURSE})
COHORT = CARE | {RESEARCHER}
EXPORTING = frozenset({COORDINATOR, RESEARCHER})
ADMINISTERING = frozenset({ADMIN, FOREIGN_ADMIN})
WORDING = frozenset({COORDINATOR, ADMIN, FOREIGN_ADMIN})
SEATED = frozenset({PATIENT})

NOTE = {"note": "Rang back."}
ENROLMENT = {
    "name": "Somebody Else",
    "born_on": "1960-01-31",
    "sex": "male",
    "email": "somebody@example.org",
    "language": "en",
    "timezone": "Europe/London",
    "stoma": "unknown",
    "urostomy": "unknown",
}
DATES = {"planned_surgery_on": "2026-03-20", "stoma": "yes", "urostomy": "no"}
ASSESSMENT = {"step": "save", "basis": "mri", "rated_on": "2026-03-01", "rater": "Dr Reader", "marks_organs": "bladder"}
SAVE = {"key": "from-the-matrix", "version": 0, "answers": [{"item_id": "pain_average", "value": 1}]}
LICENCE = {"licence_holder": "Holder", "licence_reference": "No. 1", "permitted_modes": "own_phone"}
fresh = count(1)


@dataclass(frozen=True)
class Door:
    """One method of one route: who may use it and what it answers to them; `{...}` names an object of a record.

    `published`: the page shows questions of shipped questionnaires, or rules in words, which are nobody's.
    """

    method: str
    address: str
    allowed: frozenset[str]
    status: int
    fields: dict[str, Any] = field(default_factory=dict)
    json: bool = False
    published: bool = False

    @property
    def owned(self) -> bool:
        """Whether the address names an object that belongs to a centre."""
        return "{" in self.address and self.allowed <= STAFF

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


DOORS = (
    Door("GET", "/", EVERYBODY, 200),
    Door("GET", "/favicon.ico", EVERYBODY, 204),
    Door("GET", "/healthz", EVERYBODY, 200),
    Door("GET", "/readyz", EVERYBODY, 503),  # no job has run yet
    Door("GET", "/metrics", EVERYBODY, 200),
    Door("GET", "/static/patient.css", EVERYBODY, 200),
    Door("GET", "/static/staff.css", EVERYBODY, 200),
    Door("GET", "/static/patient.en.js", EVERYBODY, 200),
    Door("GET", "/static/aloud.en.js", EVERYBODY, 200),
    Door("GET", "{drawing library}", EVERYBODY, 200),
    Door("GET", "/l/{link}", EVERYBODY, 200),
    Door("GET", "/form/locked", EVERYBODY, 200),
    Door("POST", "/l/{link}", EVERYBODY, 422, {"year": ""}),
    Door("GET", "/e/{link}", EVERYBODY, 404),  # no change of address was asked for
    Door("POST", "/e/{link}", EVERYBODY, 404),
    Door("GET", "/x/{link}", EVERYBODY, 404),
    Door("POST", "/x/{link}", EVERYBODY, 404),
    Door("GET", "/new-link", EVERYBODY, 200),
    Door("POST", "/hooks/mail-events", EVERYBODY, 404),  # no secret is set
    Door("GET", "/u/{stop}", EVERYBODY, 200),
    Door("POST", "/u/{stop}", EVERYBODY, 200),
    Door("GET", "/login", EVERYBODY - STAFF, 200),
    Door("GET", "/login", STAFF, 303),
    Door("POST", "/login", EVERYBODY, 422, {"email": "{fresh}@example.org", "password": "not the password"}),
    Door("GET", "/account/password", STAFF, 200),
    Door("POST", "/account/password", STAFF, 422, {"current_password": "wrong", "new_password": "x", "repeated": "x"}),
    Door("GET", "/form", SEATED, 200),
    Door("GET", "/form/{assignment}", SEATED, 200),
    Door("GET", "/form/{assignment}/item/1", SEATED, 200),
    Door("GET", "/form/{assignment}/review", SEATED, 200),
    Door("GET", "/form/{assignment}/advice", SEATED, 303),
    Door("GET", "/form/thanks", SEATED, 200),
    Door("GET", "/form/call-me", SEATED, 200),
    Door("GET", "/my", SEATED, 200),
    Door("POST", "/my/visits/{visit}", SEATED, 303),
    Door("GET", "/my/topics", SEATED, 200),
    Door("POST", "/my/topics", SEATED, 303, {"topics": "pain", "words": "Quiet words."}),
    Door("GET", "/my/settings", SEATED, 200),
    Door("POST", "/my/settings", SEATED, 303, {"language": "en", "text_size": "large", "reminder_hour": "12"}),
    Door("POST", "/my/stop-mails", SEATED, 303),
    Door("GET", "/my/address", SEATED, 200),
    Door("POST", "/my/address", SEATED, 422, {"email": "no address"}),
    Door("GET", "/my/results", SEATED, 404),  # the centre has not switched it on
    Door("POST", "/form/{assignment}/item/1", SEATED, 303, {"action": "continue", "answer": "2"}),
    Door("POST", "/form/{assignment}/save", SEATED, 200, SAVE, json=True),
    Door("POST", "/form/{assignment}/submit", SEATED, 409, {"key": "matrix-submit", "version": 0}, json=True),
    Door("POST", "/form/call-me", SEATED, 303),
    Door("GET", "/staff/", CARE, 200),
    Door("GET", "/staff/work-mark", CARE, 200),
    Door("GET", "/staff/patients", CARE, 200),
    Door("GET", "/staff/patients/{patient}", CARE, 200),
    Door("GET", "/staff/patients/{patient}/sheet", CARE, 200),
    Door("GET", "/staff/patients/{patient}/sheet.pdf", CARE, 200),
    Door("POST", "/staff/sheets.pdf", CARE, 303, {"which": "ticked"}),
    Door("GET", "/staff/patients/{patient}/forms/{response}", CARE, 200),
    Door("GET", "/staff/patients/new", ENROLLING, 200),
    Door("GET", "/staff/patients/import", ENROLLING, 200),
    Door("POST", "/staff/patients/import", ENROLLING, 422),
    Door("GET", "/staff/patients/import/template.csv", ENROLLING, 200),
    Door("POST", "/staff/patients/new", ENROLLING, 302, ENROLMENT | {"hospital_number": "{fresh}"}),
    Door("GET", "/staff/patients/{patient}/dates", CARE, 200),
    Door("POST", "/staff/patients/{patient}/dates", CARE, 200, DATES),
    Door("GET", "/staff/patients/{patient}/channel", CARE, 200),
    Door("POST", "/staff/patients/{patient}/channel", CARE, 422, {"channel": "pigeon"}),
    Door("GET", "/staff/patients/{patient}/plan", CARE, 200),
    Door("POST", "/staff/patients/{patient}/plan", CARE, 422, {"step": "preview", "protocol_version": "0.0"}),
    Door("GET", "/staff/patients/{patient}/anatomy", CARE, 200),
    Door("POST", "/staff/patients/{patient}/anatomy", CARE, 422, {"version": "1", "stoma": "no such answer"}),
    Door("GET", "/staff/patients/{patient}/record", CARE, 200),
    Door("GET", "/staff/patients/{patient}/record/operation", CARE, 200),
    Door("POST", "/staff/patients/{patient}/record/operation", CARE, 422, {"margin_mm": "wide"}),
    Door("GET", "/staff/patients/{patient}/record/disease/remove", CARE, 200),
    Door("POST", "/staff/patients/{patient}/record/disease/remove", CARE, 422, {"reason": ""}),
    Door("GET", "/staff/patients/{patient}/record/treatment/{treatment}", CARE, 200),
    Door("POST", "/staff/patients/{patient}/record/treatment/{treatment}", CARE, 422, {"dose_gy": "much"}),
    Door("GET", "/staff/patients/{patient}/record/treatment/{treatment}/remove", CARE, 200),
    Door("POST", "/staff/patients/{patient}/record/treatment/{treatment}/remove", CARE, 422, {"reason": ""}),
    Door("GET", "/staff/patients/{patient}/classification", CARE, 200),
    Door("GET", "/staff/patients/{patient}/classification/new", CARE, 200),
    Door("POST", "/staff/patients/{patient}/classification/new", CARE, 302, ASSESSMENT),
    Door("GET", "/staff/patients/{patient}/classification/{assessment}", CARE, 200),
    Door("POST", "/staff/patients/{patient}/classification/{assessment}", CARE, 302, ASSESSMENT | {"ordinal": "1"}),
    Door("GET", "/staff/patients/{patient}/classification/{assessment}/remove", CARE, 200),
    Door("POST", "/staff/patients/{patient}/classification/{assessment}/remove", CARE, 422, {"reason": ""}),
    Door("GET", "/staff/patients/{patient}/events", CARE, 200),
    Door("POST", "/staff/patients/{patient}/events", CARE, 302, {"kind": "pause", "happened_on": "2026-03-02"}),
    Door("GET", "/staff/patients/{patient}/schedule", CARE, 200),
    Door("GET", "/staff/patients/{patient}/answers", CARE, 200),
    Door("GET", "/staff/patients/{patient}/care", CARE, 200),
    Door("POST", "/staff/patients/{patient}/contacts", CARE, 303, {"call": "out", "with_whom": "patient"}),
    Door("POST", "/staff/patients/{patient}/notes", CARE, 303, {"text": "Quiet words."}),
    Door("POST", "/staff/patients/{patient}/tasks", CARE, 422, {"words": "Call", "due_on": "2020-01-01"}),
    Door("GET", "/staff/patients/{patient}/notes/{note}/open", CARE, 200),
    Door("POST", "/staff/patients/{patient}/notes/{note}/open", CARE, 303, {"reason": "The patient asks."}),
    Door("GET", "/staff/patients/{patient}/call", CARE, 200),
    Door("GET", "/staff/patients/{patient}/consent", CARE, 200),
    Door("POST", "/staff/patients/{patient}/consent", CARE, 422, {"text": "", "given_on": "2026-03-01"}),
    Door("GET", "/staff/patients/{patient}/events/{event}/take-back", CARE, 200),
    Door("POST", "/staff/patients/{patient}/events/{event}/take-back", CARE, 302, {"reason": "By mistake."}),
    Door("GET", "/staff/patients/{patient}/address", CARE, 200),
    Door("POST", "/staff/patients/{patient}/address", CARE, 302, {"email": "new@example.org"}),
    Door("POST", "/staff/patients/{patient}/send-link", CARE, 302),
    Door("POST", "/staff/patients/{patient}/forms/{response}/reviewed", CARE, 302),
    Door("GET", "/staff/patients/{patient}/forms/{response}/answers/distress/correct", CARE, 200),
    Door("POST", "/staff/patients/{patient}/forms/{response}/answers/distress/correct", CARE, 422, {"reason": ""}),
    Door("GET", "/staff/patients/{patient}/enter", CARE, 200),
    Door("POST", "/staff/patients/{patient}/enter", CARE, 422, {"mode": "paper", "answered_on": "2020-01-01"}),
    Door("GET", "/staff/patients/{patient}/forms/{response}/urgent", CARE, 200),
    Door("GET", "/staff/patients/{patient}/forms/{twice}/second", CARE, 200),
    Door("GET", "/staff/patients/{patient}/forms/{twice}/compare", CARE, 200),
    Door("POST", "/staff/patients/{patient}/forms/{twice}/second", CARE, 303),
    Door("POST", "/staff/patients/{patient}/forms/{twice}/compare", CARE, 422, {"version": "0"}),
    Door("GET", "/staff/patients/{patient}/visits/{visit}/reason", CARE, 200),
    Door("POST", "/staff/patients/{patient}/visits/{visit}/reason", CARE, 303, {"code": "forgot"}),
    Door("GET", "/staff/patients/{patient}/baseline", CARE, 200),
    Door("POST", "/staff/patients/{patient}/baseline", CARE, 303, {"response": "", "reason": "as before", "seen": "0"}),
    Door("GET", "/staff/tasks/{task}", CARE, 200),
    Door("POST", "/staff/tasks/{task}/close", CARE, 303, NOTE),
    Door("GET", "/staff/alerts/{alert}", ALERTED, 200),
    Door("POST", "/staff/alerts/{alert}/open", ALERTED, 303),
    Door("POST", "/staff/alerts/{alert}/take", ALERTED, 303),
    Door("POST", "/staff/alerts/{alert}/take-over", ALERTED, 303),
    Door("POST", "/staff/alerts/{alert}/contact", ALERTED, 303, NOTE | {"reached": "yes"}),
    Door("GET", "/staff/alerts/waiting", ALERTED, 200),
    Door("POST", "/staff/alerts/{alert}/hand-over", ALERTED, 422, {"note": ""}),
    Door("POST", "/staff/alerts/{alert}/put-off", ALERTED, 422, {"until": "2020-01-01", "note": "Early."}),
    Door("POST", "/staff/alerts/{alert}/bring-back", ALERTED, 303),
    Door("POST", "/staff/alerts/{alert}/reopen", ALERTED, 303, {"note": "By mistake."}),
    Door("POST", "/staff/alerts/{alert}/close", ALERTED, 303, NOTE | {"action": "advice"}),
    Door("GET", "/staff/cohort", COHORT, 200),
    Door("GET", "/staff/expect", COHORT, 200),
    Door("GET", "/staff/exports", EXPORTING, 200),
    Door("POST", "/staff/exports", EXPORTING, 200, {"format": "answers"}),
    Door("GET", "/staff/cohort/change.csv", COHORT, 404),
    Door("GET", "/staff/forms", CARE, 200),
    Door("POST", "/staff/forms/reviewed", CARE, 303, {"form": "1"}),
    Door("GET", "/staff/measures", CARE, 200),
    Door("GET", "/staff/measures.csv", CARE, 200),
    Door("GET", "/staff/leave", CARE, 200),
    Door("POST", "/staff/leave", CARE, 422, {"who": ""}),
    Door("POST", "/staff/leave/{absence}/revoke", CARE, 303),
    Door("GET", "/admin/", ADMINISTERING, 200),
    Door("GET", "/admin/consent", ADMINISTERING, 200),
    Door("POST", "/admin/consent", ADMINISTERING, 422, {"version": "", "title": ""}),
    Door("GET", "/admin/hours", ADMINISTERING, 200),
    Door("POST", "/admin/hours", ADMINISTERING, 422, {"days": ""}),
    Door("POST", "/admin/hours/2026-12-25/remove", ADMINISTERING, 303),
    Door("GET", "/admin/escalation", ADMINISTERING, 200),
    Door("POST", "/admin/escalation", ADMINISTERING, 422, {"second": "nobody"}),
    Door("GET", "/admin/device-store", ADMINISTERING, 200),
    Door("POST", "/admin/device-store", ADMINISTERING, 303, {"on": "no"}),
    Door("GET", "/admin/own-results", ADMINISTERING, 200),
    Door("POST", "/admin/own-results", ADMINISTERING, 303, {"shown": "no"}),
    Door("GET", "/admin/shared-cohort", ADMINISTERING, 200),
    Door("POST", "/admin/shared-cohort", ADMINISTERING, 303, {"shared": "no"}),
    Door("GET", "/admin/alert-rules", ADMINISTERING, 200, published=True),
    Door("POST", "/admin/alert-rules", ADMINISTERING, 303),
    Door("GET", "/admin/alert-rules/{rule_draft}", ADMINISTERING, 200),
    Door("POST", "/admin/alert-rules/{rule_draft}", ADMINISTERING, 422, {"act": "save"}),
    Door("GET", "/admin/alert-rules/{rule_draft}/effect", ADMINISTERING, 200),
    Door("POST", "/admin/alert-rules/{rule_draft}/effect", ADMINISTERING, 422, {"owner": ""}),
    Door("GET", "/admin/protocols", ADMINISTERING, 200),
    Door("POST", "/admin/protocols", ADMINISTERING, 303, {"based_on": "1.0"}),
    Door("POST", "/admin/protocols/use", ADMINISTERING, 303, {"version": ""}),
    Door("GET", "/admin/protocols/{plan_draft}", ADMINISTERING, 200),
    Door("POST", "/admin/protocols/{plan_draft}", ADMINISTERING, 422, {"act": "save", "f-reminders.limits.cap": "x"}),
    Door("GET", "/admin/protocols/{plan_draft}/visits", ADMINISTERING, 200),
    Door("POST", "/admin/protocols/{plan_draft}/visits", ADMINISTERING, 422, {"n-baseline": "x"}),
    Door("GET", "/admin/protocols/{plan_draft}/preview", ADMINISTERING, 200),
    Door("GET", "/admin/messages", ADMINISTERING, 200),
    Door("GET", "/admin/messages/en/reminder", ADMINISTERING, 200),
    Door("POST", "/admin/messages/en/reminder", ADMINISTERING, 422, {"subject": ""}),
    Door("POST", "/admin/messages/en/reminder/back", ADMINISTERING, 303, {"version": "0", "seen": "0"}),
    Door("GET", "/admin/languages", ADMINISTERING, 200),
    Door("GET", "/admin/languages/nl", ADMINISTERING, 200, published=True),
    Door("POST", "/admin/languages/nl/approve", ADMINISTERING, 422, {"reviewer_name": ""}, published=True),
    Door("GET", "/admin/languages/nl/reviews/{review}/take-back", ADMINISTERING, 200),
    Door("POST", "/admin/languages/nl/reviews/{review}/take-back", ADMINISTERING, 303, {"reason": "By mistake."}),
    Door("GET", "/admin/questionnaires", WORDING, 200),
    Door("GET", "/admin/questionnaires/pain_nrs", WORDING, 200),
    Door("POST", "/admin/questionnaires/pain_nrs", WORDING, 200, {"decides": "nowhere"}),
    Door("GET", "/admin/questionnaires/distress_nrs/1.0/paper/en", WORDING, 200),
    Door("GET", "/admin/questionnaires/pain_nrs/1.0/template.csv", WORDING, 200),
    Door("GET", "/admin/wordings", WORDING, 200),
    Door("GET", "/admin/wordings/import", WORDING, 200),
    Door("POST", "/admin/wordings/import", WORDING, 422, {"instrument": "phq2@1.0"}),
    Door("GET", "/admin/wordings/{in_use}/paper", WORDING, 200),
    Door("GET", "/admin/wordings/{wording}", WORDING, 200),
    Door("GET", "/admin/wordings/{wording}/difference/{in_use}", WORDING, 200),
    Door("GET", "/admin/wordings/{wording}/preview", WORDING, 200),
    Door("GET", "/admin/wordings/{wording}/preview/1", WORDING, 200),
    Door("GET", "/admin/wordings/{wording}/questions/p1", WORDING, 200),
    Door("POST", "/admin/wordings/{wording}/questions/p1", WORDING, 422, {"text": ""}),
    Door("GET", "/admin/wordings/{wording}/heading", WORDING, 200),
    Door("POST", "/admin/wordings/{wording}/heading", WORDING, 303, {"title": "Words {fresh}"}),
    Door("GET", "/admin/wordings/{wording}/licence", WORDING, 200),
    Door("POST", "/admin/wordings/{wording}/licence", WORDING, 303, LICENCE),
    Door("POST", "/admin/wordings/{wording}/compare", WORDING, 303, {"compared": "y", "compared_with": "A print"}),
    Door("POST", "/admin/wordings/{wording}/approve", WORDING, 303),
    Door("POST", "/admin/wordings/{wording}/retire", WORDING, 303, {"reason": "By mistake."}),
    Door("POST", "/admin/staff/{staff}/disable", ADMINISTERING, 303),
    Door("POST", "/admin/staff/{staff}/enable", ADMINISTERING, 303),
)
ENDINGS = (
    Door("POST", "/form/leave", SEATED, 200),
    Door("POST", "/staff/patients/{patient}/call", CARE, 303),  # the caller is in a form afterwards
    Door("POST", "/logout", STAFF, 303),
)


@dataclass
class Caller:
    """One visitor with a cookie jar and a good CSRF token, and the record that the doors lead to."""

    kind: str
    client: FlaskClient
    record: Record
    token: str

    def knock(
        self, door: Door, *, method: str | None = None, absent: bool = False, headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        """Use a door with good input; `absent` asks for objects that are not there, `headers` come on top."""
        places = dict.fromkeys(self.record.places, "9" * 18) if absent else self.record.places
        address = door.address.format(**places | {"drawing library": self.record.places["drawing library"]})
        fields = {name: _filled(value) for name, value in door.fields.items()}
        headers = {"X-CSRFToken": self.token} | dict(headers or {})
        if method or door.method == "GET":
            return self.client.open(address, method=method or "GET", buffered=True)
        if door.json:
            return self.client.post(address, json=fields, headers=headers)
        return self.client.post(address, data=fields, headers=headers)


def _filled(value: Any) -> Any:
    return value.replace("{fresh}", f"matrix-{next(fresh)}") if isinstance(value, str) else value


def make_callers(app: Flask, runtime: Runtime, kinds: tuple[str, ...] = VISITORS) -> list[Caller]:
    """Visitors of these kinds, each with a patient of the centre NORTH of their own to knock at."""
    owner = make_staff(runtime, email="owner@north.example")
    return [_caller(app, runtime, kind, owner) for kind in kinds]


def _caller(app: Flask, runtime: Runtime, kind: str, owner: Actor) -> Caller:
    colleague = make_staff(runtime, email=f"colleague-{next(fresh)}@north.example")
    record = make_record(runtime, owner, colleague=colleague)
    with app.test_request_context():
        record.places["drawing library"] = plotly_url()
    if kind in STAFF:
        role, centre = (kind.split()[1], "south") if kind in FOREIGN else (kind, "north")
        make_staff(runtime, role=role, code=centre.upper())
        client, token_page = signed_in(app, f"{role}@{centre}.example").client, "/account/password"
    else:
        client, token_page = app.test_client(), "/login"
    if kind == PATIENT:
        assert Visitor(client).open_link(record.link, year=YEAR).status_code == 303
    found = CSRF.search(client.get(token_page).text)
    assert found is not None
    return Caller(kind, client, record, found[1])


def doors_for(kind: str) -> list[Door]:
    """The table in an order in which no door is asked for after the visitor's session was ended."""
    shown = [
        door for door in DOORS if not (door.address == "/login" and door.method == "GET" and kind not in door.allowed)
    ]
    return shown + (list(ENDINGS[::-1]) if kind == PATIENT else list(ENDINGS))
