"""Stories of a ward that went wrong elsewhere: each is told once and must end well here."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.jobs.periodic import JOBS
from lrrc_qol.persistence.models import Alert, AlertStep
from lrrc_qol.services.clinic.duty import set_chain
from lrrc_qol.services.clinic.holidays import Holiday, add_holidays
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.handle_alert import close_alert, log_contact, take_alert
from tests.factories import make_staff
from tests.integration.jobs.conftest import Follow
from tests.integration.jobs.test_escalation import mailed, public_id, stages
from tests.raised_alerts import pain_alert, step_kinds

NURSE = "nurse@north.example"
LATENCY_SECONDS = 60


@pytest.mark.parametrize(
    "kind", [EventKind.WITHDRAWAL_NEW_DATA, EventKind.WITHDRAWAL_ALL, EventKind.WITHDRAWAL_REMINDERS]
)
def test_who_withdrew_is_not_written_to_for_the_rest_of_the_year(
    follow: Follow, queue_only: Callable[[], None], kind: EventKind
) -> None:
    queue_only()
    follow.happen(kind)
    follow.each_morning(24)
    assert [letter.kind for letter in follow.mailer.letters] == []
    assert {row.status for row in follow.messages()} == {"suppressed"}


@pytest.mark.parametrize("news", [False, True], ids=["nothing new", "a new one in the same run"])
def test_an_overdue_alert_is_chased_whether_or_not_new_ones_came(follow: Follow, news: bool) -> None:
    alert = pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    with follow.runtime.writing(follow.nurse) as work:
        take_alert(work, alert)
    follow.tick()
    follow.clock.advance(minutes=60)
    if news:
        pain_alert(follow.runtime, follow.nurse, hospital_number="H-3")
    follow.tick()
    assert stages(follow) == ["owner"]
    assert mailed(follow).count(NURSE) == 2  # the alert itself, then the reminder; what is new as well stands in it


def test_a_button_pressed_many_times_at_once_is_one_call_and_one_closing(follow: Follow) -> None:
    alert = pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    start = Barrier(4)

    def press(_: int) -> None:
        start.wait()
        with follow.runtime.writing(follow.nurse) as work:
            log_contact(work, alert, reached=False, note="", press="first")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(press, range(4)))
    for mark in ("second", "second"):
        with follow.runtime.writing(follow.nurse) as work:
            log_contact(work, alert, reached=False, note="", press=mark)
    for _ in range(2):
        with follow.runtime.writing(follow.nurse) as work:
            close_alert(work, alert, action="gp", note="Wrote.", press="closing")
    assert step_kinds(follow.runtime, alert) == ["raised", "seen", "taken", "no_answer", "no_answer", "closed"]


def test_from_the_answer_to_the_mail_to_the_nurse_it_is_a_minute(follow: Follow) -> None:
    pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    follow.tick()  # one run of every job
    assert mailed(follow) == [NURSE]
    told_by = {job.name: job.interval_seconds for job in JOBS if job.name in ("notify_staff", "deliver_messages")}
    assert len(told_by) == 2
    assert max(told_by.values()) <= LATENCY_SECONDS


def test_over_easter_and_the_change_of_the_clocks_the_clock_of_an_alert_stands_still(follow: Follow) -> None:
    second = make_staff(follow.runtime, email="second@north.example")
    with follow.runtime.writing(follow.nurse) as work:
        set_chain(work, second=public_id(follow, second), surgeon="")
        add_holidays(work, [Holiday(date(2027, 3, 26), "Good Friday"), Holiday(date(2027, 3, 29), "Easter Monday")])
    # Thursday, half an hour before closing time; on the Sunday the clocks go forward.
    follow.clock.set(datetime(2027, 3, 25, 15, 30, tzinfo=UTC))
    alert = pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    with follow.runtime.reading(COMMAND) as work:
        target = work.session.scalars(select(Alert.target_at).where(Alert.public_id == alert)).one()
    assert target == datetime(2027, 3, 30, 7, 30, tzinfo=UTC)  # Tuesday 08:30 by the wall
    for day in (26, 27, 28, 29):
        follow.clock.set(datetime(2027, 3, day, 11, tzinfo=UTC))
        follow.tick()
    follow.clock.set(datetime(2027, 3, 30, 7, 29, tzinfo=UTC))
    follow.tick()
    assert stages(follow) == []
    follow.tick(minutes=1)
    assert stages(follow) == ["second"]
    with follow.runtime.reading(COMMAND) as work:
        (step,) = work.session.scalars(select(AlertStep).where(AlertStep.kind == "escalated"))
    assert step.evidence["to"] == second.id
