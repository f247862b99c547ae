"""What the team writes down about a patient: the contact log, notes, tasks of its own."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.care import (
    Care,
    NoteView,
    log_contact_entry,
    open_note,
    read_care,
    read_note,
    set_task,
    write_note,
)
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_record import note_view
from lrrc_qol.web.guards import audience, current_actor, has_permission, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.care_forms import WITH_WHOM_WORDS, ContactEntryForm, NoteForm, OpenNoteForm, OwnTaskForm
from lrrc_qol.web.staff.work_words import task_words
from lrrc_qol.web.staff_form import StaffForm

# From where a call is written down besides the patient's page: the form that is being filled in as an interview.
PLAYER = re.compile(r"/form(/[A-Za-z0-9_-]+)*")


@blueprint.get("/patients/<public_id>/care")
@audience.staff("edit_record")
def care(public_id: str) -> ResponseReturnValue:
    """The contact log, the notes and the open tasks, each with the form that adds one."""
    return _page(public_id)


@blueprint.post("/patients/<public_id>/contacts")
@audience.staff("edit_record")
def log_patient_contact(public_id: str) -> ResponseReturnValue:
    """Write down a contact; from the pages of a form it leads back to them."""
    form = ContactEntryForm(request.form)
    return _store(
        public_id,
        form,
        lambda work: log_contact_entry(work, public_id, form.contact()),
        said="The contact is in the log.",
        back=_player_page(form.back.data or ""),
    )


@blueprint.post("/patients/<public_id>/notes")
@audience.staff("edit_record")
def write_patient_note(public_id: str) -> ResponseReturnValue:
    """Add a note."""
    form = NoteForm(request.form)
    return _store(
        public_id,
        form,
        lambda work: write_note(work, public_id, form.text.data or "", restricted=bool(form.restricted.data)),
        said="The note is stored.",
    )


@blueprint.post("/patients/<public_id>/tasks")
@audience.staff("edit_record")
def set_patient_task(public_id: str) -> ResponseReturnValue:
    """Set a task for a day."""
    form = OwnTaskForm(request.form)

    def act(work: Work) -> None:
        if form.due_on.data is not None:
            set_task(work, public_id, form.words.data or "", form.due_on.data)

    return _store(public_id, form, act, said="The task is set. It comes onto the worklist on its day.")


@blueprint.get("/patients/<public_id>/notes/<note>/open")
@audience.staff("edit_record")
def restricted_note(public_id: str, note: str) -> ResponseReturnValue:
    """A note by itself: its text, or the question why it is to be opened."""
    return _note_page(_read_note(public_id, note), OpenNoteForm())


@blueprint.post("/patients/<public_id>/notes/<note>/open")
@audience.staff("edit_record")
def open_restricted_note(public_id: str, note: str) -> ResponseReturnValue:
    """Open a colleague's restricted note with a reason that its author will see."""
    form = OpenNoteForm(request.form)
    found = _read_note(public_id, note)
    if not form.validate():
        return _note_page(found, form)
    try:
        with runtime().writing(current_actor()) as work:
            open_note(work, public_id, note, form.reason.data or "")
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _note_page(found, form)
    return redirect(url_for("staff.restricted_note", public_id=public_id, note=note), 303)


def _store(
    public_id: str, form: StaffForm, act: Callable[[Work], None], *, said: str, back: str | None = None
) -> ResponseReturnValue:
    if not form.validate():
        return _page(public_id, form)
    try:
        with runtime().writing(current_actor()) as work:
            act(work)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _page(public_id, form)
    if back is None:
        flash(said, "good")
    return redirect(back or url_for("staff.care", public_id=public_id), 303)


def _player_page(wanted: str) -> str | None:
    return wanted if PLAYER.fullmatch(wanted) else None


def _page(public_id: str, sent: StaffForm | None = None) -> ResponseReturnValue:
    found = _read(public_id)
    forms = (ContactEntryForm(), NoteForm(), OwnTaskForm())
    contact, note, task = (sent if isinstance(sent, type(form)) else form for form in forms)
    page = render_template(
        "staff/care.html",
        care=found,
        patient=found.patient,
        contact_form=contact,
        note_form=note,
        task_form=task,
        refused=sent,
        whom_words=WITH_WHOM_WORDS,
        task_words=task_words,
    )
    return page, 422 if sent is not None else 200


def _note_page(found: NoteView, form: OpenNoteForm) -> ResponseReturnValue:
    page = render_template("staff/restricted_note.html", patient=found.patient, note=found, form=form)
    return page, 422 if form.faults() else 200


def _read(public_id: str) -> Care:
    with runtime().reading(current_actor()) as work:
        found = read_care(work, public_id, handles_alerts=has_permission("handle_alerts"))
    with runtime().writing(current_actor()) as work:
        note_view(work, found.patient, part="care")
    return found


def _read_note(public_id: str, note: str) -> NoteView:
    with runtime().reading(current_actor()) as work:
        return read_note(work, public_id, note)
