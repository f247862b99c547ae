"""Who may do what: every route and method of the site, for every kind of visitor, against a table written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.test import TestResponse

from lrrc_qol.runtime import Runtime
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
ADMINISTERING = frozenset({ADMIN, FOREIGN_ADMIN})
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
SAVE = {"key": "from-the-matrix", "version": 0, "answers": [{"item_id": "pain_average", "value": 1}]}
fresh = count(1)


@dataclass(frozen=True)
class Door:
    """One method of one route: who may use it and what it answers to them; `{...}` names an object of a record."""

    method: str
    address: str
    allowed: frozenset[str]
    status: int
    fields: dict[str, Any] = field(default_factory=dict)
    json: bool = False

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
    Door("GET", "{drawing library}", EVERYBODY, 200),
    Door("GET", "/l/{link}", EVERYBODY, 200),
    Door("POST", "/l/{link}", EVERYBODY, 422, {"year": ""}),
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
    Door("POST", "/form/{assignment}/item/1", SEATED, 303, {"action": "continue", "answer": "2"}),
    Door("POST", "/form/{assignment}/save", SEATED, 200, SAVE, json=True),
    Door("POST", "/form/{assignment}/submit", SEATED, 409, {"key": "matrix-submit", "version": 0}, json=True),
    Door("POST", "/form/call-me", SEATED, 303),
    Door("GET", "/staff/", CARE, 200),
    Door("GET", "/staff/patients", CARE, 200),
    Door("GET", "/staff/patients/{patient}", CARE, 200),
    Door("GET", "/staff/patients/{patient}/forms/{response}", CARE, 200),
    Door("GET", "/staff/patients/new", ENROLLING, 200),
    Door("POST", "/staff/patients/new", ENROLLING, 302, ENROLMENT | {"hospital_number": "{fresh}"}),
    Door("GET", "/staff/patients/{patient}/dates", CARE, 200),
    Door("POST", "/staff/patients/{patient}/dates", CARE, 200, DATES),
    Door("GET", "/staff/patients/{patient}/events", CARE, 200),
    Door("POST", "/staff/patients/{patient}/events", CARE, 302, {"kind": "pause", "happened_on": "2026-03-01"}),
    Door("GET", "/staff/patients/{patient}/events/{event}/take-back", CARE, 200),
    Door("POST", "/staff/patients/{patient}/events/{event}/take-back", CARE, 302, {"reason": "By mistake."}),
    Door("GET", "/staff/patients/{patient}/address", CARE, 200),
    Door("POST", "/staff/patients/{patient}/address", CARE, 302, {"email": "new@example.org"}),
    Door("POST", "/staff/patients/{patient}/send-link", CARE, 302),
    Door("POST", "/staff/patients/{patient}/forms/{response}/reviewed", CARE, 302),
    Door("GET", "/staff/tasks/{task}", CARE, 200),
    Door("POST", "/staff/tasks/{task}/close", CARE, 303, NOTE),
    Door("GET", "/staff/alerts/{alert}", ALERTED, 200),
    Door("POST", "/staff/alerts/{alert}/open", ALERTED, 303),
    Door("POST", "/staff/alerts/{alert}/take", ALERTED, 303),
    Door("POST", "/staff/alerts/{alert}/take-over", ALERTED, 303),
    Door("POST", "/staff/alerts/{alert}/contact", ALERTED, 303, NOTE | {"reached": "yes"}),
    Door("POST", "/staff/alerts/{alert}/close", ALERTED, 303, NOTE | {"action": "advice"}),
    Door("GET", "/staff/cohort", COHORT, 200),
    Door("GET", "/admin/", ADMINISTERING, 200),
    Door("POST", "/admin/staff/{staff}/disable", ADMINISTERING, 303),
    Door("POST", "/admin/staff/{staff}/enable", ADMINISTERING, 303),
    # The last two end the session.
    Door("POST", "/form/leave", SEATED, 200),
    Door("POST", "/logout", STAFF, 303),
)


@dataclass
class Caller:
    """One visitor with a cookie jar and a good CSRF token, and the record that the doors lead to."""

    kind: str
    client: FlaskClient
    record: Record
    token: str

    def knock(self, door: Door, *, method: str | None = None, absent: bool = False) -> TestResponse:
        """Use a door with good input; `absent` asks for objects that are not there."""
        places = dict.fromkeys(self.record.places, "9" * 18) if absent else self.record.places
        address = door.address.format(**places | {"drawing library": self.record.places["drawing library"]})
        fields = {name: _filled(value) for name, value in door.fields.items()}
        headers = {"X-CSRFToken": self.token}
        if method or door.method == "GET":
            return self.client.open(address, method=method or "GET")
        if door.json:
            return self.client.post(address, json=fields, headers=headers)
        return self.client.post(address, data=fields, headers=headers)


def _filled(value: Any) -> Any:
    return value.replace("{fresh}", f"matrix-{next(fresh)}") if isinstance(value, str) else value


@pytest.fixture
def callers(app: Flask, runtime: Runtime) -> list[Caller]:
    """Every kind of visitor, each with a patient of the centre NORTH of their own to knock at."""
    owner = make_staff(runtime, email="owner@north.example")
    for role in ROLES:
        make_staff(runtime, role=role)
    for role in (NURSE, ADMIN):
        make_staff(runtime, role=role, code="SOUTH")
    return [_caller(app, runtime, kind, owner) for kind in VISITORS]


def _caller(app: Flask, runtime: Runtime, kind: str, owner: Any) -> Caller:
    colleague = make_staff(runtime, email=f"colleague-{next(fresh)}@north.example")
    record = make_record(runtime, owner, colleague=colleague)
    with app.test_request_context():
        record.places["drawing library"] = plotly_url()
    if kind in STAFF:
        role, centre = (kind.split()[1], "south") if kind in FOREIGN else (kind, "north")
        client, token_page = signed_in(app, f"{role}@{centre}.example").client, "/account/password"
    else:
        client, token_page = app.test_client(), "/login"
    if kind == PATIENT:
        assert Visitor(client).open_link(record.link, year=YEAR).status_code == 303
    found = CSRF.search(client.get(token_page).text)
    assert found is not None
    return Caller(kind, client, record, found[1])


def expected(door: Door, kind: str, *, read: bool) -> int:
    """What the table says about this visitor at this door."""
    if kind in door.allowed:
        return 404 if door.owned and kind in FOREIGN else door.status
    if door.allowed <= STAFF:
        if kind in STAFF:
            return 403
        return 302 if read else 401
    return 401


def deviations(caller: Caller, door: Door) -> Iterator[str]:
    """What is not as the table says, in words."""
    answer = caller.knock(door)
    wanted = expected(door, caller.kind, read=door.method == "GET")
    if answer.status_code != wanted:
        yield f"{caller.kind}: {door}: {answer.status_code} instead of {wanted}"
    if wanted == 302 and door.method == "GET" and not answer.headers.get("Location", "").startswith("/login?next="):
        yield f"{caller.kind}: {door}: leads to {answer.headers.get('Location')}"
    mine = caller.kind in {PATIENT, *ROLES} and caller.kind in door.allowed
    if not mine:
        told = answer.text + str(answer.headers)
        yield from (f"{caller.kind}: {door}: tells {text!r}" for text in caller.record.canaries if text in told)
    if wanted == 404 and neutral(answer) != neutral(caller.knock(door, absent=True)):
        yield f"{caller.kind}: {door}: another centre's object does not look like one that is not there"


def neutral(answer: TestResponse) -> tuple[int, str, list[str]]:
    """An answer without what differs each time."""
    return answer.status_code, re.sub(r"\b[0-9a-f]{8}\b", "", answer.text), sorted(answer.headers.keys())


def mistyped(door: Door, kind: str) -> bool:
    """Whether the two lines of one address in the table belong to other visitors."""
    return door.address == "/login" and door.method == "GET" and kind not in door.allowed


def test_everybody_meets_exactly_what_the_table_says(callers: list[Caller]) -> None:
    found = [
        line
        for caller in callers
        for door in DOORS
        if not mistyped(door, caller.kind)
        for line in deviations(caller, door)
    ]
    assert found == []


def test_asking_for_headers_or_methods_opens_no_door_that_reading_does_not(callers: list[Caller]) -> None:
    found = []
    for caller in callers:
        for door in DOORS[:-2]:
            if mistyped(door, caller.kind):
                continue
            wanted = expected(door, caller.kind, read=True)
            if door.method == "GET":
                head = caller.knock(door, method="HEAD")
                if (head.status_code, head.data) != (wanted, b""):
                    found.append(f"{caller.kind}: HEAD {door.address}: {head.status_code} {head.data[:40]!r}")
            options = caller.knock(door, method="OPTIONS")
            if options.status_code != (200 if wanted == 404 or caller.kind in door.allowed else wanted) or options.data:
                found.append(f"{caller.kind}: OPTIONS {door.address}: {options.status_code}")
    assert found == []


def test_no_other_method_does_anything(callers: list[Caller]) -> None:
    found = []
    for caller in callers[:3]:
        for door in DOORS[:-2]:
            for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
                answer = caller.knock(door, method=method)
                if answer.status_code != 405:
                    found.append(f"{caller.kind}: {method} {door.address}: {answer.status_code}")
    assert found == []


def test_the_table_names_every_route_and_method(app: Flask, callers: list[Caller]) -> None:
    adapter, places = app.url_map.bind("localhost"), callers[0].record.places
    known = set()
    for door in DOORS:
        try:
            rule, _ = adapter.match(door.address.format(**places), method=door.method, return_rule=True)
        except (NotFound, MethodNotAllowed):
            continue
        known.add((door.method, rule.rule))
    served = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }
    assert (served - known, known - served) == (set(), set())
