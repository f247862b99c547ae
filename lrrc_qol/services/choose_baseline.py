"""A person takes another form as the baseline, with a reason, or leaves the choice to the rules again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lrrc_qol.domain.baseline import BaselineKind, may_recall, propose
from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import BaselineChoice
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services import audit
from lrrc_qol.services.baseline.read import EpisodeBaseline, asked_on, baseline_key, baseline_of
from lrrc_qol.services.context import Work
from lrrc_qol.services.find_episode import find_episode
from lrrc_qol.services.protocols import protocol_at
from lrrc_qol.services.read_record import find_patient_row

REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class BaselinePage:
    """The patient and the baseline of the newest episode.

    `proposal` says what to do about it, empty for nothing; `request` is what may be asked for today, None for nothing.
    """

    patient: PatientRow
    judged: EpisodeBaseline
    proposal: str
    request: EventKind | None
    today: date


def read_baseline(work: Work, patient_public_id: str, *, episode: int | None = None) -> BaselinePage:
    """The verdict on every form of the newest episode, or of another one; NotFound when the centre has none."""
    patient = find_patient_row(work, patient_public_id, episode=episode)
    protocol = protocol_at(work, patient.protocol_id, patient.protocol_version)
    judged = baseline_of(work, baseline_key(patient, protocol))
    today = work.today_in(patient.centre_timezone)
    rules, facts = protocol.baseline, judged.facts
    _, words = propose(judged.verdicts, rules=rules, facts=facts, today=today, asked_on=asked_on(judged))
    if facts.surgery_on is None:
        request = EventKind.BASELINE_REPEAT if judged.verdicts else None
    else:
        request = EventKind.BASELINE_RECALL if may_recall(rules, facts, today=today) else None
    return BaselinePage(patient, judged, words, request, today)


def choose_form(work: Work, patient_public_id: str, *, response_id: int | None, reason: str, seen: int) -> None:
    """Take that form, or with None the one the rules find.

    InvalidInput for a form that cannot serve and without a reason; StaleWrite when the decision with the number `seen`
    (0: none) is no longer the last one.
    """
    find_episode(work, patient_public_id, lock=True)
    page = read_baseline(work, patient_public_id)
    present = page.judged.choice
    if (present.id if present else 0) != seen:
        raise StaleWrite("somebody else decided on the baseline meanwhile")
    choosable = {
        verdict.candidate.response_id: verdict.choosable
        for verdict in page.judged.verdicts
        if verdict.choosable is not BaselineKind.NONE
    }
    faults: dict[str, str] = {}
    if response_id is not None and response_id not in choosable:
        faults["response"] = "This form cannot be the baseline."
    if not reason.strip() or len(reason) > REASON_LIMIT:
        faults["reason"] = f"Say why in a few words (at most {REASON_LIMIT} characters)."
    if faults:
        raise InvalidInput(faults)
    row = BaselineChoice(
        episode_id=page.patient.episode_id,
        response_id=response_id,
        reason=reason.strip(),
        chosen_at=work.now,
        chosen_by=work.actor.id,
    )
    work.session.add(row)
    work.session.flush()
    audit.record(
        work,
        "chose_baseline" if response_id is not None else "left_baseline_to_the_rules",
        subject_kind="episode",
        subject_id=page.patient.episode_id,
        centre_id=work.actor.centre(),
        episode_id=page.patient.episode_id,
        detail={} if response_id is None else {"response": response_id, "serves_as": choosable[response_id].value},
        reason=reason.strip(),
    )
