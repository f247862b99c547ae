"""The anatomy page: plain facts, what the patient said beside them, never over somebody else's change."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.instrument import ANATOMY
from lrrc_qol.persistence.models import AuditEntry, Episode, Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import submit_response
from lrrc_qol.services.context import COMMAND, Actor
from tests.factories import answer, assignment, make_patient, save, set_dates, take_seat
from tests.filter_form import BOWEL, HAS_BAG, with_filter_form
from tests.shipped import shipped_catalogue
from tests.staff_browser import StaffBrowser

CHOSEN = re.compile(r'name="(\w+)"[^>]*value="(\w+)"[^>]*checked|checked[^>]*name="(\w+)"[^>]*value="(\w+)"')


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The shipped definitions with the invented questionnaire at every visit."""
    return with_filter_form(shipped_catalogue())


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def hidden(page: str) -> dict[str, str]:
    """The version and the values that the page shows, as it sends them back."""
    return dict(re.findall(r'name="(version|seen-\w+)" value="(\w*)"', page))


def chosen(page: str) -> dict[str, str]:
    """Which choice is checked, by fact."""
    return {one or three: two or four for one, two, three, four in CHOSEN.findall(page)}


def stored(runtime: Runtime) -> dict[str, bool | None]:
    with runtime.reading(COMMAND) as work:
        episode = work.session.scalars(select(Episode)).one()
        return {fact: getattr(episode, fact) for fact in ANATOMY}


def audited(runtime: Runtime) -> list[dict[str, object]]:
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "changed_anatomy")))


def test_each_fact_is_yes_no_or_not_known(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    path = f"/staff/patients/{patient}/anatomy"
    page = nurse_browser.get(path).text
    assert chosen(page) == dict.fromkeys(ANATOMY, "unknown")
    assert "Vagina present or reconstructed" in page
    facts = dict.fromkeys(ANATOMY, "unknown") | {"stoma": "yes", "vagina": "no"}

    done = nurse_browser.press(path, **facts, version=version_in(page))

    assert done.headers["Location"] == f"/staff/patients/{patient}"
    assert stored(runtime) == dict.fromkeys(ANATOMY) | {"stoma": True, "vagina": False}
    assert chosen(nurse_browser.get(path).text) == facts
    assert audited(runtime) == [{"before": {"stoma": None, "vagina": None}, "after": {"stoma": True, "vagina": False}}]


def test_nothing_different_is_no_change(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    path = f"/staff/patients/{patient}/anatomy"
    version = version_in(nurse_browser.get(path).text)
    nurse_browser.press(path, **dict.fromkeys(ANATOMY, "unknown"), version=version)
    assert audited(runtime) == []
    assert version_in(nurse_browser.get(path).text) == version


def test_a_change_by_somebody_else_is_shown_and_nothing_chosen_is_lost(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    path = f"/staff/patients/{patient}/anatomy"
    seen = hidden(nurse_browser.get(path).text)
    set_dates(runtime, nurse, patient, stoma=True, urostomy=True)

    mine = dict.fromkeys(ANATOMY, "unknown") | {"stoma": "no", "vagina": "yes"}
    answered = nurse_browser.press(path, **mine, **seen)

    assert answered.status_code == 422
    words = " ".join(re.sub(r"<[^>]+>", "", answered.text).split())
    assert "Stored by Nurse of NORTH on 2 March 2026" in words
    assert "Has a stoma for stool (bag): was Not known, is now Yes. You chose No; that stays in the form." in words
    assert "Has a urostomy (bag for urine): was Not known, is now Yes. The form takes it over." in words
    assert chosen(answered.text) | {"stoma": "no", "urostomy": "yes", "vagina": "yes"} == chosen(answered.text)
    assert stored(runtime)["stoma"] is True

    done = nurse_browser.press(path, **chosen(answered.text), **hidden(answered.text))
    assert done.status_code == 302
    assert stored(runtime) == dict.fromkeys(ANATOMY) | {"stoma": False, "urostomy": True, "vagina": True}


def test_a_mistake_on_the_page_does_not_hide_a_change_by_somebody_else(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    path = f"/staff/patients/{patient}/anatomy"
    seen = hidden(nurse_browser.get(path).text)
    set_dates(runtime, nurse, patient, urostomy=True)
    mistaken = nurse_browser.press(path, **(dict.fromkeys(ANATOMY, "no") | {"stoma": "perhaps"}), **seen)
    assert hidden(mistaken.text) == seen


@pytest.mark.parametrize("fields", [{}, {"version": "x"}, {"version": "0"}, {"stoma": "perhaps", "version": "1"}])
def test_what_no_page_sends_changes_nothing(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str, fields: dict[str, str]
) -> None:
    facts = dict.fromkeys(ANATOMY, "yes") | fields
    assert nurse_browser.press(f"/staff/patients/{patient}/anatomy", **facts).status_code == 422
    assert set(stored(runtime).values()) == {None}


def test_a_fact_that_was_not_sent_stays(runtime: Runtime, nurse_browser: StaffBrowser, patient: str) -> None:
    path = f"/staff/patients/{patient}/anatomy"
    nurse_browser.press(path, stoma="yes", version=version_in(nurse_browser.get(path).text))
    nurse_browser.press(path, urostomy="no", version=version_in(nurse_browser.get(path).text))
    assert stored(runtime) == dict.fromkeys(ANATOMY) | {"stoma": True, "urostomy": False}


def test_a_man_is_not_asked_about_a_vagina(runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser) -> None:
    man = make_patient(runtime, nurse, sex="male", hospital_number="H-2")
    page = nurse_browser.get(f"/staff/patients/{man}/anatomy").text
    assert "Vagina" not in page
    assert set(chosen(page)) == set(ANATOMY) - {"vagina"}
    assert "Vagina" not in nurse_browser.get(f"/staff/patients/{man}").text


def test_a_contradiction_leads_from_the_task_to_both_sides(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser
) -> None:
    patient = make_patient(runtime, nurse, stoma=False, hospital_number="H-3")
    phone = take_seat(runtime, patient)
    form = assignment(runtime, phone, BOWEL.id)
    save(runtime, phone, form, answer("bag", HAS_BAG), key="a")
    with runtime.writing(phone.actor) as work:
        submit_response(work, phone.seat, form, key="send", version=1)
    with runtime.reading(COMMAND) as work:
        task = work.session.scalars(select(Task.public_id)).one()

    assert "Check the anatomy" in nurse_browser.get("/staff/").text
    assert f'href="/staff/patients/{patient}/anatomy"' in nurse_browser.get(f"/staff/tasks/{task}").text
    page = nurse_browser.get(f"/staff/patients/{patient}/anatomy").text
    assert chosen(page)["stoma"] == "no"
    assert "The patient last said: yes (Bowel, 2 Mar 2026)." in page


def test_the_patient_page_says_what_is_not_known_while_questions_depend_on_it(
    runtime: Runtime, nurse_browser: StaffBrowser, patient: str
) -> None:
    page = f"/staff/patients/{patient}"
    hint = "Not known, and questions depend on it:"
    assert re.search(
        rf"{hint}.*Major nerve of the pelvis or leg removed\s*<span[^>]*>\(Bowel\)",
        nurse_browser.get(page).text,
        re.DOTALL,
    )
    path = f"{page}/anatomy"
    facts = dict.fromkeys(ANATOMY, "unknown") | {"nerve_resection": "no"}
    nurse_browser.press(path, **facts, version=version_in(nurse_browser.get(path).text))
    assert hint not in nurse_browser.get(page).text


def test_after_a_stoma_was_made_or_closed_the_anatomy_is_next(nurse_browser: StaffBrowser, patient: str) -> None:
    done = nurse_browser.press(
        f"/staff/patients/{patient}/events",
        kind="stoma_change",
        happened_on="2026-03-01",
        details="yes",
        change="stoma_made",
    )
    assert done.headers["Location"] == f"/staff/patients/{patient}/anatomy"
