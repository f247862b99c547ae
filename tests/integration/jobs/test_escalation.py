"""An alert that nobody looks at goes to the second nurse, then to the surgeon; nobody who is away or left is mailed.

The stories repeat what went wrong elsewhere: mail to those who left, no reminder without a fresh alert, two runs at
once, mail about patients who are gone.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.models import Alert, AlertStep, AuditEntry, Message, Patient, Staff
from lrrc_qol.services.clinic.duty import note_absence, read_absences, revoke_absence, set_chain
from lrrc_qol.services.clinic.holidays import Holiday, add_holidays
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.handle_alert import close_alert, log_contact, see_alert, take_alert
from lrrc_qol.services.move_alert import hand_over, snooze
from lrrc_qol.services.record_event import record_event
from lrrc_qol.services.staff_accounts import set_active
from tests.factories import answers_for, make_staff
from tests.integration.jobs.conftest import Follow
from tests.raised_alerts import pain_alert, step_kinds

NURSE, SECOND, SURGEON = "nurse@north.example", "second@north.example", "clinician@north.example"


def public_id(follow: Follow, person: Actor) -> str:
    """The public id of an account."""
    with follow.runtime.reading(COMMAND) as work:
        return work.session.get_one(Staff, person.id).public_id


@pytest.fixture
def second(follow: Follow) -> Actor:
    """A second nurse, named as the first to whom alerts are passed on, and a surgeon after her."""
    second = make_staff(follow.runtime, email=SECOND)
    surgeon = make_staff(follow.runtime, role="clinician")
    named = {"second": public_id(follow, second), "surgeon": public_id(follow, surgeon)}
    with follow.runtime.writing(second) as work:
        set_chain(work, **named)
    return second


def mailed(follow: Follow) -> list[str]:
    """Who has got a mail for staff, in order, and forget them."""
    found = [letter.recipient for letter in follow.mailer.letters if letter.kind == "staff_alert"]
    follow.mailer.letters.clear()
    return sorted(found)


def stages(follow: Follow) -> list[str]:
    """To which stages alerts were passed on, in order."""
    with follow.runtime.reading(COMMAND) as work:
        steps = work.session.scalars(select(AlertStep).where(AlertStep.kind.in_(("escalated", "chased"))))
        return [step.evidence["stage"] for step in steps]


def go_away(follow: Follow, person: Actor, *, cover: Actor | None = None, days: int = 0) -> None:
    """The person is away from today for so many days more."""
    today = follow.clock.now().date()
    names = {"who": public_id(follow, person), "cover": public_id(follow, cover) if cover else ""}
    with follow.runtime.writing(person) as work:
        note_absence(work, **names, first_day=today, last_day=today + timedelta(days=days))


def test_unseen_it_goes_to_the_second_nurse_and_then_to_the_surgeon_once_each(follow: Follow, second: Actor) -> None:
    alert = pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    follow.tick()
    assert mailed(follow) == [NURSE, SECOND]
    follow.tick(minutes=59)
    assert mailed(follow) == []
    follow.tick(minutes=1)
    assert mailed(follow) == [SECOND]
    for _ in range(3):
        follow.tick(minutes=10)
    assert mailed(follow) == []
    follow.tick(minutes=30)
    follow.tick(minutes=30)
    assert mailed(follow) == [SURGEON]
    assert step_kinds(follow.runtime, alert) == ["raised", "escalated", "escalated"]
    assert stages(follow) == ["second", "surgeon"]
    with follow.runtime.reading(COMMAND) as work:
        entries = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "alert_escalated")).all()
    assert [(entry.actor_kind, entry.detail["stage"]) for entry in entries] == [
        ("system", "second"),
        ("system", "surgeon"),
    ]


def test_an_overdue_alert_is_chased_without_a_new_one(follow: Follow) -> None:
    """Elsewhere reminders went out only in runs that also found a fresh alert."""
    alert = pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    with follow.runtime.writing(follow.nurse) as work:
        take_alert(work, alert)
    follow.tick()
    mailed(follow)
    follow.tick(minutes=60)
    assert mailed(follow) == [NURSE]
    follow.tick(minutes=60)
    assert mailed(follow) == []
    assert stages(follow) == ["owner"]


def test_who_reached_the_patient_is_left_in_peace(follow: Follow, second: Actor) -> None:
    alert = pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    follow.tick()
    mailed(follow)
    with follow.runtime.writing(follow.nurse) as work:
        log_contact(work, alert, reached=True, note="")
    follow.tick(hours=3)
    assert (mailed(follow), stages(follow)) == ([], [])


def test_nights_weekends_and_holidays_pass_nothing_on(follow: Follow, second: Actor) -> None:
    with follow.runtime.writing(follow.nurse) as work:
        add_holidays(work, [Holiday(date(2026, 3, 9), "A holiday")])
    follow.clock.set(follow.clock.now().replace(year=2026, month=3, day=6, hour=15, minute=30))
    pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    follow.tick()
    mailed(follow)
    follow.tick(hours=72)
    assert stages(follow) == []
    follow.clock.set(follow.clock.now().replace(day=10, hour=8, minute=30))
    follow.tick()
    assert (mailed(follow), stages(follow)) == ([SECOND], ["second"])


def test_nobody_on_leave_gets_it_but_who_stands_in(follow: Follow, second: Actor) -> None:
    third = make_staff(follow.runtime, email="third@north.example")
    go_away(follow, second, cover=third)
    pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    follow.tick()
    assert mailed(follow) == [NURSE, "third@north.example"]
    follow.tick(minutes=60)
    assert mailed(follow) == ["third@north.example"]


def test_leave_that_begins_between_queueing_and_sending_holds_the_mail_and_the_cover_is_told(
    follow: Follow, queue_only: object, second: Actor
) -> None:
    assert callable(queue_only)
    go_away(follow, follow.nurse)
    pain_alert(follow.runtime, second, hospital_number="H-2")
    queue_only()
    third = make_staff(follow.runtime, email="third@north.example")
    go_away(follow, second, cover=third)
    follow.tick(minutes=6)
    assert mailed(follow) == ["third@north.example"]
    outcomes = [row.outcome for row in follow.messages() if row.kind == "staff_alert" and row.status == "suppressed"]
    assert outcomes == ["on_leave"]


def test_who_comes_back_learns_of_what_still_waits(follow: Follow, second: Actor) -> None:
    go_away(follow, second)
    alert = pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    with follow.runtime.writing(follow.nurse) as work:
        take_alert(work, alert)
        log_contact(work, alert, reached=True, note="")
    follow.tick()
    assert mailed(follow) == [NURSE]
    follow.clock.advance(days=1)
    follow.tick()
    assert mailed(follow) == [SECOND]


def test_a_nurse_who_left_gets_nothing_and_her_alerts_go_to_somebody(follow: Follow, second: Actor) -> None:
    """Elsewhere staff whose account had been deleted went on getting mails."""
    alert = pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    with follow.runtime.writing(follow.nurse) as work:
        take_alert(work, alert)
    admin = make_staff(follow.runtime, role="admin")
    with follow.runtime.writing(admin) as work:
        set_active(work, public_id(follow, follow.nurse), active=False)
    follow.tick()
    assert mailed(follow) == [SECOND]
    follow.tick(minutes=60)
    assert mailed(follow) == [SECOND]
    assert stages(follow) == ["owner"]


def test_no_mail_is_made_about_a_patient_who_died(follow: Follow, second: Actor) -> None:
    """Elsewhere a check that was always true let mails about patients who were gone go out."""
    pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    with follow.runtime.writing(follow.nurse) as work:
        patient = work.session.scalars(select(Patient.public_id).order_by(Patient.id.desc()).limit(1)).one()
        detail = answers_for(follow.runtime, EventKind.DEATH)
        record_event(work, patient, kind=EventKind.DEATH, happened_on=follow.clock.now().date(), detail=detail)
    follow.tick()
    follow.tick(hours=3)
    assert (mailed(follow), stages(follow)) == ([], [])


def test_what_was_settled_meanwhile_is_not_mailed(follow: Follow, queue_only: object) -> None:
    assert callable(queue_only)
    alert = pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    queue_only()
    with follow.runtime.writing(follow.nurse) as work:
        close_alert(work, alert, action="advice", note="Called.")
    follow.tick(minutes=6)
    assert mailed(follow) == []
    assert [row.outcome for row in follow.messages() if row.kind == "staff_alert"] == ["settled"]


def test_two_runs_at_once_pass_on_once(follow: Follow, second: Actor) -> None:
    """Elsewhere a lock ran out while work went on, and a second worker did it again."""
    for number in range(4):
        pain_alert(follow.runtime, follow.nurse, hospital_number=f"H-{number + 2}")
    follow.tick()
    later = follow.clock.advance(minutes=60)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: run_tick(follow.runtime, later), range(2)))
    follow.tick()
    assert stages(follow) == ["second"] * 4
    with follow.runtime.reading(COMMAND) as work:
        told = [
            work.session.get_one(Staff, row.staff_id).email
            for row in work.session.scalars(select(Message))
            if row.staff_id
        ]
    assert sorted(told) == [NURSE, SECOND, SECOND]


def test_one_mail_tells_a_person_of_everything(follow: Follow, second: Actor) -> None:
    for number in range(3):
        pain_alert(follow.runtime, follow.nurse, hospital_number=f"H-{number + 2}")
    follow.tick(minutes=60)
    counts = {
        letter.recipient: letter.figures["count"] for letter in follow.mailer.letters if letter.kind == "staff_alert"
    }
    assert counts == {NURSE: 3, SECOND: 3}
    assert mailed(follow) == [NURSE, SECOND]


def test_what_is_handed_over_is_told_to_the_new_owner(follow: Follow, second: Actor) -> None:
    alert = pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    follow.tick()
    mailed(follow)
    with follow.runtime.writing(follow.nurse) as work:
        hand_over(work, alert, to=public_id(follow, second), note="My shift ends.")
    follow.tick(minutes=1)
    assert mailed(follow) == [SECOND]


def test_what_was_put_off_is_news_when_it_is_back_and_its_clock_begins_then(follow: Follow, second: Actor) -> None:
    alert = pain_alert(follow.runtime, follow.nurse, hospital_number="H-2", pain=7)
    follow.tick()
    mailed(follow)
    with follow.runtime.writing(follow.nurse) as work:
        snooze(work, alert, until=follow.clock.now().date() + timedelta(days=2), reason="Sees the doctor tomorrow.")
    follow.clock.advance(days=1)
    follow.tick()
    assert (mailed(follow), stages(follow)) == ([], [])
    follow.clock.set(follow.clock.now().replace(hour=8, minute=0) + timedelta(days=1))
    follow.tick()
    assert mailed(follow) == [NURSE, SECOND]
    follow.tick(hours=4)
    assert (mailed(follow), stages(follow)) == ([SECOND], ["second"])


def test_without_anybody_named_every_nurse_is_told_once_more(follow: Follow) -> None:
    make_staff(follow.runtime, email=SECOND)
    pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    follow.tick()
    mailed(follow)
    follow.tick(hours=2)
    assert (mailed(follow), stages(follow)) == ([NURSE, SECOND], ["second"])


def test_who_opens_a_late_alert_is_not_reminded_in_the_same_minute(follow: Follow) -> None:
    alert = pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    follow.tick(minutes=70)
    mailed(follow)
    with follow.runtime.writing(follow.nurse) as work:
        see_alert(work, alert)
    follow.tick(minutes=1)
    assert mailed(follow) == []
    follow.tick(minutes=60)
    assert mailed(follow) == [NURSE]


def test_an_absence_that_is_taken_back_no_longer_holds(follow: Follow, second: Actor) -> None:
    go_away(follow, second, days=5)
    with follow.runtime.writing(second) as work:
        revoke_absence(work, read_absences(work)[0].public_id)
    pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    follow.tick()
    assert mailed(follow) == [NURSE, SECOND]


def test_steps_cannot_be_changed_or_deleted(follow: Follow) -> None:
    pain_alert(follow.runtime, follow.nurse, hospital_number="H-2")
    with pytest.raises(Exception, match="only ever added"), follow.runtime.writing(COMMAND) as work:
        work.session.scalars(select(AlertStep)).one().kind = "closed"
    with pytest.raises(Exception, match="only ever added"), follow.runtime.writing(COMMAND) as work:
        work.session.delete(work.session.scalars(select(AlertStep)).one())
    with follow.runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Alert.closed_at)).one() is None
