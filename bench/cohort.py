"""The figures of a cohort: how long the job takes for all scales and strata of a centre, and how much memory."""

from __future__ import annotations

import os
import resource
import time
from datetime import timedelta
from random import Random

from sqlalchemy import select

from bench.crowd import Crowd
from bench.measure import cpu_seconds
from bench.report import Report
from bench.site import temporary_site
from lrrc_qol.jobs.cohort import compute_all
from lrrc_qol.persistence.models import Episode
from tests.cohort_people import DAYS, Person, add_people
from tests.factories import make_centre

EPISODES = int(os.environ.get("BENCH_COHORT", "1000"))
SCALES = 16
ORIGINALS = 40
MEMORY_MIB = 2048


def run(report: Report) -> None:
    """Compute everything, then again without any change."""
    report.part(
        f"Cohort figures: {EPISODES:,} episodes x {len(DAYS)} visits x {SCALES} scales (BENCH_COHORT changes it)"
    )
    with temporary_site() as site:
        make_centre(site.runtime)
        instrument = site.runtime.catalogue.instrument("qlq_c30")
        scales = [scale.id for scale in instrument.scales if scale.drawn][:SCALES]
        rng = Random(1)  # noqa: S311 - synthetic patients, not secrets
        operated = site.runtime.clock.now().date() - timedelta(days=500)
        people = [_person(scales, rng) for _ in range(ORIGINALS)]
        with site.runtime.database.write() as session:
            add_people(session, people, centre="NORTH", instrument=instrument, operated=operated)
        with site.runtime.database.read() as session:
            patients = [*session.scalars(select(Episode.patient_id))]
        crowd = Crowd(site.runtime)
        for patient in patients:
            crowd.copy(patient, copies=EPISODES // ORIGINALS - 1)
        now = site.runtime.clock.now()
        start = time.process_time()
        done = compute_all(site.runtime, now, lambda: False)
        report.figure(
            "CPU, all figures of the centre", f"{time.process_time() - start:,.0f} s", f"{done['scales']} scales"
        )
        again = cpu_seconds(lambda: compute_all(site.runtime, now, lambda: False), rounds=2)
        report.figure("the same without any change", f"{again * 1000:,.0f} ms")
        mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        report.promise("memory of the process, MiB", mebibytes, at_most=MEMORY_MIB)


def _person(scales: list[str], rng: Random) -> Person:
    own = rng.gauss(65, 12)
    falls = dict(zip(DAYS, (0, -20, -12, -6, -3, 0, 0), strict=True))
    return Person(
        scores={
            key: {scale: min(100.0, max(0.0, own + fall + rng.gauss(0, 9))) for scale in scales}
            for key, fall in falls.items()
            if rng.random() < 0.9 or key == "BL1"
        },
        died_day=rng.randint(60, 400) if rng.random() < 0.15 else None,
        sex=rng.choice(["female", "male"]),
    )
