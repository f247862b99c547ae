"""The figures of a cohort: how long the job takes for all scales and strata of a centre, and how much memory."""

from __future__ import annotations

import os
import resource
import time

from sqlalchemy import select

from bench.cohort_people import CohortPlan, add_crowd
from bench.measure import cpu_seconds
from bench.report import Report
from bench.site import temporary_site
from lrrc_qol.jobs.cohort import compute_all
from lrrc_qol.persistence.models import Centre
from lrrc_qol.persistence.queries.cohort_rows import find_result
from lrrc_qol.services.cohort_strata import EVERYBODY
from tests.cohort_people import DAYS
from tests.factories import make_centre

EPISODES = int(os.environ.get("BENCH_COHORT", "1000"))
SCALES = 16
MEMORY_MIB = 2048
WHOLE = "everybody"


def run(report: Report) -> None:
    """Compute everything, then again without any change."""
    report.part(
        f"Cohort figures: {EPISODES:,} episodes x {len(DAYS)} visits x {SCALES} scales (BENCH_COHORT changes it)"
    )
    with temporary_site() as site:
        make_centre(site.runtime)
        instrument = site.runtime.catalogue.instrument("qlq_c30")
        scales = [scale.id for scale in instrument.scales if scale.drawn][:SCALES]
        with site.runtime.database.read() as session:
            centre_id = session.scalars(select(Centre.id)).one()
        now = site.runtime.clock.now()
        plan = CohortPlan(centre_id, instrument, scales, now.date())
        start = time.process_time()
        add_crowd(site.runtime, plan, people=EPISODES, seed=1)
        report.figure("CPU, making the patients", f"{time.process_time() - start:,.0f} s")
        before = _peak_mebibytes()
        start = time.process_time()
        done = compute_all(site.runtime, now, lambda: False)
        report.figure(
            "CPU, all figures of the centre", f"{time.process_time() - start:,.0f} s", f"{done['scales']} scales"
        )
        with site.runtime.database.read() as session:
            found = find_result(session, centre_id=centre_id, scale=(instrument.id, scales[0]), stratum=EVERYBODY)
        compared = found.content["levels"][WHOLE]["baselines"]["prospective"] if found else 0
        report.promise("patients compared with a baseline", compared, at_most=EPISODES, at_least=0.9 * EPISODES)
        again = cpu_seconds(lambda: compute_all(site.runtime, now, lambda: False), rounds=2)
        report.figure("the same without any change", f"{again * 1000:,.0f} ms")
        report.figure("memory of the process before the job, MiB", f"{before:,.0f}")
        report.promise("memory of the process, MiB", _peak_mebibytes(), at_most=MEMORY_MIB)


def _peak_mebibytes() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
