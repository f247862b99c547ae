"""What to expect: the sheet of stored figures, in the patient's language, with or without deaths, never too small."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask

from lrrc_qol.jobs.cohort import compute_all
from lrrc_qol.runtime import Runtime
from tests.cohort_people import BEFORE, Person, add_people
from tests.factories import make_staff
from tests.staff_browser import StaffBrowser, signed_in
from tests.statement_count import counted_statements

OPERATED = date(2024, 9, 2)


def course(last: float | None, *, sex: str = "female", died_day: int | None = None) -> Person:
    scores: dict[str, dict[str, float | None]] = {BEFORE: {"FACT_C": 90.0}}
    if last is not None:
        scores |= {"M9": {"FACT_C": last}}
    return Person(scores=scores, sex=sex, died_day=died_day)


def fill(runtime: Runtime, people: list[Person]) -> None:
    with runtime.database.write() as session:
        instrument = runtime.catalogue.instrument("fact_c")
        add_people(session, people, centre="NORTH", instrument=instrument, operated=OPERATED)
    compute_all(runtime, runtime.clock.now(), lambda: False)


@pytest.fixture
def desk(app: Flask, runtime: Runtime) -> StaffBrowser:
    """A nurse of a centre with 46 women (22 back, 10 not, 8 silent, 6 dead) and 12 men who are back."""
    make_staff(runtime)
    women = [course(90.0)] * 22 + [course(70.0)] * 10 + [course(None)] * 8 + [course(None, died_day=50)] * 6
    fill(runtime, women + [course(90.0, sex="male")] * 12)
    return signed_in(app, "nurse@north.example")


def shown(browser: StaffBrowser, address: str = "") -> str:
    page = browser.get(f"/staff/expect?{address}")
    assert page.status_code == 200
    return re.sub(r"\s+", " ", page.text)


def sheet(page: str) -> str:
    return page[page.index("<article") : page.index("</article>")]


def test_the_sheet_tells_of_a_group_and_of_nobody(desk: StaffBrowser) -> None:
    said = sheet(shown(desk, "sex=female"))
    assert "Of 20 people like you, 9 months after the operation:" in said
    assert "<strong>10 of 20</strong>: as before the operation, or better" in said
    assert "<strong>4 of 20</strong>: not yet as before the operation" in said
    assert "<strong>6 of 20</strong>: not known: no answer, or not followed any more, for any reason" in said
    assert "between 6 and 13 of 20" in said
    assert "It cannot tell how it will be for you." in said
    assert "The picture stands for 46 people" in said
    assert said.count("mark-back") == 12  # ten people, the key and the head of the table
    assert "died" not in said


def test_deaths_are_shown_when_somebody_asks_for_them(desk: StaffBrowser) -> None:
    off, on = shown(desk, "sex=female"), shown(desk, "sex=female&deaths=1")
    assert "Deaths are not shown." in off
    assert "<strong>3 of 20</strong>: died" in sheet(on)
    assert "<strong>3 of 20</strong>: not known" in sheet(on)
    assert "<strong>10 of 20</strong>: as before" in sheet(on)


def test_a_group_that_is_too_small_names_the_wider_one(desk: StaffBrowser) -> None:
    page = shown(desk, "sex=male&visit=M9")
    assert "<article" not in page
    assert "Fewer than 20 people" in page
    assert ">everybody operated on</a>" in page


@pytest.mark.parametrize("language", ["ar", "de", "nl", "zh-Hans"])
def test_the_sheet_speaks_the_language_of_the_patient(desk: StaffBrowser, runtime: Runtime, language: str) -> None:
    page = shown(desk, f"sex=female&language={language}")
    words = runtime.catalogue.translations(language)
    assert '<html lang="en"' in page
    assert f'lang="{language}" dir="{words.direction}"' in page
    assert words.gettext("What to expect after the operation") in sheet(page)
    assert "people" not in re.sub(r"<[^>]*>", "", sheet(page))


def test_the_page_names_the_data_it_came_from(desk: StaffBrowser) -> None:
    assert re.search(r"data as of \d{4}-\d\d-\d\d \d\d:\d\d UTC, version [0-9a-f]{8}", shown(desk))


def test_nothing_is_computed_and_the_statements_do_not_grow(desk: StaffBrowser, runtime: Runtime) -> None:
    with counted_statements(runtime) as few:
        shown(desk)
    fill(runtime, [course(90.0)] * 30)
    with counted_statements(runtime) as many:
        shown(desk)
    assert len(few) == len(many)


def test_without_figures_and_for_unknown_choices(app: Flask, runtime: Runtime, desk: StaffBrowser) -> None:
    for address in ("scale=fact_c.NOTHING", "sex=neither", "visit=M99", "scale=x"):
        assert desk.get(f"/staff/expect?{address}").status_code == 404
    make_staff(runtime, code="SOUTH")
    other = signed_in(app, "nurse@south.example")
    assert "There is nothing to show yet" in shown(other)
