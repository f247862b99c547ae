"""Put one patient on another version of the follow-up plan: see first what changes, then apply it with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.domain.plan_changes import PlanPreview
from lrrc_qol.domain.schedule import Protocol
from lrrc_qol.persistence.models import Episode, Plan
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.find_episode import find_episode
from lrrc_qol.services.plan_episode import anchors_of, apply_version, preview_plan, protocol_of
from lrrc_qol.services.protocols import VersionInfo, protocol_at, versions_of
from lrrc_qol.services.wordings import hold_choices

REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """The version a patient runs on, and the others that the patient can be put on."""

    protocol_id: str
    running: str
    others: tuple[VersionInfo, ...]


@dataclass(frozen=True, slots=True)
class VersionPreview:
    """What following `version` would do to the plan of the episode as it is at `episode_version`."""

    plan: PlanPreview
    episode_version: int
    version: str


def read_versions(work: Work, patient_public_id: str) -> VersionChoice:
    """The versions for a patient of the actor's centre: shipped ones, and those that this centre published."""
    _, episode = find_episode(work, patient_public_id)
    return _choice(work, episode)


def preview_version(work: Work, patient_public_id: str, version: str) -> VersionPreview:
    """Say what would change; InvalidInput for a version that cannot be chosen, or that the patient is on already."""
    _, episode = find_episode(work, patient_public_id)
    protocol = _chosen(work, episode, version)
    plan = preview_plan(work, episode, anchors_of(work, episode), protocol=protocol)
    return VersionPreview(plan=plan, episode_version=episode.version, version=version)


def change_plan(
    work: Work, patient_public_id: str, version: str, *, expected_version: int, reason: str, seen: str | None = None
) -> PlanPreview:
    """Freeze another version as the patient's plan and plan what has not been answered by it.

    StaleWrite when the episode changed since the preview, or when something else would happen to the visits than what
    `seen`, the mark of the previewed plan, stands for. InvalidInput as for the preview, and for a missing reason.
    """
    hold_choices(work, work.actor.centre())
    patient, episode = find_episode(work, patient_public_id, lock=True)
    if episode.version != expected_version:
        raise StaleWrite("the episode was changed by somebody else since the preview")
    protocol = _chosen(work, episode, version)
    if not reason.strip() or len(reason) > REASON_LIMIT:
        raise InvalidInput({"reason": f"Say why in a few words (at most {REASON_LIMIT} characters)."})
    if seen is not None and seen != preview_version(work, patient_public_id, version).plan.mark:
        raise StaleWrite("something else would happen to the visits than was shown")
    before = protocol_of(work, episode.id)
    _freeze(work, episode, protocol, reason.strip())
    plan = apply_version(work, episode, patient, before=before)
    audit.record(
        work,
        "changed_plan",
        subject_kind="episode",
        subject_id=episode.id,
        centre_id=episode.centre_id,
        episode_id=episode.id,
        detail={
            "protocol": protocol.id,
            "before": before.version,
            "after": protocol.version,
            "visits": {change.key: change.change for change in plan.changes},
        },
        reason=reason.strip(),
    )
    return plan


def _freeze(work: Work, episode: Episode, protocol: Protocol, reason: str) -> None:
    newest = work.session.scalars(select(func.max(Plan.ordinal)).where(Plan.episode_id == episode.id)).one()
    work.session.add(
        Plan(
            episode_id=episode.id,
            ordinal=(newest or 0) + 1,
            protocol_id=protocol.id,
            protocol_version=protocol.version,
            frozen_at=work.now,
            reason=reason,
            made_by=work.actor.id if work.actor.kind == "staff" else None,
        )
    )
    # The plan is another row: the episode has to be written for whoever reads it now to be told of this change.
    flag_modified(episode, "enrolled_on")
    work.session.flush()


def _choice(work: Work, episode: Episode) -> VersionChoice:
    running = protocol_of(work, episode.id)
    others = tuple(one for one in versions_of(work, running.id) if one.version != running.version)
    return VersionChoice(running.id, running.version, others)


def _chosen(work: Work, episode: Episode, version: str) -> Protocol:
    choice = _choice(work, episode)
    if version == choice.running:
        raise InvalidInput({"protocol_version": "The patient follows this version already."})
    if version not in {one.version for one in choice.others}:
        raise InvalidInput({"protocol_version": "Choose one of the versions."})
    return protocol_at(work, choice.protocol_id, version)
