"""What follows from events in the database: visits, mail at each stage, closed and new follow-ups, and taking back."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Assignment, AuditEntry, EpisodeEvent, Link, Message, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.find_episode import find_episode
from lrrc_qol.services.queue_reminders import queue_due_messages
from lrrc_qol.services.record_event import correct_event_day, preview_event, revoke_event
from lrrc_qol.services.wordings import align_unopened
from tests.clock import FixedClock
from tests.factories import answers_for, complete_visit, make_link, make_staff, set_dates, take_seat
from tests.happenings import at_home, happen, planned, present
from tests.statement_count import counted_statements


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """A nurse."""
    return make_staff(runtime)


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor, clock: FixedClock) -> str:
    """Operated on 40 days ago, at home for 30 days."""
    return at_home(runtime, nurse, clock)


@pytest.mark.parametrize("kind", [EventKind.DEATH, EventKind.WITHDRAWAL_NEW_DATA, EventKind.WITHDRAWAL_ALL])
def test_an_ending_cancels_what_is_to_come_and_taking_it_back_restores_it(
    runtime: Runtime, nurse: Actor, patient: str, kind: EventKind
) -> None:
    before = planned(runtime, nurse, patient)
    assert "M12" in before

    event = happen(runtime, nurse, patient, kind)
    ended = planned(runtime, nurse, patient)
    assert "M12" not in ended
    assert not any(ended.values())

    with runtime.writing(nurse) as work:
        revoke_event(work, patient, event, reason="Wrong patient.")
    assert planned(runtime, nurse, patient) == before


def test_the_preview_says_what_recording_does(runtime: Runtime, nurse: Actor, patient: str) -> None:
    with runtime.reading(nurse) as work:
        today = runtime.clock.now().date()
        detail = answers_for(runtime, EventKind.DEATH)
        preview = preview_event(work, patient, kind=EventKind.DEATH, happened_on=today, detail=detail)
    before = planned(runtime, nurse, patient)
    happen(runtime, nurse, patient, EventKind.DEATH)

    assert {change.key for change in preview.plan.changes} == set(before) - set(planned(runtime, nurse, patient))
    with runtime.reading(COMMAND) as work:
        noted = work.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "recorded_event")).one()
    assert set(noted["visits"]) == {change.key for change in preview.plan.changes}


def test_a_stop_in_palliative_care_closes_follow_up_until_the_choice_changes(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    make_link(runtime, patient, "M1")
    happen(runtime, nurse, patient, EventKind.PALLIATIVE, course="stop")

    assert present(runtime, nurse, patient).closed_on == runtime.clock.now().date()
    with runtime.reading(COMMAND) as work:
        assert all(link.revoked_at for link in work.session.scalars(select(Link)))

    runtime.clock.advance(minutes=5)  # type: ignore[attr-defined]
    happen(runtime, nurse, patient, EventKind.PALLIATIVE, course="continue")
    assert present(runtime, nurse, patient).closed_on is None
    assert "M12" in planned(runtime, nurse, patient)


def asked(runtime: Runtime, nurse: Actor, patient: str) -> dict[str, list[str]]:
    """The questionnaires of the planned visits, in order, by key."""
    with runtime.reading(nurse) as work:
        _, episode = find_episode(work, patient)
        rows = work.session.execute(
            select(Visit.key, Assignment.instrument_id)
            .join(Assignment, Assignment.visit_id == Visit.id)
            .where(Visit.episode_id == episode.id, Visit.planned)
            .order_by(Visit.id, Assignment.position)
        ).all()
    found: dict[str, list[str]] = {}
    for key, instrument in rows:
        found.setdefault(key, []).append(instrument)
    return found


def test_somebody_too_ill_is_asked_the_short_set_until_it_is_taken_back(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    take_seat(runtime, patient, "M1")
    before = asked(runtime, nurse, patient)
    event = happen(runtime, nurse, patient, EventKind.PALLIATIVE, course="light")

    light = asked(runtime, nurse, patient)
    assert light["M3"] == light["M12"] == ["pain_nrs", "distress_nrs"]
    assert light["CHK-D035"] == ["pe_checkin"]
    assert light["M1"] == before["M1"]  # it has opened: its questions may be on a screen

    dates = {"planned_surgery_on": None, "discharged_on": runtime.clock.now().date() - timedelta(days=29)}
    set_dates(runtime, nurse, patient, surgery_on=runtime.clock.now().date() - timedelta(days=39), **dates, stoma=True)
    assert asked(runtime, nurse, patient)["M3"] == ["pain_nrs", "distress_nrs"]

    with runtime.writing(nurse) as work:
        align_unopened(work, nurse.centre(), "qlq_c30")
    assert asked(runtime, nurse, patient)["M3"] == ["pain_nrs", "distress_nrs"]

    with runtime.writing(nurse) as work:
        revoke_event(work, patient, event, reason="Somebody else.")
    assert asked(runtime, nurse, patient) == before


def test_another_word_about_it_asks_everything_again(runtime: Runtime, nurse: Actor, patient: str) -> None:
    before = asked(runtime, nurse, patient)
    happen(runtime, nurse, patient, EventKind.PALLIATIVE, course="light")
    runtime.clock.advance(minutes=5)  # type: ignore[attr-defined]
    happen(runtime, nurse, patient, EventKind.PALLIATIVE, course="continue")
    assert asked(runtime, nurse, patient) == before


def test_check_ins_start_anew_after_a_long_stay_with_their_questionnaire_and_their_mail(
    runtime: Runtime, nurse: Actor, patient: str, clock: FixedClock
) -> None:
    admission = happen(runtime, nurse, patient, EventKind.READMISSION, ago=9)
    assert "CHK-D028" not in planned(runtime, nurse, patient)  # nobody checks in from home while in hospital

    leaving = happen(runtime, nurse, patient, EventKind.LEFT_HOSPITAL, ago=1)
    again = planned(runtime, nurse, patient)
    assert {"CHK-R1-D002", "CHK-R1-D056", "M3"} <= again.keys()
    assert not {"CHK-D028", "CHK-D056"} & again.keys()

    clock.advance(days=1)
    with runtime.writing(COMMAND) as work:
        queue_due_messages(work, limit=100)
        visit = work.session.scalars(select(Visit).where(Visit.key == "CHK-R1-D002")).one()
        assert work.session.scalars(select(Message).where(Message.visit_id == visit.id)).all()
        asked = select(Assignment.instrument_id).where(Assignment.visit_id == visit.id)
        assert work.session.scalars(asked).all() == ["pe_checkin"]

    for event in (leaving, admission):
        with runtime.writing(nurse) as work:
            revoke_event(work, patient, event, reason="Another patient.")
    assert "CHK-D056" in planned(runtime, nurse, patient)
    assert not any("-R1-" in key for key in planned(runtime, nurse, patient))


def test_correcting_a_day_keeps_the_answers_and_both_events(runtime: Runtime, nurse: Actor, patient: str) -> None:
    event = happen(runtime, nurse, patient, EventKind.DEATH)
    with runtime.writing(nurse) as work:
        day = runtime.clock.now().date() - timedelta(days=3)
        correct_event_day(work, patient, event, happened_on=day, reason="Registry.")
    with runtime.reading(COMMAND) as work:
        wrong, right = work.session.scalars(select(EpisodeEvent).order_by(EpisodeEvent.id)).all()
    assert wrong.revoked_at is not None
    assert (right.revoked_at, right.happened_on, right.detail) == (None, day, wrong.detail)


@pytest.mark.parametrize(
    ("before", "kind", "ago", "words"),
    [
        ((), EventKind.DEATH, -1, "has not come yet"),
        ((), EventKind.DEATH, 41, "before the operation"),
        ((), EventKind.DEATH, 31, "went home on"),
        ((), EventKind.DEATH, 70, "before enrolment"),
        ((), EventKind.LEFT_HOSPITAL, 0, "No stay in hospital"),
        (((EventKind.READMISSION, 5),), EventKind.LEFT_HOSPITAL, 6, "before the admission"),
        (((EventKind.READMISSION, 5),), EventKind.READMISSION, 3, "was in hospital then"),
        (((EventKind.DEATH, 5),), EventKind.DEATH, 3, "recorded already"),
        (((EventKind.DEATH, 5),), EventKind.RECURRENCE, 4, "after the patient's death"),
        ((), EventKind.RE_EXENTERATION, 40, "comes after the first one"),
        ((), EventKind.CANCELLED_SURGERY, 0, "An operation is on record"),
        ((), EventKind.DISCHARGE, 45, "before the operation"),
    ],
)
def test_what_cannot_have_happened_is_refused_in_words(
    runtime: Runtime,
    nurse: Actor,
    patient: str,
    before: tuple[tuple[EventKind, int], ...],
    kind: EventKind,
    ago: int,
    words: str,
) -> None:
    for earlier, days in before:
        happen(runtime, nurse, patient, earlier, ago=days)
    with pytest.raises(InvalidInput) as refused:
        happen(runtime, nurse, patient, kind, ago=ago)
    assert words in refused.value.fields["happened_on"]


def test_what_happened_before_a_death_or_enrolment_may_be_written_down_later(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    happen(runtime, nurse, patient, EventKind.DEATH)
    happen(runtime, nurse, patient, EventKind.RECURRENCE, ago=5)
    happen(runtime, nurse, patient, EventKind.CHEMOTHERAPY_START, ago=400)


def test_correcting_a_day_takes_the_locks_in_the_order_of_everybody_who_plans(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    event = happen(runtime, nurse, patient, EventKind.READMISSION, ago=3)
    with runtime.writing(nurse) as work, counted_statements(runtime) as statements:
        day = runtime.clock.now().date() - timedelta(days=4)
        correct_event_day(work, patient, event, happened_on=day, reason="A day too late.")
    tables = [one.split("FROM ")[1].split()[0] for one in statements if one.startswith("SELECT")]
    assert tables[:2] == ["centre", "patient"]  # the episode is locked together with its patient's row read


def test_another_centres_patient_does_not_exist(runtime: Runtime, patient: str) -> None:
    stranger = make_staff(runtime, code="SOUTH")
    with pytest.raises(NotFound):
        happen(runtime, stranger, patient, EventKind.DEATH)


def test_a_forgotten_earlier_stay_can_be_written_down_and_its_days_corrected(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    happen(runtime, nurse, patient, EventKind.READMISSION, ago=10)
    happen(runtime, nurse, patient, EventKind.LEFT_HOSPITAL, ago=5)
    happen(runtime, nurse, patient, EventKind.READMISSION, ago=25)
    left = happen(runtime, nurse, patient, EventKind.LEFT_HOSPITAL, ago=20)
    assert {"CHK-R1-D002", "CHK-R2-D002"} <= planned(runtime, nurse, patient).keys()

    with runtime.writing(nurse) as work:
        day = runtime.clock.now().date() - timedelta(days=21)
        correct_event_day(work, patient, left, happened_on=day, reason="A day too late.")
        moved = work.session.scalars(select(Visit).where(Visit.key == "CHK-R1-D002")).one()
        assert moved.due_on == day + timedelta(days=2)


def test_a_stay_ends_once(runtime: Runtime, nurse: Actor, patient: str) -> None:
    happen(runtime, nurse, patient, EventKind.READMISSION, ago=10)
    happen(runtime, nurse, patient, EventKind.LEFT_HOSPITAL, ago=5)
    with pytest.raises(InvalidInput, match="ended on"):
        happen(runtime, nurse, patient, EventKind.LEFT_HOSPITAL, ago=7)
    with pytest.raises(InvalidInput, match="that could end"):
        happen(runtime, nurse, patient, EventKind.LEFT_HOSPITAL, ago=3)


@pytest.mark.parametrize("date_of", ["surgery_on", "discharged_on"])
def test_nothing_is_dated_after_a_death(runtime: Runtime, nurse: Actor, patient: str, date_of: str) -> None:
    happen(runtime, nurse, patient, EventKind.DEATH, ago=5)
    with runtime.reading(nurse) as work:
        episode = find_episode(work, patient)[1]
        days = {"surgery_on": episode.surgery_on, "discharged_on": None}
    days[date_of] = runtime.clock.now().date() - timedelta(days=2)
    with pytest.raises(InvalidInput, match="after the patient's death"):
        set_dates(runtime, nurse, patient, planned_surgery_on=None, stoma=True, **days)


def test_nobody_is_asked_twice_when_a_stay_is_entered_after_a_check_in_was_answered(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    complete_visit(runtime, take_seat(runtime, patient, "CHK-D028"))
    happen(runtime, nurse, patient, EventKind.READMISSION, ago=10)
    happen(runtime, nurse, patient, EventKind.LEFT_HOSPITAL, ago=4)

    with runtime.reading(nurse) as work:
        _, episode = find_episode(work, patient)
        check_ins = select(Visit).where(Visit.episode_id == episode.id, Visit.planned, Visit.kind == "check_in")
        visits = work.session.scalars(check_ins.order_by(Visit.opens_on)).all()
    (answered,) = [visit for visit in visits if visit.completed_at is not None]
    assert (answered.key, answered.home_key) == ("CHK-R1-D002", "CHK-D028")
    assert all(first.closes_on < second.opens_on for first, second in pairwise(visits))
