"""What every page for staff carries around its content: navigation, the present time, the jobs banner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, g
from flask_login import current_user

from lrrc_qol.jobs.periodic import TICK_JOBS
from lrrc_qol.persistence.queries.jobs import read_tick_age
from lrrc_qol.services.wordings import expiring_packs
from lrrc_qol.web.guards import has_permission, runtime

JOBS_LATE_AFTER = timedelta(minutes=3)
NAVIGATION = (
    ("Worklist", "staff.worklist", "view_patients"),
    ("Patients", "staff.patients", "view_patients"),
    ("Cohort", "staff.cohort", "view_cohort"),
    ("Exports", "staff.exports", "export_data"),
    ("Measures", "staff.measures", "view_patients"),
    ("Leave", "staff.leave", "view_patients"),
    ("Questionnaires", "admin.questionnaires", "manage_wording"),
    ("Administration", "admin.overview", "administer"),
)


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One link of the navigation."""

    label: str
    endpoint: str


def install_frame(blueprint: Blueprint) -> None:
    """Give the templates of a blueprint what `staff/base.html` needs."""
    blueprint.context_processor(_frame)


def centre_timezone() -> str:
    """The IANA time zone of the signed-in person's centre."""
    return str(current_user.timezone)


def local_time(instant: datetime) -> datetime:
    """An instant in the time zone of the signed-in person's centre."""
    return instant.astimezone(ZoneInfo(centre_timezone()))


def clock_time(instant: datetime) -> str:
    """An instant as the centre's clock shows it: 14:05."""
    return f"{local_time(instant):%H:%M}"


def day_and_time(instant: datetime) -> str:
    """An instant as the centre's calendar and clock show it: 3 May 2026, 14:05."""
    local = local_time(instant)
    return f"{local.day} {local:%B %Y, %H:%M}"


def short_day(day: date) -> str:
    """A day in a table: 3 May 2026 with the month cut to three letters."""
    return f"{day.day} {day:%b %Y}"


def _frame() -> dict[str, Any]:
    if not current_user.is_authenticated:
        return {"navigation": (), "jobs_late": False, "licences_ending": 0}
    return {
        "navigation": tuple(
            NavigationEntry(label, endpoint)
            for label, endpoint, permission in NAVIGATION
            if has_permission(permission) and endpoint in current_app.view_functions
        ),
        "jobs_late": _jobs_late(),
        "licences_ending": _licences_ending(),
        "clock_time": clock_time,
        "day_and_time": day_and_time,
        "short_day": short_day,
        "may": has_permission,
    }


def _licences_ending() -> int:
    """How many licences of words have ended or end soon, for those who can renew them; 0 for all others."""
    if not has_permission("manage_wording"):
        return 0
    if "licences_ending" not in g:
        with runtime().reading(current_user.actor) as work:
            g.licences_ending = len(expiring_packs(work, today=work.today_in(centre_timezone())))
    return int(g.licences_ending)


def _jobs_late() -> bool:
    if "jobs_late" not in g:
        with runtime().database.read() as session:
            age = read_tick_age(session, now=runtime().clock.now(), jobs=TICK_JOBS)
        g.jobs_late = age is None or age > JOBS_LATE_AFTER
    return bool(g.jobs_late)
