"""What a form that staff typed in, compared or corrected calls for, to be told to the patient by them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import CentreContact, seat_of_visit
from lrrc_qol.services.read_form import find_response
from lrrc_qol.services.read_record import find_patient_row
from lrrc_qol.services.visit_advice import urgent_advice


@dataclass(frozen=True, slots=True)
class FormAdvice:
    """What a sent form calls for, for the member of staff; `instruction` as in `most_urgent`, None for nothing red."""

    patient: PatientRow
    centre: CentreContact
    answered_on: date | None
    instruction: dict[str, Any] | None


def read_form_advice(work: Work, patient_public_id: str, response_id: int) -> FormAdvice:
    """What the visit of this form calls for, in the words of the staff; NotFound when it is not the patient's."""
    patient = find_patient_row(work, patient_public_id)
    response, _, visit = find_response(work, patient, response_id)
    seat = replace(seat_of_visit(work, visit.id), staff_id=work.actor.id)
    return FormAdvice(patient, seat.centre, response.answered_on, urgent_advice(work, seat))
