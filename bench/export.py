"""The export of answers: its cost over that of the database driver and the csv module alone, and its memory."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import func, select

from bench.crowd import Crowd
from bench.measure import cpu_seconds, peak_bytes
from bench.report import Report
from bench.site import Site, temporary_site
from lrrc_qol.cli.export import export
from lrrc_qol.persistence.models import Answer, Patient
from lrrc_qol.services.context import COMMAND
from tests.factories import complete_visit, make_patient, make_staff, take_seat

PATIENTS = (200, 800)


def run(report: Report) -> None:
    """Export a centre, then one with four times as many patients."""
    report.part(f"Export of answers: {PATIENTS[0]} and {PATIENTS[1]} patients with a baseline")
    peaks: list[int] = []
    with temporary_site() as site:
        patient = make_patient(site.runtime, make_staff(site.runtime))
        complete_visit(site.runtime, take_seat(site.runtime, patient))
        crowd, there = Crowd(site.runtime), 1
        for size in PATIENTS:
            crowd.copy(_only_patient(site), copies=size - there)
            there = size
            peaks.append(peak_bytes(_exporting(site)))
        rows = _count(site)
        ratio = cpu_seconds(_exporting(site), rounds=3) / cpu_seconds(_writing_raw(site), rounds=3)
        report.promise("rows exported", _lines(site.folder / "answers.csv") - 1, at_least=rows, at_most=rows)
        report.figure(
            "CPU / driver and csv module alone",
            f"{ratio:.1f}",
            "with forms, windows, baselines; a count and an audit row",
        )
    report.promise(
        "memory at 4 x the rows / at 1 x", peaks[1] / peaks[0], at_most=1.2, note=f"{peaks[1] // 1024:,} KiB"
    )


def _exporting(site: Site) -> Callable[[], None]:
    settings = site.runtime.settings
    environment = {"LRRC_QOL_MODE": "test", "LRRC_QOL_DATABASE_URL": settings.database_url}

    def run_command() -> None:
        done = CliRunner(env=environment).invoke(export, ["answers", "--out", str(site.folder)], catch_exceptions=False)
        if done.exit_code:
            raise RuntimeError(done.output)

    return run_command


def _writing_raw(site: Site) -> Callable[[], None]:
    """The stored answers straight from the driver into a file."""
    query = str(select(Answer).compile(site.runtime.database.engine))

    def write() -> None:
        with _raw(site) as connection, (site.folder / "raw.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(connection.execute(query))

    return write


@contextmanager
def _raw(site: Site) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(site.folder / "bench.sqlite3")
    try:
        yield connection
    finally:
        connection.close()


def _only_patient(site: Site) -> int:
    with site.runtime.reading(COMMAND) as work:
        return work.session.scalars(select(func.min(Patient.id))).one()


def _count(site: Site) -> int:
    with site.runtime.reading(COMMAND) as work:
        return work.session.scalar(select(func.count(Answer.id))) or 0


def _lines(file: Path) -> int:
    with file.open(encoding="utf-8") as lines:
        return sum(1 for _ in lines)
