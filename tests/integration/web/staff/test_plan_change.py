"""One patient on another version of the plan: chosen, shown, then followed."""

from __future__ import annotations

import re

import pytest

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from tests.factories import set_dates
from tests.integration.services.test_change_plan import MADE, PLANNED, publish
from tests.staff_browser import StaffBrowser


@pytest.fixture
def path(runtime: Runtime, nurse: Actor, patient: str) -> str:
    """The page of a patient whose baseline has not opened; the centre has a version of its own."""
    publish(runtime, nurse)
    set_dates(runtime, nurse, patient, planned_surgery_on=PLANNED)
    return f"/staff/patients/{patient}/plan"


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_chosen_shown_and_followed(nurse_browser: StaffBrowser, patient: str, path: str) -> None:
    schedule = f"/staff/patients/{patient}/schedule"
    assert f'href="{path}"' in nurse_browser.get(schedule).text
    assert f'value="{MADE}"' in nurse_browser.get(path).text

    preview = nurse_browser.press(path, step="preview", protocol_version=MADE)
    assert preview.status_code == 200
    assert "Moved" in preview.text
    seen = version_in(preview.text)
    done = nurse_browser.press(path, step="apply", protocol_version=MADE, version=seen, reason="As agreed.")
    assert (done.status_code, done.headers["Location"]) == (302, schedule)
    page = nurse_browser.get(path).text
    assert f"follows version <strong>{MADE}</strong>" in page
    assert f'value="{MADE}"' not in page


def test_refusals_stand_beside_their_field_and_keep_what_was_typed(nurse_browser: StaffBrowser, path: str) -> None:
    nothing = nurse_browser.press(path, step="preview")
    unknown = nurse_browser.press(path, step="preview", protocol_version="9.9")
    for answer in (nothing, unknown):
        assert answer.status_code == 422
        assert 'id="protocol_version-error">Choose one of the versions' in answer.text
    seen = version_in(nurse_browser.press(path, step="preview", protocol_version=MADE).text)
    silent = nurse_browser.press(path, step="apply", protocol_version=MADE, version=seen, reason=" ")
    assert silent.status_code == 422
    assert 'id="reason-error">Say why in a few words' in silent.text
    assert f'name="protocol_version" value="{MADE}"' in silent.text


def test_a_change_by_somebody_else_is_told(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, path: str
) -> None:
    seen = version_in(nurse_browser.press(path, step="preview", protocol_version=MADE).text)
    set_dates(runtime, nurse, patient, planned_surgery_on=PLANNED.replace(day=25))
    late = nurse_browser.press(path, step="apply", protocol_version=MADE, version=seen, reason="As agreed.")
    assert late.status_code == 422
    assert "Somebody else changed this patient" in late.text
    assert "As agreed." in late.text
    assert int(version_in(late.text)) > int(seen)
