"""What was found, done and answered around an earlier operation stays readable after another one, and only readable."""

from __future__ import annotations

import pytest

from lrrc_qol.domain.events import EventKind
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.classify_recurrence import classify_recurrence
from lrrc_qol.services.clinical_record.edit import save_section
from lrrc_qol.services.context import Actor
from tests.assessments import an_assessment
from tests.clock import FixedClock
from tests.factories import complete_visit, take_seat
from tests.happenings import at_home, happen
from tests.staff_browser import StaffBrowser

TABS = ("", "/answers", "/classification", "/record", "/baseline", "/schedule")


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, clock: FixedClock) -> str:
    """Operated on, answered, classified and described; then operated on again."""
    patient = at_home(runtime, nurse, clock)
    complete_visit(runtime, take_seat(runtime, patient, "M1"))
    with runtime.writing(nurse) as work:
        save_section(work, patient, "operation", {"extent": ["central"]}, confirmed=True)
        classify_recurrence(work, patient, an_assessment(rated_on=work.now.date()))
    happen(runtime, nurse, patient, EventKind.RE_EXENTERATION, ago=2, stage="done")
    nurse_browser.sign_in("nurse@north.example")  # weeks went by
    return patient


@pytest.mark.parametrize("tab", TABS)
def test_each_page_of_it_can_be_read_and_changes_nothing(nurse_browser: StaffBrowser, patient: str, tab: str) -> None:
    address = f"/staff/patients/{patient}{tab}"
    now, before = nurse_browser.get(address), nurse_browser.get(f"{address}?episode=1")
    assert (now.status_code, before.status_code) == (200, 200)
    assert "An earlier operation" in before.text
    assert f'href="{address}"' in before.text
    assert "An earlier operation" not in now.text
    for other in TABS:
        assert f'href="/staff/patients/{patient}{other}?episode=1"' in before.text
        assert (f'href="/staff/patients/{patient}{other}"' in now.text) or other == tab
    inside = before.text.split("<main")[1]
    assert "<form" not in inside or tab == ""
    changing = ("New assessment", "Enter operation", ">Edit<", "Entered by mistake", "Record an event", "Send a fresh")
    assert [words for words in changing if words in inside] == []


def test_it_shows_what_was_then_and_the_present_page_what_is_now(nurse_browser: StaffBrowser, patient: str) -> None:
    def page(tab: str, query: str = "?episode=1") -> str:
        return nurse_browser.get(f"/staff/patients/{patient}{tab}{query}").text

    assert "2 operations." in page("", "")
    assert "No form has been sent yet." in page("/answers", "")
    assert "1 month after the operation" in page("/answers")
    assert "No assessment yet." in page("/classification", "")
    assert "No assessment yet." not in page("/classification")
    assert "Once the operation is entered" in page("/record", "")
    assert "Once the operation is entered" not in page("/record")
    assert "(M1)" in page("/schedule")


@pytest.mark.parametrize("tab", TABS)
def test_an_unknown_one_is_not_found_and_nonsense_is_the_present(
    nurse_browser: StaffBrowser, patient: str, tab: str
) -> None:
    address = f"/staff/patients/{patient}{tab}"
    assert nurse_browser.get(f"{address}?episode=3").status_code == 404
    assert "An earlier operation" not in nurse_browser.get(f"{address}?episode=x").text
