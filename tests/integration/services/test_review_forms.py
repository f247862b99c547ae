"""Reading several forms at once: only where nothing alarms, once, and only those of the own centre."""

from __future__ import annotations

from sqlalchemy import select

from lrrc_qol.persistence.models import AuditEntry
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import submit_response
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.review_forms import read_unread_forms, review_forms
from tests.factories import answer, assignment, make_patient, make_staff, save, take_seat


def sent_forms(runtime: Runtime, nurse: Actor, *, distress: int, number: int) -> None:
    """A patient sends one questionnaire with that answer."""
    phone = take_seat(runtime, make_patient(runtime, nurse, hospital_number=f"H-{number}"))
    form = assignment(runtime, phone, "distress_nrs")
    _, body = save(runtime, phone, form, answer("distress", distress), key="save")
    with runtime.writing(phone.actor) as work:
        submit_response(work, phone.seat, form, key="send", version=body["version"])


def test_only_forms_without_alarm_are_read_together(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    for number, distress in enumerate((0, 9, 1)):
        sent_forms(runtime, nurse, distress=distress, number=number)
    with runtime.reading(nurse) as work:
        unread = read_unread_forms(work)
    assert [each.alarms for each in unread] == [False, True, False]
    ids = [each.response_id for each in unread]
    with runtime.writing(nurse) as work:
        assert review_forms(work, ids) == 2
        assert review_forms(work, ids) == 0
        assert [each.response_id for each in read_unread_forms(work)] == [ids[1]]
    with runtime.reading(COMMAND) as work:
        entries = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "reviewed_form")).all()
    assert [(entry.actor_id, entry.subject_id) for entry in entries] == [(nurse.id, ids[0]), (nurse.id, ids[2])]


def test_another_centre_reads_nothing_of_it(runtime: Runtime) -> None:
    nurse, stranger = make_staff(runtime), make_staff(runtime, code="SOUTH")
    sent_forms(runtime, nurse, distress=0, number=1)
    with runtime.reading(nurse) as work:
        ids = [each.response_id for each in read_unread_forms(work)]
    with runtime.writing(stranger) as work:
        assert (read_unread_forms(work), review_forms(work, ids)) == ((), 0)
