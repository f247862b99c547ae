"""Enrol the patients of a table: check it first, then all of them or none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField, RadioField

from lrrc_qol.interchange import CellFault, ImportRefused, patient_table, read_patient_table
from lrrc_qol.services.import_patients import ROWS_AT_ONCE, CheckedTable, RowRefused, check_table, enrol_rows
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff_form import StaffForm
from lrrc_qol.web.uploads import takes_upload

CHECK, ENROL = "check", "enrol"
LARGEST_FILE = 1024 * 1024
# The file and the fields around it.
LARGEST_BODY = LARGEST_FILE + 64 * 1024
SHOWN = 200
NO_FILE = "Choose the file."
TOO_MANY = (
    f"Here at most {ROWS_AT_ONCE} patients are enrolled at once. Split the table, or ask your administrator: "
    "a command takes larger ones."
)


class TableForm(StaffForm):
    """The file, and whether it is only to be checked."""

    file = FileField("File")
    act = RadioField(
        "What to do", choices=[(CHECK, "Check it; nothing is stored"), (ENROL, "Enrol all of them")], default=CHECK
    )


@blueprint.get("/patients/import")
@audience.staff("enrol_patients")
def import_patients() -> ResponseReturnValue:
    """Choose the file."""
    return _page(TableForm())


@blueprint.post("/patients/import")
@audience.staff("enrol_patients")
@takes_upload(LARGEST_BODY)
def import_patients_file() -> ResponseReturnValue:
    """Every fault is listed with its line; unless there is none, nothing is stored."""
    form = TableForm(request.form)
    given = request.files.get("file")
    raw = given.read() if given is not None and given.filename else b""
    valid = form.validate()
    if not raw:
        form.add_faults({"file": NO_FILE})
    if not valid or not raw:
        return _page(form)
    try:
        table = read_patient_table(raw)
    except ImportRefused as refusal:
        form.add_faults({"file": f"{refusal} Nothing was stored."})
        return _page(form)
    with runtime().reading(current_actor()) as work:
        checked = check_table(work, table)
    if len(table.rows) > ROWS_AT_ONCE:
        form.add_faults({"file": TOO_MANY})
    if checked.faults or form.faults() or form.act.data != ENROL:
        return _page(form, checked=checked, faults=checked.faults)
    try:
        with runtime().writing(current_actor()) as work:
            enrol_rows(work, checked.rows, source_sha256=hashlib.sha256(raw).hexdigest())
    except RowRefused as refused:
        return _page(form, faults=refused.faults)
    count = len(checked.rows)
    done = "One patient is enrolled." if count == 1 else f"{count} patients are enrolled."
    flash(f"{done} The visits are planned.", "good")
    return redirect(url_for("staff.patients"), 303)


@blueprint.get("/patients/import/template.csv")
@audience.staff("enrol_patients")
def patient_template() -> ResponseReturnValue:
    """The empty table to fill in."""
    headers = {"Content-Disposition": 'attachment; filename="patients.csv"'}
    return Response(patient_table().encode(), mimetype="text/csv", headers=headers)


def _page(
    form: TableForm, *, checked: CheckedTable | None = None, faults: Sequence[CellFault] = ()
) -> ResponseReturnValue:
    page = render_template(
        "staff/import_patients.html",
        form=form,
        good=checked.rows if checked is not None and not faults and not form.faults() else (),
        faults=faults[:SHOWN],
        more=max(0, len(faults) - SHOWN),
        most=ROWS_AT_ONCE,
    )
    return page, 422 if faults or form.faults() else 200
