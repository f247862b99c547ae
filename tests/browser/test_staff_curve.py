"""The recovery curves in a real browser: drawn, the same numbers beside them, nothing sent away, accessible."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.axe import accessibility_breaches, overflows_sideways
from tests.browser.conftest import DESKTOP, PHONE, LiveSite
from tests.factories import PASSWORD, complete_visit, make_patient, make_staff, set_dates, take_seat

# What a browser draws does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

REPORT = "document.addEventListener('securitypolicyviolation', (e) => console.error('policy', e.violatedDirective))"
SHARING = ("share", "cloud", "edit", "plotly", "chart studio")


@pytest.fixture
def patient_path(live: LiveSite) -> str:
    """The address of a patient with a baseline, a form at home and one a month after the operation."""
    nurse = make_staff(live.runtime)
    patient = make_patient(live.runtime, nurse, stoma=True)
    complete_visit(live.runtime, take_seat(live.runtime, patient))
    operated = live.clock.advance(days=20).date()
    live.clock.advance(days=10)
    dates = {"planned_surgery_on": operated, "surgery_on": operated, "discharged_on": operated + timedelta(days=10)}
    set_dates(live.runtime, nurse, patient, stoma=True, **dates)
    for key, day in (("DC", 0), ("CHK-D002", 2), ("CHK-D009", 7), ("M1", 12)):
        live.clock.advance(days=day)
        complete_visit(live.runtime, take_seat(live.runtime, patient, key), low=key != "DC")
    return f"{live.url}/staff/patients/{patient}"


def open_patient(page: Page, live: LiveSite, path: str) -> None:
    """Sign in and open the patient's page."""
    page.add_init_script(REPORT)
    page.goto(f"{live.url}/login")
    page.get_by_label("E-mail").fill("nurse@north.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(path)


def unfold_everything(page: Page) -> None:
    """Open all that is folded, and wait until every curve is drawn."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    for chart in page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
        expect(chart.locator(".main-svg").first).to_be_visible()


def drawn_values(chart: Locator) -> list[float]:
    """The scores of one figure in order of time."""
    figure: dict[str, Any] = json.loads(chart.get_attribute("data-figure") or "{}")
    forms = next(trace for trace in figure["data"] if trace["name"] == "forms")
    return [round(value, 1) for _, value in sorted(zip(forms["x"], forms["y"], strict=True))]


def test_curves_are_drawn_without_a_violation_and_share_nothing(
    live: LiveSite, open_page: Callable[..., Page], patient_path: str
) -> None:
    page = open_page(**DESKTOP)  # a violation of the policy is reported as an error, and errors fail the test
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    open_patient(page, live, patient_path)
    unfold_everything(page)

    assert page.locator(".chart .main-svg").count() > 10
    buttons = page.locator(".modebar-btn").evaluate_all("(all) => all.map((one) => one.dataset.title.toLowerCase())")
    assert buttons
    assert [words for words in buttons if any(word in words for word in SHARING)] == []
    assert [url for url in asked if not url.startswith((live.url, "data:", "blob:"))] == []


def test_the_tables_say_the_numbers_of_the_curves(
    live: LiveSite, open_page: Callable[..., Page], patient_path: str
) -> None:
    page = open_page(**DESKTOP)

    open_patient(page, live, patient_path)
    unfold_everything(page)

    blocks = page.locator(".chart-block:has(.chart)").all()
    assert blocks
    for block in blocks:
        cells = block.locator("tbody tr td:nth-child(2)").all_inner_texts()
        assert [float(text) for text in cells if text.strip()] == drawn_values(block.locator(".chart"))


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_is_accessible_and_fits(
    live: LiveSite, open_page: Callable[..., Page], patient_path: str, device: dict[str, Any]
) -> None:
    page = open_page(**device)

    open_patient(page, live, patient_path)
    # One curve, one table of its own and one of the panel stand for the many that are alike.
    for summary in ("Numbers and forms", "All numbers of this panel"):
        page.locator("summary", has_text=summary).first.click()
    page.locator(".why summary").first.click()
    expect(page.locator(".chart .main-svg").first).to_be_visible()

    assert accessibility_breaches(page) == []
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert not overflows_sideways(page)


def test_without_javascript_the_numbers_are_there(
    live: LiveSite, open_page: Callable[..., Page], patient_path: str
) -> None:
    page = open_page(**PHONE, java_script_enabled=False)

    open_patient(page, live, patient_path)
    page.locator("summary", has_text="Numbers and forms").first.click()

    expect(page.locator(".chart").first).to_contain_text("drawn by JavaScript")
    expect(page.locator(".chart-block tbody").first).to_contain_text("baseline")
    page.locator(".why summary").first.click()
    expect(page.locator(".why").first.get_by_text("Scoring version")).to_be_visible()


def test_other_ways_to_look_are_chosen_by_keyboard_and_live_in_the_address(
    live: LiveSite, open_page: Callable[..., Page], patient_path: str
) -> None:
    page = open_page(**PHONE)
    open_patient(page, live, patient_path)

    page.locator("summary", has_text="Ways to look at the curves").focus()
    page.keyboard.press("Enter")
    for words in ("pain at the check-ins", "published courses", "symptoms turned round"):
        page.get_by_label(words).focus()
        page.keyboard.press("Space")
    page.get_by_label("going home").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Draw so").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/patients/*?*")

    for part in ("up=better", "from=home", "pain=on", "published=on"):
        assert part in page.url
    badge = page.locator(".panel-symptoms").get_by_text("Turned round: up is better")
    expect(badge).to_be_visible()
    first = page.locator(".panel-symptoms .chart").first
    first.scroll_into_view_if_needed()
    expect(first.locator(".main-svg").first).to_be_visible()
    expect(first).to_contain_text("turned round")
    expect(first).to_contain_text("pain")

    page.get_by_role("link", name="As usual again").click()
    expect(page.locator(".panel-symptoms")).to_be_visible()
    expect(page.get_by_text("Turned round: up is better")).to_have_count(0)


def test_other_ways_to_look_are_accessible_and_fit_a_phone(
    live: LiveSite, open_page: Callable[..., Page], patient_path: str
) -> None:
    page = open_page(**PHONE)
    open_patient(page, live, f"{patient_path}?up=better&from=home&pain=on&expected=on&published=on")

    page.locator("summary", has_text="All scales on one screen").click()
    expect(page.locator(".glance-grid").first).to_be_visible()

    assert accessibility_breaches(page) == []
    assert not overflows_sideways(page)


def test_a_small_picture_leads_to_its_curve_also_to_a_folded_one(
    live: LiveSite, open_page: Callable[..., Page], patient_path: str
) -> None:
    page = open_page(**PHONE)
    open_patient(page, live, patient_path)
    page.locator("summary", has_text="All scales on one screen").click()
    last = page.locator(".glance-grid").first.locator("a").last
    target = (last.get_attribute("href") or "").removeprefix("#")
    assert not page.locator(f"#{target}").is_visible()

    last.focus()
    page.keyboard.press("Enter")

    expect(page.locator(f"#{target} .main-svg").first).to_be_visible()
    expect(page.locator(f"#{target}")).to_be_in_viewport()
