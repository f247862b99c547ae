"""What a screen reader gets: names, roles and states in the accessibility tree, and a whole form done through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from lrrc_qol.catalogue import Catalogue
from tests.browser.conftest import LiveSite
from tests.browser.patient_phone import start
from tests.browser.spoken_page import Node, SpokenPage
from tests.factories import make_link, make_patient, make_staff
from tests.patient_links import check_in_link, stored, submitted

# What is read here does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FORMS = ("qlq_c30", "qlq_cr29")


@pytest.fixture
def definitions(shipped: Catalogue) -> Catalogue:
    """The shipped definitions; before the operation only the two long questionnaires are asked."""
    visits = [
        tuple(replace(visit, instruments=FORMS) if visit.key == "BL1" else visit for visit in one.visits)
        for one in shipped.protocols
    ]
    protocols = tuple(replace(one, visits=found) for one, found in zip(shipped.protocols, visits, strict=True))
    return replace(shipped, protocols=protocols)


def question(tree: Node) -> Node | None:
    """The group of the question on the screen."""
    return next((group for group in tree.find("group") if group.find("radio")), None)


def test_a_question_is_a_named_group_between_landmarks(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    tree = SpokenPage(phone).tree()
    assert [len(tree.find(role)) for role in ("banner", "main", "contentinfo")] == [1, 1, 1]
    (group,) = tree.find("main")[0].find("group")
    (heading,) = group.find("heading")
    assert heading.said["level"] == 1
    assert heading.name in group.name
    assert "Please think about the last 24 hours." in group.name
    radios = group.find("radio")
    assert [radio.name for radio in radios] == [
        "0 – No pain",
        *map(str, range(1, 10)),
        "10 – Worst pain you can imagine",
    ]
    assert {radio.said["checked"] for radio in radios} == {"false"}
    levels = [heading.said["level"] for heading in tree.find("heading")]
    assert levels == [1, 2]


def test_what_happens_is_told_without_moving_away(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    spoken = SpokenPage(phone)
    spoken.press("button", "Continue")
    alert = spoken.wait(lambda tree: [one for one in tree.find("alert") if one.text()], "the mistake")[0]
    assert "Please choose an answer" in alert.text()
    assert alert.said["live"] == "assertive"
    spoken.press("radio", "2")
    saved = spoken.wait(lambda tree: [one for one in tree.find("status") if "Saved" in one.text()], "saved")[0]
    assert saved.said["live"] == "polite"
    assert spoken.tree().find("radio", "2")[0].said["checked"] == "true"


def test_what_cannot_wait_takes_the_focus_and_hides_the_rest(live: LiveSite, phone: Page) -> None:
    start(phone, live.url, check_in_link(live.runtime))
    spoken = SpokenPage(phone)
    spoken.press("radio", "9")
    dialog = spoken.wait(lambda tree: tree.find("alertdialog"), "the advice")[0]
    assert dialog.name == dialog.find("heading")[0].name
    assert dialog.said["modal"] is True
    expect(phone.locator("#advice h2")).to_be_focused()
    assert spoken.tree().find("radio") == []


def test_a_wrong_year_is_told_with_the_field_and_in_the_title(live: LiveSite, phone: Page) -> None:
    phone.goto(f"{live.url}/l/{check_in_link(live.runtime)}")
    spoken = SpokenPage(phone)
    spoken.press("button", "Open my form")
    named = {"invalid", "focused"}  # the focus may come a moment after the page
    (field,) = spoken.wait(lambda tree: [one for one in tree.find("textbox") if named <= set(one.said)], "the field")
    assert (field.name, field.said["invalid"], field.said["focused"]) == ("In which year were you born?", "true", True)
    assert phone.title().startswith("Error: ")


def test_two_long_questionnaires_are_done_through_the_tree_only(
    live: LiveSite, phone: Page, shipped: Catalogue
) -> None:
    patient = make_patient(live.runtime, make_staff(live.runtime), stoma=True)
    phone.goto(f"{live.url}/l/{make_link(live.runtime, patient)}")
    spoken = SpokenPage(phone)
    spoken.type("In which year were you born?", "1958")
    spoken.press("button", "Open my form")
    given = answer_part(spoken, chosen=0)
    spoken.press("link", "Go on with the next part")
    given += answer_part(spoken, chosen=1)
    spoken.wait(lambda tree: [one for one in tree.find("heading") if "have arrived" in one.name], "the thanks")
    assert submitted(live.runtime) == len(FORMS)
    kept = [(item, code) for item, kind, code in stored(live.runtime) if kind == "value" and code is not None]
    words = labels(shipped)
    assert [words[item][code] for item, code in kept] == given
    assert len(given) > 30 + 20


def labels(shipped: Catalogue) -> Mapping[str, Mapping[int, str]]:
    """The words of every answer, by question and code."""
    found: dict[str, Mapping[int, str]] = {}
    for form in FORMS:
        wording = shipped.wording(form, shipped.instrument(form).version, "en", allow_topics=True)
        found |= {key.split("@")[0]: item.labels for key, item in wording.items.items()}
    return found


def answer_part(spoken: SpokenPage, *, chosen: int) -> list[str]:
    """Answer every question with another option than the one before, then send; the names of the options."""
    given: list[str] = []
    told = ""
    while True:
        tree = spoken.wait(lambda tree, last=told: tree if is_next_screen(tree, last) else None, "the next question")
        group = question(tree)
        if group is None:
            spoken.press("button", "Send my answers")
            return given
        told = group.name
        radios = group.find("radio")
        radio = radios[(len(given) + chosen) % len(radios)]
        given.append(radio.name)
        spoken.activate(radio)
        spoken.activate(tree.find("button", "Continue")[0])


def is_next_screen(tree: Node, last: str) -> bool:
    """Whether another question than the last one is told, or the review."""
    group = question(tree)
    return bool(tree.find("button", "Send my answers")) if group is None else group.name != last
