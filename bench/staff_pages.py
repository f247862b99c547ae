"""The pages of the staff over a growing centre in which the work to do stays the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from bench.crowd import Crowd
from bench.measure import cpu_seconds, database_use, exponent
from bench.report import Report
from bench.site import Site, temporary_site
from lrrc_qol.persistence.models import Patient
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from tests.factories import complete_visit, make_patient, make_staff, set_dates, take_seat
from tests.raised_alerts import pain_alert
from tests.staff_browser import signed_in

PATIENTS = (100, 1_000, 10_000)
WITH_WORK = 60
EMAIL = "nurse@north.example"
PAGES = ("worklist", "worklist, due forms", "patients", "patients, half way down", "one patient")


def run(report: Report) -> None:
    """Ask for each page at each size."""
    sizes = ", ".join(f"{size:,}" for size in PATIENTS)
    report.part(f"Pages of the staff over {sizes} patients, {WITH_WORK} of them with work")
    with temporary_site() as site:
        nurse = make_staff(site.runtime)
        followed = _followed(site, nurse)
        crowd = Crowd(site.runtime)
        _with_work(site, nurse, crowd)
        there = WITH_WORK + 1
        seconds: dict[str, list[float]] = {name: [] for name in PAGES}
        statements: dict[str, list[int]] = {name: [] for name in PAGES}
        for size in PATIENTS:
            crowd.copy(_row_number(site.runtime, followed), copies=size - there, leave_out={"answer"})
            there = size
            browser = signed_in(site.app(), EMAIL)
            for name, address in zip(PAGES, _addresses(site.runtime, followed), strict=True):
                ask = _asking(browser.client, address)
                ask()
                with database_use(site.runtime) as use:
                    ask()
                statements[name].append(use.statements)
                seconds[name].append(cpu_seconds(ask))
    _print(report, seconds, statements)


def _print(report: Report, seconds: dict[str, list[float]], statements: dict[str, list[int]]) -> None:
    heading = f"CPU, in that of the patients page at {PATIENTS[0]}"
    print(f"  {heading:<48}" + "".join(f"{size:>10,}" for size in PATIENTS))
    unit = seconds["patients"][0]
    for name in PAGES:
        row = "".join(f"{one / unit:>10.2f}" for one in seconds[name])
        print(f"  {name:<48}{row}   exponent {exponent(PATIENTS, seconds[name]):.2f} (aim <= 0.15)")
    for name in PAGES:
        counts = statements[name]
        report.promise(f"statements of {name}", counts[-1], at_least=counts[0], at_most=counts[0])


def _followed(site: Site, nurse: Actor) -> str:
    """A patient with answers before and a month after the operation, on a day on which nothing is due."""
    runtime, clock = site.runtime, site.clock
    patient = make_patient(runtime, nurse)
    complete_visit(runtime, take_seat(runtime, patient))
    operated = clock.advance(days=20).date()
    home = clock.advance(days=10).date()
    set_dates(runtime, nurse, patient, planned_surgery_on=operated, surgery_on=operated, discharged_on=home)
    clock.advance(days=20)
    complete_visit(runtime, take_seat(runtime, patient, "M1"))
    clock.set(clock.now() + timedelta(days=20))
    return patient


def _with_work(site: Site, nurse: Actor, crowd: Crowd) -> None:
    """Patients whose baseline form is due and whose pain has raised an alert."""
    pain_alert(site.runtime, nurse, hospital_number="work", email="work@example.org")
    with site.runtime.reading(COMMAND) as work:
        newest = work.session.scalars(select(Patient.id).order_by(Patient.id.desc())).first()
    crowd.copy(newest or 0, copies=WITH_WORK - 1)


def _addresses(runtime: Runtime, followed: str) -> tuple[str, ...]:
    with runtime.reading(COMMAND) as work:
        numbers = work.session.scalars(select(Patient.id).order_by(Patient.id)).all()
    middle = numbers[len(numbers) // 2]
    return (
        "/staff/",
        "/staff/?kind=due",
        "/staff/patients",
        f"/staff/patients?before={middle}",
        f"/staff/patients/{followed}",
    )


def _asking(client: FlaskClient, address: str) -> Callable[[], None]:
    def ask() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status}")

    return ask


def _row_number(runtime: Runtime, public_id: str) -> int:
    with runtime.reading(COMMAND) as work:
        return work.session.scalars(select(Patient.id).where(Patient.public_id == public_id)).one()
