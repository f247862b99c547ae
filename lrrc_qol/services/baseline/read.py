"""The baseline of episodes, judged here and nowhere else; curves, lists and pages all read this."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
from lrrc_qol.domain.clinical_record import Section
from lrrc_qol.domain.events import EventKind, RecordedEvent
from lrrc_qol.domain.schedule import Protocol
from lrrc_qol.persistence.queries.baseline import (
    BaselineForm,
    ChoiceRow,
    list_baseline_forms,
    list_choices,
    list_planned_before,
    list_treatments,
)
from lrrc_qol.persistence.queries.patients import StandingEvent, list_standing_events
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.context import Work

_BEGUN = frozenset({"started", "interrupted", "completed"})


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
    """The baseline of each episode of the actor's centre, in a fixed number of statements; none for none."""
    if not episodes:
        return {}
    scope: dict[str, Any] = {"centre_id": work.actor.centre(), "episode_ids": [one.episode_id for one in episodes]}
    forms = list_baseline_forms(work.session, **scope)
    treatments = list_treatments(work.session, **scope)
    choices = list_choices(work.session, **scope)
    planned_before = list_planned_before(work.session, **scope)
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
            planned_before=planned_before.get(one.episode_id, []),
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
    planned_before: Sequence[tuple[datetime, date]],
) -> EpisodeBaseline:
    recorded = [RecordedEvent(EventKind(one.kind), one.happened_on, one.recorded_at, one.detail) for one in events]
    facts = BaselineFacts(
        surgery_on=episode.surgery_on,
        planned_on=episode.planned_on,
        treatments=tuple(_treatments(treatments, work.catalogue.record.section("treatment"))),
        events=tuple(
            MajorEvent(work.catalogue.events.rule(one.kind).words, one.happened_on)
            for one in sorted(recorded, key=lambda one: one.happened_on)
            if work.catalogue.events.reaction(one).outdates_baseline
        ),
    )
    visits = [list(group) for _, group in groupby(forms, key=lambda form: form.visit_id)]
    sent = {one.response_id: (one, group) for group in visits if (one := _candidate(work, group, planned_before))}
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


def _candidate(
    work: Work, forms: Sequence[BaselineForm], planned_before: Sequence[tuple[datetime, date]]
) -> BaselineCandidate | None:
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
        planned_then=_planned_then(first.submitted_at, planned_before),
    )


def _lacks(form: BaselineForm) -> bool:
    """Not sent though the visit asks for it, or sent without anything that could be scored."""
    if form.submitted_at is None:
        return form.completed_at is None
    return form.scores > form.not_applicable and not form.values


def _planned_then(sent_at: datetime | None, planned_before: Sequence[tuple[datetime, date]]) -> date | None:
    """The day of the operation that was planned when the form was sent; None when it is the one that stands."""
    return next((day for at, day in planned_before if sent_at is not None and at > sent_at), None)


def _treatments(contents: Iterable[Mapping[str, Any]], section: Section) -> Iterator[Treatment]:
    """Those before the operation that were begun; planned ones have changed nothing yet."""
    fields = {field.id: field for group in section.groups for field in group.fields}
    usual = fields["timing"].default_from
    for content in contents:
        timing = content.get("timing") or (usual.value(content) if usual else None)
        status, ended = content.get("status"), content.get("stopped_on")
        if timing == "before" and (status in _BEGUN or content.get("started_on") or ended):
            yield Treatment(
                words=fields["kind"].label_of(str(content.get("kind"))),
                ended_on=date.fromisoformat(ended) if ended else None,
                completed=status == "completed",
            )
