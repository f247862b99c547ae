"""What a patient may see of their own results: the main scale of some questionnaires, against their own baseline."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.domain.recovery import Trajectory
from lrrc_qol.persistence.models import Episode
from lrrc_qol.persistence.queries.record import list_forms, list_scores, list_visits
from lrrc_qol.services import audit
from lrrc_qol.services.baseline.read import EpisodeKey, baseline_of
from lrrc_qol.services.context import Work
from lrrc_qol.services.curves import Course, build_curves
from lrrc_qol.services.due_now import newest_episode
from lrrc_qol.services.own_page import shows_results
from lrrc_qol.services.patient_session import Seat
from lrrc_qol.services.plan_episode import protocol_of


@dataclass(frozen=True, slots=True)
class OwnCurve:
    """One scale of the patient over time."""

    instrument_id: str
    trajectory: Trajectory


@dataclass(frozen=True, slots=True)
class OwnResults:
    """The curves with at least one score, in the order the questionnaires are asked; check-ins last."""

    curves: tuple[OwnCurve, ...]
    surgery_on: date | None


def read_own_results(work: Work, seat: Seat, *, scales: Collection[tuple[str, str]]) -> OwnResults:
    """The main scales among `scales` (instrument and scale id). NotFound unless the centre lets patients see them.

    That somebody looked is written down: whoever has the mailbox and the year of birth can.
    """
    if not shows_results(work, seat):
        raise NotFound("this centre does not show results to patients")
    episode = newest_episode(work, seat.patient_id)
    course = _course(work, seat, episode)
    curves = build_curves(course, catalogue=work.catalogue)
    audit.record(
        work,
        "viewed_own_results",
        subject_kind="patient",
        subject_id=seat.patient_id,
        centre_id=seat.centre_id,
        episode_id=episode.id,
    )
    return OwnResults(
        curves=tuple(
            OwnCurve(curve.instrument.id, curve.trajectory)
            for curve in curves
            if _may_be_shown(curve.trajectory) and (curve.instrument.id, curve.trajectory.scale.id) in scales
        ),
        surgery_on=episode.surgery_on,
    )


def _may_be_shown(trajectory: Trajectory) -> bool:
    return trajectory.scale.primary and any(point.point.value is not None for point in trajectory.points)


def _course(work: Work, seat: Seat, episode: Episode) -> Course:
    scope = {"centre_id": seat.centre_id, "episode_id": episode.id}
    visits = list_visits(work.session, **scope)
    key = EpisodeKey(episode.id, episode.surgery_on, episode.planned_surgery_on, protocol_of(work, episode.id))
    return Course(
        visits={visit.id: visit for visit in visits},
        forms=list_forms(work.session, **scope),
        scores=list_scores(work.session, **scope),
        baseline=baseline_of(work, key).baseline,
        surgery_on=episode.surgery_on,
        ended_on=None,
        today=work.today_in(seat.timezone),
    )
