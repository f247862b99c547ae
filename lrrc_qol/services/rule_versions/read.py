"""The versions of a centre's alert rules as the administrator sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.persistence.models import AlertRuleVersion, Centre
from lrrc_qol.services.context import Work
from lrrc_qol.services.rule_versions.edit import followed_rules, shipped_rules
from lrrc_qol.services.rule_versions.fields import (
    Figure,
    RuleLine,
    rule_lines,
    target_figures,
    weakened,
    weakened_words,
    window_figures,
)

LISTED = 50


@dataclass(frozen=True, slots=True)
class RuleVersionHead:
    """One version of the centre's own."""

    public_id: str
    version: str
    based_on: str
    revision: int
    created_at: datetime
    switched_on_at: datetime | None
    owner: str
    signed_on: date | None
    note: str
    red_reason: str


@dataclass(frozen=True, slots=True)
class RulesOverview:
    """The rules in words that the centre follows now (those of the plan of new patients when it has none of its own),
    with the times to the first call, and the newest versions that it made."""

    version: str
    owner: str
    own: RuleVersionHead | None
    lines: tuple[RuleLine, ...]
    made: tuple[RuleVersionHead, ...]
    targets: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class RulesView:
    """One version with every rule; a draft can be changed.

    `targets` are the times to the first call, each with the figure that comes with the program; `weakened` says in
    words which red rules say less than those that come with it.
    """

    head: RuleVersionHead
    lines: tuple[RuleLine, ...]
    windows: tuple[Figure, ...]
    targets: tuple[tuple[Figure, int], ...]
    weakened: tuple[str, ...]


def read_rules(work: Work) -> RulesOverview:
    """Read the list for the actor's centre."""
    centre = work.session.get_one(Centre, work.actor.centre())
    followed = followed_rules(work, centre)
    rows = work.session.scalars(
        select(AlertRuleVersion)
        .where(AlertRuleVersion.centre_id == centre.id, AlertRuleVersion.discarded_at.is_(None))
        .order_by(AlertRuleVersion.id.desc())
        .limit(LISTED)
    )
    made = tuple(_head(row) for row in rows)
    shipped = shipped_rules(work, centre.protocol_id, followed.shipped)
    lines = rule_lines(followed.content, shipped, shipped, work.catalogue.instruments)
    on = None if followed.row is None else _head(followed.row)
    targets = tuple(target_figures(followed.content))
    return RulesOverview(followed.content["version"], followed.content["owner"], on, tuple(lines), made, targets)


def read_rule_version(work: Work, public_id: str) -> RulesView:
    """One version of the actor's centre, beside the rules that come with the program; NotFound when it has none."""
    row = find_rule_version(work, public_id)
    shipped = shipped_rules(work, row.protocol_id, row.shipped)
    lines = rule_lines(row.content, shipped, shipped, work.catalogue.instruments)
    targets = zip(target_figures(row.content), (one.value for one in target_figures(shipped)), strict=True)
    weak = weakened_words(row.content, weakened(row.content, shipped))
    return RulesView(_head(row), tuple(lines), tuple(window_figures(row.content)), tuple(targets), tuple(weak))


def find_rule_version(work: Work, public_id: str) -> AlertRuleVersion:
    """The row of a version of the actor's centre; NotFound when it has none of that id or discarded it."""
    row = work.session.scalars(
        select(AlertRuleVersion).where(
            AlertRuleVersion.public_id == public_id,
            AlertRuleVersion.centre_id == work.actor.centre(),
            AlertRuleVersion.discarded_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("no such version")
    return row


def _head(row: AlertRuleVersion) -> RuleVersionHead:
    return RuleVersionHead(
        row.public_id,
        row.version,
        row.based_on,
        row.revision,
        row.created_at,
        row.switched_on_at,
        row.clinical_owner,
        row.signed_on,
        row.note,
        row.red_reason,
    )
