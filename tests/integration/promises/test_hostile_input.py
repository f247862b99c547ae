"""Whatever is sent, the site answers with a refusal, never with a fault, and goes on working."""

from __future__ import annotations

import json
import logging
import random
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lrrc_qol.runtime import Runtime
from lrrc_qol.web.patient.save_request import KEY_SHAPE
from tests.factories import make_staff
from tests.integration.promises.world import YEAR, Record, make_record
from tests.integration.web.patient.visitor import Visitor, save_body
from tests.live_server import serving
from tests.mailbox import LOOPBACK, free_port
from tests.staff_browser import CSRF, signed_in

SEED = 20261121
LONG = "9" * 5000
TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\r\nX-Injected: 1",
    "\x1b[31m\x7f\u202e\u2028\ufeff",
    "'\"><script>alert(1)</script>",
    "{{7*7}}${7*7}%s%n",
    "' OR 1=1 --",
    "../../etc/passwd",
    "..%2f..",
    "\U0001f9ea" * 300,
    "\u0663\u00b2",
    "-1",
    "+1",
    "1e309",
    "NaN",
    "99999999999999999999",
    "9223372036854775808",
    "2147483648",
    LONG,
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "a" * 20_000,
    "\udcff",
)
ANSWER = {"item_id": "pain_average", "value": 2, "declined": False, "age_seconds": 0}
FIELD_TEXTS = ("", *TEXTS[3:7], TEXTS[11], "NaN", "99999999999999999999", *TEXTS[-6:])
BAD_ANSWERS = tuple(
    {"item_id": "pain_average", "value": value}
    for value in (True, "2", 2.0, [], {}, -1, 11, 10**18, 10**30, float("nan"), float("inf"), None)
)
BAD_AGES = (-1, "1", True, 1e308, float("nan"), float("inf"), 10**400, [], None)
ODD_HEADERS = (
    {"Origin": "http://["},
    {"Origin": "null\0"},
    {"Origin": "\udcff://"},
    {"Sec-Fetch-Site": "\r"},
    {"Host": "["},
    {"Host": "a b"},
    {"Host": ""},
    {"Host": "evil.example:99999"},
    {"Accept": "application/json;q=x, */*;;;"},
    {"Accept-Encoding": "br;q=nope, gzip;q=-1"},
    {"Cookie": "session=; session=.\xff; known_browser=\xff\xfe; ="},
    {"Cookie": "session=" + "A" * 8000},
    {"X-CSRFToken": "\xff" * 50},
    {"X-Forwarded-For": "a, b, \0", "X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "evil.example"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"Range": "bytes=-9999999999999999999"},
    {"If-Modified-Since": "9999", "If-None-Match": '"', "If-Range": "x"},
    {"Content-Type": "multipart/form-data; boundary=\xff"},
    {"Content-Type": "application/json; charset=utf-7"},
    {"Content-Length": "-1"},
    {"Content-Length": "99999999999999999999"},
    {"Transfer-Encoding": "chunked"},
)


RAW = (
    b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET http://[/ HTTP/1.0\r\n\r\n",
    b"GET //evil.example/ HTTP/1.0\r\n\r\n",
    b"GET /%ff%fe%00 HTTP/1.0\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.0\r\nX: " + b"a" * 300_000 + b"\r\n\r\n",
    b"POST /login HTTP/1.0\r\nContent-Length: x\r\n\r\n",
    b"POST /login HTTP/1.0\r\nContent-Length: 10\r\nContent-Length: 20\r\n\r\nx",
    b"POST /login HTTP/1.0\r\nContent-Length: 999999999999\r\n\r\nx",
    b"POST /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
)
ANSWER_SECONDS = 10


class Attack:
    """Sends requests and keeps the ones that the site could not cope with."""

    def __init__(self, client: FlaskClient, log: pytest.LogCaptureFixture) -> None:
        self.client = client
        self.log = log
        self.faults: list[str] = []
        self.sent = 0

    def send(self, method: str, path: str, **named: Any) -> None:
        """One request; anything from 500 up, and anything logged as an error, is a fault."""
        self.log.clear()
        self.sent += 1
        answer = self.client.open(path, method=method, **named)
        errors = [record.getMessage() for record in self.log.records if record.levelno >= logging.ERROR]
        if answer.status_code >= 500 or errors:
            self.faults.append(f"{method} {path[:80]} {str(named)[:160]}: {answer.status_code} {errors}")
        answer.close()


@pytest.fixture
def record(runtime: Runtime) -> Record:
    """A patient about whom there is something to ask."""
    owner = make_staff(runtime, email="owner@north.example")
    return make_record(runtime, owner, colleague=owner)


@pytest.fixture
def attack(app: Flask, caplog: pytest.LogCaptureFixture) -> Callable[[FlaskClient], Attack]:
    """Start an attack from a browser."""
    caplog.set_level(logging.DEBUG)
    return lambda client: Attack(client, caplog)


@pytest.fixture
def patient(app: Flask, record: Record) -> Visitor:
    """The patient, past the year check."""
    visitor = Visitor(app.test_client())
    assert visitor.open_link(record.link, year=YEAR, script=True).status_code == 303
    return visitor


@pytest.fixture
def nurse(app: Flask, runtime: Runtime) -> FlaskClient:
    """A nurse, signed in."""
    make_staff(runtime)
    return signed_in(app, "nurse@north.example").client


def csrf_of(client: FlaskClient, page: str) -> str:
    """A good CSRF token of this browser."""
    found = CSRF.search(client.get(page).text)
    assert found is not None
    return found[1]


def json_bodies() -> Iterator[bytes]:
    """Bodies of a save that must all be refused."""
    numbers = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    yield from (numbers.randbytes(numbers.randrange(200)) for _ in range(60))
    yield from (text.encode("utf-8", "surrogatepass") for text in TEXTS)
    yield from (b"[" * 30_000, b'{"a":' * 6_000, b"null", b"[]", b"1" * 5000, b"\xef\xbb\xbf{}", b"{} {}")
    good = save_body(ANSWER)
    yield json.dumps(good).encode() + b"\0"
    for answer in BAD_ANSWERS:
        yield json.dumps(save_body(answer)).encode()
    for age in BAD_AGES:
        yield json.dumps(save_body(ANSWER | {"age_seconds": age}), default=str).encode()
    for name in ("key", "version", "answers"):
        yield json.dumps({field: value for field, value in good.items() if field != name}).encode()
        values = (None, True, {}, [], -1, 1.5, 10**30, *(text for text in TEXTS if not KEY_SHAPE.fullmatch(text)))
        yield from (json.dumps(good | {name: value}).encode() for value in values)
    for field in ("role", "centre_id", "patient_id", "score", "submitted_at", "__proto__", "\udcff", "\0"):
        yield json.dumps(good | {field: 1}).encode()
        yield json.dumps(save_body(ANSWER | {field: 1})).encode()
    yield json.dumps(save_body(*[ANSWER | {"item_id": f"q{number}"} for number in range(61)])).encode()
    yield json.dumps(save_body(ANSWER, ANSWER)).encode()
    yield from (json.dumps(save_body(ANSWER | {"item_id": text})).encode() for text in TEXTS)


def test_no_body_breaks_save_or_submit(
    patient: Visitor, record: Record, attack: Callable[[FlaskClient], Attack]
) -> None:
    form = f"/form/{record.seat_form}"
    headers = {"X-CSRFToken": patient.csrf(form)}
    attempt = attack(patient.client)
    for body in json_bodies():
        for door in ("save", "submit"):
            attempt.send("POST", f"{form}/{door}", data=body, content_type="application/json", headers=headers)
    assert attempt.faults == []
    assert patient.send(f"{form}/save", save_body(ANSWER, version=1), csrf=headers["X-CSRFToken"]).json == {
        "saved": True,
        "version": 2,
        "saved_at": "2026-03-02T12:00:00+00:00",
        "instruction": None,
        "changed_elsewhere": [],
    }


def test_every_wrong_save_is_refused_by_name(patient: Visitor, record: Record) -> None:
    form = f"/form/{record.seat_form}"
    headers = {"X-CSRFToken": patient.csrf(form)}
    taken = []
    for body in json_bodies():
        answer = patient.client.post(f"{form}/save", data=body, content_type="application/json", headers=headers)
        if answer.status_code not in {413, 422} or (answer.status_code == 422 and answer.json["saved"] is not False):
            taken.append((body[:80], answer.status_code))
    assert taken == []


def test_no_address_breaks_the_site(
    app: Flask, patient: Visitor, nurse: FlaskClient, record: Record, attack: Callable[[FlaskClient], Attack]
) -> None:
    attempts = [attack(nurse), attack(patient.client)]
    tokens = [csrf_of(nurse, "/account/password"), csrf_of(patient.client, "/login")]
    for attempt, token in zip(attempts, tokens, strict=True):
        for address in (*variable_addresses(app), *known_addresses(record)):
            if (address.startswith("/form")) == (attempt is attempts[1]):
                for text in TEXTS:
                    place = quote(text.encode("utf-8", "surrogateescape"), safe="")
                    attempt.send("GET", address.replace("@", place))
                    attempt.send("POST", address.replace("@", place), headers={"X-CSRFToken": token}, data={})
    assert [fault for attempt in attempts for fault in attempt.faults] == []


def known_addresses(record: Record) -> list[str]:
    """Routes with two variables of which the first is right."""
    patient = f"/staff/patients/{record.patient}"
    return [
        f"{patient}/forms/@",
        f"{patient}/forms/@/reviewed",
        f"{patient}/events/@/take-back",
        f"/form/{record.seat_form}/item/@",
    ]


def variable_addresses(app: Flask) -> list[str]:
    """Every route that has variables, with `@` in their place."""
    found = set()
    for rule in app.url_map.iter_rules():
        if rule.arguments:
            found.add("".join("@" if is_variable else text for is_variable, text in rule._trace).split("|", 1)[-1])
    return sorted(found)


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("/login", ("next", "signed_out")),
        ("/staff/patients", ("before", "number", "stage")),
        ("/staff/", ("kind", "mine", "after")),
    ],
)
def test_no_query_breaks_a_page(
    nurse: FlaskClient, attack: Callable[[FlaskClient], Attack], page: str, names: tuple[str, ...]
) -> None:
    attempt = attack(nurse)
    cursors = [f"{text}~2026-03-02~x" for text in FIELD_TEXTS] + [f"5~2026-03-02~{text}" for text in FIELD_TEXTS]
    cursors += [f"1~{text}~x" for text in (*FIELD_TEXTS, "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59")]
    for name in names:
        for text in (*FIELD_TEXTS, *(cursors if name == "after" else ())):
            attempt.send("GET", f"{page}?{name}={quote(text.encode('utf-8', 'surrogateescape'), safe='')}")
    assert attempt.faults == []


def test_no_form_field_breaks_a_page(
    nurse: FlaskClient, patient: Visitor, record: Record, attack: Callable[[FlaskClient], Attack]
) -> None:
    record_page, form = f"/staff/patients/{record.patient}", f"/form/{record.seat_form}"
    staff_forms: tuple[tuple[str, dict[str, str]], ...] = (
        ("/staff/patients/new", ENROLMENT),
        (f"{record_page}/dates", DATES),
        (f"{record_page}/dates", DATES | {"version": "1", "reason": "Moved."}),
        (f"{record_page}/events", {"kind": "pause", "happened_on": "2026-03-02", "confirmed": "yes"}),
        (f"{record_page}/events/{record.places['event']}/take-back", {"reason": "By mistake."}),
        (f"{record_page}/address", {"email": "ada@example.org"}),
        (f"/staff/alerts/{record.places['alert']}/contact", {"reached": "no", "note": "x"}),
        (f"/staff/alerts/{record.places['alert']}/close", {"action": "advice", "note": "x"}),
        (f"/staff/tasks/{record.places['task']}/close", {"note": "x"}),
        ("/account/password", {"current_password": "x", "new_password": "y", "repeated": "y"}),
    )
    patient_forms: tuple[tuple[str, dict[str, str]], ...] = (
        (f"{form}/item/1", {"action": "continue", "answer": "2", "version": "0", "review": ""}),
        (f"{form}/submit", {"key": "fuzzed-key", "version": "0"}),
        (f"/l/{record.link}", {"year": "", "js": ""}),
        ("/login", {"email": "nurse@north.example", "password": "x", "next": "/"}),
    )
    attempts = [attack(nurse), attack(patient.client)]
    tokens = [csrf_of(nurse, "/account/password"), csrf_of(patient.client, "/login")]
    for attempt, token, forms in zip(attempts, tokens, (staff_forms, patient_forms), strict=True):
        for path, good in forms:
            for name in good:
                # Looking at a password is slow on purpose.
                for text in FIELD_TEXTS[:5] if {"password", "new_password"} & good.keys() else FIELD_TEXTS:
                    value = text.encode("utf-8", "surrogateescape")
                    data = {key: quote(entry) for key, entry in good.items()} | {name: quote(value, safe="")}
                    body = "&".join(f"{key}={entry}" for key, entry in data.items())
                    kind = "application/x-www-form-urlencoded"
                    attempt.send("POST", path, data=body, content_type=kind, headers={"X-CSRFToken": token})
    assert [fault for attempt in attempts for fault in attempt.faults] == []
    assert nurse.get(record_page).status_code == 200


def test_no_bytes_break_the_server(app: Flask, runtime: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    port, numbers = free_port(), random.Random(SEED)  # noqa: S311 - repeatable, not secret
    with serving(app, host=LOOPBACK, port=port):
        for payload in (*RAW, *(numbers.randbytes(300) + b"\r\n\r\n" for _ in range(20))):
            answer = exchange(port, payload)
            assert answer[:12] in {b"", b"HTTP/1.0 400", b"HTTP/1.1 400", b"HTTP/1.0 404", b"HTTP/1.1 404"} or (
                answer[9:10] in {b"2", b"3", b"4"} or answer[9:12] == b"501"
            ), (payload[:60], answer[:80])
        assert exchange(port, b"GET /healthz HTTP/1.0\r\n\r\n")[9:12] == b"200"
    assert [record.getMessage() for record in caplog.records if record.name.startswith("lrrc_qol")] == []


def exchange(port: int, payload: bytes) -> bytes:
    """Send bytes, say that there are no more, and read what comes back."""
    with socket.create_connection((LOOPBACK, port), timeout=ANSWER_SECONDS) as connection:
        connection.sendall(payload)
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(4096)


def test_no_header_breaks_the_site(app: Flask, attack: Callable[[FlaskClient], Attack]) -> None:
    attempt = attack(app.test_client())
    token = csrf_of(attempt.client, "/login")
    for headers in ODD_HEADERS:
        for method, path in (("GET", "/"), ("GET", "/login"), ("GET", "/static/patient.css"), ("POST", "/login")):
            environ = {"HTTP_X_CSRFTOKEN": token}
            environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
            for name in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"):
                if name in environ:
                    environ[name.removeprefix("HTTP_")] = environ.pop(name)
            attempt.send(method, path, environ_overrides=environ)
    assert attempt.faults == []


ENROLMENT = {
    "name": "Somebody Else",
    "born_on": "1960-01-31",
    "sex": "male",
    "hospital_number": "H-77",
    "email": "somebody@example.org",
    "phone": "020",
    "language": "en",
    "timezone": "Europe/London",
    "planned_surgery_on": "2026-03-20",
    "stoma": "unknown",
    "urostomy": "unknown",
}
DATES = {
    "planned_surgery_on": "2026-03-20",
    "surgery_on": "2026-02-20",
    "discharged_on": "2026-03-01",
    "stoma": "yes",
    "urostomy": "no",
}
