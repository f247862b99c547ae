"""Which alert rules count for a patient: those that the centre switched on last, else those of the patient's plan.

Switched-on rules count for all plans of the centre from that instant. They are built by the code that reads the shipped
files, kept built by their digest, and asked for once in a transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select

from lrrc_qol.catalogue.centre_versions import content_digest
from lrrc_qol.domain.alerts import AlertRuleSet
from lrrc_qol.domain.errors import DefinitionError, UnknownProtocol
from lrrc_qol.persistence.models import AlertRuleVersion
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import Built, Version, rules_at

log = logging.getLogger(__name__)

_MEMO = "alert rules in force"


def rules_in_force(work: Work, centre_id: int, protocol: Version) -> AlertRuleSet:
    """The rules by which answers of this patient are judged now.

    Rules of the centre that were altered in the database are not followed: an error in the log says so, and the
    rules of the plan stand in, because no rules at all would be worse.
    """
    memo: dict[int, AlertRuleSet | None] = work.session.info.setdefault(_MEMO, {})
    if centre_id not in memo:
        memo[centre_id] = _switched_on(work, centre_id)
    return memo[centre_id] or rules_at(work, *protocol)


def rules_that_raised(work: Work, centre_id: int, protocol: Version, version: str) -> AlertRuleSet | None:
    """The rules of that version as they were when they raised an alert; None when they are not to be found."""
    row = work.session.scalars(
        select(AlertRuleVersion).where(
            AlertRuleVersion.centre_id == centre_id,
            AlertRuleVersion.version == version,
            AlertRuleVersion.switched_on_at.is_not(None),
        )
    ).one_or_none()
    try:
        found = rules_at(work, *protocol) if row is None else built_rules(work, row)
    except (UnknownProtocol, DefinitionError):
        return None
    return found if found.version == version else None


def forget_rules(work: Work) -> None:
    """Ask anew in this transaction: other rules were switched on."""
    work.session.info.pop(_MEMO, None)


def switched_on(centre_id: int) -> Select[AlertRuleVersion]:
    """The row of the rules that the centre switched on last."""
    return (
        select(AlertRuleVersion)
        .where(AlertRuleVersion.centre_id == centre_id, AlertRuleVersion.switched_on_at.is_not(None))
        .order_by(AlertRuleVersion.switched_on_at.desc(), AlertRuleVersion.id.desc())
        .limit(1)
    )


def built_rules(work: Work, row: AlertRuleVersion) -> AlertRuleSet:
    """The rules of a row; DefinitionError when they are not what was switched on or cannot be followed."""
    if content_digest(row.content) != row.digest:
        raise DefinitionError(f"alert rules {row.version}", "content", "are not what was stored")
    built = work.catalogue.built.keep(
        _kept_as(row.protocol_id, row.shipped, row.digest),
        lambda: build(work, row.protocol_id, row.shipped, row.content),
    )
    return built[1]


def _kept_as(protocol_id: str, shipped: str, digest: str) -> str:
    return f"rules of {protocol_id}@{shipped}: {digest}"


def build(work: Work, protocol_id: str, shipped: str, rules: Mapping[str, Any]) -> Built:
    """Build rules with the schedule and the translations of a shipped protocol version; errors as for a file."""
    source = work.catalogue.protocol_sources.get((protocol_id, shipped))
    if source is None:
        raise UnknownProtocol(f"There is no shipped protocol {protocol_id}@{shipped}.")
    content = {"shipped": shipped} | {part: file.data for part, file in source.files.items()} | {"alerts": rules}
    return work.catalogue.build_version(content)


def _switched_on(work: Work, centre_id: int) -> AlertRuleSet | None:
    one = AlertRuleVersion
    # The rules themselves are long: they are read when this process does not have them built.
    head = work.session.execute(
        switched_on(centre_id).with_only_columns(one.protocol_id, one.shipped, one.digest)
    ).first()
    if head is None:
        return None
    kept = work.catalogue.built.find(_kept_as(*head))
    if kept is not None:
        return kept[1]
    row = work.session.scalars(switched_on(centre_id)).one()
    try:
        return built_rules(work, row)
    except (UnknownProtocol, DefinitionError) as fault:
        log.error("alert rules %s of centre %s cannot be followed: %s", row.version, centre_id, fault)
        return None
