"""A check-in that closed without an answer is told once, by a job of its own, and never about somebody who cannot."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from lrrc_qol.domain.alerts import RAISING
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Alert, AlertStep
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.handle_alert import close_alert
from tests.factories import answer, assignment, complete_visit, save, set_dates, take_seat
from tests.integration.jobs.conftest import Follow

EARLY, LATER = "check_in_missed_early", "check_ins_missed"


@pytest.fixture
def home(follow: Follow) -> Follow:
    """The patient was operated on and went home on 10 March; check-ins follow on days 2, 5, 9, 14, 21 ..."""
    set_dates(
        follow.runtime,
        follow.nurse,
        follow.patient,
        planned_surgery_on=date(2026, 3, 22),
        surgery_on=date(2026, 3, 2),
    )
    follow.each_morning(8)
    set_dates(
        follow.runtime,
        follow.nurse,
        follow.patient,
        planned_surgery_on=date(2026, 3, 22),
        surgery_on=date(2026, 3, 2),
        discharged_on=date(2026, 3, 10),
    )
    return follow


def missed(follow: Follow) -> list[tuple[str, str, list[str], int]]:
    """Rule, level and visits of each alert about a missed check-in, and how often it was raised."""
    with follow.runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(Alert).where(Alert.response_id.is_(None)).order_by(Alert.id)).all()
        raised = select(AlertStep).where(AlertStep.kind.in_(RAISING))
        return [
            (
                row.rule_id,
                row.level,
                row.evidence["visits"],
                len(work.session.scalars(raised.where(AlertStep.alert_id == row.id)).all()),
            )
            for row in rows
        ]


def answer_check_in(follow: Follow, key: str) -> None:
    complete_visit(follow.runtime, take_seat(follow.runtime, follow.patient, key))


def test_the_first_check_in_missed_is_told_once_its_window_is_over(home: Follow) -> None:
    home.each_morning(4)  # to 14 March, the last day of the check-in of 12 March
    assert missed(home) == []
    home.each_morning(1)
    home.tick(minutes=20)
    assert missed(home) == [(EARLY, "yellow", ["CHK-D002"], 1)]


def test_the_next_one_missed_is_news_on_the_same_alert(home: Follow) -> None:
    home.each_morning(8)
    assert missed(home) == [(EARLY, "yellow", ["CHK-D002", "CHK-D005"], 2)]


def test_what_a_nurse_closed_stays_closed(home: Follow) -> None:
    home.each_morning(5)
    with home.runtime.writing(home.nurse) as work:
        close_alert(work, work.session.scalars(select(Alert.public_id)).one(), action="advice", note="Phoned.")
    home.tick(minutes=20)
    assert [one[3] for one in missed(home)] == [1]  # raised once: nothing new


def test_later_one_is_forgiven_and_two_running_are_not(home: Follow) -> None:
    for key, days in (("CHK-D002", 2), ("CHK-D005", 3), ("CHK-D009", 4), ("CHK-D014", 5)):
        home.each_morning(days)
        answer_check_in(home, key)
    home.each_morning(11)  # past the window of day 21
    assert missed(home) == []
    home.each_morning(7)
    assert missed(home) == [(LATER, "yellow", ["CHK-D021", "CHK-D028"], 1)]


@pytest.mark.parametrize("kind", [EventKind.DEATH, EventKind.PAUSE, EventKind.READMISSION])
def test_whoever_cannot_answer_has_missed_nothing(home: Follow, kind: EventKind) -> None:
    home.happen(kind)
    home.each_morning(8)
    assert missed(home) == []


def test_a_form_that_was_begun_is_not_silence(home: Follow) -> None:
    home.each_morning(2)
    phone = take_seat(home.runtime, home.patient, "CHK-D002")
    save(home.runtime, phone, assignment(home.runtime, phone, "pe_checkin"), answer("pain_now", 0), key="begun")
    home.each_morning(3)
    assert missed(home) == []


def test_a_job_that_stood_still_does_not_bring_up_what_is_long_past(home: Follow) -> None:
    home.clock.advance(days=100)
    home.tick()
    assert missed(home) == []
