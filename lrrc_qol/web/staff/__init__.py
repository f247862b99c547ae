"""The pages of the care team: worklist, alerts, tasks, patients, dates, cohort."""

from lrrc_qol.web.staff import (
    alerts,
    anatomy,
    classification,
    cohort,
    dates,
    enrol,
    events,
    form_answers,
    patient_tabs,
    patients,
    tasks,
    worklist,
)
from lrrc_qol.web.staff.blueprint import blueprint

__all__ = [
    "alerts",
    "anatomy",
    "blueprint",
    "classification",
    "cohort",
    "dates",
    "enrol",
    "events",
    "form_answers",
    "patient_tabs",
    "patients",
    "tasks",
    "worklist",
]
