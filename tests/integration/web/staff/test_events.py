"""Events: death and withdrawal ask once more and act at once, a mistake can be taken back."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import EpisodeEvent, Message
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.web.staff.events import CONSEQUENCES, OFFERED
from tests.staff_browser import StaffBrowser

TODAY = "2026-03-02"


def kinds(runtime: Runtime) -> list[str]:
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(EpisodeEvent.kind).order_by(EpisodeEvent.id)))


def test_an_ordinary_event_is_recorded_at_once(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    answer = nurse_browser.press(f"/staff/patients/{patient}/events", kind="recurrence", happened_on=TODAY)

    assert answer.status_code == 302
    assert kinds(runtime) == ["recurrence"]
    assert "Recurrence found" in nurse_browser.get(f"/staff/patients/{patient}").text


@pytest.mark.parametrize("kind", sorted(CONSEQUENCES))
def test_what_ends_contact_asks_once_more(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str, kind: EventKind
) -> None:
    path = f"/staff/patients/{patient}/events"

    asked = nurse_browser.press(path, kind=kind.value, happened_on=TODAY)
    assert asked.status_code == 200
    assert CONSEQUENCES[kind][0] in asked.text
    assert kinds(runtime) == []
    back = nurse_browser.press(path, kind=kind.value, happened_on=TODAY, back="yes")
    assert f'value="{TODAY}"' in back.text
    assert kinds(runtime) == []
    assert nurse_browser.press(path, kind=kind.value, happened_on=TODAY, confirmed="yes").status_code == 302
    assert kinds(runtime) == [kind.value]


def test_death_holds_back_what_is_waiting(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    nurse_browser.press(f"/staff/patients/{patient}/send-link")

    nurse_browser.press(f"/staff/patients/{patient}/events", kind="death", happened_on=TODAY, confirmed="yes")

    with runtime.reading(COMMAND) as work:
        assert set(work.session.scalars(select(Message.status))) == {"suppressed"}
    page = nurse_browser.get(f"/staff/patients/{patient}").text
    assert "Held back" in page
    assert "the patient died" in page
    assert "Send a fresh link" not in page


def test_bad_input_is_told_beside_the_field(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    for kind, day, place, message in (
        ("", TODAY, "kind", "Choose what happened."),
        ("readmission", "", "happened_on", "Enter the day."),
        ("readmission", "2026-02-30", "happened_on", "There is no 30 February 2026."),
        ("readmission", "2026-03-03", "happened_on", "This day has not come yet."),
        ("address_bounced", TODAY, "kind", "Not a valid choice."),
    ):
        answer = nurse_browser.press(f"/staff/patients/{patient}/events", kind=kind, happened_on=day)

        assert answer.status_code == 422, message
        assert re.search(rf'id="{place}-error">{re.escape(message)}', answer.text), message
    assert kinds(runtime) == []


def test_a_mistake_is_taken_back_with_a_reason(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    nurse_browser.press(f"/staff/patients/{patient}/events", kind="pause", happened_on=TODAY)
    page = nurse_browser.get(f"/staff/patients/{patient}").text
    assert "Mails paused" in page
    path = re.search(rf"/staff/patients/{patient}/events/[\w-]+/take-back", page)
    assert path is not None

    assert nurse_browser.press(path[0], reason="").status_code == 422
    assert nurse_browser.press(path[0], reason="Wrong patient.").status_code == 302
    after = nurse_browser.get(f"/staff/patients/{patient}").text
    assert "<s>Mails paused</s>" in after
    assert "taken back" in after
    assert nurse_browser.get(path[0]).status_code == 404


def test_every_kind_that_is_offered_is_known(nurse_browser: StaffBrowser, patient: str) -> None:
    page = nurse_browser.get(f"/staff/patients/{patient}/events").text

    assert all(f'value="{kind.value}"' in page for kind, _ in OFFERED)
