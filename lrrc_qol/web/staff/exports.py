"""Take the centre's answers and scores out for research: a form, and one archive as the answer."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from flask import render_template, request, send_file
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import Length

from lrrc_qol.persistence.queries.snapshot import take_snapshot
from lrrc_qol.services.export import FORMATS, ExportFormat, extent_of_centre, note_export, write_export
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff_form import StaffForm

LONGEST_REASON = 200
NO_REASON = "Say in a few words what the dates are needed for."


class ExportForm(StaffForm):
    """The format, and whether calendar dates come along."""

    format = RadioField("Format", choices=[(one.name, one.title) for one in FORMATS.values()], default="scores")
    with_dates = BooleanField("With calendar dates and times")
    reason = StringField("What are the dates needed for?", [Length(max=LONGEST_REASON)])


@blueprint.get("/exports")
@audience.staff("export_data")
def exports() -> ResponseReturnValue:
    """What can be taken out, and in which format."""
    return _page(ExportForm())


@blueprint.post("/exports")
@audience.staff("export_data")
def take_export() -> ResponseReturnValue:
    """One archive with the files of the format; it is written down who took it."""
    form = ExportForm(request.form)
    valid = form.validate()
    reason = (form.reason.data or "").strip()
    if form.with_dates.data and not reason:
        form.add_faults({"reason": NO_REASON})
        valid = False
    if not valid:
        return _page(form)
    shape, with_dates = FORMATS[form.format.data], bool(form.with_dates.data)
    archive = _archive(shape, with_dates=with_dates, reason=reason if with_dates else "")
    return send_file(archive, "application/zip", as_attachment=True, download_name=f"lrrc_qol_{shape.name}.zip")


def _archive(shape: ExportFormat, *, with_dates: bool, reason: str) -> io.BytesIO:
    """The files of one centre, packed: some megabytes; larger extents have a command."""
    archive = io.BytesIO()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with runtime().reading(current_actor()) as work:
            take_snapshot(work.session)
            extent = extent_of_centre(work)
            tallies = write_export(work, extent, shape.name, folder, with_dates=with_dates)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(folder.iterdir()):
                packed.write(file, file.name)
    with runtime().writing(current_actor()) as work:
        note_export(work, shape.name, tallies, centre=extent.centres[0][1], with_dates=with_dates, reason=reason)
    archive.seek(0)
    return archive


def _page(form: ExportForm) -> ResponseReturnValue:
    page = render_template("staff/exports.html", form=form, formats=FORMATS.values())
    return page, 422 if form.faults() else 200
