"""The list of patients, one patient's page, and the small acts on it."""

from __future__ import annotations

from datetime import date

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.charts.script import chart_config
from lrrc_qol.charts.wording import day_month, day_short
from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.queries.patients import Stage
from lrrc_qol.services.clinical_record.store import read_all_entries
from lrrc_qol.services.consent import read_consent
from lrrc_qol.services.list_patients import patient_page
from lrrc_qol.services.patient_sheet import MOST_SHEETS
from lrrc_qol.services.read_expected import read_expected
from lrrc_qol.services.read_record import note_view, read_record
from lrrc_qol.services.resend_link import resend_link
from lrrc_qol.services.talk_topics import read_topics
from lrrc_qol.web.guards import audience, current_actor, has_permission, runtime
from lrrc_qol.web.staff.asked import episode_asked, row_number
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.consent import STATUS_WORDS
from lrrc_qol.web.staff.curve_backdrop import OtherPatients
from lrrc_qol.web.staff.curve_choices import choices_of
from lrrc_qol.web.staff.curve_panels import curve_panels
from lrrc_qol.web.staff.patient_words import (
    ANATOMY_WORDS,
    MESSAGE_KINDS,
    MESSAGE_STATES,
    NO_WORDS,
    REPORTS,
    anatomy_lines,
    anatomy_marks,
    baseline_badge,
    contact_badges,
    day_words,
    event_strip,
    event_words,
    form_marks,
    outcome_words,
    visit_badge,
)
from lrrc_qol.web.staff.record_words import record_lines, record_notes

STAGES: dict[str, Stage] = {"before": "before", "after": "after", "none": "not_operated"}


@blueprint.app_template_filter("day_month")
def _day_month(day: date | None) -> str:
    """A date as 3 December 2026; empty for none."""
    return "" if day is None else day_month(day)


@blueprint.app_template_filter("day_short")
def _day_short(day: date | None) -> str:
    """A date for a table as 3 Dec 2026; empty for none."""
    return "" if day is None else day_short(day)


@blueprint.get("/patients")
@audience.staff("view_patients")
def patients() -> ResponseReturnValue:
    """The centre's patients, newest enrolment first; an exact hospital number finds one."""
    stage = request.args.get("stage", "")
    number = request.args.get("number", "").strip()
    with runtime().reading(current_actor()) as work:
        page = patient_page(
            work,
            before=request.args.get("before", type=row_number),
            hospital_number=number or None,
            stage=STAGES.get(stage),
        )
    return render_template(
        "staff/patients.html",
        page=page,
        number=number,
        stage=stage,
        baseline_badge=baseline_badge,
        contact_badges=contact_badges,
        day_words=day_words,
        most_sheets=MOST_SHEETS,
    )


@blueprint.get("/patients/<public_id>")
@audience.staff("view_patients")
def patient(public_id: str) -> ResponseReturnValue:
    """One patient: state, recovery curves with their numbers, visits, forms, messages, events.

    `?episode=1` shows an earlier episode, which can be read and not changed; the other arguments say how the curves
    are drawn (`choices_of`).
    """
    choices = choices_of(request.args)
    with runtime().reading(current_actor()) as work:
        record = read_record(work, public_id, episode=episode_asked())
        consent = read_consent(work, public_id)
        topics = read_topics(work, record.patient.episode_id, centre_id=work.actor.centre())
        clinical = read_all_entries(work, record.patient.episode_id)
        rules = work.catalogue.record
        others = OtherPatients(read_expected(work), work.catalogue.published_courses)
    with runtime().writing(current_actor()) as work:
        note_view(work, record.patient, part="page")
    notes = record_notes(rules, clinical, record.patient.surgery_on or record.counted_from)
    g.chart_page = True
    return render_template(
        "staff/patient.html",
        record=record,
        patient=record.patient,
        panels=curve_panels(record, notes, choices=choices, others=others),
        choices=choices,
        day_notes=notes,
        record_lines=record_lines(rules, clinical),
        chart_config=chart_config(),
        baseline_badge=baseline_badge(record.baseline, operated=record.patient.surgery_on is not None),
        contact_badges=contact_badges(record.contact),
        consent=consent,
        topics=topics,
        topic_list=runtime().catalogue.topics,
        consent_badge=STATUS_WORDS[consent.state.status],
        may_edit=has_permission("edit_record") and not record.earlier,
        visit_badge=visit_badge,
        visit_names={visit.row.id: visit.row.name for visit in record.visits},
        message_kinds=MESSAGE_KINDS,
        message_states=MESSAGE_STATES,
        outcome_words=outcome_words,
        message_reports=REPORTS,
        no_words=NO_WORDS,
        reasons=runtime().catalogue.missed_reasons,
        form_marks=form_marks,
        event_words=event_words,
        anatomy_words=ANATOMY_WORDS,
        anatomy_lines=anatomy_lines(record.patient),
        anatomy_marks=anatomy_marks(record.patient),
        strip=event_strip(record),
        instrument_titles={one.id: one.short_title for one in runtime().catalogue.instruments},
    )


@blueprint.post("/patients/<public_id>/send-link")
@audience.staff("edit_record")
def send_link(public_id: str) -> ResponseReturnValue:
    """Send a fresh link for what the patient can answer now."""
    try:
        with runtime().writing(current_actor()) as work:
            visit_name = resend_link(work, public_id)
    except InvalidInput as refusal:
        flash(next(iter(refusal.fields.values())), "warning")
    else:
        flash(f"A mail with a fresh link is on its way for: {visit_name}.", "good")
    return redirect(url_for("staff.patient", public_id=public_id))
