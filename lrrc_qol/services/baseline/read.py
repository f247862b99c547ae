"""The baseline of episodes, judged here and nowhere else; curves, lists and pages all read this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from lrrc_qol.domain.baseline import (
    Baseline,
    BaselineCandidate,
    BaselineFacts,
    MajorEvent,
    Treatment,
    Verdict,
    choose_baseline,
    judge_all,
)
from lrrc_qol.domain.events import EventKind, RecordedEvent
from lrrc_qol.domain.schedule import Anchor, Protocol
from lrrc_qol.persistence.queries.baseline import (
    BaselineForm,
    ChoiceRow,
    list_baseline_forms,
    list_choices,
    list_treatments,
)
from lrrc_qol.persistence.queries.patients import StandingEvent, list_standing_events
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.context import Work

_BEGUN = frozenset({"started", "interrupted", "completed"})
# The usual time of a treatment when none was entered, as in the form of the clinical record.
_USUALLY_BEFORE = frozenset({"pre_crt", "reirradiation", "induction_chemo"})
_TREATMENTS = {
    "pre_crt": "Chemoradiotherapy",
    "reirradiation": "Re-irradiation",
    "induction_chemo": "Induction chemotherapy",
    "immunotherapy": "Immunotherapy",
}


@dataclass(frozen=True, slots=True)
class EpisodeKey:
    """An episode with the dates and the protocol its forms are judged by."""

    episode_id: int
    surgery_on: date | None
    planned_on: date | None
    protocol: Protocol


@dataclass(frozen=True, slots=True)
class EpisodeBaseline:
    """The baseline with the verdict on every form, latest first; `names` has each form's visit in words.

    `choice` is what a person last decided; `asked` are the standing requests for another form, oldest first.
    """

    baseline: Baseline
    verdicts: tuple[Verdict, ...]
    facts: BaselineFacts
    names: Mapping[int, str]
    choice: ChoiceRow | None
    asked: tuple[StandingEvent, ...]


def baseline_key(patient: PatientRow, protocol: Protocol) -> EpisodeKey:
    """The shown episode of a patient."""
    return EpisodeKey(patient.episode_id, patient.surgery_on, patient.planned_surgery_on, protocol)


def baselines_of(work: Work, episodes: Sequence[EpisodeKey]) -> dict[int, EpisodeBaseline]:
    """The baseline of each episode of the actor's centre, in a fixed number of statements."""
    scope: dict[str, Any] = {"centre_id": work.actor.centre(), "episode_ids": [one.episode_id for one in episodes]}
    forms = list_baseline_forms(work.session, **scope)
    treatments = list_treatments(work.session, **scope)
    choices = list_choices(work.session, **scope)
    events: dict[int, list[StandingEvent]] = {}
    for event in list_standing_events(work.session, **scope):
        events.setdefault(event.episode_id, []).append(event)
    return {
        one.episode_id: _judged(
            work,
            one,
            forms=forms.get(one.episode_id, []),
            treatments=treatments.get(one.episode_id, []),
            choice=choices.get(one.episode_id),
            events=events.get(one.episode_id, []),
        )
        for one in episodes
    }


def baseline_of(work: Work, episode: EpisodeKey) -> EpisodeBaseline:
    """The baseline of one episode of the actor's centre."""
    return baselines_of(work, [episode])[episode.episode_id]


def asked_on(judged: EpisodeBaseline) -> date | None:
    """The day of the last request for another form that stands."""
    return max((event.happened_on for event in judged.asked), default=None)


def _judged(
    work: Work,
    episode: EpisodeKey,
    *,
    forms: Sequence[BaselineForm],
    treatments: Sequence[Mapping[str, Any]],
    choice: ChoiceRow | None,
    events: Sequence[StandingEvent],
) -> EpisodeBaseline:
    recorded = [RecordedEvent(EventKind(one.kind), one.happened_on, one.recorded_at, one.detail) for one in events]
    facts = BaselineFacts(
        surgery_on=episode.surgery_on,
        planned_on=episode.planned_on,
        treatments=tuple(_treatments(treatments)),
        events=tuple(
            MajorEvent(work.catalogue.events.rule(one.kind).words, one.happened_on)
            for one in sorted(recorded, key=lambda one: one.happened_on)
            if work.catalogue.events.reaction(one).outdates_baseline
        ),
    )
    visits = [list(group) for _, group in groupby(forms, key=lambda form: form.visit_id)]
    sent = {one.response_id: (one, group) for group in visits if (one := _candidate(work, group, episode.protocol))}
    verdicts = judge_all([one for one, _ in sent.values()], rules=episode.protocol.baseline, facts=facts)
    asked = (EventKind.BASELINE_REPEAT, EventKind.BASELINE_RECALL)
    return EpisodeBaseline(
        baseline=choose_baseline(verdicts, chosen=None if choice is None else choice.response_id),
        verdicts=verdicts,
        facts=facts,
        names={response_id: group[0].visit_name for response_id, (_, group) in sent.items()},
        choice=choice,
        asked=tuple(one for one in events if one.kind in asked),
    )


def _candidate(work: Work, forms: Sequence[BaselineForm], protocol: Protocol) -> BaselineCandidate | None:
    """The visit as it may serve; None while nothing of it was sent."""
    sent = [form for form in forms if form.submitted_at is not None and form.answered_on is not None]
    if not sent or sent[0].response_id is None:
        return None
    days = [form.answered_on for form in sent if form.answered_on is not None]
    first = sent[0]
    return BaselineCandidate(
        response_id=sent[0].response_id,
        visit_key=first.visit_key,
        home_key=first.home_key,
        answered_on=min(days),
        last_on=max(days),
        recalled=any(form.baseline_type == "recalled" for form in sent),
        lacking=tuple(
            work.catalogue.instrument(form.instrument_id, form.instrument_version).short_title
            for form in forms
            if _lacks(form)
        ),
        scored=any(form.values for form in sent),
        by_proxy=any(form.respondent == "proxy" for form in sent),
        planned_then=_planned_then(first, protocol),
    )


def _lacks(form: BaselineForm) -> bool:
    """Not sent though the visit asks for it, or sent without anything that could be scored."""
    if form.submitted_at is None:
        return form.completed_at is None
    return form.scores > form.not_applicable and not form.values


def _planned_then(form: BaselineForm, protocol: Protocol) -> date | None:
    """The day of the operation by which the visit was planned: an answered visit keeps its window."""
    spec = next((one for one in protocol.visits if one.key == (form.home_key or form.visit_key)), None)
    if spec is None or spec.anchor is not Anchor.PLANNED_SURGERY:
        return None
    return form.closes_on - timedelta(days=spec.close_offset)


def _treatments(contents: Iterable[Mapping[str, Any]]) -> Iterable[Treatment]:
    """Those before the operation that were begun; planned ones have changed nothing yet."""
    for content in contents:
        kind, status = str(content.get("kind")), content.get("status")
        timing = content.get("timing") or ("before" if kind in _USUALLY_BEFORE else None)
        ended = content.get("stopped_on")
        if timing == "before" and (status in _BEGUN or content.get("started_on") or ended):
            yield Treatment(
                words=_TREATMENTS.get(kind, "Treatment"),
                ended_on=date.fromisoformat(ended) if ended else None,
                completed=status == "completed",
            )
