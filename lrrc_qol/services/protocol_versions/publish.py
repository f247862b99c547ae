"""Freeze a draft for good, and choose the version that new patients follow; running plans stay as they are."""

from __future__ import annotations

import copy

from sqlalchemy import select

from lrrc_qol.catalogue.centre_versions import content_digest
from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.models import Centre
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocol_versions.edit import check, held_draft, note
from lrrc_qol.services.protocols import versions_of

LONGEST_NOTE, LONGEST_OWNER = 500, 120


def publish_version(work: Work, public_id: str, *, reason: str, owner: str, revision: int) -> None:
    """Publish a draft: `reason` says what is different and why, `owner` names who answers for it clinically.

    StaleWrite at another revision, InvalidInput when something is missing or the draft could not be followed.
    """
    row = held_draft(work, public_id, revision=revision)
    reason, owner = " ".join(reason.split()), " ".join(owner.split())
    faults = {}
    if not 1 <= len(reason) <= LONGEST_NOTE:
        faults["reason"] = f"Say what is different and why, in at most {LONGEST_NOTE} characters."
    if not 1 <= len(owner) <= LONGEST_OWNER:
        faults["owner"] = f"Name the clinician who answers for it, in at most {LONGEST_OWNER} characters."
    if faults:
        raise InvalidInput(faults)
    content = copy.deepcopy(row.content)
    content["alerts"]["owner"] = owner
    check(work, content)
    row.content, row.digest = content, content_digest(content)
    row.note, row.clinical_owner = reason, owner
    row.published_at, row.published_by = work.now, work.actor.id
    note(work, "published_protocol", row, {"version": row.version, "digest": row.digest})


def use_for_new(work: Work, version: str) -> None:
    """Put patients enrolled from now on on a published version; empty text: on the newest shipped one."""
    centre = work.session.scalars(select(Centre).where(Centre.id == work.actor.centre()).with_for_update()).one()
    known = {one.version for one in versions_of(work, centre.protocol_id)}
    if version and version not in known:
        raise InvalidInput({"version": f"There is no published version {version}."})
    before, centre.protocol_version = centre.protocol_version, version or None
    if before != centre.protocol_version:
        audit.record(
            work,
            "chose_protocol",
            subject_kind="centre",
            subject_id=centre.id,
            centre_id=centre.id,
            detail={"before": before, "after": centre.protocol_version},
        )
