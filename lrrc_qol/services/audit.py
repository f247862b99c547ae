"""The audit trail: one row in the transaction of each act, sealed into a hash chain by the jobs process."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import select

from lrrc_qol.persistence.models import AuditEntry, AuditSeal
from lrrc_qol.services.context import Work

SEAL_BATCH = 5000
# A row's number is given before its transaction commits. Waiting longer than any transaction may last means that no
# row with a lower number can still appear behind a seal.
SETTLING_TIME = timedelta(seconds=60)


def record(
    work: Work,
    action: str,
    *,
    subject_kind: str,
    subject_id: int | None,
    centre_id: int | None,
    episode_id: int | None = None,
    detail: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Add one audit row; `detail` holds old and new values as JSON, people by id only, never a secret."""
    entry = AuditEntry(
        at=work.now,
        actor_kind=work.actor.kind,
        actor_id=work.actor.id,
        centre_id=centre_id,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        episode_id=episode_id,
        detail=detail or {},
        reason=reason,
        mac="",
    )
    entry.mac = work.cipher.audit_mac(canonical(entry))
    work.session.add(entry)


def canonical(entry: AuditEntry) -> str:
    """The text of a row that its code covers: every column but the row number and the code itself."""
    return json.dumps(
        [
            entry.at.isoformat(),
            entry.actor_kind,
            entry.actor_id,
            entry.centre_id,
            entry.action,
            entry.subject_kind,
            entry.subject_id,
            entry.episode_id,
            entry.detail,
            entry.reason,
        ],
        sort_keys=True,
        separators=(",", ":"),
    )


def seal(work: Work) -> int:
    """Chain the rows added since the last seal; return how many were sealed."""
    last = _last_seal(work)
    after = last.last_id if last else 0
    waiting = work.session.scalars(
        select(AuditEntry).where(AuditEntry.id > after).order_by(AuditEntry.id).limit(SEAL_BATCH)
    )
    rows = list(takewhile(lambda row: row.at <= work.now - SETTLING_TIME, waiting))
    if not rows:
        return 0
    work.session.add(
        AuditSeal(
            first_id=rows[0].id,
            last_id=rows[-1].id,
            entries=len(rows),
            digest=_digest(work, last.digest if last else "", rows),
            sealed_at=work.now,
        )
    )
    return len(rows)


def verify(work: Work) -> list[str]:
    """Check every row and every seal; return one sentence per breach, first breach first."""
    breaches: list[str] = []
    before = ""
    for link in work.session.scalars(select(AuditSeal).order_by(AuditSeal.id)):
        rows = work.session.scalars(
            select(AuditEntry).where(AuditEntry.id.between(link.first_id, link.last_id)).order_by(AuditEntry.id)
        ).all()
        breaches += [
            f"audit entry {row.id} was changed after it was written"
            for row in rows
            if work.cipher.audit_mac(canonical(row)) != row.mac
        ]
        if len(rows) != link.entries or _digest(work, before, rows) != link.digest:
            breaches.append(f"audit entries {link.first_id} to {link.last_id} are not what was sealed")
        before = link.digest
    return breaches


def _last_seal(work: Work) -> AuditSeal | None:
    return work.session.scalars(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1)).first()


def _digest(work: Work, before: str, rows: Iterable[AuditEntry]) -> str:
    return work.cipher.audit_mac("\n".join([before, *(f"{row.id} {row.mac}" for row in rows)]))
