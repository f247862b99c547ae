"""Ways to look at one patient's curves: they live in the address, and other patients are only those of the centre."""

from __future__ import annotations

import html
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest

from lrrc_qol.domain.events import EventKind
from lrrc_qol.jobs.cohort import compute_all
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.cohort_people import BEFORE, Person, add_people
from tests.factories import answers_for, complete_visit, make_staff, set_dates, take_seat
from tests.staff_browser import StaffBrowser
from tests.statement_count import counted_statements

FIGURE = re.compile(r"id=\"(?P<id>[\w-]+)\">(?:(?!<figure).)*?data-figure='(?P<figure>[^']*)'", re.DOTALL)
WORST = "symptoms-pain_nrs-pain_worst"
CENTILE = "th centile"
EVERYTHING = "?up=better&from=home&pain=on&expected=on&published=on"


def curves(page: str) -> dict[str, dict[str, Any]]:
    return {found["id"]: json.loads(html.unescape(found["figure"])) for found in FIGURE.finditer(page)}


def names(figure: dict[str, Any]) -> set[str]:
    return {trace["name"] for trace in figure["data"]}


def others(runtime: Runtime, *, centre: str = "NORTH", size: int = 24) -> None:
    """Patients whose worst pain went up by at most two points, and their figures."""
    people = [
        Person(scores={key: {"pain_worst": 2.0 + rise} for key, rise in ((BEFORE, 0), ("M1", n % 3), ("M3", n % 2))})
        for n in range(size)
    ]
    with runtime.database.write() as session:
        instrument = runtime.catalogue.instrument("pain_nrs")
        add_people(session, people, centre=centre, instrument=instrument, operated=date(2024, 9, 2))
    compute_all(runtime, runtime.clock.now(), lambda: False)


@pytest.fixture
def page_address(followed: str) -> str:
    """The page of a patient with the worst answers a month after the operation."""
    return f"/staff/patients/{followed}"


def test_turned_round_only_symptoms_change_and_the_page_says_so(nurse_browser: StaffBrowser, page_address: str) -> None:
    plain = nurse_browser.get(page_address).text
    other = nurse_browser.get(f"{page_address}?up=better").text

    assert "Turned round: up is better" not in plain
    assert other.count("Only the drawings are turned") == 1
    before, after = curves(plain), curves(other)
    assert after[WORST]["layout"]["yaxis"]["range"] == before[WORST]["layout"]["yaxis"]["range"][::-1]
    functioning = next(key for key in before if key.startswith("functioning"))
    assert after[functioning] == before[functioning]
    cells = re.compile(r'<td class="number">[^<]*</td>')
    assert cells.findall(other) == cells.findall(plain)


def test_days_count_from_going_home(nurse_browser: StaffBrowser, page_address: str) -> None:
    page = nurse_browser.get(f"{page_address}?from=home").text

    assert "day 10 after the operation" in page
    assert "day 20 from home" in page  # day 30 after the operation
    assert "since going home" in curves(page)[WORST]["layout"]["xaxis"]["title"]["text"]


def test_before_going_home_days_count_from_the_operation(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, clock: FixedClock, patient: str
) -> None:
    complete_visit(runtime, take_seat(runtime, patient))
    operated = clock.advance(days=20).date()
    set_dates(runtime, nurse, patient, planned_surgery_on=operated, surgery_on=operated)
    nurse_browser.sign_in("nurse@north.example")

    page = nurse_browser.get(f"/staff/patients/{patient}?from=home").text
    assert "since the operation" in curves(page)[WORST]["layout"]["xaxis"]["title"]["text"]
    assert "from home" not in page
    assert re.search(r'value="home"\s+disabled', page)


def test_what_an_address_does_not_know_counts_for_nothing(nurse_browser: StaffBrowser, page_address: str) -> None:
    odd = nurse_browser.get(f"{page_address}?up=down&from=mars&pain=1&expected=&published=x")

    assert odd.status_code == 200
    assert curves(odd.text) == curves(nurse_browser.get(page_address).text)


def test_pain_at_the_check_ins_lies_below_every_other_curve(
    runtime: Runtime, nurse_browser: StaffBrowser, clock: FixedClock, followed: str, page_address: str
) -> None:
    clock.advance(days=1)
    complete_visit(runtime, take_seat(runtime, followed, "CHK-D021"))
    nurse_browser.sign_in("nurse@north.example")
    drawn = curves(nurse_browser.get(f"{page_address}?pain=on").text)

    assert "pain" in names(drawn[WORST])
    assert "pain" not in names(drawn["symptoms-pe_checkin-pain_worst"])
    assert "pain" not in names(curves(nurse_browser.get(page_address).text)[WORST])


def test_the_course_of_the_centres_patients_and_a_note_outside_it(
    runtime: Runtime, nurse_browser: StaffBrowser, clock: FixedClock, followed: str, page_address: str
) -> None:
    others(runtime)
    clock.advance(days=61)
    complete_visit(runtime, take_seat(runtime, followed, "M3"), low=False)
    nurse_browser.sign_in("nurse@north.example")

    plain = nurse_browser.get(page_address).text
    assert "Outside the usual course." in plain
    assert "Worse than nine in ten of this centre&#39;s patients on two visits running" in plain
    assert CENTILE not in " ".join(names(curves(plain)[WORST]))
    page = nurse_browser.get(f"{page_address}?expected=on").text
    assert f"10{CENTILE}" in names(curves(page)[WORST])
    block = re.search(rf'id="{WORST}">.*?</figure>', page, re.DOTALL)
    assert block is not None
    # The patient's own form of day 30 is one of the 25.
    assert re.search(r"23–60</th>\s*<td class=\"number\">25</td>", block[0])


@pytest.mark.parametrize(("centre", "size"), [("SOUTH", 24), ("NORTH", 18)])
def test_other_centres_and_small_numbers_show_nothing(
    runtime: Runtime, nurse_browser: StaffBrowser, page_address: str, centre: str, size: int
) -> None:
    make_staff(runtime, code="SOUTH")
    others(runtime, centre=centre, size=size)
    page = nurse_browser.get(f"{page_address}?expected=on").text

    assert CENTILE not in str(curves(page)[WORST])
    assert "No centiles: fewer than 20" in page
    assert "Outside the usual course." not in page


def test_the_page_costs_the_same_however_it_is_looked_at(
    runtime: Runtime, nurse_browser: StaffBrowser, page_address: str
) -> None:
    others(runtime)
    counts = []
    for query in ("", EVERYTHING):
        with counted_statements(runtime) as statements:
            assert nurse_browser.get(f"{page_address}{query}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_reliable_change_is_named_with_its_source_or_said_to_be_unknown(
    nurse_browser: StaffBrowser, page_address: str
) -> None:
    page = nurse_browser.get(page_address).text

    block = re.search(rf'id="{WORST}">.*?</figure>', page, re.DOTALL)
    assert block is not None
    assert "Reliable change: 4.4 points or more on one form are a clear change." in block[0]
    assert "worse (clear)" in block[0]  # ten points on one form
    assert "no reliability of this scale is known to us" in page


def test_a_change_of_the_stoma_stands_on_the_axis(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, clock: FixedClock, followed: str, page_address: str
) -> None:
    kind = EventKind.STOMA_CHANGE
    with runtime.writing(nurse) as work:
        detail = answers_for(runtime, kind)
        record_event(work, followed, kind=kind, happened_on=clock.now().date() - timedelta(days=5), detail=detail)

    marks = curves(nurse_browser.get(page_address).text)[WORST]["layout"]["annotations"]
    assert [one["x"] for one in marks if one["text"] == "stoma change"] == [25]


def test_all_scales_have_a_small_picture_that_leads_to_the_curve(
    nurse_browser: StaffBrowser, page_address: str
) -> None:
    page = nurse_browser.get(page_address).text

    glance = re.search(r'<details class="card glance">.*?</details>', page, re.DOTALL)
    assert glance is not None
    targets = set(re.findall(r'href="#([\w-]+)"', glance[0]))
    assert targets == set(curves(page))
    assert all(f'<figure class="chart-block" id="{target}">' in page for target in targets)
