"""Very many operated patients with scored forms and clinical records, as rows of each table in a few large inserts.

Unlike `bench.crowd` every patient is another one, so that models and strata have something to do. Rows are given their
numbers here and nothing is read back; the tables must be empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from lrrc_qol.domain.classification import ClassificationRules
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.persistence.models import (
    Assignment,
    ClinicalEntry,
    Episode,
    EpisodeEvent,
    Patient,
    Plan,
    Response,
    ScoreRow,
    Visit,
)
from lrrc_qol.runtime import Runtime
from tests.cohort_people import BEFORE, DAYS, KINDS, LAST_DAYS

Rows = defaultdict[type[Any], list[dict[str, Any]]]

# In an order in which the rows that a row leads to are there before it.
TABLES: tuple[type[Any], ...] = (
    Patient,
    Episode,
    Plan,
    EpisodeEvent,
    ClinicalEntry,
    Visit,
    Assignment,
    Response,
    ScoreRow,
)
PATIENTS_AT_ONCE = 100
FALLS = dict(zip(DAYS, (0, -20, -12, -6, -3, 0, 0), strict=True))
MODES = ("own_phone", "own_phone", "ward_tablet", "paper")
SURGERY_ALONE = "surgery_alone"
TREATMENTS = ("pre_crt", "reirradiation", "induction_chemo", SURGERY_ALONE)
CODES_OF_A_SYSTEM = 4
"""How many codes of each classification occur."""


@dataclass(frozen=True, slots=True)
class CohortPlan:
    """What is filled in for everybody: the centre's row number, the instrument, its scales, and the last day."""

    centre_id: int
    instrument: Instrument
    scales: Sequence[str]
    today: date


def add_crowd(runtime: Runtime, plan: CohortPlan, *, people: int, seed: int) -> None:
    """Write `people` patients with an operation 420 to 900 days ago, one form in ten missing, one in seven dead."""
    rng = Random(seed)  # noqa: S311 - synthetic patients, not secrets
    rules = runtime.catalogue.classification
    engine = runtime.database.engine.execution_options(unlimited_time=True)
    for first in range(1, people + 1, PATIENTS_AT_ONCE):
        rows: Rows = defaultdict(list)
        for number in range(first, min(first + PATIENTS_AT_ONCE, people + 1)):
            _add_patient(rows, plan, number, rules, rng)
        with engine.begin() as connection:
            for table in TABLES:
                if rows[table]:
                    connection.execute(insert(table), rows[table])


def _add_patient(rows: Rows, plan: CohortPlan, number: int, rules: ClassificationRules, rng: Random) -> None:
    operated = plan.today - timedelta(days=rng.randint(420, 900))
    made = _instant(operated - timedelta(days=30))
    died = rng.randint(60, 400) if rng.random() < 1 / 7 else None
    scope = {"episode_id": number, "centre_id": plan.centre_id}
    rows[Patient].append(
        {
            "id": number,
            "public_id": f"crowd-{number}",
            "centre_id": plan.centre_id,
            "name_sealed": b"",
            "born_on_sealed": b"",
            "hospital_number_sealed": b"",
            "hospital_number_lookup": f"crowd-{number}",
            "sex": rng.choice(("female", "male")),
            "language": "en",
            "timezone": "Europe/London",
            "created_at": made,
        }
    )
    rows[Episode].append(
        {
            "id": number,
            "public_id": f"crowd-{number}",
            "patient_id": number,
            "centre_id": plan.centre_id,
            "enrolled_on": made.date(),
            "planned_surgery_on": operated,
            "surgery_on": operated,
            "discharged_on": operated + timedelta(days=DAYS["DC"]),
            "nerve_resection": rng.random() < 0.2,
            "created_at": made,
            "version": 1,
        }
    )
    rows[Plan].append({"episode_id": number, "protocol_id": "pe12", "protocol_version": "1.0", "frozen_at": made})
    if died is not None:
        day = operated + timedelta(days=died)
        event = {"public_id": f"crowd-{number}", "kind": "death", "happened_on": day, "detail": {}}
        rows[EpisodeEvent].append(event | scope | {"recorded_at": _instant(day)})
    for section, content in _record(rules, operated, rng):
        entry = {"section": section, "row_key": "", "ordinal": 1, "content": content, "recorded_at": _instant(operated)}
        rows[ClinicalEntry].append(entry | scope)
    own = {scale: rng.gauss(65, 12) for scale in plan.scales}
    for place, key in enumerate(DAYS):
        came = key == BEFORE or (rng.random() < 0.9 and (died is None or died > DAYS[key]))
        _add_visit(rows, plan, number * len(DAYS) + place, key, operated, own if came else {}, scope, rng)


def _add_visit(
    rows: Rows,
    plan: CohortPlan,
    number: int,
    key: str,
    operated: date,
    own: dict[str, float],
    scope: dict[str, int],
    rng: Random,
) -> None:
    """A visit with its form; without own scores nobody answered it. All three rows have the same number."""
    due, closes = (operated + timedelta(days=days[key]) for days in (DAYS, LAST_DAYS))
    answered = due + timedelta(days=0 if key == BEFORE else rng.randint(0, 5))
    at = _instant(answered)
    which = {"instrument_id": plan.instrument.id, "instrument_version": plan.instrument.version}
    rows[Visit].append(
        {
            "id": number,
            "public_id": f"crowd-{number}",
            "key": key,
            "name": key,
            "kind": KINDS.get(key, "follow_up"),
            "opens_on": due,
            "due_on": due,
            "closes_on": closes,
            "opens_at": _instant(due),
            "closes_at": _instant(closes + timedelta(days=1)),
            "completed_at": at if own else None,
            "created_at": at,
            **scope,
        }
    )
    rows[Assignment].append(
        {"id": number, "public_id": f"crowd-{number}", "visit_id": number, "position": 1, "created_at": at}
        | scope
        | which
    )
    if not own:
        return
    rows[Response].append(
        {
            "id": number,
            "assignment_id": number,
            "instrument_digest": plan.instrument.digest,
            "language": "en",
            "wording_digest": "",
            "mode": rng.choice(MODES),
            "respondent": "patient",
            "baseline_type": "prospective" if key == BEFORE else None,
            "started_at": at,
            "submitted_at": at,
            "answered_on": answered,
            "facts": [],
            **scope,
            **which,
        }
    )
    common = {"response_id": number, "answered": 1, "expected": 1, "prorated": False, "inputs": {}, "computed_at": at}
    common |= {"scoring_version": plan.instrument.scoring_version} | scope
    rows[ScoreRow] += [
        common | {"scale_id": scale, "value": min(100.0, max(0.0, level + FALLS[key] + rng.gauss(0, 9)))}
        for scale, level in own.items()
    ]


def _record(rules: ClassificationRules, operated: date, rng: Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """What puts a patient into a group of each stratum."""
    sacrum = rng.random() < 0.25
    operation: dict[str, Any] = {"extent": rng.choice((["total"], ["central"], ["posterior"]))}
    operation |= {"margin": rng.choice(("r0", "r0", "r0", "r1")), "structures": ["rectum"], "sacrectomy": sacrum}
    yield "operation", operation | ({"sacrectomy_level": rng.choice(("s2", "s3", "s4"))} if sacrum else {})
    yield "treatment", _treatment(operated, rng)
    if rng.random() < 0.3:
        yield "complication", {"type": "abscess", "eps": rng.random() < 0.5}
    systems = {system.id: {"codes": [rng.choice(system.codes()[:CODES_OF_A_SYSTEM])]} for system in rules.systems}
    yield "classification", {"rated_on": operated.isoformat(), "systems": systems}


def _treatment(operated: date, rng: Random) -> dict[str, Any]:
    """One that was over before the baseline; a treatment without its end would leave the patient without one."""
    kind = rng.choice(TREATMENTS)
    if kind == SURGERY_ALONE:
        return {"kind": kind}
    began, ended = (operated - timedelta(days=days) for days in (105, 75))
    days = {"started_on": began.isoformat(), "stopped_on": ended.isoformat()}
    return {"kind": kind, "timing": "before", "status": "completed"} | days


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)
