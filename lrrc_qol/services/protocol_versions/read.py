"""The versions of the centre's follow-up plan as the administrator sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.persistence.models import Centre, Episode, Plan, ProtocolVersion
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocol_versions.edit import content_of
from lrrc_qol.services.protocol_versions.figures import Figure, figures_of
from lrrc_qol.services.protocols import VersionInfo, protocol_for_new, versions_of


@dataclass(frozen=True, slots=True)
class MadeVersion:
    """One version of the centre's own, draft or published."""

    public_id: str
    version: str
    based_on: str
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All versions, which one new patients follow, and how many follow-ups run on each."""

    name: str
    usable: tuple[VersionInfo, ...]
    made: tuple[MadeVersion, ...]
    in_use: str
    chosen: bool
    running: dict[str, int]


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of the centre's own with every figure beside that of the version it was made from."""

    head: MadeVersion
    revision: int
    note: str
    owner: str
    figures: tuple[Figure, ...]


def read_versions(work: Work) -> Overview:
    """Read the list for the actor's centre."""
    centre = work.session.get_one(Centre, work.actor.centre())
    rows = work.session.scalars(
        select(ProtocolVersion)
        .where(
            ProtocolVersion.centre_id == centre.id,
            ProtocolVersion.protocol_id == centre.protocol_id,
            ProtocolVersion.discarded_at.is_(None),
        )
        .order_by(ProtocolVersion.id)
    ).all()
    protocol = protocol_for_new(work, centre)
    return Overview(
        name=protocol.name,
        usable=versions_of(work, centre.protocol_id),
        made=tuple(_head(row) for row in rows),
        in_use=protocol.version,
        chosen=centre.protocol_version is not None,
        running=_running(work, centre),
    )


def read_version(work: Work, public_id: str) -> VersionView:
    """One version of the actor's centre; NotFound when it has none of that id."""
    row = work.session.scalars(
        select(ProtocolVersion).where(
            ProtocolVersion.public_id == public_id,
            ProtocolVersion.centre_id == work.actor.centre(),
            ProtocolVersion.discarded_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("no such version")
    older = content_of(work, row.protocol_id, row.based_on)
    return VersionView(_head(row), row.revision, row.note, row.clinical_owner, figures_of(row.content, older))


def _head(row: ProtocolVersion) -> MadeVersion:
    return MadeVersion(row.public_id, row.version, row.based_on, row.created_at, row.published_at)


def _running(work: Work, centre: Centre) -> dict[str, int]:
    newest = select(func.max(Plan.ordinal)).where(Plan.episode_id == Episode.id).correlate(Episode).scalar_subquery()
    rows = work.session.execute(
        select(Plan.protocol_version, func.count())
        .join(Episode, Episode.id == Plan.episode_id)
        .where(Episode.centre_id == centre.id, Episode.closed_on.is_(None), Plan.ordinal == newest)
        .group_by(Plan.protocol_version)
    )
    return {version: count for version, count in rows}
