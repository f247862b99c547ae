"""One task: read it, close it with a note."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.persistence.queries.task import TaskPage, read_task
from lrrc_qol.services import audit
from lrrc_qol.services.close_task import close_task
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.work_forms import TaskForm
from lrrc_qol.web.staff.work_words import task_words


@blueprint.get("/tasks/<public_id>")
@audience.staff("edit_record")
def task(public_id: str) -> ResponseReturnValue:
    """The task and the form that closes it."""
    return _page(public_id, TaskForm())


@blueprint.post("/tasks/<public_id>/close")
@audience.staff("edit_record")
def close_one_task(public_id: str) -> ResponseReturnValue:
    """Close it with a note."""
    form = TaskForm(request.form)
    if not form.validate():
        return _page(public_id, form), 422
    with runtime().writing(current_actor()) as work:
        close_task(work, public_id, form.note.data or "")
    flash("The task is closed.")
    return redirect(url_for("staff.worklist"), 303)


def _page(public_id: str, form: TaskForm) -> str:
    found = _read(public_id)
    return render_template(
        "staff/task.html", active="staff.worklist", task=found, title=task_words(found.kind), form=form
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
