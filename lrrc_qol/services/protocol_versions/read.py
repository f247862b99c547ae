"""The versions of the centre's follow-up plan as the administrator sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.burden import Burden, first_year
from lrrc_qol.domain.errors import NotFound
from lrrc_qol.persistence.models import Centre, Episode, Plan, ProtocolVersion
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocol_versions.edit import content_of
from lrrc_qol.services.protocol_versions.figures import Figure, figures_of
from lrrc_qol.services.protocols import VersionInfo, protocol_for_new, protocols_at, versions_of


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
    burden: dict[str, Burden]


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of the centre's own with every figure beside that of the version it was made from."""

    head: MadeVersion
    revision: int
    note: str
    owner: str
    figures: tuple[Figure, ...]
    burden: Burden


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
    usable = versions_of(work, centre.protocol_id)
    found = protocols_at(work, [(one.protocol_id, one.version) for one in usable])
    protocols = {version: one for (_, version), one in found.items()}
    protocols |= {row.version: work.catalogue.build_version(row.content)[0] for row in rows if not row.published_at}
    known = minutes_known(work.catalogue)
    return Overview(
        name=protocol.name,
        usable=usable,
        made=tuple(_head(row) for row in rows),
        in_use=protocol.version,
        chosen=centre.protocol_version is not None,
        running=_running(work, centre),
        burden={version: first_year(one, known) for version, one in protocols.items()},
    )


def read_version(work: Work, public_id: str) -> VersionView:
    """One version of the actor's centre; NotFound when it has none of that id."""
    row = find_version(work, public_id)
    older = content_of(work, row.protocol_id, row.based_on)
    burden = first_year(work.catalogue.build_version(row.content)[0], minutes_known(work.catalogue))
    return VersionView(_head(row), row.revision, row.note, row.clinical_owner, figures_of(row.content, older), burden)


def find_version(work: Work, public_id: str) -> ProtocolVersion:
    """The row of a version of the actor's centre; NotFound when it has none of that id or discarded it."""
    row = work.session.scalars(
        select(ProtocolVersion).where(
            ProtocolVersion.public_id == public_id,
            ProtocolVersion.centre_id == work.actor.centre(),
            ProtocolVersion.discarded_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("no such version")
    return row


def minutes_known(catalogue: Catalogue) -> dict[str, float]:
    """How long each questionnaire takes with the terms it asks by default."""
    newest = [catalogue.instrument(one) for one in dict.fromkeys(each.id for each in catalogue.instruments)]
    return {one.id: one.with_groups(one.default_groups).minutes for one in newest}


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
