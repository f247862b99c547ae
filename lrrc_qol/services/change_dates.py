"""Enter or move the dates of an episode: see first what changes, then apply it with a reason."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.domain.plan_changes import PlanPreview
from lrrc_qol.domain.schedule import check_anchors
from lrrc_qol.persistence.models import Assignment, Centre, Episode, Patient, Response
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.event_checks import death_of
from lrrc_qol.services.find_episode import events_of, find_episode
from lrrc_qol.services.patient_facts import recorded_events
from lrrc_qol.services.plan_episode import anchors_of, apply_plan, preview_plan
from lrrc_qol.services.wordings import hold_choices

DATE_FIELDS = ("planned_surgery_on", "surgery_on", "discharged_on")
REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class EpisodeDates:
    """The dates and the anatomy a nurse may change; anatomy is None while not known."""

    planned_surgery_on: date | None
    surgery_on: date | None
    discharged_on: date | None
    stoma: bool | None
    urostomy: bool | None


@dataclass(frozen=True, slots=True)
class DatesPreview:
    """What applying `dates` would do to the plan of the episode as it is at `episode_version`.

    `asks_same_operation`: forms were answered since the operation whose date changes, so it has to be confirmed that
    no other operation is meant.
    """

    plan: PlanPreview
    episode_version: int
    dates: EpisodeDates
    asks_same_operation: bool


def preview_dates(work: Work, patient_public_id: str, dates: EpisodeDates) -> DatesPreview:
    """Say which visits would be added, moved, dropped or kept; InvalidInput per field for dates that cannot be."""
    patient, episode = find_episode(work, patient_public_id)
    _check(work, patient, episode, dates)
    anchors = replace(anchors_of(work, episode), **{name: getattr(dates, name) for name in DATE_FIELDS})
    return DatesPreview(
        plan=preview_plan(work, episode, anchors),
        episode_version=episode.version,
        dates=dates,
        asks_same_operation=_asks_same_operation(work, episode, dates),
    )


def change_dates(
    work: Work,
    patient_public_id: str,
    dates: EpisodeDates,
    *,
    expected_version: int,
    reason: str,
    same_operation: bool = False,
    seen: str | None = None,
) -> PlanPreview:
    """Set the dates and re-plan what has not been answered.

    StaleWrite when the episode changed since the preview, or when something else would happen to the visits than what
    `seen`, the mark of the previewed plan, stands for. InvalidInput for impossible dates, a missing reason, or without
    `same_operation` where the preview asks for it.
    """
    hold_choices(work, work.actor.centre())
    patient, episode = find_episode(work, patient_public_id, lock=True)
    if episode.version != expected_version:
        raise StaleWrite("the episode was changed by somebody else since the preview")
    _check(work, patient, episode, dates)
    _check_said(reason, confirmed=same_operation or not _asks_same_operation(work, episode, dates))
    if seen is not None and seen != preview_dates(work, patient_public_id, dates).plan.mark:
        raise StaleWrite("something else would happen to the visits than was shown")
    before = EpisodeDates(**{name: getattr(episode, name) for name in asdict(dates)})
    for name, value in asdict(dates).items():
        setattr(episode, name, value)
    work.session.flush()
    plan = apply_plan(work, episode, patient)
    audit.record(
        work,
        "changed_dates",
        subject_kind="episode",
        subject_id=episode.id,
        centre_id=episode.centre_id,
        episode_id=episode.id,
        detail={
            "before": _plain(before),
            "after": _plain(dates),
            "visits": {change.key: change.change for change in plan.changes},
        },
        reason=reason.strip(),
    )
    return plan


def _check_said(reason: str, *, confirmed: bool) -> None:
    faults = {}
    if not reason.strip() or len(reason) > REASON_LIMIT:
        faults["reason"] = f"Say why in a few words (at most {REASON_LIMIT} characters)."
    if not confirmed:
        faults["same_operation"] = "Confirm that it is the same operation. Another one is recorded as an event."
    if faults:
        raise InvalidInput(faults)


def _asks_same_operation(work: Work, episode: Episode, dates: EpisodeDates) -> bool:
    """Whether a stored day of the operation changes although a form was answered on that day or after it."""
    operated_on = episode.surgery_on
    if operated_on is None or dates.surgery_on == operated_on:
        return False
    since = (
        select(Response.id)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .where(
            Assignment.episode_id == episode.id,
            Response.submitted_at.is_not(None),
            Response.answered_on >= operated_on,
        )
    )
    return work.session.scalars(since.limit(1)).first() is not None


def _check(work: Work, patient: Patient, episode: Episode, dates: EpisodeDates) -> None:
    centre = work.session.get_one(Centre, patient.centre_id)
    anchors = replace(anchors_of(work, episode), **{name: getattr(dates, name) for name in DATE_FIELDS})
    born_on = date.fromisoformat(work.cipher.open(patient.born_on_sealed, field="patient.born_on"))
    faults = check_anchors(anchors, today=work.today_in(centre.timezone), born_on=born_on)
    faults |= _before_the_first(work, episode, dates) | _after_death(work, episode, dates)
    if faults:
        raise InvalidInput(faults)


def _before_the_first(work: Work, episode: Episode, dates: EpisodeDates) -> dict[str, str]:
    """A message for each date of another exenteration that would not come after the one before it."""
    earlier = select(Episode.surgery_on).where(
        Episode.patient_id == episode.patient_id, Episode.ordinal == episode.ordinal - 1
    )
    operated_on = work.session.scalars(earlier).first() if episode.ordinal > 1 else None
    days = {"planned_surgery_on": dates.planned_surgery_on, "surgery_on": dates.surgery_on}
    return {
        name: f"This follow-up is of another exenteration; the one before it was on {operated_on.isoformat()}."
        for name, day in days.items()
        if operated_on is not None and day is not None and day <= operated_on
    }


def _after_death(work: Work, episode: Episode, dates: EpisodeDates) -> dict[str, str]:
    """A message for each date of something that cannot have been done any more."""
    died_on = death_of(recorded_events(events_of(work, episode.id)), work.catalogue.events)
    if died_on is None:
        return {}
    days = {"surgery_on": dates.surgery_on, "discharged_on": dates.discharged_on}
    return {
        name: f"This is after the patient's death ({died_on.isoformat()})."
        for name, day in days.items()
        if day is not None and day > died_on
    }


def _plain(dates: EpisodeDates) -> dict[str, str | bool | None]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(dates).items()}
