"""Import the words of a questionnaire from a file: nobody sees them before they are compared and approved."""

from __future__ import annotations

import re
from typing import cast

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.errors import InvalidInput, NotFound, UnknownInstrument
from lrrc_qol.domain.instrument import Instrument, Status
from lrrc_qol.interchange import MAXIMUM_BYTES, ImportRefused, Proposal, csv_template, read_wording
from lrrc_qol.interchange.kind import find_kind
from lrrc_qol.interchange.read import Kind
from lrrc_qol.services.wordings import Source, propose_pack
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.admin.forms import ImportForm
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.uploads import takes_upload

LONGEST_NAME = 200
# Two files of the largest size that is read, and the fields around them.
LARGEST_BODY = 2 * MAXIMUM_BYTES + 64 * 1024
NO_FILE = "Choose the file."
AGAIN = "Choose the file once more: it was not kept."
NO_QUESTIONNAIRE = "Choose a questionnaire."


@blueprint.get("/wordings/import")
@audience.staff("manage_wording")
def import_wording() -> ResponseReturnValue:
    """First which questionnaire, then its file: the form then knows the holder and offers the right template."""
    chosen = request.args.get("instrument", "")
    if not chosen:
        return _chooser()
    instrument = _instrument(runtime().catalogue, chosen)
    if instrument is None:
        return _chooser(NO_QUESTIONNAIRE)
    data = {
        "instrument": chosen,
        "language": request.args.get("language", ""),
        "licence_holder": instrument.holder,
    }
    return _form_page(instrument, ImportForm(None, data=data))


@blueprint.post("/wordings/import")
@audience.staff("manage_wording")
@takes_upload(LARGEST_BODY)
def import_wording_file() -> ResponseReturnValue:
    """Read the file and keep what it says as a draft; a file that cannot be used leaves nothing behind."""
    instrument = _instrument(runtime().catalogue, request.form.get("instrument", ""))
    if instrument is None:
        return _chooser(NO_QUESTIONNAIRE)
    form = ImportForm(request.form)
    raw, name = _upload("file")
    valid = form.validate()
    if not raw:
        form.add_faults({"file": NO_FILE if not name else "The file is empty."})
    if not valid or not raw:
        return _refused(instrument, form)
    try:
        kind = cast("Kind", form.format.data) if form.format.data else find_kind(raw)
        proposal = _read(kind, raw, instrument, form.language.data)
        source = Source(kind=kind, name=name, sha256=proposal.source_sha256)
        with runtime().writing(current_actor()) as work:
            public_id = propose_pack(work, proposal, source, form.licence())
    except ImportRefused as refusal:
        form.add_faults({"file": f"{refusal} Nothing was stored."})
        return _refused(instrument, form)
    except InvalidInput as refusal:
        keys = {key for key, _ in instrument.wording_keys()}
        form.add_faults({name: f"{name}: {text}" if name in keys else text for name, text in refusal.fields.items()})
        return _refused(instrument, form)
    flash("The file was read. Nobody sees these words before they are compared and approved.", "good")
    return redirect(url_for("admin.wording", public_id=public_id), 303)


@blueprint.get("/questionnaires/<instrument_id>/<version>/template.csv")
@audience.staff("manage_wording")
def wording_template(instrument_id: str, version: str) -> ResponseReturnValue:
    """The empty table to fill in where the words come on paper only."""
    instrument = _instrument(runtime().catalogue, f"{instrument_id}@{version}")
    if instrument is None:
        raise NotFound("no such questionnaire")
    file_name = f"{instrument.id}-{instrument.version}-words.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return Response(csv_template(instrument).encode(), mimetype="text/csv", headers=headers)


def _read(kind: Kind, raw: bytes, instrument: Instrument, language: str) -> Proposal:
    second, _ = _upload("second_file")
    return read_wording(kind, raw, instrument, language, companions=[second] if second else [])


def _upload(field: str) -> tuple[bytes, str]:
    """The bytes of an uploaded file and a harmless form of its name; empty when none was chosen."""
    given = request.files.get(field)
    if given is None or not given.filename:
        return b"", ""
    name = re.split(r"[/\\]", given.filename)[-1]
    printable = "".join(character for character in name if character.isprintable()).strip()
    return given.read(), printable[-LONGEST_NAME:] or "unnamed file"


def _instrument(catalogue: Catalogue, chosen: str) -> Instrument | None:
    """The instrument that `id@version` names, unless it has no questions yet."""
    instrument_id, _, version = chosen.partition("@")
    try:
        found = catalogue.instrument(instrument_id, version)
    except UnknownInstrument:
        return None
    return found if found.status is not Status.SHELL else None


def _chooser(fault: str = "") -> ResponseReturnValue:
    every = sorted(runtime().catalogue.instruments, key=lambda one: (one.own_wording, one.title.lower(), one.version))
    offered = [one for one in every if one.status is not Status.SHELL]
    page = render_template("admin/wordings/choose.html", instruments=offered, fault=fault)
    return page, 422 if fault else 200


def _refused(instrument: Instrument, form: ImportForm) -> ResponseReturnValue:
    """The form with what is wrong; browsers do not keep a chosen file, so it says that it is to be chosen again."""
    if not form.file.errors:
        form.add_faults({"file": AGAIN})
    return _form_page(instrument, form), 422


def _form_page(instrument: Instrument, form: ImportForm) -> str:
    return render_template("admin/wordings/import.html", instrument=instrument, form=form)
