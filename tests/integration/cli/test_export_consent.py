"""Exports leave out whom consent leaves out."""

from __future__ import annotations

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.export import exported_subjects, extent_of
from lrrc_qol.services.export.subjects import count_in
from tests.consents import ALL, give_consent, make_text
from tests.factories import complete_visit, make_patient, make_staff, take_seat


def rows(runtime: Runtime) -> tuple[int, ...]:
    with runtime.reading(COMMAND) as work:
        extent = extent_of(work, None)
        subjects = list(exported_subjects(work, extent))
        forms = [form for subject in subjects for form in subject.forms]
        found = count_in(work, extent)
    written = (sum(len(form.answers) for form in forms), sum(len(form.scores) for form in forms), len(forms))
    assert written == (found["answers"], found["scores"], found["forms"])
    return written


def test_who_refuses_research_is_left_out_and_who_has_no_consent_is_not(runtime: Runtime) -> None:
    nurse, admin = make_staff(runtime), make_staff(runtime, role="admin")
    patient = make_patient(runtime, nurse)
    complete_visit(runtime, take_seat(runtime, patient))
    text = make_text(runtime, admin)
    everything = rows(runtime)
    assert min(everything) > 0
    give_consent(runtime, nurse, patient, text, scopes=[scope for scope in ALL if scope != "research"])
    assert rows(runtime) == (0, 0, 0)
    give_consent(runtime, nurse, patient, text)
    assert rows(runtime) == everything
    without = make_text(runtime, admin, "2.0", scopes=("answer_forms",))
    give_consent(runtime, nurse, patient, without, scopes=("answer_forms",))
    assert rows(runtime) == everything, "a text that does not ask about research refuses nothing"
