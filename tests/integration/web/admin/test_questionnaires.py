"""Every questionnaire with what is missing; choosing where the centre asks it: first what it does, then doing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.instrument import Status
from lrrc_qol.factory import create_app
from lrrc_qol.persistence.models import Assignment, CentreQuestionnaire
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.factories import make_patient, make_staff
from tests.integration.web.admin.conftest import Desk
from tests.staff_browser import signed_in
from tests.wording_packs import approved, until

PATH = "/admin/questionnaires"
DISTRESS = f"{PATH}/distress_nrs"
EVERYWHERE = {"decides": "centre", "visit_kinds": ["baseline", "discharge", "check_in", "follow_up"]}


def planned(runtime: Runtime, instrument_id: str) -> int:
    """How many planned visits ask it."""
    with runtime.reading(COMMAND) as work:
        query = select(Assignment.id).where(Assignment.instrument_id == instrument_id)
        return len(work.session.scalars(query).all())


def plan_for_later(runtime: Runtime) -> None:
    """A patient whose first visit has not opened yet."""
    later = runtime.clock.now().date() + timedelta(days=60)
    make_patient(runtime, make_staff(runtime), planned_surgery_on=later)


def test_the_list_says_what_each_is_where_it_is_asked_and_what_is_missing(desk: Desk, runtime: Runtime) -> None:
    page = desk.browser.get(PATH).text
    for one in runtime.catalogue.instruments:
        assert one.title in page, one.id
        assert one.holder in page, one.id
    for words in ("30 questions, 10 min", "Baseline, Follow-up", "follow-up plan", "No wording is installed."):
        assert words in page
    assert "come with the program" in page


def test_words_stand_beside_their_questionnaire_with_state_and_end(desk: Desk, runtime: Runtime) -> None:
    end = runtime.clock.now().date().replace(month=4, day=20)
    pack, _ = approved(runtime, desk.actor, language="de", licence=until(end))
    page = desk.browser.get(PATH).text
    assert f'href="/admin/wordings/{pack}">German (Deutsch)</a>' in page
    assert "until 20 Apr 2026" in page
    assert "No wording is installed." not in desk.browser.get(f"{PATH}/qlq_c30").text


def test_one_questionnaire_tells_all_that_is_known(desk: Desk, runtime: Runtime) -> None:
    page = desk.browser.get(f"{PATH}/qlq_c30").text
    instrument = runtime.catalogue.instrument("qlq_c30")
    for words in (*(scale.name for scale in instrument.scales), instrument.references[0], instrument.note):
        assert words in page
    assert desk.browser.get(f"{PATH}/none").status_code == 404


def test_own_words_in_a_language_that_nobody_reviewed_are_marked(desk: Desk) -> None:
    page = desk.browser.get(DISTRESS).text
    assert page.count("Comes with the program, not reviewed") == 4  # English is the original


def test_every_value_set_is_offered_with_its_publication(desk: Desk, runtime: Runtime) -> None:
    page = desk.browser.get(f"{PATH}/eq5d5l").text
    for name in runtime.catalogue.instrument("eq5d5l").value_sets:
        assert f'<option value="{name}">' in page
    assert "doi 10.1007/s40273-023-01243-0" in page

    without = desk.browser.press(f"{PATH}/eq5d5l", **EVERYWHERE)
    assert without.status_code == 422
    assert "Choose the value set" in without.text
    answer = desk.browser.press(f"{PATH}/eq5d5l", confirmed="yes", value_set="Netherlands", **EVERYWHERE)
    assert answer.status_code == 303
    assert '<option selected value="Netherlands">' in desk.browser.get(f"{PATH}/eq5d5l").text


def test_another_value_set_is_said_to_leave_the_stored_scores_behind(desk: Desk) -> None:
    path, remark = f"{PATH}/eq5d5l", "flask rescore --instrument eq5d5l --apply"
    assert remark not in desk.browser.press(path, value_set="Denmark", **EVERYWHERE).text
    desk.browser.press(path, confirmed="yes", value_set="Denmark", **EVERYWHERE)

    assert remark in desk.browser.press(path, value_set="Germany", **EVERYWHERE).text
    assert remark not in desk.browser.press(path, value_set="Denmark", **EVERYWHERE).text
    assert remark not in desk.browser.press(path, decides="protocol").text


def test_a_value_set_is_not_dropped_in_silence(desk: Desk, runtime: Runtime) -> None:
    answer = desk.browser.press(f"{PATH}/eq5d5l", confirmed="yes", decides="protocol", value_set="Denmark")
    assert answer.status_code == 422
    assert "Options are kept only with your own choice of visits" in answer.text
    desk.browser.press(f"{PATH}/eq5d5l", confirmed="yes", value_set="Denmark", **EVERYWHERE)
    again = desk.browser.press(f"{PATH}/eq5d5l", confirmed="yes", decides="protocol", value_set="Denmark")
    assert again.status_code == 303


@pytest.mark.parametrize(("instrument", "watched"), [("phq9", True), ("pain_nrs", True), ("bpi_sf", False)])
def test_it_is_said_whether_severe_answers_raise_an_alert(desk: Desk, instrument: str, watched: bool) -> None:
    page = desk.browser.get(f"{PATH}/{instrument}").text
    assert ("No alert rule looks at its answers" in page) is not watched


def test_what_is_not_complete_says_so(desk: Desk) -> None:
    assert "Its questions are not defined yet." in desk.browser.get(f"{PATH}/lrrc_qol").text
    assert "Provisional" in desk.browser.get(f"{PATH}/coh_qol_o").text


def test_a_choice_is_shown_before_it_is_made(desk: Desk, runtime: Runtime) -> None:
    plan_for_later(runtime)
    before = planned(runtime, "distress_nrs")

    page = desk.browser.press(DISTRESS, decides="nowhere")
    assert page.status_code == 200
    assert "is asked at no visit" in page.text
    assert "will not ask it any more" in page.text
    assert planned(runtime, "distress_nrs") == before

    answer = desk.browser.press(DISTRESS, decides="nowhere", confirmed="yes")
    assert answer.status_code == 303
    assert planned(runtime, "distress_nrs") < before
    assert "no visit" in desk.browser.get(PATH).text


def test_the_follow_up_plan_can_decide_again(desk: Desk, runtime: Runtime) -> None:
    plan_for_later(runtime)
    before = planned(runtime, "distress_nrs")
    desk.browser.press(DISTRESS, decides="nowhere", confirmed="yes")
    assert "will ask it from now on" in desk.browser.press(DISTRESS, decides="protocol").text
    assert desk.browser.press(DISTRESS, decides="protocol", confirmed="yes").status_code == 303
    assert planned(runtime, "distress_nrs") == before
    # Nothing was chosen, so there is nothing to take back.
    assert desk.browser.press(DISTRESS, decides="protocol", confirmed="yes").status_code == 303


def test_the_confirmation_can_be_left(desk: Desk) -> None:
    page = desk.browser.press(DISTRESS, back="yes", **EVERYWHERE)
    assert page.status_code == 200
    assert "Where your centre asks it" in page.text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Choose when it is asked."),
        ({"decides": "sometimes"}, "Not a valid choice."),
        ({"decides": "centre"}, "Tick at least one kind of visit"),
        ({"decides": "centre", "visit_kinds": ["daily"]}, "&#39;daily&#39;"),
    ],
)
def test_a_choice_that_says_nothing_is_refused(
    desk: Desk, runtime: Runtime, fields: dict[str, object], message: str
) -> None:
    answer = desk.browser.press(DISTRESS, confirmed="yes", **fields)
    assert answer.status_code == 422
    assert message in answer.text
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(CentreQuestionnaire)).all() == []


def test_a_choice_counts_for_the_own_centre_only(app: Flask, runtime: Runtime, desk: Desk) -> None:
    make_staff(runtime, role="admin", code="SOUTH")
    desk.browser.press(DISTRESS, decides="nowhere", confirmed="yes")
    mine = "your centre&#39;s choice"
    assert mine in desk.browser.get(PATH).text
    assert mine not in signed_in(app, "admin@south.example").get(PATH).text


def with_options(catalogue: Catalogue) -> Catalogue:
    """The definitions with two terms to select from in one questionnaire, and one that is only a shell."""
    by_id = {one.id: one for one in catalogue.instruments}
    pain = by_id["pain_nrs"]
    items = tuple(replace(item, group=str(number)) for number, item in enumerate(pain.items, start=1))
    by_id["pain_nrs"] = replace(pain, items=items, default_groups=("1", "2"))
    by_id["qlq_c30"] = replace(by_id["qlq_c30"], status=Status.SHELL)
    return replace(catalogue, instruments=tuple(by_id.values()))


@pytest.fixture
def optional(runtime: Runtime) -> Flask:
    """The site with these definitions."""
    return create_app(runtime=replace(runtime, catalogue=with_options(runtime.catalogue)))


def test_terms_are_selected_by_their_topics(optional: Flask, runtime: Runtime) -> None:
    make_staff(runtime, role="coordinator")
    browser = signed_in(optional, "coordinator@north.example")
    page = browser.get(f"{PATH}/pain_nrs").text
    assert "Terms to ask about" in page
    assert f"1 {runtime.catalogue.instrument('pain_nrs').scales[0].name}, 1 question<" in page

    chosen = browser.press(f"{PATH}/pain_nrs", groups=["3"], **EVERYWHERE)
    assert "Terms asked about: 1." in chosen.text
    assert browser.press(f"{PATH}/pain_nrs", groups=["3"], confirmed="yes", **EVERYWHERE).status_code == 303
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(CentreQuestionnaire.options)).one() == {"groups": ["3"]}
    strange = browser.press(f"{PATH}/pain_nrs", groups=["99"], confirmed="yes", **EVERYWHERE)
    assert strange.status_code == 422


def test_a_shell_cannot_be_asked_or_given_words(optional: Flask, runtime: Runtime) -> None:
    make_staff(runtime, role="coordinator")
    browser = signed_in(optional, "coordinator@north.example")
    page = browser.get(f"{PATH}/qlq_c30").text
    assert "Where your centre asks it" not in page
    assert "Import words" not in page
    answer = browser.press(f"{PATH}/qlq_c30", confirmed="yes", **EVERYWHERE)
    assert answer.status_code == 422
    assert browser.get("/admin/wordings/import?instrument=qlq_c30@3.0").status_code == 422
