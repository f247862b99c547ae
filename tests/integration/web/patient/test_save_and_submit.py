"""The JSON contract of save and submit over HTTP: statuses, bodies, and what is refused before it reaches a service."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from lrrc_qol.runtime import Runtime
from tests.integration.web.patient.visitor import Visitor, save_body
from tests.patient_links import PAIN_WORST, check_in_link, stored, submitted

PAIN_TWO = {"item_id": PAIN_WORST, "value": 2, "declined": False, "age_seconds": 0.2}


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    """A browser."""
    return Visitor(client)


@pytest.fixture
def form(visitor: Visitor, runtime: Runtime) -> str:
    """The path of an open check-in that the browser has entered."""
    return visitor.enter(check_in_link(runtime))


@pytest.fixture
def csrf(visitor: Visitor, form: str) -> str:
    """The CSRF token of the form's page."""
    return visitor.csrf(form)


def test_a_save_is_acknowledged_with_the_new_version(visitor: Visitor, form: str, csrf: str, runtime: Runtime) -> None:
    answer = visitor.send(f"{form}/save", save_body(PAIN_TWO), csrf=csrf)
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["saved"], answer.json["version"], answer.json["instruction"]) == (True, 1, None)
    assert stored(runtime) == [(PAIN_WORST, "value", 2)]


def test_a_replay_is_harmless(visitor: Visitor, form: str, csrf: str, runtime: Runtime) -> None:
    answers = [visitor.send(f"{form}/save", save_body(PAIN_TWO), csrf=csrf).json for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(stored(runtime)) == 1


def test_a_severe_answer_brings_its_instruction(visitor: Visitor, form: str, csrf: str) -> None:
    answer = visitor.send(f"{form}/save", save_body(PAIN_TWO | {"value": 9}), csrf=csrf)
    assert answer.json is not None
    assert set(answer.json["instruction"]) >= {"title", "text", "call", "phone"}


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"key": "first-key", "version": 0},
        save_body(PAIN_TWO) | {"role": "admin"},
        save_body(PAIN_TWO | {"score": 5}),
        save_body(PAIN_TWO, PAIN_TWO),
        save_body(PAIN_TWO | {"value": 11}),
        save_body({"item_id": "q1", "value": 1}),
        save_body(PAIN_TWO | {"declined": True}),
        save_body(PAIN_TWO, version=7),
    ],
)
def test_a_wrong_body_is_refused_and_nothing_stored(
    visitor: Visitor, form: str, csrf: str, runtime: Runtime, body: Any
) -> None:
    answer = visitor.send(f"{form}/save", body, csrf=csrf)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["saved"] is False
    assert stored(runtime) == []


def test_only_json_is_taken(visitor: Visitor, form: str, csrf: str) -> None:
    headers = {"X-CSRFToken": csrf}
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = visitor.client.post(f"{form}/save", data=b"{}", content_type=kind, headers=headers)
        assert answer.status_code == 415
    assert (
        visitor.client.post(f"{form}/submit", data=b"{}", content_type="text/plain", headers=headers).status_code == 415
    )


def test_a_huge_body_is_refused(visitor: Visitor, form: str, csrf: str) -> None:
    body = save_body(PAIN_TWO, key="k" * 40_000)
    assert visitor.send(f"{form}/save", body, csrf=csrf).status_code == 413


def test_without_the_csrf_token_nothing_is_saved(visitor: Visitor, form: str, runtime: Runtime) -> None:
    answer = visitor.client.post(f"{form}/save", json=save_body(PAIN_TWO))
    assert (answer.status_code, answer.json and answer.json["error"]) == (400, "csrf")
    assert stored(runtime) == []


def test_from_another_site_nothing_is_saved(visitor: Visitor, form: str, csrf: str, runtime: Runtime) -> None:
    headers = {"X-CSRFToken": csrf, "Origin": "https://elsewhere.example"}
    assert visitor.client.post(f"{form}/save", json=save_body(PAIN_TWO), headers=headers).status_code == 403
    assert stored(runtime) == []


def test_after_sending_every_write_is_refused(visitor: Visitor, form: str, csrf: str, runtime: Runtime) -> None:
    visitor.send(f"{form}/save", save_body(PAIN_TWO), csrf=csrf)
    first = visitor.send(f"{form}/submit", {"key": "submit-one", "version": 1}, csrf=csrf)
    assert (first.status_code, first.json and first.json["submitted"]) == (200, True)
    replay = visitor.send(f"{form}/submit", {"key": "submit-one", "version": 1}, csrf=csrf)
    assert replay.json == first.json
    other = visitor.send(f"{form}/submit", {"key": "submit-two", "version": 1}, csrf=csrf)
    assert (other.status_code, other.json and other.json["error"]) == (409, "submitted")
    late = visitor.send(f"{form}/save", save_body(PAIN_TWO | {"value": 3}, key="late-key", version=1), csrf=csrf)
    assert (late.status_code, late.json and late.json["error"]) == (409, "submitted")
    assert submitted(runtime) == 1


def test_somebody_elses_form_is_not_there(client: FlaskClient, runtime: Runtime, visitor: Visitor, csrf: str) -> None:
    assert visitor.send("/form/AAAAAAAAAAAAAAAAAAAAAA/save", save_body(PAIN_TWO), csrf=csrf).status_code == 404
