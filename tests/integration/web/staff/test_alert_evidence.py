"""The page of an alert that no answer raised: scores with their baseline, check-ins that nobody answered."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import select

from lrrc_qol.persistence.models import Alert
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.raise_missed_alerts import raise_missed_alerts
from tests.clock import FixedClock
from tests.factories import complete_visit, make_patient, make_staff, set_dates, take_seat
from tests.staff_browser import signed_in


def test_scores_and_missed_check_ins_are_told_in_words(app: Flask, runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    complete_visit(runtime, take_seat(runtime, patient))
    clock.advance(days=30)
    day = date(2026, 3, 22)
    set_dates(runtime, nurse, patient, planned_surgery_on=day, surgery_on=day, discharged_on=date(2026, 4, 1))
    clock.advance(days=5)
    with runtime.writing(COMMAND) as work:
        assert raise_missed_alerts(work, after=0, limit=10).raised == 1
    clock.advance(days=15)
    complete_visit(runtime, take_seat(runtime, patient, "M1"), low=False)
    with runtime.reading(COMMAND) as work:
        pages = {row.rule_id: row.public_id for row in work.session.scalars(select(Alert))}
    browser = signed_in(app, "nurse@north.example")
    missed = browser.get(f"/staff/alerts/{pages['check_in_missed_early']}")
    assert missed.status_code == 200
    assert "Check-in, day 2 at home" in missed.text
    assert "Not answered" in missed.text
    fallen = browser.get(f"/staff/alerts/{pages['score_possible_fall']}")
    assert "(before surgery" in fallen.text
    assert " worse)" in fallen.text
