"""Which questionnaires of a visit there is something to show of; a visit without any is nothing to write about."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from lrrc_qol.domain.schedule import VisitSpec
from lrrc_qol.persistence.models import AnsweringTime, Assignment, Episode, Patient, Response
from lrrc_qol.services.context import Work
from lrrc_qol.services.form_minutes import form_minutes, measured_minutes, timed_with
from lrrc_qol.services.wordings import ON_SCREEN, shelf_of


@dataclass(frozen=True, slots=True)
class AskableForms:
    """The questionnaires of one visit that can be shown, as id and version, and whether one is still to be sent.

    `minutes` is how long they take together, with the terms that are asked; `measured`: at least for one of them
    this is what patients took.
    """

    instruments: tuple[tuple[str, str], ...] = ()
    left: bool = False
    minutes: float = 0
    measured: bool = False


NOTHING = AskableForms()


def askable_forms(work: Work, visit_ids: Collection[int]) -> Mapping[int, AskableForms]:
    """What can be shown of each of these visits, in two statements; a visit of which there is nothing is not there.

    A form that was started can always be shown, in the words that it was started with.
    """
    rows = work.session.execute(
        select(
            *(Assignment, Patient.language, Response.id.is_not(None), Response.submitted_at.is_not(None)),
            AnsweringTime.minutes,
        )
        .join(Episode, Episode.id == Assignment.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .outerjoin(Response, Response.assignment_id == Assignment.id)
        .outerjoin(AnsweringTime, timed_with())
        .where(Assignment.visit_id.in_(visit_ids))
        .order_by(Assignment.position, Assignment.id)
    ).all()
    shelf = shelf_of(work, {row[0].centre_id for row in rows}, {row[1] for row in rows})
    shown: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    left: set[int] = set()
    measured: set[int] = set()
    minutes: defaultdict[int, float] = defaultdict(float)
    for form, language, started, sent, taken in rows:
        instrument = (form.instrument_id, form.instrument_version)
        if not started and not shelf.has(form.centre_id, instrument, language, mode=ON_SCREEN):
            continue
        shown[form.visit_id].append(instrument)
        minutes[form.visit_id] += form_minutes(work, form, taken)
        if measured_minutes(work, form, taken) is not None:
            measured.add(form.visit_id)
        if not sent:
            left.add(form.visit_id)
    return {
        visit_id: AskableForms(tuple(forms), visit_id in left, minutes[visit_id], visit_id in measured)
        for visit_id, forms in shown.items()
    }


def minutes_of(spec: VisitSpec, forms: AskableForms) -> int:
    """How long the visit takes: the sum of its parts as soon as one is measured, or when it asks other questionnaires
    than its protocol; until then the figure of the protocol."""
    if not forms.measured and {instrument_id for instrument_id, _ in forms.instruments} == set(spec.instruments):
        return spec.minutes
    return math.ceil(forms.minutes)
