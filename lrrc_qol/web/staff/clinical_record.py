"""The pages of the clinical record: one that shows all of it, and a form for each row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from lrrc_qol.domain.clinical_record import Finding, Section
from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.domain.errors import StaleWrite as AnyStaleWrite
from lrrc_qol.services.clinical_record.edit import (
    ClinicalRecord,
    NeedsConfirmation,
    check_row,
    read_record,
    remove_row,
    save_section,
)
from lrrc_qol.services.clinical_record.store import Entry, StaleWrite, entry_history, read_all_versions
from lrrc_qol.services.context import Work
from lrrc_qol.services.last_change import LastChange
from lrrc_qol.services.read_record import find_patient_row, note_view
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.meanwhile import Overtaken, seen_before, seen_now, take_over
from lrrc_qol.web.staff.asked import episode_asked
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.patient_words import ANATOMY_NAMES
from lrrc_qol.web.staff.record_form import RecordForm, mark_of, record_form
from lrrc_qol.web.staff.record_view import row_name, section_views
from lrrc_qol.web.staff_form import StaffForm

STALE = "Somebody else saved this meanwhile. Look at it once more, then save."
GONE = "Somebody else took this back meanwhile. What you entered is kept; saving it enters it anew."
REMOVED = "Taken back. What was saved stays below, with your reason."
REMOVED_BEFORE = "Somebody else took this back meanwhile. Their reason stands below; yours was not needed."
REMOVE_STALE = "Somebody else changed this meanwhile. This is how it is saved now."


class RemoveForm(StaffForm):
    """Why a row is taken back."""

    reason = StringField("Reason", [InputRequired("Say why in a few words."), Length(max=500)])


@blueprint.get("/patients/<public_id>/record")
@audience.staff("view_patients")
def clinical_record(public_id: str) -> ResponseReturnValue:
    """Everything on record, section by section, with who saved what when and every version; `?episode=` an earlier
    operation, to be read."""
    with runtime().writing(current_actor()) as work:
        patient = find_patient_row(work, public_id, episode=episode_asked())
        versions = read_all_versions(work, patient.episode_id)
        note_view(work, patient, part="clinical record")
    views = section_views(runtime().catalogue.record, versions)
    return render_template("staff/record/overview.html", patient=patient, views=views)


@blueprint.route("/patients/<public_id>/record/<section_id>", methods=["GET", "POST"])
@audience.staff("edit_record")
def record_section(public_id: str, section_id: str) -> ResponseReturnValue:
    """The form of a section that is there once, or of a new row of one that is there many times."""
    return _Row(public_id, section_id, "").answer()


@blueprint.route("/patients/<public_id>/record/<section_id>/<row_key>", methods=["GET", "POST"])
@audience.staff("edit_record")
def record_row(public_id: str, section_id: str, row_key: str) -> ResponseReturnValue:
    """The form of a row that is on record."""
    return _Row(public_id, section_id, row_key).answer()


@blueprint.route("/patients/<public_id>/record/<section_id>/remove", methods=["GET", "POST"])
@audience.staff("edit_record")
def remove_record_section(public_id: str, section_id: str) -> ResponseReturnValue:
    """Take back a section that is there once, with a reason."""
    return _remove(public_id, section_id, "")


@blueprint.route("/patients/<public_id>/record/<section_id>/<row_key>/remove", methods=["GET", "POST"])
@audience.staff("edit_record")
def remove_record_row(public_id: str, section_id: str, row_key: str) -> ResponseReturnValue:
    """Take back a row that was entered by mistake, with a reason."""
    return _remove(public_id, section_id, row_key)


class _Row:
    """One request to the form of a row, new or on record."""

    def __init__(self, public_id: str, section_id: str, row_key: str) -> None:
        self.public_id = public_id
        self.section = _section(section_id)
        self.row_key = row_key
        with runtime().reading(current_actor()) as work:
            self.record = read_record(work, public_id)
            self.stored = self._standing(work)
        self.patient = self.record.patient
        self.changes: tuple[Overtaken, ...] = ()
        self.last: LastChange | None = None
        self.warnings: tuple[Finding, ...] = ()

    def answer(self) -> ResponseReturnValue:
        """The page, or the redirect that follows a save."""
        if request.method != "POST":
            form = self._form(content=self.stored.content if self.stored else None)
            return self._page(form, seen_now(form, version=self.stored.ordinal if self.stored else 0))
        form, seen = self._form(sent=request.form), seen_before(request.form)
        if not form.validate():
            form.add_refusals(self._refusals(form))
            return self._page(form, seen)
        try:
            with runtime().writing(current_actor()) as work:
                changed = self._save(work, form)
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        except NeedsConfirmation as doubt:
            self.warnings = doubt.warnings
        except StaleWrite as stale:
            return self._overtaken(form, stale.present)
        else:
            flash(self._saved(changed), "good")
            return redirect(url_for("staff.clinical_record", public_id=self.public_id, _anchor=self.section.id))
        return self._page(form, seen)

    def _standing(self, work: Work) -> Entry | None:
        """The row on record. One that was taken back may still be sent, so that nothing typed is lost."""
        stored = None if self.section.many and not self.row_key else self.record.row(self.section.id, self.row_key)
        if self.row_key and stored is None:
            known = entry_history(work, self.record.patient.episode_id, self.section.id, self.row_key)
            if request.method != "POST" or not known:
                raise NotFound("no such row of the record")
        return stored

    def _form(self, sent: Any = None, content: Mapping[str, Any] | None = None) -> RecordForm:
        return record_form(self.section, self.patient.sex, sent, content)

    def _refusals(self, form: RecordForm) -> tuple[Finding, ...]:
        with runtime().reading(current_actor()) as work:
            found = check_row(work, self.public_id, self.section.id, form.content(), row_key=self.row_key)
        return found.refusals

    def _save(self, work: Work, form: RecordForm) -> dict[str, bool | None]:
        """Save the row, over just those warnings that the page showed; return the facts of anatomy that follow."""
        before = find_patient_row(work, self.public_id).anatomy
        where = (work, self.public_id, self.section.id, form.content())
        version = request.form.get("version", 0, type=int)
        try:
            save_section(*where, row_key=self.row_key, expected_ordinal=version)
        except NeedsConfirmation as doubt:
            if request.form.get("confirmed") != mark_of(doubt.warnings):
                raise
            save_section(*where, row_key=self.row_key, expected_ordinal=version, confirmed=True)
        after = find_patient_row(work, self.public_id).anatomy
        return {fact: holds for fact, holds in after.items() if before[fact] is not holds}

    def _saved(self, changed: Mapping[str, bool | None]) -> str:
        words = {True: "yes", False: "no", None: "not known"}
        facts = ", ".join(f"{ANATOMY_NAMES[fact]} {words[holds]}" for fact, holds in changed.items())
        followed = f" The anatomy follows: {facts}. Forms sent from now on ask by it." if facts else ""
        return f"{self.section.title}: saved.{followed}"

    def _overtaken(self, form: RecordForm, present: Entry | None) -> ResponseReturnValue:
        """The page once more, with what somebody else saved and what was typed here."""
        if present is None:
            self.row_key = ""
            form.form_errors.append(GONE)
            return self._page(form, seen_before(request.form) | {"version": "0"})
        stored = self._form(content=present.content)
        self.changes = take_over(form, stored=stored, sent=request.form)
        self.last = LastChange(by=present.recorded_by, at=present.recorded_at)
        if not self.changes:
            form.form_errors.append(STALE)
        page, _ = self._page(form, seen_now(stored, version=present.ordinal))
        return page, 422

    def _page(self, form: RecordForm, seen: Mapping[str, str]) -> tuple[str, int]:
        page = render_template(
            "staff/record/form.html",
            patient=self.patient,
            section=self.section,
            stored=self.stored,
            title=row_name(self.section, self.stored.content or {}) if self.stored else self.section.title,
            form=form,
            seen=seen,
            action=_address(self.public_id, self.section, self.row_key),
            warnings=self.warnings,
            mark=mark_of(self.warnings),
            changes=self.changes,
            last=self.last,
        )
        return page, 422 if form.faults() else 200


def _remove(public_id: str, section_id: str, row_key: str) -> ResponseReturnValue:
    section = _section(section_id)
    try:
        record, stored = _find(public_id, section, row_key)
    except NotFound:
        return _removed_before(public_id, section, row_key)
    form = RemoveForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            with runtime().writing(current_actor()) as work:
                remove_row(
                    work,
                    public_id,
                    section_id,
                    row_key=row_key,
                    expected_ordinal=request.form.get("version", 0, type=int),
                    reason=form.reason.data or "",
                )
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        except NotFound:
            return _removed_before(public_id, section, row_key)
        except AnyStaleWrite:
            record, stored = _find(public_id, section, row_key)
            form.form_errors.append(REMOVE_STALE)
        else:
            flash(REMOVED, "good")
            return redirect(url_for("staff.clinical_record", public_id=public_id, _anchor=section_id))
    view = section_views(runtime().catalogue.record, {(section.id, row_key): (stored,)})
    page = render_template(
        "staff/record/remove.html",
        patient=record.patient,
        section=section,
        row=next(one.rows[0] for one in view if one.section is section),
        form=form,
    )
    return page, 422 if form.faults() else 200


def _removed_before(public_id: str, section: Section, row_key: str) -> ResponseReturnValue:
    """Say that a colleague was first; NotFound when there never was such a row, or nobody pressed anything."""
    with runtime().reading(current_actor()) as work:
        known = entry_history(work, find_patient_row(work, public_id).episode_id, section.id, row_key)
    if request.method != "POST" or not known:
        raise NotFound("no such row of the record")
    flash(REMOVED_BEFORE, "warning")
    return redirect(url_for("staff.clinical_record", public_id=public_id, _anchor=section.id))


def _find(public_id: str, section: Section, row_key: str) -> tuple[ClinicalRecord, Entry]:
    """The record and a row that stands in it; NotFound when there is none of that key."""
    with runtime().reading(current_actor()) as work:
        record = read_record(work, public_id)
    stored = record.row(section.id, row_key)
    if stored is None:
        raise NotFound("no such row of the record")
    return record, stored


def _section(section_id: str) -> Section:
    try:
        return runtime().catalogue.record.section(section_id)
    except KeyError:
        raise NotFound("no such section of the record") from None


def _address(public_id: str, section: Section, row_key: str) -> str:
    if row_key:
        return url_for("staff.record_row", public_id=public_id, section_id=section.id, row_key=row_key)
    return url_for("staff.record_section", public_id=public_id, section_id=section.id)
