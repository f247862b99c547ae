"""One task: read it, close it with a note."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import NotFound, StaleWrite
from lrrc_qol.persistence.queries.task import TaskPage, read_task
from lrrc_qol.services import audit
from lrrc_qol.services.close_task import close_task
from lrrc_qol.services.queue_reminders import CALL_TASK
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.work_forms import TaskForm
from lrrc_qol.web.staff.work_words import task_words


@blueprint.get("/tasks/<public_id>")
@audience.staff("edit_record")
def task(public_id: str) -> ResponseReturnValue:
    """The task and the form that closes it."""
    return _page(_read(public_id))


@blueprint.post("/tasks/<public_id>/close")
@audience.staff("edit_record")
def close_one_task(public_id: str) -> ResponseReturnValue:
    """Close it with a note. When a colleague closed it meanwhile, both notes are shown and nothing is stored."""
    found = _read(public_id)
    form = _form(found, sent=True)
    if not form.validate():
        return _page(found, form), 422
    try:
        with runtime().writing(current_actor()) as work:
            close_task(work, public_id, form.note.data or "", missed_reason=form.reason())
    except StaleWrite:
        return _page(_read(public_id), form), 409
    flash("The task is closed.")
    return redirect(url_for("staff.worklist"), 303)


def _form(found: TaskPage, *, sent: bool = False) -> TaskForm:
    silent = found.kind == CALL_TASK and found.visit_name is not None
    reasons = runtime().catalogue.missed_reasons if silent else None
    return TaskForm(request.form if sent else None, reasons=reasons)


def _page(found: TaskPage, form: TaskForm | None = None) -> str:
    return render_template(
        "staff/task.html",
        active="staff.worklist",
        task=found,
        title=found.words or task_words(found.kind),
        form=form or _form(found),
    )


def _read(public_id: str) -> TaskPage:
    actor = current_actor()
    with runtime().writing(actor) as work:
        found = read_task(work.session, centre_id=actor.centre(), public_id=public_id, cipher=work.cipher)
        if found is None:
            raise NotFound("no such task")
        audit.record(
            work,
            "viewed_task",
            subject_kind="task",
            subject_id=found.id,
            centre_id=found.centre_id,
            episode_id=found.episode_id,
        )
        return found
