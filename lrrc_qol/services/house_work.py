"""Work that belongs to no patient: licences of wording that end, jobs that failed, staff whom no mail reaches."""

from __future__ import annotations

from collections.abc import Sequence

from lrrc_qol.persistence.queries.jobs import read_jobs, unreached_staff
from lrrc_qol.persistence.queries.worklist import WorkKind, WorkRow
from lrrc_qol.persistence.queries.worklist_rows import RANKS
from lrrc_qol.services.context import Work
from lrrc_qol.services.wordings.packs import PackLine


def house_rows(work: Work, ending: Sequence[PackLine]) -> tuple[WorkRow, ...]:
    """The rows for whoever looks after wording and jobs; `ending` are the packs whose licence ends, soonest first."""
    found = sorted([*_failed_jobs(work), *_unreached(work)], key=lambda row: (str(row.since), row.public_id))
    return (*found, *(_ending(pack) for pack in ending if pack.expires_on is not None))


def _unreached(work: Work) -> list[WorkRow]:
    """Members of staff whose last mail about alerts was given up."""
    return [
        WorkRow(
            kind=WorkKind.JOB,
            rank=RANKS[WorkKind.JOB],
            since=person.since,
            public_id=f"mail-{person.public_id}",
            subject="",
            owner_name=person.name,
        )
        for person in unreached_staff(work.session, centre_id=work.actor.centre())
    ]


def _failed_jobs(work: Work) -> list[WorkRow]:
    """Jobs whose last run failed: nothing finished since."""
    return [
        WorkRow(
            kind=WorkKind.JOB,
            rank=RANKS[WorkKind.JOB],
            since=job.failed_at,
            public_id=job.name,
            subject=job.name,
            words=job.failure or "",
        )
        for job in read_jobs(work.session)
        if job.failed_at is not None and (job.finished_at is None or job.finished_at < job.failed_at)
    ]


def _ending(pack: PackLine) -> WorkRow:
    return WorkRow(
        kind=WorkKind.WORDING,
        rank=RANKS[WorkKind.WORDING],
        since=pack.expires_on or pack.proposed_at.date(),
        public_id=pack.public_id,
        subject=f"{pack.title} ({pack.language})",
        due_on=pack.expires_on,
    )
