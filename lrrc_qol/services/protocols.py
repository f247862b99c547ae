"""Which protocol version a patient follows: one that comes with the program, or one that a centre made.

Shipped versions come from the catalogue without a query. Those of a centre are read from the database, checked against
their digest and kept built in the process; one transaction asks for each of them once.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_

from lrrc_qol.catalogue.centre_versions import content_digest
from lrrc_qol.domain.alerts import AlertRuleSet
from lrrc_qol.domain.errors import DefinitionError, UnknownProtocol
from lrrc_qol.domain.schedule import Protocol
from lrrc_qol.persistence.models import Centre, ProtocolVersion
from lrrc_qol.services.context import Work

log = logging.getLogger(__name__)

Version = tuple[str, str]
"""Id and version of a protocol."""

Built = tuple[Protocol, AlertRuleSet]

_MEMO = "protocol versions"


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """A version that a patient can be put on; `published_at` and the rest are empty for one that is shipped."""

    protocol_id: str
    version: str
    shipped: bool
    name: str
    based_on: str = ""
    note: str = ""
    clinical_owner: str = ""
    published_at: datetime | None = None


def protocol_at(work: Work, protocol_id: str, version: str) -> Protocol:
    """The protocol of exactly this version; UnknownProtocol when nobody published it.

    DefinitionError when the stored one is not what was published.
    """
    return _built(work, (protocol_id, version))[0]


def rules_at(work: Work, protocol_id: str, version: str) -> AlertRuleSet:
    """The alert rules of exactly this version; errors as for `protocol_at`."""
    return _built(work, (protocol_id, version))[1]


def protocols_at(work: Work, wanted: Collection[Version]) -> Mapping[Version, Protocol]:
    """The protocols of many versions in one statement; one that is unknown or altered is left out, and logged."""
    found, faults = _find(work, wanted)
    for version, fault in faults.items():
        log.error("protocol %s@%s cannot be used: %s", *version, fault)
    return {version: built[0] for version, built in found.items()}


def protocol_for_new(work: Work, centre: Centre) -> Protocol:
    """What new patients of a centre follow: the version it chose, else the newest shipped one."""
    if centre.protocol_version is None:
        return work.catalogue.protocol(centre.protocol_id)
    return protocol_at(work, centre.protocol_id, centre.protocol_version)


def centre_protocol(work: Work) -> Protocol:
    """What new patients of the actor's centre follow."""
    return protocol_for_new(work, work.session.get_one(Centre, work.actor.centre()))


def versions_of(work: Work, protocol_id: str) -> tuple[VersionInfo, ...]:
    """The versions that a patient of the actor's centre can be put on: the shipped ones, then its published ones."""
    shipped = [
        VersionInfo(one.id, one.version, shipped=True, name=one.name)
        for one in work.catalogue.protocols
        if one.id == protocol_id
    ]
    rows = work.session.scalars(
        select(ProtocolVersion)
        .where(
            ProtocolVersion.centre_id == work.actor.centre(),
            ProtocolVersion.protocol_id == protocol_id,
            ProtocolVersion.published_at.is_not(None),
        )
        .order_by(ProtocolVersion.id)
    )
    made = [
        VersionInfo(
            row.protocol_id,
            row.version,
            shipped=False,
            name=str(row.content["schedule"]["name"]),
            based_on=row.based_on,
            note=row.note,
            clinical_owner=row.clinical_owner,
            published_at=row.published_at,
        )
        for row in rows
    ]
    return (*shipped, *made)


def _built(work: Work, version: Version) -> Built:
    found, faults = _find(work, [version])
    if version in faults:
        raise faults[version]
    return found[version]


def _find(
    work: Work, wanted: Collection[Version]
) -> tuple[dict[Version, Built], dict[Version, UnknownProtocol | DefinitionError]]:
    """What there is of the wanted versions, and why there is nothing of the others."""
    memo: dict[Version, Built] = work.session.info.setdefault(_MEMO, {})
    for version in wanted:
        if work.catalogue.ships(*version):
            memo[version] = (work.catalogue.protocol(*version), work.catalogue.alert_rules(*version))
    missing = sorted(set(wanted) - set(memo))
    faults: dict[Version, UnknownProtocol | DefinitionError] = {}
    digests = _digests(work, missing) if missing else {}
    for version in missing:
        try:
            memo[version] = _from_row(work, version, digests.get(version))
        except (UnknownProtocol, DefinitionError) as fault:
            faults[version] = fault
    return {version: memo[version] for version in wanted if version in memo}, faults


def _digests(work: Work, versions: Collection[Version]) -> dict[Version, str]:
    rows = work.session.execute(
        select(ProtocolVersion.protocol_id, ProtocolVersion.version, ProtocolVersion.digest).where(
            tuple_(ProtocolVersion.protocol_id, ProtocolVersion.version).in_(versions),
            ProtocolVersion.published_at.is_not(None),
        )
    )
    return {(protocol_id, version): digest for protocol_id, version, digest in rows}


def _from_row(work: Work, version: Version, digest: str | None) -> Built:
    """A version from where it is kept built, else from its row, whose content must still have the digest."""
    if digest is None:
        raise UnknownProtocol(f"There is no protocol {version[0]}@{version[1]}.")
    return work.catalogue.built.find(digest) or work.catalogue.built.keep(digest, lambda: _build(work, version, digest))


def _build(work: Work, version: Version, digest: str) -> Built:
    content = work.session.scalars(
        select(ProtocolVersion.content).where(
            ProtocolVersion.protocol_id == version[0], ProtocolVersion.version == version[1]
        )
    ).one()
    if content_digest(content) != digest:
        reason = "is not what was published: its content does not fit its digest. Restore it from a backup."
        log.error("protocol %s@%s %s", *version, reason)
        raise DefinitionError(f"protocol {version[0]}@{version[1]}", "content", reason)
    return work.catalogue.build_version(content)
