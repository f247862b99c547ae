"""Prove on the live data what must always hold; each breach is one sentence that names rows by number only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from sqlalchemy import select

from lrrc_qol.persistence.models import AuditEntry, AuditSeal
from lrrc_qol.persistence.queries.selfcheck import (
    Finding,
    crossed_centres,
    duplicate_mail,
    foreign_consents,
    gaps_in_the_record,
    lost_rows,
    sent_after_death,
    stream,
    unlabelled_visits,
    unowned_alerts,
)
from lrrc_qol.persistence.queries.snapshot import take_snapshot
from lrrc_qol.services.audit import canonical, verify
from lrrc_qol.services.context import Work
from lrrc_qol.services.rescore import Scope, Scorers, compare_scores

FORMS_PER_BATCH = 100
ROWS_PER_FETCH = 1000

Reading = Callable[[], AbstractContextManager[Work]]
"""Opens one reading transaction."""
Check = Callable[[Reading], Iterator[str]]


def find_breaches(reading: Reading) -> Iterator[tuple[str, str]]:
    """Run every check in a transaction of its own; yield the name of the check and the breach, as they are found."""
    for name, check in CHECKS.items():
        for breach in check(reading):
            yield name, breach


def _orphans(reading: Reading) -> Iterator[str]:
    for finding in lost_rows():
        yield from _rows(reading, finding)


def _mail(reading: Reading) -> Iterator[str]:
    yield from _rows(reading, duplicate_mail())


def _mail_to_the_dead(reading: Reading) -> Iterator[str]:
    with reading() as work:
        take_snapshot(work.session)
        yield from sent_after_death(work.session)


def _alerts(reading: Reading) -> Iterator[str]:
    with reading() as work:
        take_snapshot(work.session)
        yield from stream(work.session, unowned_alerts(work.now))


def _visits(reading: Reading) -> Iterator[str]:
    for finding in unlabelled_visits():
        yield from _rows(reading, finding)


def _record(reading: Reading) -> Iterator[str]:
    yield from _rows(reading, gaps_in_the_record())


def _consents(reading: Reading) -> Iterator[str]:
    yield from _rows(reading, foreign_consents())


def _centres(reading: Reading) -> Iterator[str]:
    for finding in crossed_centres():
        yield from _rows(reading, finding)


def _audit(reading: Reading) -> Iterator[str]:
    """The sealed part as the chain has it, and the rows behind the last seal one by one."""
    with reading() as work:
        take_snapshot(work.session)
        yield from verify(work)
        sealed = work.session.scalar(select(AuditSeal.last_id).order_by(AuditSeal.id.desc()).limit(1)) or 0
        young = select(AuditEntry).where(AuditEntry.id > sealed).order_by(AuditEntry.id)
        for row in work.session.scalars(young, execution_options={"yield_per": ROWS_PER_FETCH}):
            if work.cipher.audit_mac(canonical(row)) != row.mac:
                yield f"audit entry {row.id} was changed after it was written"


def _scores(reading: Reading) -> Iterator[str]:
    scorers, after = Scorers(), 0
    while True:
        with reading() as work:
            batch = compare_scores(work, Scope(), scorers, after=after, limit=FORMS_PER_BATCH)
        for change in batch.changes:
            was = "is missing" if change.before is None else "is not what the rules give now"
            yield f"response {change.response_id}: the score {change.scale_id} of {change.instrument} {was}"
        if batch.last_id is None:
            return
        after = batch.last_id


def _rows(reading: Reading, finding: Finding) -> Iterator[str]:
    with reading() as work:
        take_snapshot(work.session)
        yield from stream(work.session, finding)


CHECKS: dict[str, Check] = {
    "orphans": _orphans,
    "centres": _centres,
    "visits": _visits,
    "duplicate mail": _mail,
    "mail to the dead": _mail_to_the_dead,
    "alerts": _alerts,
    "clinical record": _record,
    "consents": _consents,
    "audit": _audit,
    "scores": _scores,
}
