"""Scores call for a human in the transaction that stores them, with the figures that did it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from lrrc_qol.persistence.models import Alert, AlertStep, Response
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.amend_answer import Amendment, amend_answer
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.raise_score_alerts import raise_score_alerts
from tests.clock import FixedClock
from tests.factories import complete_visit, make_patient, make_staff, set_dates, take_seat

CLEAR, EARLY, POSSIBLE = "score_clear_fall", "score_clear_fall_early", "score_possible_fall"


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    return make_staff(runtime)


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor, clock: FixedClock) -> str:
    """Answered the baseline as well as can be, was operated on in March and went home ten days later."""
    public_id = make_patient(runtime, nurse)
    complete_visit(runtime, take_seat(runtime, public_id))
    clock.advance(days=20)
    dates = {"surgery_on": date(2026, 3, 22), "planned_surgery_on": date(2026, 3, 22)}
    clock.advance(days=10)
    set_dates(runtime, nurse, public_id, **dates, discharged_on=date(2026, 4, 1))
    return public_id


def answer_visit(runtime: Runtime, clock: FixedClock, patient: str, key: str, *, days: int, bad: bool) -> None:
    clock.advance(days=days)
    complete_visit(runtime, take_seat(runtime, patient, key), low=not bad)


def about_scores(runtime: Runtime) -> dict[str, Any]:
    """The alerts of the QLQ-C30 about scores: level, and the scales with their figures, by rule."""
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(Alert).order_by(Alert.id)).all()
        return {
            row.rule_id: (row.level, {one["scale"]: one for one in row.evidence["scales"]})
            for row in rows
            if row.evidence.get("scales") and row.evidence["instrument"] == "qlq_c30"
        }


def test_a_fall_is_possible_first_and_clear_when_it_stays(runtime: Runtime, clock: FixedClock, patient: str) -> None:
    answer_visit(runtime, clock, patient, "M1", days=20, bad=True)
    level, scales = about_scores(runtime)[POSSIBLE]
    assert (level, scales["PF"]) == ("info", {"scale": "PF", "score": 0, "baseline": 100, "change": -100})
    assert not {CLEAR, EARLY} & set(about_scores(runtime))
    answer_visit(runtime, clock, patient, "M3", days=60, bad=True)
    level, scales = about_scores(runtime)[CLEAR]
    assert (level, scales["PF"]["change"]) == ("yellow", -100)


def test_a_patient_who_is_as_before_gives_no_alert(runtime: Runtime, clock: FixedClock, patient: str) -> None:
    answer_visit(runtime, clock, patient, "M1", days=20, bad=False)
    assert about_scores(runtime) == {}


def test_only_one_entry_for_a_rule_and_no_clock_for_what_is_only_to_be_known(
    runtime: Runtime, clock: FixedClock, patient: str
) -> None:
    answer_visit(runtime, clock, patient, "M1", days=20, bad=True)
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(Alert).where(Alert.rule_id == POSSIBLE)).all()
        assert [(row.level, row.target_at) for row in rows] == [("info", None)]
        assert rows[0].rule_version == runtime.catalogue.alert_rules("pe12").version


def test_scores_computed_anew_are_judged_anew_and_the_same_figures_are_no_news(
    runtime: Runtime, clock: FixedClock, patient: str
) -> None:
    answer_visit(runtime, clock, patient, "M1", days=20, bad=True)
    with runtime.writing(COMMAND) as work:
        forms = work.session.scalars(select(Response).where(Response.instrument_id == "qlq_c30")).all()
        before = len(work.session.scalars(select(AlertStep)).all())
        found = [raise_score_alerts(work, form) for form in forms]
        work.session.flush()
        steps = len(work.session.scalars(select(AlertStep)).all())
    assert [bool(one) for one in found] == [False, True]  # the baseline is not the newest form
    # Several questionnaires share the entry of a rule: the last to speak was another one.
    assert steps - before <= len(found[1])


def test_an_amended_answer_lifts_or_makes_the_finding(
    runtime: Runtime, clock: FixedClock, nurse: Actor, patient: str
) -> None:
    answer_visit(runtime, clock, patient, "M1", days=20, bad=False)
    with runtime.reading(COMMAND) as work:
        form = work.session.scalars(
            select(Response).where(Response.instrument_id == "qlq_c30").order_by(Response.id.desc()).limit(1)
        ).one()
    with runtime.writing(nurse) as work:
        amend_answer(work, patient, form.id, Amendment("q30", 7, "Misheard.", form.version))
    assert about_scores(runtime) == {}
    with runtime.writing(nurse) as work:
        amend_answer(work, patient, form.id, Amendment("q6", 4, "Misheard.", form.version + 1))
    assert set(about_scores(runtime)[POSSIBLE][1]) == {"RF"}
