"""Why a visit was not answered: the newest reason counts, earlier ones stay, answered visits have none."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import AlreadySubmitted, InvalidInput, NotFound
from lrrc_qol.persistence.models import AuditEntry, MissedReason, Visit
from lrrc_qol.persistence.queries.missed import MissedNote, missed_reasons
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.note_missed_reason import note_missed_reason
from tests.factories import complete_visit, make_patient, make_staff, take_seat, visit_id


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    return make_staff(runtime)


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor) -> str:
    return make_patient(runtime, nurse)


def visit_of(runtime: Runtime, patient: str, key: str = "BL1") -> Visit:
    row = visit_id(runtime, patient, key)
    with runtime.reading(COMMAND) as work:
        return work.session.get_one(Visit, row)


def note(runtime: Runtime, actor: Actor, patient: str, code: str | None, text: str = "") -> bool:
    visit = visit_of(runtime, patient)
    with runtime.writing(actor) as work:
        return note_missed_reason(work, patient, visit.public_id, code=code, note=text)


def counting(runtime: Runtime, patient: str) -> dict[int, MissedNote]:
    visit = visit_of(runtime, patient)
    with runtime.reading(COMMAND) as work:
        return missed_reasons(work.session, centre_id=visit.centre_id, episode_id=visit.episode_id)


def test_the_newest_reason_counts_and_earlier_ones_stay(runtime: Runtime, nurse: Actor, patient: str) -> None:
    assert counting(runtime, patient) == {}
    assert note(runtime, nurse, patient, "forgot")
    assert note(runtime, nurse, patient, "too_ill", "Vomits since Sunday.")
    assert not note(runtime, nurse, patient, "too_ill", " Vomits since Sunday. ")
    found = counting(runtime, patient)[visit_of(runtime, patient).id]
    assert (found.code, found.note, found.by) == ("too_ill", "Vomits since Sunday.", "Nurse of NORTH")
    assert note(runtime, nurse, patient, None)
    assert counting(runtime, patient) == {}
    with runtime.reading(COMMAND) as work:
        codes = work.session.scalars(select(MissedReason.code).order_by(MissedReason.id)).all()
        told = work.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "noted_missed_reason")).all()
    assert codes == ["forgot", "too_ill", None]
    assert "Vomits" not in str(told)


@pytest.mark.parametrize(("code", "text", "field"), [("bored", "", "code"), ("forgot", "x" * 501, "note")])
def test_what_is_not_in_the_list_is_refused(
    runtime: Runtime, nurse: Actor, patient: str, code: str, text: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        note(runtime, nurse, patient, code, text)
    assert set(refused.value.fields) == {field}


def test_an_answered_visit_and_one_of_another_centre_have_none(runtime: Runtime, nurse: Actor, patient: str) -> None:
    stranger = make_staff(runtime, code="SOUTH")
    with pytest.raises(NotFound):
        note(runtime, stranger, patient, "forgot")
    complete_visit(runtime, take_seat(runtime, patient))
    with pytest.raises(AlreadySubmitted):
        note(runtime, nurse, patient, "forgot")
