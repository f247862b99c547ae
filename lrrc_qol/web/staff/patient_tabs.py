"""The pages about one patient, as the tabs that stand on each of them."""

from __future__ import annotations

from lrrc_qol.web.staff.blueprint import blueprint

# Endpoint, words, and the other pages that belong to the tab. Every endpoint takes the patient's `public_id` alone.
TABS: tuple[tuple[str, str, frozenset[str]], ...] = (
    (
        "staff.patient",
        "Overview",
        frozenset(
            {
                "staff.address",
                "staff.correct_patient_address",
                "staff.events",
                *("staff.dates", "staff.change_patient_dates"),
                *("staff.anatomy", "staff.change_patient_anatomy"),
                "staff.take_back_event",
                *("staff.enter_form", "staff.begin_entering", "staff.second_entry", "staff.store_second"),
                *("staff.compare", "staff.decide", "staff.missed", "staff.note_missed"),
                *("staff.amend", "staff.amend_now"),
            }
        ),
    ),
    ("staff.answers", "Answers", frozenset()),
    (
        "staff.care",
        "Calls and notes",
        frozenset(
            {
                *("staff.log_patient_contact", "staff.write_patient_note", "staff.set_patient_task"),
                *("staff.restricted_note", "staff.open_restricted_note", "staff.call", "staff.begin_call"),
            }
        ),
    ),
    (
        "staff.classification",
        "Classification",
        frozenset({"staff.new_assessment", "staff.edit_assessment", "staff.remove_assessment_page"}),
    ),
    (
        "staff.clinical_record",
        "Clinical record",
        frozenset(
            {
                *("staff.record_section", "staff.record_row"),
                *("staff.remove_record_section", "staff.remove_record_row"),
            }
        ),
    ),
    ("staff.baseline", "Baseline", frozenset({"staff.choose_patient_baseline"})),
    ("staff.schedule", "Schedule", frozenset({"staff.plan_change", "staff.change_patient_plan"})),
    ("staff.consent", "Consent", frozenset({"staff.record_patient_consent"})),
)
# These show an earlier operation too, to be read; what the others show is about the person.
PAST_TABS = frozenset(
    {
        *("staff.patient", "staff.answers", "staff.classification", "staff.clinical_record"),
        *("staff.baseline", "staff.schedule"),
    }
)


@blueprint.app_context_processor
def _tabs() -> dict[str, object]:
    return {"patient_tabs": TABS, "past_tabs": PAST_TABS}
