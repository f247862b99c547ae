"""The administrator's page."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import update

from lrrc_qol.persistence.models import Centre, JobRun
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.factories import make_staff
from tests.staff_browser import signed_in


def test_it_shows_contacts_staff_jobs_and_definitions_with_provisional_marks(app: Flask, runtime: Runtime) -> None:
    make_staff(runtime, role="admin")
    make_staff(runtime)
    make_staff(runtime, code="SOUTH")
    with runtime.writing(COMMAND) as work:
        failed = JobRun(name="deliver_messages", started_at=work.now, failed_at=work.now, failure="OSError", counts={})
        work.session.add(failed)
    page = signed_in(app, "admin@north.example").get("/admin/").text
    for words in ("020 7946 0111", "Monday to Friday, 08:00 to 16:00", "nurse@north.example", "OSError", "pe12"):
        assert words in page
    assert "provisional" in page
    assert "south.example" not in page
    assert "Not filled in" not in page


def test_missing_contacts_stand_out(app: Flask, runtime: Runtime) -> None:
    make_staff(runtime, role="admin")
    with runtime.writing(COMMAND) as work:
        work.session.execute(update(Centre).values(ward_phone="", clinic_hours={}))
    assert "Not filled in: ward number, clinic hours." in signed_in(app, "admin@north.example").get("/admin/").text


def test_an_administrator_cannot_switch_off_the_own_account(app: Flask, runtime: Runtime) -> None:
    make_staff(runtime, role="admin")
    page = signed_in(app, "admin@north.example").get("/admin/").text
    assert "Switch off" not in page
