"""Many requests for one form at the same moment, from two devices: none fails, none is lost, none counts twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lrrc_qol.persistence.models import Alert, Answer, AuditEntry, RequestKey, Response, ScoreRow
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.integration.web.patient.visitor import Visitor, save_body
from tests.patient_links import check_in_link, submitted

THREADS = 8
SAVES = 12
ITEMS = ("pain_worst", "pain_now", "distress")
REPLAYS = 50


@dataclass(frozen=True)
class Device:
    """A browser at the form; each request is sent from a copy, because a cookie jar belongs to one thread."""

    app: Flask
    cookie: str
    path: str
    token: str

    def send(self, door: str, body: dict[str, Any]) -> TestResponse:
        """One JSON request."""
        client = self.app.test_client()
        client.set_cookie("session", self.cookie)
        return client.post(f"{self.path}/{door}", json=body, headers={"X-CSRFToken": self.token})


@pytest.fixture
def devices(app: Flask, runtime: Runtime) -> list[Device]:
    """A phone and a tablet at the same form."""
    link = check_in_link(runtime)
    return [_device(app, link) for _ in range(2)]


def _device(app: Flask, link: str) -> Device:
    visitor = Visitor(app.test_client())
    path = visitor.enter(link)
    token, cookie = visitor.csrf(path), visitor.client.get_cookie("session")
    assert cookie is not None
    return Device(app, cookie.value, path, token)


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do everything at the same moment; the results in order."""
    start = threading.Barrier(len(acts))

    def wait_and_act(act: Callable[[], Any]) -> Any:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(wait_and_act, acts))


def rows(runtime: Runtime) -> list[Answer]:
    """Every answer version in the order of the draft versions."""
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(Answer).order_by(Answer.seq, Answer.item_id)))


def count(runtime: Runtime, model: type[Any], *conditions: Any) -> int:
    """How many rows of a table there are."""
    with runtime.reading(COMMAND) as work:
        return work.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def keep_saving(device: Device, thread: int) -> list[tuple[str, int, int, dict[str, Any]]]:
    """One tab that saves and saves: item, value, status and body of every answer it got."""
    version, kept = 0, []
    for number in range(SAVES):
        item, value = ITEMS[(thread + number) % len(ITEMS)], (thread * SAVES + number) % 8
        body = save_body({"item_id": item, "value": value}, key=f"thread-{thread}-{number}", version=version)
        answer = device.send("save", body)
        assert answer.json is not None
        version = answer.json.get("version", version)
        kept.append((item, value, answer.status_code, answer.json))
    return kept


def test_eight_tabs_on_two_devices_lose_nothing(devices: list[Device], runtime: Runtime) -> None:
    tabs = at_once([lambda tab=tab: keep_saving(devices[tab % 2], tab) for tab in range(THREADS)])
    kept = [entry for tab in tabs for entry in tab]
    assert {status for _, _, status, _ in kept} == {200, 409}
    assert all(body["saved"] and (status == 200 or body["stored"]) for _, _, status, body in kept)
    history = rows(runtime)
    assert {(item, value) for item, value, _, _ in kept} == {(row.item_id, row.value) for row in history}
    # Every version was made once, by one request, and each page was told the version that it had made.
    made = Counter(row.seq for row in history)
    assert sorted(made) == list(range(1, len(history) + 1))
    told = {(body["version"], item, value) for item, value, _, body in kept}
    assert {(row.seq, row.item_id, row.value) for row in history} <= told
    assert count(runtime, RequestKey) == THREADS * SAVES
    assert_conflicts_show_both(kept)


def assert_conflicts_show_both(kept: list[tuple[str, int, int, dict[str, Any]]]) -> None:
    """A page that was too late is shown its own answer, the other one, and which of them counts."""
    for item, value, status, body in kept:
        if status == 409:
            both = body["items"][item]
            assert both["yours"] == value
            assert both["current"] in {both["yours"], both["other"]}


def test_fifty_replays_at_once_have_one_effect_and_one_answer(devices: list[Device], runtime: Runtime) -> None:
    body = save_body({"item_id": "pain_worst", "value": 9}, key="the-same-key")
    answers = at_once([lambda each=each: devices[each % 2].send("save", body) for each in range(REPLAYS)])
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert (len(rows(runtime)), count(runtime, Alert), count(runtime, RequestKey)) == (1, 1, 1)


def test_one_key_with_two_bodies_takes_one_of_them(devices: list[Device], runtime: Runtime) -> None:
    bodies = [save_body({"item_id": "pain_worst", "value": value}, key="the-same-key") for value in (1, 2) * 8]
    answers = at_once([lambda body=body: devices[0].send("save", body) for body in bodies])
    taken = {
        body["answers"][0]["value"] for body, answer in zip(bodies, answers, strict=True) if answer.status_code == 200
    }
    refused = [answer for answer in answers if answer.status_code != 200]
    assert [row.value for row in rows(runtime)] == list(taken)
    assert len(taken) == 1
    assert {(answer.status_code, (answer.json or {})["error"]) for answer in refused} == {(422, "key_reused")}


@pytest.mark.parametrize("same_key", [True, False])
def test_many_submits_make_one_response(devices: list[Device], runtime: Runtime, same_key: bool) -> None:
    devices[0].send("save", save_body({"item_id": "pain_worst", "value": 4}))
    keys = ["the-same-key" if same_key else f"submit-key-{number}" for number in range(THREADS * 2)]
    bodies = [{"key": key, "version": 1} for key in keys]
    answers = at_once([lambda at=at: devices[at % 2].send("submit", bodies[at]) for at in range(len(bodies))])
    good = [answer.json for answer in answers if answer.status_code == 200]
    late = [(answer.status_code, (answer.json or {})["error"]) for answer in answers if answer.status_code != 200]
    assert late == ([] if same_key else [(409, "submitted")] * (len(answers) - 1))
    assert all(body == good[0] for body in good)
    assert (good[0]["submitted"], good[0]["next"]) == (True, None)
    scales = len(runtime.catalogue.instrument("pe_checkin").scales)
    assert (submitted(runtime), count(runtime, ScoreRow)) == (1, scales)
    assert count(runtime, AuditEntry, AuditEntry.action == "submitted_response") == 1


def test_a_submit_among_saves_freezes_what_was_acknowledged_before(devices: list[Device], runtime: Runtime) -> None:
    devices[0].send("save", save_body({"item_id": "pain_worst", "value": 4}))

    def submit() -> TestResponse:
        for attempt in range(100):
            version = max(row.seq for row in rows(runtime))
            answer = devices[1].send("submit", {"key": f"attempt-{attempt}", "version": version})
            if answer.status_code == 200:
                return answer
        return answer

    def save(tab: int) -> list[TestResponse]:
        return [
            devices[tab % 2].send(
                "save",
                save_body({"item_id": ITEMS[tab % 3], "value": value}, key=f"tab-{tab}-saves-{value}", version=1),
            )
            for value in range(8)
        ]

    submit_answer, *tabs = at_once([submit, *[lambda tab=tab: save(tab) for tab in range(4)]])
    answers = [answer for tab in tabs for answer in tab]
    assert submit_answer.status_code == 200
    refused = [answer for answer in answers if (answer.json or {}).get("error") == "submitted"]
    assert all(answer.status_code in {200, 409} for answer in answers)
    with runtime.reading(COMMAND) as work:
        frozen = work.session.scalars(select(Response)).one()
    given = [row for row in rows(runtime) if row.kind == "value"]
    assert all(row.seq < frozen.version for row in given)
    acknowledged = {answer.json["version"] for answer in answers if answer not in refused and answer.json}
    assert acknowledged <= {row.seq for row in given}
    assert (
        devices[0].send("save", save_body({"item_id": "pain_now", "value": 1}, key="much-too-late")).status_code == 409
    )
