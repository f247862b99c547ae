"""Believable clinical records of the synthetic patients: disease, treatments, operation, complications."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from lrrc_qol.demo.people import COMPLEX, Person

Content = dict[str, Any]

TEAM = ["colorectal_surgeon", "radiologist", "anaesthesia", "cancer_nurse", "stoma_nurse", "pathologist"]
PATHOLOGY_AFTER = 12
TYPES = (
    "abscess",
    "incisional_infection",
    "perineal_wound",
    "obstruction",
    "urinary_leak",
    "bleeding",
    "vte",
    "sepsis",
)
GRADES = ("i", "ii", "ii", "ii", "iiia", "iiia", "iiib", "iva")


@dataclass(frozen=True, slots=True)
class Written:
    """One row of a section and the day it was written down; `change` when it is a new version of that section."""

    on: date
    section: str
    content: Content
    change: bool = False


def record_of(person: Person, rng: Random) -> Iterator[Written]:
    """What is written down of an operated person, in the order it happens; nobody would doubt it."""
    operated = person.surgery_on
    yield Written(operated, "disease", _disease(person, rng))
    for treatment in _treatments(person, rng):
        yield Written(operated, "treatment", treatment)
    operation = _operation(person, rng)
    yield Written(operated, "operation", operation | {"margin": "pending"})
    result = _pathology(person, rng)
    yield Written(operated + timedelta(days=PATHOLOGY_AFTER), "operation", operation | result, change=True)
    for complication in _complications(person, rng):
        known = complication["resolved_on"] if "resolved_on" in complication else complication["happened_on"]
        yield Written(date.fromisoformat(known), "complication", complication)


def _disease(person: Person, rng: Random) -> Content:
    found = person.surgery_on - timedelta(days=rng.randint(70, 180))
    primary = found - timedelta(days=rng.choice([rng.randint(150, 330), rng.randint(400, 1500)]))
    return {
        "indication": "recurrence",
        "primary_surgery_on": primary.isoformat(),
        "recurrence_found_on": found.isoformat(),
        "recurrence_number": 2 if person.number == COMPLEX else 1,
        "workup": ["mri_pelvis", "ct", "cea", *rng.sample(["pet_ct", "colonoscopy"], k=rng.randint(0, 2))],
        "biopsy": rng.choice(["positive", "positive", "not_done"]),
    }


def _treatments(person: Person, rng: Random) -> Iterator[Content]:
    kind = rng.choice(["pre_crt", "reirradiation", "induction_chemo", "surgery_alone"])
    if person.number == COMPLEX:
        yield _ended(person, "pre_crt", before=900, days=35, dose_gy=50.4)
        kind = "reirradiation"
    if kind == "surgery_alone":
        yield {"kind": kind}
        return
    doses = {"pre_crt": 50.4, "reirradiation": 39.6}
    dose = {"dose_gy": doses[kind]} if kind in doses else {}
    yield _ended(person, kind, before=rng.randint(63, 84), days=rng.randint(21, 35), **dose)


def _ended(person: Person, kind: str, *, before: int, days: int, **more: Any) -> Content:
    stopped = person.surgery_on - timedelta(days=before)
    started = stopped - timedelta(days=days)
    times = {"started_on": started.isoformat(), "stopped_on": stopped.isoformat()}
    return {"kind": kind, "timing": "before", "status": "completed", **times, **more}


def _operation(person: Person, rng: Random) -> Content:
    if person.number == COMPLEX:
        return _complex_operation(person)
    anatomy = person.anatomy
    structures = ["rectum"]
    structures += ["bladder"] * person.urostomy
    structures += ["vagina"] * (anatomy["vagina"] is False)
    structures += ["prostate", "seminal_vesicles"] * (person.sex == "male" and person.urostomy)
    sacrum = rng.random() < 0.25
    extent = ["total"] if person.urostomy else ["posterior"] if sacrum else ["central"]
    return {
        "extent": extent,
        "structures": structures,
        **({"sacrectomy": True, "sacrectomy_level": rng.choice(["s3", "s4", "s5"])} if sacrum else {}),
        **({"sacrectomy_technique": "standard"} if sacrum else {}),
        **(
            {"nerves": [rng.choice(["sciatic_left_partial", "femoral_right_partial"])]}
            if anatomy["nerve_resection"]
            else {}
        ),
        "reconstruction": [rng.choice(["omentoplasty", "vram", "primary_closure"])],
        "stomas": ["colostomy"] * person.stoma + ["urostomy"] * person.urostomy or ["none"],
        "team": TEAM + ["urologist"] * person.urostomy + ["orthopaedic_surgeon"] * sacrum,
    }


def _complex_operation(person: Person) -> Content:
    organs = ["uterus", "vagina"] if person.sex == "female" else ["prostate", "seminal_vesicles"]
    return {
        "extent": ["total", "posterior", "lateral"],
        "structures": ["rectum", "bladder", *organs, "ureter_left", "piriformis", "sacrotuberous", "sacrospinous"],
        "sacrectomy": True,
        "sacrectomy_level": "s2",
        "sacrectomy_technique": "standard",
        "nerves": ["sciatic_left_total"],
        "vessels_excised": ["internal_left", "internal_right"],
        "reconstruction": ["vram", "omentoplasty"],
        "stomas": ["colostomy", "urostomy"],
        "team": [*TEAM, "urologist", "orthopaedic_surgeon", "plastic_surgeon", "radiation_oncologist", "pain_team"],
    }


def _pathology(person: Person, rng: Random) -> Content:
    margin = "r0" if person.number == COMPLEX else rng.choice(["r0", "r0", "r0", "r1"])
    return {"margin": margin, "margin_mm": rng.randint(1, 8) if margin == "r0" else 0, "nodes": "negative"}


def _complications(person: Person, rng: Random) -> Iterator[Content]:
    if person.number == COMPLEX:
        yield _complication(person, "abscess", "iiia", 9, lasts=14)
        yield _complication(person, "perineal_wound", "ii", 15, lasts=50)
        yield _complication(person, "leg_weakness", "i", 1)
        return
    for kind in rng.sample(TYPES, k=rng.choice([0, 0, 1, 1, 2])):
        yield _complication(person, kind, rng.choice(GRADES), rng.randint(2, 25), lasts=rng.randint(4, 14))


def _complication(person: Person, kind: str, grade: str, after: int, *, lasts: int | None = None) -> Content:
    began = person.surgery_on + timedelta(days=after)
    ended = {} if lasts is None else {"resolved_on": (began + timedelta(days=lasts)).isoformat()}
    return {"type": kind, "grade": grade, "happened_on": began.isoformat(), **ended}
