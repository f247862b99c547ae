"""Make a draft from any version, change its figures, throw it away; only drafts ever change."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from lrrc_qol.catalogue.centre_versions import content_digest
from lrrc_qol.domain.errors import DefinitionError, InvalidInput, NotFound
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Centre, ProtocolVersion
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.held_draft import hold_draft
from lrrc_qol.services.protocol_versions.figures import figures_of, put


def make_draft(work: Work, *, based_on: str) -> str:
    """Make a draft from a version of the centre's protocol, shipped or its own; return its public id."""
    centre = work.session.scalars(select(Centre).where(Centre.id == work.actor.centre()).with_for_update()).one()
    content = copy.deepcopy(content_of(work, centre.protocol_id, based_on))
    if content is None:
        raise NotFound("no such version")
    # The number of the centre keeps versions of different centres apart; its row, held above, those of one centre.
    made = work.session.scalar(
        select(func.count()).select_from(ProtocolVersion).where(ProtocolVersion.centre_id == centre.id)
    )
    version = f"{content['shipped']}.{centre.id}.{(made or 0) + 1}"
    content["schedule"]["version"] = content["alerts"]["version"] = version
    row = ProtocolVersion(
        public_id=new_public_id(),
        centre_id=centre.id,
        protocol_id=centre.protocol_id,
        version=version,
        based_on=based_on,
        content=content,
        digest=content_digest(content),
        note="",
        clinical_owner="",
        created_at=work.now,
        created_by=work.actor.id,
    )
    work.session.add(row)
    work.session.flush()
    note(work, "made_protocol_draft", row, {"version": version, "based_on": based_on})
    return row.public_id


def save_figures(work: Work, public_id: str, figures: Mapping[str, int], *, revision: int) -> None:
    """Store other numbers in a draft; names that are no figure of it are left alone.

    StaleWrite when the draft is not at `revision` any more; InvalidInput (field `form`) says what cannot be and where.
    """
    row = held_draft(work, public_id, revision=revision)
    content = copy.deepcopy(row.content)
    known = {figure.name: figure.value for figure in figures_of(content, None)}
    changed = {name: value for name, value in figures.items() if name in known and known[name] != value}
    for name, value in changed.items():
        put(content, name, value)
    check(work, content)
    if changed:
        row.content, row.digest = content, content_digest(content)
        work.session.flush()
        note(work, "changed_protocol_draft", row, {name: [known[name], value] for name, value in changed.items()})


def discard_draft(work: Work, public_id: str, *, revision: int) -> None:
    """Throw a draft away; its row stays, its number is not given again."""
    row = held_draft(work, public_id, revision=revision)
    row.discarded_at = work.now
    note(work, "discarded_protocol_draft", row, {"version": row.version})


def held_draft(work: Work, public_id: str, *, revision: int) -> ProtocolVersion:
    """The draft of the actor's centre, locked; NotFound when it is none, StaleWrite at another revision."""
    is_draft = ProtocolVersion.published_at.is_(None)
    return hold_draft(work, ProtocolVersion, is_draft, public_id, revision=revision)


def check(work: Work, content: Mapping[str, Any]) -> None:
    """InvalidInput when the content could not be followed: everything that is asked of a shipped file."""
    try:
        work.catalogue.build_version(content)
    except DefinitionError as fault:
        raise InvalidInput({"form": f"{fault.file.capitalize()}, {fault.place}: {fault.reason}."}) from None


def content_of(work: Work, protocol_id: str, version: str) -> dict[str, Any] | None:
    """The content of a version that may be the start of another; None when the centre has none of that number."""
    source = work.catalogue.protocol_sources.get((protocol_id, version))
    if source is not None:
        return {"shipped": version} | {name: file.data for name, file in source.files.items()}
    return work.session.scalar(
        select(ProtocolVersion.content).where(
            ProtocolVersion.centre_id == work.actor.centre(),
            ProtocolVersion.protocol_id == protocol_id,
            ProtocolVersion.version == version,
            ProtocolVersion.discarded_at.is_(None),
        )
    )


def note(work: Work, action: str, row: ProtocolVersion, detail: dict[str, Any]) -> None:
    """Write down who did what with a version."""
    audit.record(
        work,
        action,
        subject_kind="protocol_version",
        subject_id=row.id,
        centre_id=row.centre_id,
        detail=detail,
    )
