"""A second centre whose simulated patients follow a published course, so that the cohort page can be seen to find it.

Its own version of the plan asks the FACT-C, whose forms a nurse types in from paper. Nothing in it ever happened: the
answers are drawn at random so that their expected total is the average that the paper reports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from lrrc_qol.catalogue.catalogue import Catalogue
from lrrc_qol.demo.people import FIRST_NAMES, LAST_NAMES
from lrrc_qol.demo.population import PASSWORD
from lrrc_qol.demo.visits import PastVisit, close_old_alerts, read_old_forms, visits_of
from lrrc_qol.domain.events import EventKind
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.domain.scoring.parameters import names
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import AnswerInput, SaveRequest, list_parts, save_answers, submit_response
from lrrc_qol.services.change_dates import EpisodeDates, change_dates, preview_dates
from lrrc_qol.services.context import COMMAND, Actor, Work
from lrrc_qol.services.demo_history import staff_id
from lrrc_qol.services.enrol_patient import Enrolment, enrol_patient
from lrrc_qol.services.patient_session import PAPER, find_seat
from lrrc_qol.services.protocol_versions.edit import make_draft
from lrrc_qol.services.protocol_versions.publish import publish_version, use_for_new
from lrrc_qol.services.protocol_versions.visits import VisitChoices, read_visits, save_visits
from lrrc_qol.services.protocols import versions_of
from lrrc_qol.services.record_event import record_event
from lrrc_qol.services.staff_accounts import NewCentre, NewStaff, add_centre, add_staff
from lrrc_qol.services.staff_entry import EntryRequest, begin_entry

CENTRE_CODE: Final = "TEACH"
CENTRE_NAME: Final = "Teaching cohort, simulated"
TIMEZONE: Final = "Europe/London"
LOGIN: Final = ("teaching@demo.example", "Tamsin Quayle", "nurse")
COURSE: Final = "young_2014"
PATIENTS: Final = 30
# The paper says "back at the baseline by 9 months" and gives no figure for it; before that a straight line.
BACK_BY_DAY: Final = 274
HOME_AFTER: Final = 14
OPERATED_DAYS_AGO: Final = (430, 600)
OPENED: Final = timedelta(days=660)
# How patients differ from each other, and each from the own course, in points of the total. Design figures.
BETWEEN, WITHIN = 9.0, 4.0
COMES = 0.92
LEFT_BLANK = 0.15
"""How often a sensitive question stays blank on the paper."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """One simulated patient; `own` is how far the total lies from the average at every visit."""

    number: int
    name: str
    sex: str
    born_on: date
    surgery_on: date
    own: float
    died_day: int | None

    @property
    def home_on(self) -> date:
        """The day of going home."""
        return self.surgery_on + timedelta(days=HOME_AFTER)


@dataclass(frozen=True, slots=True)
class Course:
    """The average total before the operation and on days after it, straight lines in between."""

    before: float
    days: Mapping[int, float] = field(default_factory=dict)

    def at(self, day: int) -> float:
        """The average on a day; after the last known one it stays."""
        if day < 0:
            return self.before
        known = sorted(self.days.items())
        earlier = [one for one in known if one[0] <= day] or known[:1]
        later = [one for one in known if one[0] > day] or known[-1:]
        (first, low), (last, high) = earlier[-1], later[0]
        return low if last <= first else low + (high - low) * (day - first) / (last - first)


def published_course(catalogue: Catalogue) -> Course:
    """The figures of the paper, and its return to the baseline by nine months."""
    paper = next(one for one in catalogue.published_courses if one.id == COURSE)
    before = paper.before or 0.0
    after = dict(paper.placed(baseline_day=None, discharge_day=HOME_AFTER))
    return Course(before, after | {BACK_BY_DAY: before})


def make_teaching_cohort(
    runtime: Runtime,
    *,
    seed: int,
    now: datetime,
    patients: int = PATIENTS,
    report: Callable[[int], None] = lambda _: None,
) -> None:
    """Make the centre, its nurse, its version of the plan and the patients, all of whom are over a year past."""
    with runtime.writing(COMMAND, now=now - OPENED) as work:
        nurse = _make_centre(work)
    with runtime.writing(nurse, now=now - OPENED) as work:
        _make_version(work)
    course = published_course(runtime.catalogue)
    rng = Random(f"teaching/{seed}")  # noqa: S311 - synthetic patients, not secrets
    today = now.astimezone(ZoneInfo(TIMEZONE)).date()
    for number in range(1, patients + 1):
        person = _make_person(number, rng=rng, today=today)
        with runtime.writing(nurse, now=now) as work:
            _live(work, person, course, rng)
        report(number)


def _make_centre(work: Work) -> Actor:
    centre_id = add_centre(
        work,
        NewCentre(
            code=CENTRE_CODE,
            name=CENTRE_NAME,
            timezone=TIMEZONE,
            sender_name="Teaching cohort",
            reply_to="teaching@demo.example",
            emergency_phone="999",
            ward_phone="020 7946 0789",
            nurse_phone="020 7946 0790",
            clinic_hours={"mon": ("08:00", "16:00")},
        ),
    )
    email, name, role = LOGIN
    made = add_staff(work, NewStaff(email=email, name=name, role=role, centre_code=CENTRE_CODE, password=PASSWORD))
    return Actor(kind="staff", id=staff_id(work, made), centre_id=centre_id, role=role)


def _make_version(work: Work) -> None:
    """The shipped plan, with the FACT-C in the place of every questionnaire but the check-in."""
    shipped = [one for one in versions_of(work, "pe12") if one.shipped][-1]
    draft = make_draft(work, based_on=shipped.version)
    view = read_visits(work, draft)
    asked = {line.place: ("fact_c",) for line in view.lines if "pe_checkin" not in line.instruments}
    save_visits(work, draft, VisitChoices(instruments=asked, taken=(), messages={}), revision=view.revision)
    view = read_visits(work, draft)
    publish_version(
        work,
        draft,
        reason="FACT-C at every visit, to compare with a published course. Simulated patients only.",
        owner=LOGIN[1],
        revision=view.revision,
    )
    use_for_new(work, view.version)


def _make_person(number: int, *, rng: Random, today: date) -> Simulated:
    sex = rng.choice(["female", "male"])
    return Simulated(
        number=number,
        name=f"{rng.choice(FIRST_NAMES[sex])} {rng.choice(LAST_NAMES)}",
        sex=sex,
        born_on=date(today.year - rng.randint(42, 79), rng.randint(1, 12), rng.randint(1, 28)),
        surgery_on=today - timedelta(days=rng.randint(*OPERATED_DAYS_AGO)),
        own=rng.gauss(0, BETWEEN),
        died_day=rng.randint(120, 360) if number % 10 == 5 else None,
    )


def _live(work: Work, person: Simulated, course: Course, rng: Random) -> None:
    """Enrolled, baseline on paper, operated on, home, and the later forms that came; no mail is ever sent."""
    enrolled = person.surgery_on - timedelta(days=21)
    patient = enrol_patient(_at(work, enrolled), _enrolment(person))
    _record(_at(work, enrolled), patient, EventKind.WITHDRAWAL_REMINDERS, enrolled)
    for visit in visits_of(work, patient):
        if visit.kind == "baseline":
            _type_in(work, patient, visit, person, course, rng)
    _enter_dates(_at(work, person.home_on), patient, person)
    last = person.surgery_on + timedelta(days=person.died_day or OPERATED_DAYS_AGO[1])
    for visit in visits_of(work, patient):
        if visit.kind in ("discharge", "follow_up") and visit.due_on < last and rng.random() < COMES:
            _type_in(work, patient, visit, person, course, rng)
    if person.died_day is not None:
        _record(_at(work, last), patient, EventKind.DEATH, last)
    close_old_alerts(work, patient, before=work.now)
    read_old_forms(work, patient, before=work.now)


def _record(work: Work, patient: str, kind: EventKind, day: date) -> None:
    told = {ask.name: next(iter(ask.options)) for ask in work.catalogue.events.rule(kind).asks if ask.required}
    record_event(work, patient, kind=kind, happened_on=day, detail=told)


def _at(work: Work, day: date) -> Work:
    return replace(work, now=datetime.combine(day, time(12), tzinfo=ZoneInfo(TIMEZONE)).astimezone(UTC))


def _enrolment(person: Simulated) -> Enrolment:
    return Enrolment(
        name=person.name,
        born_on=person.born_on,
        sex=person.sex,
        hospital_number=f"TEACH-{person.number:03d}",
        email=f"teaching{person.number:03d}@example.org",
        phone=None,
        language="en",
        timezone=TIMEZONE,
        planned_surgery_on=person.surgery_on,
        neoadjuvant_planned=False,
        stoma=True,
        urostomy=False,
    )


def _enter_dates(work: Work, patient: str, person: Simulated) -> None:
    dates = EpisodeDates(
        planned_surgery_on=person.surgery_on,
        surgery_on=person.surgery_on,
        discharged_on=person.home_on,
        stoma=True,
        urostomy=False,
    )
    version = preview_dates(work, patient, dates).episode_version
    change_dates(work, patient, dates, expected_version=version, reason="Home from hospital.")


def _type_in(work: Work, patient: str, visit: PastVisit, person: Simulated, course: Course, rng: Random) -> None:
    """The nurse types in one paper form, dated the day that it was due."""
    then = _at(work, visit.due_on)
    day = (visit.due_on - person.surgery_on).days
    total = course.at(day) + person.own + rng.gauss(0, WITHIN)
    paper = EntryRequest(
        visit=visit.public_id, mode=PAPER, respondent="patient", relation="", answered_on=visit.due_on, any_day=True
    )
    seat = find_seat(then, begin_entry(then, patient, paper))
    if seat is None:
        return
    for part in list_parts(then, seat):
        answers = paper_answers(work.catalogue.instrument(*part.instrument), total, rng)
        form = part.assignment_public_id
        saved = save_answers(then, seat, form, SaveRequest(key="save", version=0, answers=answers))
        submit_response(then, seat, form, key="submit", version=saved.body["version"])


def paper_answers(instrument: Instrument, total: float, rng: Random) -> tuple[AnswerInput, ...]:
    """Answers to the scored questions of the FACT-C that add up to `total` on average; a sensitive one may be blank."""
    whole = instrument.scale("FACT_C")
    turned = {item for scale in instrument.scales for item in names(scale, "reversed")}
    scored = [item for item in instrument.items if any(item.id in scale.items for scale in instrument.scales)]
    share = min(1.0, max(0.0, total / whole.maximum))
    found: list[AnswerInput] = []
    for item in scored:
        if item.sensitive and rng.random() < LEFT_BLANK:
            continue
        best = max(item.codes)
        good = sum(rng.random() < share for _ in range(best))
        found.append(AnswerInput(item_id=item.id, value=best - good if item.id in turned else good, declined=False))
    return tuple(found)
