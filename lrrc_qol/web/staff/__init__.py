"""The pages of the care team: worklist, alerts, tasks, patients, dates, cohort."""

from lrrc_qol.web.staff import (
    alerts,
    amend,
    anatomy,
    cohort,
    dates,
    enrol,
    enter,
    events,
    form_answers,
    missed,
    patient_tabs,
    patients,
    second_entry,
    tasks,
    worklist,
)
from lrrc_qol.web.staff.blueprint import blueprint

__all__ = [
    "alerts",
    "amend",
    "anatomy",
    "blueprint",
    "cohort",
    "dates",
    "enrol",
    "enter",
    "events",
    "form_answers",
    "missed",
    "patient_tabs",
    "patients",
    "second_entry",
    "tasks",
    "worklist",
]
