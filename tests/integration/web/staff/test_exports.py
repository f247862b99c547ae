"""The export page: an archive of the own centre, dates only with a reason, written down."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lrrc_qol.persistence.models import AuditEntry
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.factories import complete_visit, make_patient, make_staff, take_seat
from tests.staff_browser import StaffBrowser, signed_in


@pytest.fixture
def researcher(runtime: Runtime, app: Flask) -> StaffBrowser:
    """A researcher of NORTH, where one patient answered; another one did at SOUTH."""
    for code in ("NORTH", "SOUTH"):
        complete_visit(runtime, take_seat(runtime, make_patient(runtime, make_staff(runtime, code=code))))
    make_staff(runtime, role="researcher", email="reads@example.org")
    return signed_in(app, "reads@example.org")


def table(answer: TestResponse, name: str) -> list[dict[str, str]]:
    """The rows of a table in the archive."""
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def test_the_archive_has_the_own_centre_only(researcher: StaffBrowser) -> None:
    assert 'name="format"' in researcher.get("/staff/exports").text
    answer = researcher.press("/staff/exports", format="scores")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert "lrrc_qol_scores.zip" in answer.headers["Content-Disposition"]
    rows = table(answer, "scores.csv")
    assert {row["centre"] for row in rows} == {"NORTH"}
    assert "submitted_at" not in rows[0]


def test_dates_need_a_reason_which_is_kept(researcher: StaffBrowser, runtime: Runtime) -> None:
    refused = researcher.press("/staff/exports", format="answers", with_dates="y", reason=" ")
    assert refused.status_code == 422
    assert "what the dates are needed for" in refused.text
    answer = researcher.press("/staff/exports", format="answers", with_dates="y", reason="Season of the year")
    assert table(answer, "answers.csv")[0]["submitted_at"]
    with runtime.reading(COMMAND) as work:
        (entry,) = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "exported_answers"))
    assert entry.detail["reason"] == "Season of the year"
    assert (entry.detail["centre"], entry.detail["with_dates"]) == ("NORTH", True)
    assert entry.actor_id is not None


def test_an_unknown_format_is_refused(researcher: StaffBrowser) -> None:
    assert researcher.press("/staff/exports", format="paper").status_code == 422
