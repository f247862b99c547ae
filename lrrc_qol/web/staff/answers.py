"""The answers of a patient over time, question by question."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lrrc_qol.charts.wording import answering_words
from lrrc_qol.domain.instrument import AnswerValue, Item, Missing
from lrrc_qol.services.read_answers import AnsweredItem, AnswerTable, read_answers
from lrrc_qol.services.read_record import note_view
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.asked import episode_asked
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.work_words import MISSING

SHADES = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer: the number with its words, how dark it stands (0: no shade), and how it moved since the last one."""

    value: str
    label: str
    shade: int
    moved: str


@blueprint.get("/patients/<public_id>/answers")
@audience.staff("view_patients")
def answers(public_id: str) -> ResponseReturnValue:
    """One questionnaire as a table of questions by visits; `?instrument=` another, `?episode=` an earlier operation."""
    with runtime().reading(current_actor()) as work:
        table = read_answers(work, public_id, request.args.get("instrument", ""), episode=episode_asked())
    with runtime().writing(current_actor()) as work:
        note_view(work, table.patient, part="answers")
    return render_template(
        "staff/answers.html",
        patient=table.patient,
        table=table,
        rows=[(item, _cells(item)) for item in table.items],
        marks=_marks(table),
    )


def _marks(table: AnswerTable) -> list[str]:
    """How each form was answered, where that is not the patient alone on a screen."""
    return [", ".join(answering_words(form.mode, form.respondent)) for form in table.forms]


def _cells(row: AnsweredItem) -> list[Cell]:
    cells = []
    before: int | None = None
    for answer in row.answers:
        cells.append(_cell(row, answer, before))
        before = answer if isinstance(answer, int) else before
    return cells


def _cell(row: AnsweredItem, answer: AnswerValue | None, before: int | None) -> Cell:
    if answer is None:
        return Cell("", "not asked", 0, "")
    if isinstance(answer, Missing):
        return Cell("", MISSING[answer], 0, "")
    moved = "" if before is None or before == answer else ("higher" if answer > before else "lower")
    return Cell(str(answer), row.labels.get(answer, ""), shade_of(row.item, answer), moved)


def shade_of(item: Item, value: int) -> int:
    """How far along the printed options an answer lies, from 1 to SHADES; says nothing about good or bad."""
    low, high = min(item.codes), max(item.codes)
    return 1 + round((value - low) / (high - low) * (SHADES - 1)) if high > low else 1
