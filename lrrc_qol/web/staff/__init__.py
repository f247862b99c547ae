"""The pages of the care team: worklist, alerts, tasks, patients, dates, cohort."""

from lrrc_qol.web.staff import (
    address,
    alerts,
    anatomy,
    classification,
    cohort,
    consent,
    dates,
    enrol,
    event_changes,
    events,
    form_answers,
    patient_tabs,
    patients,
    schedule,
    tasks,
    worklist,
)
from lrrc_qol.web.staff.blueprint import blueprint

__all__ = [
    "address",
    "alerts",
    "anatomy",
    "blueprint",
    "classification",
    "cohort",
    "consent",
    "dates",
    "enrol",
    "event_changes",
    "events",
    "form_answers",
    "patient_tabs",
    "patients",
    "schedule",
    "tasks",
    "worklist",
]
