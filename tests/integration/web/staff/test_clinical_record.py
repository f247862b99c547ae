"""The clinical record's pages: short forms, refusals beside fields, doubts confirmed once, nothing typed is lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.clinical_record.store import Entry
from lrrc_qol.services.context import Actor
from tests.clinical_rows import record_of, save
from tests.factories import make_staff
from tests.staff_browser import StaffBrowser, signed_in

HIDDEN = re.compile(r'<input type="hidden" name="(seen-[\w-]+|version|confirmed)" value="([^"]*)">')
COMPLEX = {
    "extent": ["posterior", "lateral"],
    "structures": ["rectum", "bladder"],
    "sacrectomy": "yes",
    "sacrectomy_level": "s2",
    "sacrectomy_technique": "high_subcortical",
    "nerves": "sciatic_left_partial",
    "margin": "r0",
    "margin_mm": "1,5",
    "reconstruction": "vram",
    "stomas": ["colostomy", "urostomy"],
}


def hidden(page: str) -> dict[str, str]:
    """What the page sends along unseen, without the token."""
    return {name: unescape(value) for name, value in HIDDEN.findall(page)}


def rows(runtime: Runtime, nurse: Actor, patient: str, section: str) -> tuple[Entry, ...]:
    return record_of(runtime, nurse, patient).rows(section)


@pytest.fixture
def place(followed: str) -> str:
    return f"/staff/patients/{followed}/record"


def fill(browser: StaffBrowser, address: str, **fields: Any) -> Any:
    """Open a form, fill it in and send it."""
    return browser.press(address, **hidden(browser.get(address).text) | fields)


def test_an_empty_record_says_what_to_do(nurse_browser: StaffBrowser, place: str) -> None:
    page = nurse_browser.get(place).text
    for words in ("Enter operation", "Add treatment", "Add complication", "the anatomy follows"):
        assert words in page


def test_a_complex_operation_is_saved_and_the_page_says_which_anatomy_follows(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, followed: str, place: str
) -> None:
    answer = fill(nurse_browser, f"{place}/operation", **COMPLEX)
    assert answer.status_code == 302, answer.text
    page = nurse_browser.get(place).text
    assert "The anatomy follows: " in page
    assert "urostomy yes" in page
    for words in ("High subcortical osteotomy", "Sciatic left, partial", "1.5 mm", "VRAM flap", "by Nurse of NORTH"):
        assert words in page
    content = rows(runtime, nurse, followed, "operation")[0].content or {}
    assert content["sacrectomy"] is True
    assert content["margin_mm"] == 1.5


def test_refusals_stand_beside_their_fields_and_everything_typed_stays(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, followed: str, place: str
) -> None:
    answer = fill(
        nurse_browser, f"{place}/complication", type="abscess", happened_on="31 2 2026", note="Drained", eps="yes"
    )
    assert answer.status_code == 422
    assert "There is no 31 February 2026." in answer.text
    assert "Choose one." in answer.text
    assert "31 2 2026" in answer.text
    assert "Drained" in answer.text
    assert "Fill this in." not in answer.text
    number = fill(nurse_browser, f"{place}/treatment", kind="reirradiation", dose_gy="900")
    assert "Enter a number from 1 to 100 Gy." in number.text
    assert 'value="900"' in number.text
    assert rows(runtime, nurse, followed, "complication") == ()


def test_save_anyway_confirms_just_the_doubts_that_were_shown(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, followed: str, place: str
) -> None:
    first = fill(nurse_browser, f"{place}/operation", sacrectomy="no", sacrectomy_level="s2")
    assert "Save anyway" in first.text
    assert "does not go with" in first.text
    other = nurse_browser.press(
        f"{place}/operation", **hidden(first.text), sacrectomy="no", sacrectomy_level="s2", stomas="urostomy"
    )
    assert "A stoma for urine" in other.text
    assert rows(runtime, nurse, followed, "operation") == ()
    last = nurse_browser.press(
        f"{place}/operation", **hidden(other.text), sacrectomy="no", sacrectomy_level="s2", stomas="urostomy"
    )
    assert last.status_code == 302
    assert len(rows(runtime, nurse, followed, "operation")) == 1


def test_the_second_nurse_sees_what_changed_and_loses_nothing(
    app: Flask, runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, followed: str, place: str
) -> None:
    make_staff(runtime, email="second@north.example")
    second = signed_in(app, "second@north.example")
    opened = hidden(second.get(f"{place}/operation").text)
    assert fill(nurse_browser, f"{place}/operation", **COMPLEX).status_code == 302
    answer = second.press(f"{place}/operation", **opened, margin="r1", stomas="colostomy", team="urologist")
    assert answer.status_code == 422
    assert "Somebody else changed this meanwhile" in answer.text
    assert "is now <strong>R0</strong>" in answer.text
    assert "You chose R1" in answer.text
    assert "The form takes it over." in answer.text
    assert re.search(r'<input[^>]*checked[^>]*value="urologist"', answer.text)
    assert re.search(r'<input[^>]*checked[^>]*value="vram"', answer.text)
    content = rows(runtime, nurse, followed, "operation")[0].content or {}
    assert content["margin"] == "r0"


def test_a_row_is_taken_back_with_a_reason_and_stays_readable(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, followed: str, place: str
) -> None:
    key = save(runtime, nurse, followed, "treatment", {"kind": "reirradiation", "dose_gy": 30}).row_key
    assert fill(nurse_browser, f"{place}/treatment/{key}", kind="reirradiation", dose_gy="36").status_code == 302
    assert "30 Gy → 36 Gy" in nurse_browser.get(place).text
    refused = fill(nurse_browser, f"{place}/treatment/{key}/remove", reason="")
    assert refused.status_code == 422
    opened = hidden(nurse_browser.get(f"{place}/treatment/{key}").text)
    assert fill(nurse_browser, f"{place}/treatment/{key}/remove", reason="Wrong patient").status_code == 302
    page = nurse_browser.get(place).text
    assert "Taken back (1)" in page
    assert "Wrong patient" in page
    assert rows(runtime, nurse, followed, "treatment") == ()
    late = nurse_browser.press(f"{place}/treatment/{key}", **opened, kind="reirradiation", dose_gy="40")
    assert late.status_code == 422
    assert "took this back meanwhile" in late.text
    assert f'action="{place}/treatment"' in late.text
    assert 'value="40"' in late.text
    assert nurse_browser.get(f"{place}/treatment/{key}").status_code == 404
    again = nurse_browser.press(f"{place}/treatment/{key}/remove", version="2", reason="Twice.")
    assert again.status_code == 302
    assert "Somebody else took this back meanwhile" in nurse_browser.get(place).text
    assert nurse_browser.get(f"{place}/treatment/{key}/remove").status_code == 404


def test_what_is_not_there_is_not_found(nurse_browser: StaffBrowser, place: str) -> None:
    for path in ("classification", "treatment/none", "treatment/none/remove", "operation/remove"):
        assert nurse_browser.get(f"{place}/{path}").status_code == 404, path
