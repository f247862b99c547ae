"""A change of address that a patient asked for, as long as it can still be confirmed or stopped."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from lrrc_qol.persistence.models import AddressChange
from lrrc_qol.services.context import Work

# Long enough for somebody who reads mail every other day; a design figure.
CONFIRM_WITHIN = timedelta(days=2)


def told_change(work: Work, public_id: str) -> AddressChange | None:
    """The change as the old address is told of it, also when it was confirmed meanwhile; None when it was stopped."""
    query = select(AddressChange).where(AddressChange.public_id == public_id, AddressChange.stopped_at.is_(None))
    return work.session.scalars(query).first()


def open_change(work: Work, public_id: str, *, lock: bool = False) -> AddressChange | None:
    """The change if it is the patient's newest, neither confirmed nor stopped, and not too old; None otherwise."""
    query = select(AddressChange).where(AddressChange.public_id == public_id)
    change = work.session.scalars(query.with_for_update() if lock else query).first()
    if change is None or change.confirmed_at is not None or change.stopped_at is not None:
        return None
    if work.now >= change.requested_at + CONFIRM_WITHIN:
        return None
    newer = select(AddressChange.id).where(AddressChange.patient_id == change.patient_id, AddressChange.id > change.id)
    return None if work.session.scalars(newer.limit(1)).first() is not None else change
