"""A database that something of everything happened in."""

from __future__ import annotations

from lrrc_qol.domain.events import EventKind
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.models import ClinicalEntry, Episode
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.consents import give_consent, make_text
from tests.factories import answers_for, complete_visit, make_patient, make_staff, set_dates, take_seat
from tests.raised_alerts import pain_alert


def live(runtime: Runtime, clock: FixedClock) -> None:
    """Patients with mails, answers, an alert that somebody has to take, a consent, a record, one of them dead."""
    nurse, admin = make_staff(runtime), make_staff(runtime, role="admin")
    make_text(runtime, make_staff(runtime, code="SOUTH", role="admin"))
    patient = make_patient(runtime, nurse)
    run_tick(runtime, now=clock.now())
    give_consent(runtime, nurse, patient, make_text(runtime, admin))
    complete_visit(runtime, take_seat(runtime, patient))
    operated = clock.advance(days=20).date()
    set_dates(runtime, nurse, patient, planned_surgery_on=operated, surgery_on=operated)
    pain_alert(runtime, nurse, hospital_number="H-2")
    dead = make_patient(runtime, nurse, hospital_number="H-3", email="third@example.org")
    run_tick(runtime, now=clock.now())
    with runtime.writing(nurse) as work:
        detail = answers_for(runtime, EventKind.DEATH)
        record_event(work, dead, kind=EventKind.DEATH, happened_on=clock.now().date(), detail=detail)
        episode = work.session.get_one(Episode, 1)
        for ordinal in (1, 2):
            work.session.add(
                ClinicalEntry(
                    episode_id=episode.id,
                    centre_id=episode.centre_id,
                    section="disease",
                    ordinal=ordinal,
                    content={},
                    recorded_at=work.now,
                )
            )
    clock.advance(minutes=10)
    run_tick(runtime, now=clock.now())
