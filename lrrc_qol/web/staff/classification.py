"""How a local recurrence is classified: structures are marked once, six systems answer, the clinician decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from lrrc_qol.domain.classification import ClassificationRules, Doubt, check
from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.classify_recurrence import (
    Assessment,
    check_details,
    classify_recurrence,
    find_assessment,
    is_removed,
    read_classification,
    remove_assessment,
)
from lrrc_qol.services.read_record import find_patient_row, note_view
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.asked import episode_asked
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.classification_form import (
    BASIS_WORDS,
    AssessmentForm,
    assessment_form,
    reason_name,
    stored_data,
)
from lrrc_qol.web.staff_form import StaffForm

MARKS, PROPOSE, SAVE = "marks", "propose", "save"
STALE = "Somebody else changed this assessment meanwhile. What they stored is shown below; what you entered is kept."
GONE = "Somebody else removed this assessment meanwhile. What you entered is kept; storing it makes a new assessment."
STORED = "The assessment is stored."
REMOVED_BEFORE = "Somebody else removed this assessment meanwhile. Your reason was not needed."
REMOVED = "The assessment is removed. Its versions stay in the record."


class RemoveForm(StaffForm):
    """Why an assessment is taken back."""

    reason = StringField("Reason", [InputRequired("Say why in a few words."), Length(max=500)])


@blueprint.get("/patients/<public_id>/classification")
@audience.staff("view_patients")
def classification(public_id: str) -> ResponseReturnValue:
    """All assessments: the newest of each basis side by side, then each with its reasons and earlier versions;
    `?episode=` those of an earlier operation, to be read."""
    with runtime().writing(current_actor()) as work:
        record = read_classification(work, public_id, episode=episode_asked())
        note_view(work, record.patient, part="classification")
    return render_template(
        "staff/classification/list.html",
        record=record,
        patient=record.patient,
        rules=_rules(),
        basis_words=BASIS_WORDS,
        differing=_differing(record.newest()),
    )


@blueprint.route("/patients/<public_id>/classification/new", methods=["GET", "POST"])
@audience.staff("edit_record")
def new_assessment(public_id: str) -> ResponseReturnValue:
    """Mark what is seen, look at the proposals, store."""
    with runtime().reading(current_actor()) as work:
        patient = find_patient_row(work, public_id)
    opening = {"rater": current_user.name}
    return _Steps(patient, None, opening, {}).answer()


@blueprint.route("/patients/<public_id>/classification/<row_key>", methods=["GET", "POST"])
@audience.staff("edit_record")
def edit_assessment(public_id: str, row_key: str) -> ResponseReturnValue:
    """The same with what is stored; the next version is added to it."""
    try:
        with runtime().reading(current_actor()) as work:
            patient, stored = find_assessment(work, public_id, row_key)
    except NotFound:
        return _removed_meanwhile(public_id, row_key)
    before = {one.id: " ".join(one.proposed) for one in stored.systems}
    return _Steps(patient, stored, stored_data(_rules(), stored), before).answer()


@blueprint.route("/patients/<public_id>/classification/<row_key>/remove", methods=["GET", "POST"])
@audience.staff("edit_record")
def remove_assessment_page(public_id: str, row_key: str) -> ResponseReturnValue:
    """Take back what was entered by mistake, with a reason."""
    try:
        with runtime().reading(current_actor()) as work:
            patient, stored = find_assessment(work, public_id, row_key)
    except NotFound:
        return _removed_before(public_id, row_key)
    form = RemoveForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        try:
            with runtime().writing(current_actor()) as work:
                remove_assessment(
                    work,
                    public_id,
                    row_key,
                    reason=form.reason.data or "",
                    expected_ordinal=request.form.get("ordinal", 0, type=int),
                )
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        except NotFound:
            return _removed_before(public_id, row_key)
        except StaleWrite:
            with runtime().reading(current_actor()) as work:
                patient, stored = find_assessment(work, public_id, row_key)
            form.form_errors.append("Somebody else changed this assessment meanwhile. This is how it is stored now.")
        else:
            flash(REMOVED, "good")
            return redirect(url_for("staff.classification", public_id=public_id))
    page = render_template(
        "staff/classification/remove.html", patient=patient, stored=stored, form=form, basis_words=BASIS_WORDS
    )
    return page, 422 if form.faults() else 200


def _removed_before(public_id: str, row_key: str) -> ResponseReturnValue:
    """Say that a colleague was first; NotFound when there never was such an assessment, or nobody pressed anything."""
    with runtime().reading(current_actor()) as work:
        gone = is_removed(work, public_id, row_key)
    if request.method != "POST" or not gone:
        raise NotFound("no such assessment")
    flash(REMOVED_BEFORE, "warning")
    return redirect(url_for("staff.classification", public_id=public_id))


def _removed_meanwhile(public_id: str, row_key: str) -> ResponseReturnValue:
    """What was typed for an assessment that is gone, to be stored as a new one; NotFound when nothing was typed."""
    with runtime().reading(current_actor()) as work:
        patient = find_patient_row(work, public_id)
        gone = is_removed(work, public_id, row_key)
    if request.method != "POST" or not gone:
        raise NotFound("no such assessment")
    return _Steps(patient, None, {}, {}).moved()


class _Steps:
    """One request to the form of a new or a stored assessment."""

    def __init__(
        self, patient: PatientRow, stored: Assessment | None, opening: Mapping[str, Any], before: Mapping[str, str]
    ) -> None:
        self.patient = patient
        self.stored = stored
        sent = request.method == "POST"
        self.form: AssessmentForm = assessment_form(
            _rules(), patient.sex, request.form if sent else None, None if sent else opening
        )
        self.before = _proposed_before() if sent else dict(before)
        self.ordinal = request.form.get("ordinal", 0, type=int) if sent else (stored.ordinal if stored else 0)
        self.other: Assessment | None = None
        self.doubts: tuple[Doubt, ...] = ()
        self.action = request.path

    def answer(self) -> ResponseReturnValue:
        """The page or the redirect that follows."""
        step = request.form.get("step", MARKS)
        if request.method != "POST" or step == MARKS:
            return self._first()
        valid = self.form.validate()
        if (step == PROPOSE or not valid) and not self._details_hold():
            return self._first()
        if step == PROPOSE:
            self.form.follow(self.before)
            return self._second()
        if not valid:
            return self._second()
        return self._store()

    def moved(self) -> ResponseReturnValue:
        """The page of what was sent, with the word that it now makes a new assessment."""
        self.form.validate()
        page = self._second if self._details_hold() else self._first
        self.form.form_errors.append(GONE)
        self.action = url_for("staff.new_assessment", public_id=self.patient.public_id)
        return page()

    def _details_hold(self) -> bool:
        """Whether everything of step 1 can be as it is; the messages stand beside the fields."""
        if self.form.details_faults() or self.form.rated_on.data is None:
            return False
        try:
            with runtime().reading(current_actor()) as work:
                rater = self.form.rater.data or ""
                check_details(work, self.patient, rated_on=self.form.rated_on.data, rater=rater)
        except InvalidInput as refusal:
            self.form.add_faults(refusal.fields)
            return False
        return True

    def _store(self) -> ResponseReturnValue:
        self.doubts = check(_rules(), self.form.findings(), self.form.codes())
        if self.doubts and request.form.get("seen") != _names(self.doubts):
            return self._second()
        row_key = self.stored.row_key if self.stored else ""
        try:
            with runtime().writing(current_actor()) as work:
                classify_recurrence(
                    work,
                    self.patient.public_id,
                    self.form.assessment(),
                    row_key=row_key,
                    expected_ordinal=self.ordinal,
                )
        except InvalidInput as refusal:
            self.form.add_faults(refusal.fields)
            return self._first() if self.form.details_faults() else self._second()
        except StaleWrite:
            return self._stale(row_key)
        flash(STORED, "good")
        return redirect(url_for("staff.classification", public_id=self.patient.public_id))

    def _stale(self, row_key: str) -> ResponseReturnValue:
        """Show what somebody else stored beside what was typed; storing again is then a version after theirs."""
        with runtime().reading(current_actor()) as work:
            _, self.other = find_assessment(work, self.patient.public_id, row_key)
        self.ordinal = self.other.ordinal
        self.form.form_errors.append(STALE)
        return self._second()

    def _first(self) -> ResponseReturnValue:
        return self._page("marks.html")

    def _second(self) -> ResponseReturnValue:
        return self._page(
            "proposals.html", proposals=self.form.proposals(), doubts=self.doubts, seen=_names(self.doubts)
        )

    def _page(self, template: str, **values: Any) -> ResponseReturnValue:
        page = render_template(
            f"staff/classification/{template}",
            patient=self.patient,
            stored=self.stored,
            other=self.other,
            form=self.form,
            rules=_rules(),
            ordinal=self.ordinal,
            action=self.action,
            before=self.before,
            basis_words=BASIS_WORDS,
            reason_name=reason_name,
            **values,
        )
        return page, 422 if self.form.faults() else 200


def _rules() -> ClassificationRules:
    return runtime().catalogue.classification


def _proposed_before() -> dict[str, str]:
    """The codes that the page proposed, by system, as it sent them along."""
    names = {one.id: f"proposed_{one.id}" for one in _rules().systems}
    return {system: request.form[name] for system, name in names.items() if name in request.form}


def _names(doubts: tuple[Doubt, ...]) -> str:
    return " ".join(f"{one.id}:{one.system}" for one in doubts)


def _differing(newest: tuple[Assessment, ...]) -> frozenset[str]:
    """The systems in which assessments of different bases say different codes; what was left open says nothing."""
    said: dict[str, set[tuple[str, ...]]] = {}
    for one in newest:
        for view in one.systems:
            if not view.open:
                said.setdefault(view.id, set()).add(view.codes)
    return frozenset(system for system, codes in said.items() if len(codes) > 1)
