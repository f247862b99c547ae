"""Who the synthetic patients are and where each stands; invented names, addresses that cannot exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

FIRST_NAMES = {
    "female": [
        "Ada",
        "Brenda",
        "Carmen",
        "Dilys",
        "Esther",
        "Fatima",
        "Greta",
        "Hana",
        "Ines",
        "Joan",
        "Kirsten",
        "Leila",
    ],
    "male": [
        "Albert",
        "Bashir",
        "Cedric",
        "Dafydd",
        "Emil",
        "Frank",
        "Goran",
        "Hugo",
        "Ivan",
        "Jorge",
        "Kwame",
        "Liam",
    ],
}
LAST_NAMES = [
    "Ashdown", "Birchall", "Carrow", "Denholm", "Elstree", "Fairlie", "Garside", "Hexham", "Ingleby", "Jarrow",
    "Kelso", "Lorne", "Marlow", "Neston", "Oakham", "Penrith", "Quorn", "Ripley", "Selby", "Tarrant",
    "Ulverston", "Verwood", "Wexley", "Yarm", "Zeal",
]  # fmt: skip


class Stage(StrEnum):
    """Where a synthetic patient stands today."""

    JUST_ENROLLED = "just enrolled"
    NO_BASELINE_SOON = "operation soon, no baseline"
    BASELINE_DONE = "baseline done, operation soon"
    IN_HOSPITAL = "operated, still in hospital"
    FIRST_WEEKS = "first weeks at home"
    EARLY = "one to three months"
    MIDDLE = "three to nine months"
    FULL_YEAR = "a full year"
    NO_BASELINE = "followed without a baseline"
    SILENT = "stopped answering"
    PAUSED = "reminders paused"
    WITHDRAWN = "withdrew"
    DIED = "died"


# Days since surgery today, as a range; negative is before the operation.
DAYS_SINCE_SURGERY: dict[Stage, tuple[int, int]] = {
    Stage.JUST_ENROLLED: (-27, -18),
    Stage.NO_BASELINE_SOON: (-12, -4),
    Stage.BASELINE_DONE: (-16, -2),
    Stage.IN_HOSPITAL: (2, 9),
    Stage.FIRST_WEEKS: (16, 40),
    Stage.EARLY: (50, 110),
    Stage.MIDDLE: (120, 290),
    Stage.FULL_YEAR: (350, 400),
    Stage.NO_BASELINE: (60, 250),
    Stage.SILENT: (100, 200),
    Stage.PAUSED: (60, 150),
    Stage.WITHDRAWN: (120, 300),
    Stage.DIED: (150, 330),
}
# One round of the stages; a population is dealt from it in turn, so that even a small one has every stage.
ROUND = (
    Stage.FULL_YEAR, Stage.FIRST_WEEKS, Stage.NO_BASELINE_SOON, Stage.MIDDLE, Stage.JUST_ENROLLED, Stage.EARLY,
    Stage.SILENT, Stage.BASELINE_DONE, Stage.NO_BASELINE, Stage.IN_HOSPITAL, Stage.FULL_YEAR, Stage.PAUSED,
    Stage.MIDDLE, Stage.DIED, Stage.FULL_YEAR, Stage.FIRST_WEEKS, Stage.WITHDRAWN, Stage.EARLY, Stage.MIDDLE,
    Stage.FULL_YEAR,
)  # fmt: skip


# Two patients whose days since surgery and since going home are fixed, so that there is always something to try: the
# first answers today's check-in in severe pain (a red alert to take), the second has today's check-in still to answer.
FLARE, WAITING = 2, 16
# One patient had everything at once: S2 sacrectomy with sciatic nerve after re-irradiation, two stomas, complications.
COMPLEX = 1
FIXED_DAYS = {FLARE: (24, 9), WAITING: (20, 5)}
# Patients with a check-in due today (the first one: three days ago), whose alerts are left in different states.
SCENE_DAYS = {
    4: (29, 17),
    6: (17, 5),
    18: (23, 9),
    22: (25, 14),
    24: (16, 2),
    26: (26, 14),
    38: (48, 35),
    46: (20, 5),
    58: (40, 28),
}
MOSTLY_WELL = 0.12


@dataclass(frozen=True, slots=True)
class Person:
    """One synthetic patient. Severities run from 0 (well) to 1 (worst); `recovery_days` halve what the fall left."""

    number: int
    stage: Stage
    name: str
    sex: str
    born_on: date
    enrolled_on: date
    surgery_on: date
    discharged_on: date
    stoma: bool
    urostomy: bool
    before: float
    drop: float
    recovery_days: float
    flare: bool = False
    scene: bool = False

    @property
    def answers_all(self) -> bool:
        """Whether this patient answers every form on the day it is due, also today's."""
        return self.flare or self.scene

    @property
    def anatomy(self) -> dict[str, bool | None]:
        """What the operation left, made from what is known of the person already."""
        return {
            "stoma": self.stoma,
            "urostomy": self.urostomy,
            "rectum_removed": True,
            "bladder_removed": self.urostomy,
            "vagina": self.number % 3 != 0 and self.number != COMPLEX if self.sex == "female" else None,
            "nerve_resection": self.number % 5 == 0 or self.number == COMPLEX,
        }

    @property
    def email(self) -> str:
        """An address in a domain that is reserved for examples."""
        return f"patient{self.number:03d}@example.org"

    @property
    def hospital_number(self) -> str:
        """An invented number."""
        return f"DEMO-{self.number:04d}"

    def severity(self, day: int, rng: Random) -> float:
        """How bad things are `day` days after surgery: a fall at the operation, then a slow way back."""
        if self.flare and day == FIXED_DAYS[FLARE][0]:
            return 0.95
        if self.scene and day >= 0:
            return MOSTLY_WELL
        level = self.before
        if day >= 0:
            level += self.drop * 0.5 ** (day / self.recovery_days)
        return min(1.0, max(0.0, level + rng.gauss(0, 0.06)))


def make_person(number: int, *, rng: Random, today: date) -> Person:
    """The synthetic patient of that number (from 1); the same generator state makes the same person."""
    stage = ROUND[(number - 1) % len(ROUND)]
    sex = rng.choice(["female", "male"])
    surgery_on = today - timedelta(days=rng.randint(*DAYS_SINCE_SURGERY[stage]))
    lead = rng.randint(5, 12) if stage is Stage.NO_BASELINE else rng.randint(14, 26)
    enrolled_on = min(surgery_on - timedelta(days=lead), today)
    discharged_on = surgery_on + timedelta(days=rng.randint(11, 20))
    fixed = FIXED_DAYS | SCENE_DAYS
    if number in fixed:
        surgery_on, discharged_on = (today - timedelta(days=days) for days in fixed[number])
        enrolled_on = surgery_on - timedelta(days=lead)
    return Person(
        number=number,
        stage=stage,
        name=f"{rng.choice(FIRST_NAMES[sex])} {rng.choice(LAST_NAMES)}",
        sex=sex,
        born_on=date(today.year - rng.randint(42, 79), rng.randint(1, 12), rng.randint(1, 28)),
        enrolled_on=enrolled_on,
        surgery_on=surgery_on,
        discharged_on=discharged_on,
        stoma=rng.random() < 0.7 or number == COMPLEX,
        urostomy=rng.random() < 0.4 or number == COMPLEX,
        before=rng.uniform(0.08, 0.34),
        drop=rng.uniform(0.12, 0.34),
        recovery_days=rng.uniform(35, 130),
        flare=number == FLARE,
        scene=number in SCENE_DAYS,
    )
