"""Many operated patients with scored forms, written as rows: what a cohort is computed from, without their stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrrc_qol.domain.instrument import AnswerValue, Instrument
from lrrc_qol.domain.scoring import Scorer
from lrrc_qol.persistence.models import (
    Assignment,
    Centre,
    Episode,
    EpisodeEvent,
    Patient,
    Plan,
    Response,
    ScoreRow,
    Visit,
)

BEFORE = "BL1"
DAYS = {BEFORE: -7, "DC": 14, "M1": 30, "M3": 91, "M6": 183, "M9": 274, "M12": 365}
LAST_DAYS = {BEFORE: -1, "DC": 19, "M1": 44, "M3": 119, "M6": 213, "M9": 304, "M12": 410}
# Young 2014, Br J Surg 101:277 gives the baseline, discharge, one month and the return by nine; between them a line.
FACT_C_COURSE = {BEFORE: 93.0, "DC": 78.6, "M1": 86.7, "M3": 88.5, "M6": 90.7, "M9": 93.0, "M12": 93.0}
KINDS = {BEFORE: "baseline", "DC": "discharge"}
numbers = count(1)


@dataclass(frozen=True)
class Person:
    """One patient: the answers of each visit that came, day of death, and how many days after the due day forms came.

    `scores` may stand in the place of answers, as scale to value.
    """

    answers: Mapping[str, Mapping[str, AnswerValue]] = field(default_factory=dict)
    scores: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    died_day: int | None = None
    sex: str = "female"
    late: int = 0


def add_people(
    session: Session,
    people: Sequence[Person],
    *,
    centre: str,
    instrument: Instrument,
    operated: date,
    visits: Sequence[str] = tuple(DAYS),
) -> list[int]:
    """Write them all; every visit is planned for everybody, also those that did not come. Returns their episodes."""
    centre_id = session.scalars(select(Centre.id).where(Centre.code == centre)).one()
    scorer = Scorer(instrument)
    return [_add(session, person, centre_id, instrument, scorer, operated, visits) for person in people]


def _add(
    session: Session,
    person: Person,
    centre_id: int,
    instrument: Instrument,
    scorer: Scorer,
    operated: date,
    visits: Sequence[str],
) -> int:
    number = next(numbers)
    made = _instant(operated - timedelta(days=30))
    patient = Patient(
        public_id=f"cohort-{number}",
        centre_id=centre_id,
        name_sealed=b"",
        born_on_sealed=b"",
        hospital_number_sealed=b"",
        hospital_number_lookup=f"cohort-{number}",
        sex=person.sex,
        language="en",
        timezone="Europe/London",
        created_at=made,
    )
    session.add(patient)
    session.flush()
    episode = Episode(
        public_id=f"cohort-{number}",
        patient_id=patient.id,
        centre_id=centre_id,
        enrolled_on=made.date(),
        planned_surgery_on=operated,
        surgery_on=operated,
        discharged_on=operated + timedelta(days=DAYS["DC"]),
        created_at=made,
    )
    session.add(episode)
    session.flush()
    session.add(Plan(episode_id=episode.id, protocol_id="pe12", protocol_version="1.0", frozen_at=made))
    if person.died_day is not None:
        session.add(_death(episode, operated + timedelta(days=person.died_day), number))
    for key in visits:
        _add_visit(session, person, episode, key, instrument, scorer, number)
    return episode.id


def _death(episode: Episode, day: date, number: int) -> EpisodeEvent:
    return EpisodeEvent(
        public_id=f"cohort-{number}",
        episode_id=episode.id,
        centre_id=episode.centre_id,
        kind="death",
        happened_on=day,
        detail={},
        recorded_at=_instant(day),
    )


def _add_visit(
    session: Session, person: Person, episode: Episode, key: str, instrument: Instrument, scorer: Scorer, number: int
) -> None:
    assert episode.surgery_on is not None
    due, closes = (episode.surgery_on + timedelta(days=days[key]) for days in (DAYS, LAST_DAYS))
    came = key in person.answers or key in person.scores
    answered = due + timedelta(days=0 if key == BEFORE else person.late)
    visit = Visit(
        public_id=f"cohort-{number}-{key}",
        episode_id=episode.id,
        centre_id=episode.centre_id,
        key=key,
        name=key,
        kind=KINDS.get(key, "follow_up"),
        opens_on=due,
        due_on=due,
        closes_on=closes,
        opens_at=_instant(due),
        closes_at=_instant(closes + timedelta(days=1)),
        completed_at=_instant(answered) if came else None,
        created_at=episode.created_at,
    )
    session.add(visit)
    session.flush()
    scope = {"episode_id": episode.id, "centre_id": episode.centre_id}
    which = {"instrument_id": instrument.id, "instrument_version": instrument.version}
    assignment = Assignment(
        public_id=visit.public_id, visit_id=visit.id, position=1, created_at=episode.created_at, **scope, **which
    )
    session.add(assignment)
    session.flush()
    if came:
        response = Response(
            assignment_id=assignment.id,
            instrument_digest=instrument.digest,
            language="en",
            wording_digest="",
            mode="own_phone",
            respondent="patient",
            baseline_type="prospective" if key == BEFORE else None,
            started_at=_instant(answered),
            submitted_at=_instant(answered),
            answered_on=answered,
            facts=[],
            **scope,
            **which,
        )
        session.add(response)
        session.flush()
        session.add_all(_scores(person, key, response, instrument, scorer))


def _scores(person: Person, key: str, response: Response, instrument: Instrument, scorer: Scorer) -> list[ScoreRow]:
    values = dict(person.scores.get(key, {}))
    if key in person.answers:
        values = {score.scale_id: score.value for score in scorer.score(person.answers[key])}
    return [
        ScoreRow(
            response_id=response.id,
            episode_id=response.episode_id,
            centre_id=response.centre_id,
            scale_id=scale,
            value=value,
            reason=None if value is not None else "too_few_answered",
            answered=1,
            expected=1,
            prorated=False,
            scoring_version=instrument.scoring_version,
            inputs={},
            computed_at=response.submitted_at,
        )
        for scale, value in values.items()
    ]


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def answers_for_total(instrument: Instrument, total: float, rng: Random, *, highest: float) -> dict[str, AnswerValue]:
    """Answers 0 to 4 to every item whose sum, each turned so that up is better, is `total` of `highest` on average."""
    turned = {item for scale in instrument.scales for item in scale.parameters.get("reversed", ())}  # type: ignore[attr-defined]
    share = min(1.0, max(0.0, total / highest))
    asked = [item for item in instrument.items if any(item.id in scale.items for scale in instrument.scales)]
    good = {item.id: sum(rng.random() < share for _ in range(4)) for item in asked}
    return {item: 4 - points if item in turned else points for item, points in good.items()}


def fact_c_course(instrument: Instrument, size: int, *, seed: int) -> list[Person]:
    """A cohort on the published course: lowest at discharge, part of the way back at one month, back by nine."""
    rng = Random(seed)  # noqa: S311 - synthetic patients, not secrets
    people: list[Person] = []
    for number in range(size):
        own = rng.gauss(0, 9)
        died = rng.randint(120, 360) if number % 12 == 5 else None
        answers = {
            key: answers_for_total(instrument, mean + own, rng, highest=136)
            for key, mean in FACT_C_COURSE.items()
            if (key == BEFORE or rng.random() < 0.9) and (died is None or died > DAYS[key])
        }
        people.append(Person(answers=answers, died_day=died, sex="female" if number % 2 else "male"))
    return people
