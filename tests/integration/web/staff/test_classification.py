"""The classification page: marks once, proposals with reasons, doubts that never block, nothing typed is lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.classify_recurrence import Assessment, classify_recurrence, read_classification
from lrrc_qol.services.clinical_record.store import save_entry
from lrrc_qol.services.context import Actor
from tests.assessments import an_assessment
from tests.factories import make_patient
from tests.staff_browser import StaffBrowser

INPUT = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r'(\w[\w-]*)(?:="([^"]*)")?')
START = {"basis": "mri", "rated_on": "2026-02-27", "rater": "Dr Reader"}


def fields(page: str) -> dict[str, Any]:
    """What a browser would send of the page as it stands, without the token."""
    sent: dict[str, list[str]] = {}
    for tag in INPUT.findall(page):
        attributes = {name: unescape(value) for name, value in ATTRIBUTE.findall(tag[6:])}
        if attributes.get("type") in {"checkbox", "radio"} and "checked" not in attributes:
            continue
        if attributes.get("name") and attributes["name"] != "csrf_token":
            sent.setdefault(attributes["name"], []).append(attributes.get("value", ""))
    return {name: values if len(values) > 1 else values[0] for name, values in sent.items()}


def stored(runtime: Runtime, nurse: Actor, patient: str) -> tuple[Assessment, ...]:
    with runtime.reading(nurse) as work:
        return read_classification(work, patient).assessments


@pytest.fixture
def place(patient: str) -> str:
    return f"/staff/patients/{patient}/classification"


@pytest.fixture
def kept(runtime: Runtime, nurse: Actor, patient: str) -> str:
    """A stored assessment: the bladder by MRI, no proposals overridden but four systems left open."""
    with runtime.writing(nurse) as work:
        return classify_recurrence(work, patient, an_assessment(rated_on=work.now.date()))


def test_marked_once_six_systems_answer_and_the_proposals_are_stored(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, place: str
) -> None:
    first = nurse_browser.get(f"{place}/new")
    assert fields(first.text)["rater"] == "Nurse of NORTH"
    marks = START | {"marks_sacrum": ["s2", "s3"], "marks_organs": "bladder", "fixation": "2", "symptoms": "S1"}

    second = nurse_browser.press(f"{place}/new", **marks, step="propose")

    assert second.status_code == 200
    assert "Yamada counts S1–S2 as lateral, not sacral." in second.text
    assert stored(runtime, nurse, patient) == ()
    sent = fields(second.text)
    assert (sent["mayo"], sent["yamada"], sent["leeds"]) == ("F2", "LATERAL", "SACRAL")
    assert sent["belli"] == ["S1-III", "S2-II"]

    done = nurse_browser.press(f"{place}/new", **sent, step="save")

    assert done.headers["Location"] == place
    one = stored(runtime, nurse, patient)[0]
    assert all(view.accepted for view in one.systems)
    assert (one.findings.marks, one.findings.fixation, one.symptoms) == ({"s2", "s3", "bladder"}, "2", "S1")
    page = nurse_browser.get(place).text
    assert "Bladder, S2 invaded, S3 invaded" in page
    assert "The assessment is stored." in page


def test_a_doubt_is_said_once_and_does_not_block(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, place: str
) -> None:
    second = nurse_browser.press(f"{place}/new", **START, marks_sacrum="s2", step="propose")
    sent = fields(second.text) | {"yamada": "SACRAL", "yamada_reason": "Only the edge."}

    asked = nurse_browser.press(f"{place}/new", **sent, step="save")

    assert asked.status_code == 200
    assert "S1 or S2 is invaded: Yamada would be LATERAL; SACRAL is chosen." in asked.text
    assert stored(runtime, nurse, patient) == ()
    again = fields(asked.text)
    assert (again["yamada"], again["yamada_reason"]) == ("SACRAL", "Only the edge.")
    assert nurse_browser.press(f"{place}/new", **again, step="save").status_code == 302
    page = nurse_browser.get(place).text
    assert "Does not go together" in page
    assert "proposed: LATERAL. Only the edge." in page


def test_another_doubt_than_the_one_seen_is_said_too(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, place: str
) -> None:
    second = nurse_browser.press(f"{place}/new", **START, marks_sacrum="s2", step="propose")
    seen = fields(nurse_browser.press(f"{place}/new", **fields(second.text) | {"yamada": "SACRAL"}, step="save").text)
    asked = nurse_browser.press(f"{place}/new", **seen | {"belli": "S2-I"}, step="save")
    assert "Belli would be S2-II; S2-I is chosen." in asked.text
    assert stored(runtime, nurse, patient) == ()


def test_back_to_the_marks_keeps_a_choice_of_ones_own_and_renews_the_proposals(
    nurse_browser: StaffBrowser, place: str
) -> None:
    second = nurse_browser.press(f"{place}/new", **START, marks_organs="bladder", step="propose")
    own = fields(second.text) | {"leeds": "not_classifiable", "leeds_reason": "No view."}
    first = nurse_browser.press(f"{place}/new", **own, step="marks")
    assert first.status_code == 200
    assert fields(first.text)["marks_organs"] == "bladder"

    second = nurse_browser.press(f"{place}/new", **fields(first.text) | {"marks_side": "side_wall"}, step="propose")

    sent = fields(second.text)
    assert (sent["yamada"], sent["leeds"], sent["leeds_reason"]) == ("LATERAL", "not_classifiable", "No view.")
    assert sent["mskcc"] == ["ANTERIOR", "LATERAL"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rated_on": "2026-12-31"}, "This day is in the future."),
        ({"rated_on": "1958-04-01"}, "This day is before the patient was born."),
        ({"rated_on": "31 2 2026"}, "There is no 31 February 2026."),
        ({"rated_on": ""}, "Enter the date of the assessment."),
        ({"rater": " "}, "Enter who made the assessment."),
        ({"basis": ""}, "Choose what the assessment is based on."),
    ],
)
@pytest.mark.parametrize("step", ["propose", "save"])
def test_what_cannot_be_is_said_beside_the_field_and_stays(
    runtime: Runtime,
    nurse: Actor,
    nurse_browser: StaffBrowser,
    patient: str,
    place: str,
    wrong: dict[str, str],
    message: str,
    step: str,
) -> None:
    typed = START | {"marks_organs": "vagina", "mayo": "F3"} | wrong
    page = nurse_browser.press(f"{place}/new", **typed, step=step)
    assert page.status_code == 422
    assert page.text.count(message) == 2
    assert "Step 1 of 2" in page.text
    kept = fields(page.text)
    assert (kept["marks_organs"], kept["mayo"], kept["rated_on"]) == ("vagina", "F3", typed["rated_on"])
    assert stored(runtime, nurse, patient) == ()


def test_a_category_and_not_classifiable_exclude_each_other(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, place: str
) -> None:
    sent = START | {"park": ["CENTRAL", "not_classifiable"], "mskcc": "AXIAL"}
    page = nurse_browser.press(f"{place}/new", **sent, step="save")
    assert page.status_code == 422
    assert "Park: choose categories or “not classifiable”, not both." in page.text
    assert fields(page.text)["park"] == ["CENTRAL", "not_classifiable"]
    assert stored(runtime, nurse, patient) == ()


@pytest.mark.parametrize(
    "odd",
    [{"yamada": "CENTRAL"}, {"park": "F0"}, {"marks_organs": "heart"}, {"fixation": "9"}, {"yamada_reason": "x" * 501}],
)
def test_what_no_page_sends_is_refused(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, place: str, odd: dict[str, str]
) -> None:
    assert nurse_browser.press(f"{place}/new", **START | odd, step="save").status_code == 422
    assert stored(runtime, nurse, patient) == ()


def test_a_man_is_offered_what_a_man_has(runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser) -> None:
    man = make_patient(runtime, nurse, sex="male", hospital_number="H-2")
    page = nurse_browser.get(f"/staff/patients/{man}/classification/new").text
    assert 'value="prostate"' in page
    assert 'value="uterus"' not in page
    refused = nurse_browser.press(
        f"/staff/patients/{man}/classification/new", **START, marks_organs="uterus", step="propose"
    )
    assert refused.status_code == 422


def test_a_change_opens_with_what_is_stored_and_keeps_the_earlier_version(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, place: str, kept: str
) -> None:
    first = fields(nurse_browser.get(f"{place}/{kept}").text)
    assert (first["rater"], first["marks_organs"]) == ("Dr Reader", "bladder")

    second = fields(nurse_browser.press(f"{place}/{kept}", **first, step="propose").text)
    assert (second["yamada"], second["leeds"], second["park"]) == ("LOCALIZED", "", "ANTERIOR")
    assert "mskcc" not in second

    changed = second | {"leeds": "CENTRAL", "rater": "Dr Second"}
    assert nurse_browser.press(f"{place}/{kept}", **changed, step="save").status_code == 302
    assert [(one.ordinal, one.rater) for one in stored(runtime, nurse, patient)] == [(2, "Dr Second")]
    page = nurse_browser.get(place).text
    assert "Earlier versions" in page
    assert "Dr Reader" in page


def test_a_colleagues_version_is_shown_and_nothing_typed_is_lost(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, place: str, kept: str
) -> None:
    mine = fields(
        nurse_browser.press(f"{place}/{kept}", **fields(nurse_browser.get(f"{place}/{kept}").text), step="propose").text
    )
    with runtime.writing(nurse) as work:
        theirs = an_assessment(rated_on=work.now.date(), rater="Dr Other", basis="pathology")
        classify_recurrence(work, patient, theirs, row_key=kept, expected_ordinal=1)

    page = nurse_browser.press(f"{place}/{kept}", **mine | {"leeds": "CENTRAL", "leeds_reason": "Mine."}, step="save")

    assert page.status_code == 422
    assert "Somebody else changed this assessment" in page.text
    assert "Dr Other" in page.text
    again = fields(page.text)
    assert (again["leeds"], again["leeds_reason"], again["rater"]) == ("CENTRAL", "Mine.", "Dr Reader")
    assert stored(runtime, nurse, patient)[0].rater == "Dr Other"
    assert nurse_browser.press(f"{place}/{kept}", **again, step="save").status_code == 302
    assert [(one.ordinal, one.rater) for one in stored(runtime, nurse, patient)] == [(3, "Dr Reader")]


def test_what_was_typed_for_a_removed_assessment_becomes_a_new_one(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, place: str, kept: str
) -> None:
    opened = fields(nurse_browser.get(f"{place}/{kept}").text)
    nurse_browser.press(f"{place}/{kept}/remove", reason="Wrong patient.", ordinal="1")

    page = nurse_browser.press(f"{place}/{kept}", **opened | {"leeds": "CENTRAL"}, step="save")

    assert page.status_code == 422
    assert "Somebody else removed this assessment" in page.text
    assert f'action="{place}/new"' in page.text
    assert nurse_browser.press(f"{place}/new", **fields(page.text), step="save").status_code == 302
    again = stored(runtime, nurse, patient)
    assert [(one.ordinal, one.rater, one.row_key == kept) for one in again] == [(1, "Dr Reader", False)]
    assert nurse_browser.press(f"{place}/nosuchassessment", **opened, step="save").status_code == 404


def test_entered_by_mistake_needs_a_reason(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, place: str, kept: str
) -> None:
    remove = f"{place}/{kept}/remove"
    assert nurse_browser.press(remove, reason="", ordinal="1").status_code == 422
    assert nurse_browser.press(remove, reason="Wrong patient.", ordinal="7").status_code == 422
    assert len(stored(runtime, nurse, patient)) == 1
    assert nurse_browser.press(remove, reason="Wrong patient.", ordinal="1").headers["Location"] == place
    assert "No assessment yet." in nurse_browser.get(place).text
    assert nurse_browser.get(remove).status_code == 404
    assert nurse_browser.get(f"{place}/{kept}").status_code == 404
    assert nurse_browser.press(remove, reason="Twice.", ordinal="1").headers["Location"] == place
    assert "Somebody else removed this assessment meanwhile" in nurse_browser.get(place).text


def test_mri_and_pathology_stand_side_by_side(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, place: str, kept: str
) -> None:
    assert "Side by side" not in nurse_browser.get(place).text
    sent = START | {"basis": "pathology", "marks_sacrum": "s4", "yamada": "SACRAL", "park": "ANTERIOR"}
    nurse_browser.press(f"{place}/new", **sent, step="save")

    table = nurse_browser.get(place).text.split("Side by side")[1].split("</table>")[0]

    assert table.count("differs") == 1
    assert re.search(r"Yamada\s+<span[^>]*>differs", table)
    assert re.findall(r"<td>(Bladder|S4 invaded)</td>", table) == ["Bladder", "S4 invaded"]


def test_early_or_late_stands_on_the_page(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str, place: str
) -> None:
    assert "Early or late" not in nurse_browser.get(place).text
    dates = {"primary_surgery_on": "2024-03-15", "recurrence_found_on": "2025-03-15"}
    with runtime.writing(nurse) as work:
        save_entry(work, patient, "disease", content=dates, expected_ordinal=0)
    page = " ".join(re.sub(r"<[^>]+>", " ", nurse_browser.get(place).text).split())
    assert "Late recurrence : 12 months from the primary operation (15 March 2024)" in page
