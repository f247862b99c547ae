"""The one-page sheet of a patient for clinic and MDT: on the screen, as a file, and for a list in one file."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from flask import flash, get_template_attribute, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.paper import NotSet, typeset
from lrrc_qol.services.patient_sheet import SheetFacts, listed_patients, note_printed, read_sheet, read_sheets
from lrrc_qol.services.read_record import note_view
from lrrc_qol.web.guards import audience, current_actor, has_permission, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.patients import STAGES
from lrrc_qol.web.staff.sheet_lines import Sheet, sheet_of

log = logging.getLogger(__name__)
TEMPLATE = "sheet.typ"
WHOLE_LIST = "listed"
NO_FILE = "The PDF file could not be made. Print the sheets from their pages, and tell your administrator."
# What is printed in place of words whose letters are in none of the fonts; the page shows them with the browser's own.
INSTEAD = {
    "name": "The name cannot be printed in its script. Go by the hospital number.",
    "": "(cannot be printed in its script: see the patient's page)",
}


@blueprint.get("/patients/<public_id>/sheet")
@audience.staff("view_patients")
def sheet(public_id: str) -> ResponseReturnValue:
    """The sheet as a page, to be printed by the browser."""
    with runtime().reading(current_actor()) as work:
        facts = read_sheet(work, public_id, handles_alerts=has_permission("handle_alerts"))
    with runtime().writing(current_actor()) as work:
        note_view(work, facts.record.patient, part="sheet")
    return render_template("staff/sheet.html", sheet=sheet_of(facts), public_id=public_id)


@blueprint.get("/patients/<public_id>/sheet.pdf")
@audience.staff("view_patients")
def sheet_file(public_id: str) -> ResponseReturnValue:
    """The same as a PDF file; it is written down who took it."""
    with runtime().reading(current_actor()) as work:
        facts = read_sheets(work, [public_id], handles_alerts=has_permission("handle_alerts"))
    return _file(facts, otherwise=url_for("staff.sheet", public_id=public_id))


@blueprint.post("/sheets.pdf")
@audience.staff("view_patients")
def sheets_file() -> ResponseReturnValue:
    """One file for a clinic list: the patients that are ticked, or all of the list as it is filtered, in its order."""
    number, stage = request.form.get("number", "").strip(), request.form.get("stage", "")
    back = url_for("staff.patients", number=number or None, stage=stage or None)
    try:
        with runtime().reading(current_actor()) as work:
            chosen: Sequence[str] = request.form.getlist("patient")
            if request.form.get("which") == WHOLE_LIST:
                chosen = listed_patients(work, hospital_number=number or None, stage=STAGES.get(stage))
            facts = read_sheets(work, chosen, handles_alerts=has_permission("handle_alerts"))
    except InvalidInput as refusal:
        flash(next(iter(refusal.fields.values())), "warning")
        return redirect(back, 303)
    return _file(facts, otherwise=back)


def _file(facts: Sequence[SheetFacts], *, otherwise: str) -> ResponseReturnValue:
    """The file, written down before it leaves; its name has no patient in it. Without one back to `otherwise`."""
    now = facts[0].read_at
    try:
        made = typeset(TEMPLATE, [_plain(sheet_of(one)) for one in facts], instead=INSTEAD, now=now)
    except NotSet as fault:
        log.error("no sheet was made: %s", fault)
        flash(NO_FILE, "warning")
        return redirect(otherwise, 303)
    # HEAD asks for the size of it only: nobody has the file then.
    if request.method != "HEAD":
        with runtime().writing(current_actor()) as work:
            note_printed(work, facts)
    return send_file(
        io.BytesIO(made), "application/pdf", as_attachment=True, download_name=f"sheets_{now:%Y-%m-%d}.pdf"
    )


def _plain(one: Sheet) -> dict[str, Any]:
    """The strings of a sheet, its curves drawn as the page draws them."""
    draw = get_template_attribute("macros/printed_curve.html", "printed_curve")
    curves = [
        {"svg": str(draw(curve.drawing, place, curve.spoken))}
        | {name: getattr(curve, name) for name in ("name", "spoken", "reference")}
        for place, curve in enumerate(one.curves)
    ]
    return asdict(replace(one, curves=())) | {"curves": curves}
