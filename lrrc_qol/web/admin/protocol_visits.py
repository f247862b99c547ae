"""The visits of a version of the follow-up plan: which there are, what each asks, and how they fall on a calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.domain.schedule import Anchors
from lrrc_qol.services.protocol_versions import (
    VisitChoices,
    VisitsView,
    preview_version,
    read_version,
    read_visits,
    save_visits,
)
from lrrc_qol.services.protocol_versions.visits import KINDS
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.guards import audience, current_actor, runtime

MEANWHILE = (
    "Somebody else changed this draft meanwhile. Nothing of yours was stored yet, and what you chose is still here; "
    "where it differs, what is stored now stands beside it. Look at these, then store again."
)
CHANGES = {
    "added": ("Comes", "badge-good"),
    "dropped": ("Goes", "badge-yellow"),
    "moved": ("Moves", "badge-info"),
    "asks_other": ("Asks something else", "badge-info"),
}
DATES = (
    ("surgery_on", "Operation", ""),
    ("discharged_on", "Went home", "May be left empty: nothing that counts from it is shown then."),
    ("enrolled_on", "Enrolled", "May be left empty: early enough for every visit then."),
)


@blueprint.get("/protocols/<public_id>/visits")
@audience.staff("administer")
def protocol_visits(public_id: str) -> ResponseReturnValue:
    """The visits of one version with their questionnaires; those of a draft can be changed."""
    return _visits_page(public_id, {})


@blueprint.post("/protocols/<public_id>/visits")
@audience.staff("administer")
def change_protocol_visits(public_id: str) -> ResponseReturnValue:
    """Store the visits of a draft."""
    revision = request.form.get("revision", "")
    try:
        with runtime().writing(current_actor()) as work:
            choices = _choices(read_visits(work, public_id))
            save_visits(work, public_id, choices, revision=int(revision) if revision.isdecimal() else 0)
    except InvalidInput as refusal:
        return _visits_page(public_id, refusal.fields)
    except StaleWrite:
        return _visits_page(public_id, {"form": MEANWHILE})
    flash("The visits of the draft are stored.", "good")
    return redirect(url_for("admin.protocol_visits", public_id=public_id), 303)


@blueprint.get("/protocols/<public_id>/preview")
@audience.staff("administer")
def preview_protocol(public_id: str) -> ResponseReturnValue:
    """The calendar of an imagined patient by this version and the one it was made from; nothing is stored."""
    faults: Mapping[str, str] = {}
    rows = None
    with runtime().reading(current_actor()) as work:
        head = read_version(work, public_id).head
        if request.args:
            try:
                rows = preview_version(
                    work, head.version, _anchors(), enrolled_early=not request.args.get("enrolled_on", "").strip()
                )
            except InvalidInput as refusal:
                faults = refusal.fields
    page = render_template(
        "admin/protocols/preview.html",
        active="admin.overview",
        public_id=public_id,
        head=head,
        rows=rows,
        faults=faults,
        typed=request.args,
        dates=DATES,
        changes=CHANGES,
    )
    return page, 422 if faults else 200


def _choices(view: VisitsView) -> VisitChoices:
    counts, faults = {}, {}
    for kind, label in KINDS.items():
        text = request.form.get(f"n-{kind}", "").strip()
        if text.isdecimal() and len(text) < len("1000"):
            counts[kind] = int(text)
        else:
            faults[f"n-{kind}"] = f"{label}: enter how many messages, as a whole number."
    if faults:
        raise InvalidInput(faults)
    chosen = {line.place: tuple(request.form.getlist(f"i-{line.place}")) for line in view.lines}
    return VisitChoices(chosen, request.form.getlist("taken"), counts)


def _visits_page(public_id: str, faults: Mapping[str, str]) -> ResponseReturnValue:
    """The page; after a refusal with everything that was chosen, and the newest revision to store on."""
    with runtime().reading(current_actor()) as work:
        view = read_visits(work, public_id)
    form = request.form
    typed = {
        "instruments": {
            line.place: form.getlist(f"i-{line.place}") if faults else line.instruments for line in view.lines
        },
        "taken": form.getlist("taken") if faults else [line.place for line in view.lines if line.asked],
        "messages": {kind: form.get(f"n-{kind}", "") if faults else view.messages[kind] for kind in KINDS},
    }
    page = render_template(
        "admin/protocols/visits.html",
        active="admin.overview",
        public_id=public_id,
        view=view,
        kinds=KINDS,
        faults=faults,
        typed=typed,
    )
    return page, 422 if faults else 200


def _anchors() -> Anchors:
    days: dict[str, date | None] = {}
    faults = {}
    for name, label, _ in DATES:
        text = request.args.get(name, "").strip()
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            faults[name] = f"{label}: enter a day of the calendar, for example 2027-03-01."
    if not faults and days["surgery_on"] is None:
        faults["surgery_on"] = "Operation: enter the day."
    surgery_on = days.get("surgery_on")
    if faults or surgery_on is None:
        raise InvalidInput(faults)
    facts = frozenset({"neoadjuvant"} if request.args.get("neoadjuvant") else ())
    return Anchors(
        enrolled_on=days["enrolled_on"] or surgery_on,
        planned_surgery_on=surgery_on,
        surgery_on=surgery_on,
        discharged_on=days["discharged_on"],
        facts=facts,
    )
