"""Fill an empty database: a centre, staff of every role, and synthetic patients who lived through the real services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from lrrc_qol.demo.answers import make_answers
from lrrc_qol.demo.jottings import jot_down
from lrrc_qol.demo.people import Person, Stage, make_person
from lrrc_qol.demo.records import record_of
from lrrc_qol.demo.visits import (
    Chooser,
    PastVisit,
    Stop,
    answer_visit,
    close_old_alerts,
    mark_messages_sent,
    read_old_forms,
    visits_of,
)
from lrrc_qol.domain.events import EventKind
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import AnswerInput, FormItem
from lrrc_qol.services.change_anatomy import change_anatomy, read_anatomy
from lrrc_qol.services.change_dates import EpisodeDates, change_dates, preview_dates
from lrrc_qol.services.clinic.duty import note_absence, set_chain
from lrrc_qol.services.clinic.holidays import Holiday, add_holidays
from lrrc_qol.services.clinical_record.edit import save_section
from lrrc_qol.services.consent import NewConsent, NewConsentText, add_consent_text, record_consent, text_in_effect
from lrrc_qol.services.context import COMMAND, Actor, Work
from lrrc_qol.services.demo_history import staff_id
from lrrc_qol.services.enrol_patient import Enrolment, enrol_patient
from lrrc_qol.services.record_event import record_event
from lrrc_qol.services.show_results import show_results
from lrrc_qol.services.staff_accounts import NewCentre, NewStaff, add_centre, add_staff

CENTRE_CODE = "DEMO"
TIMEZONE = "Europe/London"
PASSWORD = "lantern-otter-meadow"  # noqa: S105 - printed on the screen, valid in the demo only
LOGINS = (
    ("nurse@demo.example", "Nora Whitfield", "nurse"),
    ("second.nurse@demo.example", "Sam Okafor", "nurse"),
    ("surgeon@demo.example", "Priya Raman", "clinician"),
    ("coordinator@demo.example", "Colm Byrne", "coordinator"),
    ("researcher@demo.example", "Rosa Lindqvist", "researcher"),
    ("admin@demo.example", "Ali Demir", "admin"),
)
HOURS = {day: ("08:00", "16:00") for day in ("mon", "tue", "wed", "thu", "fri")}
ANSWERS_VISIT = 0.9


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the demo: the nurse, and the moment it is."""

    nurse: Actor
    now: datetime

    @property
    def today(self) -> date:
        """Today at the centre."""
        return self.now.astimezone(ZoneInfo(TIMEZONE)).date()


def populate(
    runtime: Runtime, *, patients: int, seed: int, now: datetime, report: Callable[[int], None] = lambda _: None
) -> None:
    """Make the centre, the staff and `patients` patients; the same seed on the same day makes the same ones."""
    with runtime.writing(COMMAND, now=now - timedelta(days=500)) as work:
        cast = Cast(nurse=_make_centre(work), now=now)
    rng = Random(seed)  # noqa: S311 - synthetic patients, not secrets
    for number in range(1, patients + 1):
        person = make_person(number, rng=rng, today=cast.today)
        with runtime.writing(cast.nurse, now=now) as work:
            _live(work, person, cast=cast, rng=Random(f"{seed}/{number}"))  # noqa: S311 - see above
        report(number)


def _make_centre(work: Work) -> Actor:
    centre_id = add_centre(
        work,
        NewCentre(
            code=CENTRE_CODE,
            name="Demo Hospital",
            timezone=TIMEZONE,
            sender_name="Demo Hospital Follow-up Team",
            reply_to="follow-up@demo.example",
            emergency_phone="999",
            ward_phone="020 7946 0123",
            nurse_phone="020 7946 0456",
            clinic_hours=HOURS,
        ),
    )
    public_ids = [
        add_staff(work, NewStaff(email=email, name=name, role=role, centre_code=CENTRE_CODE, password=PASSWORD))
        for email, name, role in LOGINS
    ]
    nurse = Actor(kind="staff", id=staff_id(work, public_ids[0]), centre_id=centre_id, role="nurse")
    _add_consent_text(replace(work, actor=nurse))
    _name_team(replace(work, actor=nurse), public_ids)
    show_results(replace(work, actor=nurse), shown=True)
    return nurse


def _name_team(work: Work, public_ids: Sequence[str]) -> None:
    """Who is asked after whom, one colleague on leave soon, and a day on which the clinic is closed."""
    _, second, surgeon, *_ = public_ids
    set_chain(work, second=second, surgeon=surgeon)
    today = work.today_in(TIMEZONE)
    leave = today + timedelta(days=510)
    note_absence(work, who=second, cover=public_ids[0], first_day=leave, last_day=leave + timedelta(days=4))
    add_holidays(work, [Holiday(today + timedelta(days=514), "Day of the invented saint")])


def _add_consent_text(work: Work) -> None:
    scopes = tuple(scope.id for scope in work.catalogue.consent_scopes)
    title = "Follow-up after your operation: information and consent"
    add_consent_text(work, NewConsentText("1", title, scopes, effective_on=work.today_in(TIMEZONE), renew=False))


def _agree(work: Work, patient: str, person: Person) -> None:
    """Most agree to everything; some do not want their answers used for research, and one in twelve was not asked."""
    text = text_in_effect(work)
    if text is None or person.number % 12 == 0:
        return
    scopes = tuple(scope for scope in text.scopes if scope != "research" or person.number % 7)
    record_consent(work, patient, NewConsent(text.public_id, work.today_in(TIMEZONE), scopes, form="paper"))


def _write_record(work: Work, patient: str, person: Person, *, cast: Cast, rng: Random) -> None:
    """The clinical record of an operated patient, each part on the day that it was known."""
    for written in record_of(person, rng) if person.surgery_on <= cast.today else ():
        if written.on <= cast.today:
            then = _at(work, written.on, 17, cast)
            expected = 1 if written.change else 0
            save_section(then, patient, written.section, written.content, expected_ordinal=expected)


def _live(work: Work, person: Person, *, cast: Cast, rng: Random) -> None:
    """One patient's story up to today."""
    patient = enrol_patient(_at(work, person.enrolled_on, 9, cast), _enrolment(person, cast))
    _agree(_at(work, person.enrolled_on, 9, cast), patient, person)
    stops = _stops_before(work, patient, person, rng)
    _walk(work, patient, person, stops, cast=cast, rng=rng)
    if person.surgery_on <= cast.today and person.surgery_on > person.enrolled_on:
        _enter_dates(_at(work, person.surgery_on, 17, cast), patient, person, discharged=False)
    if person.discharged_on <= cast.today and person.stage is not Stage.IN_HOSPITAL:
        _enter_dates(_at(work, person.discharged_on, 15, cast), patient, person, discharged=True)
    end = _end_of_answers(person, cast, rng)
    _walk(work, patient, person, _stops_after(work, patient, person, end, rng), cast=cast, rng=rng)
    _write_record(work, patient, person, cast=cast, rng=rng)
    _meet_fate(work, patient, person, end, cast=cast)
    mark_messages_sent(work, patient, now=cast.now)
    yesterday = cast.now - timedelta(hours=30)
    close_old_alerts(work, patient, before=yesterday)
    read_old_forms(work, patient, before=yesterday)
    if person.stage is not Stage.DIED and person.enrolled_on < cast.today - timedelta(days=5):
        jot_down(work, patient, person.number)


def _at(work: Work, day: date, hour: int, cast: Cast) -> Work:
    instant = datetime.combine(day, time(hour), tzinfo=ZoneInfo(TIMEZONE)).astimezone(UTC)
    return replace(work, now=min(instant, cast.now))


def _enrolment(person: Person, cast: Cast) -> Enrolment:
    return Enrolment(
        name=person.name,
        born_on=person.born_on,
        sex=person.sex,
        hospital_number=person.hospital_number,
        email=person.email,
        phone=f"07700 900{person.number % 1000:03d}",
        language="en",
        timezone=TIMEZONE,
        planned_surgery_on=max(person.surgery_on, person.enrolled_on),
        neoadjuvant_planned=False,
        stoma=person.stoma if person.surgery_on <= cast.today else None,
        urostomy=person.urostomy if person.surgery_on <= cast.today else None,
    )


def _enter_dates(work: Work, patient: str, person: Person, *, discharged: bool) -> None:
    dates = EpisodeDates(
        planned_surgery_on=person.surgery_on,
        surgery_on=person.surgery_on,
        discharged_on=person.discharged_on if discharged else None,
        stoma=person.stoma,
        urostomy=person.urostomy,
    )
    preview = preview_dates(work, patient, dates)
    reason = "Home from hospital." if discharged else "Operation done."
    change_dates(work, patient, dates, expected_version=preview.episode_version, reason=reason)
    version = read_anatomy(work, patient).patient.episode_version
    change_anatomy(work, patient, person.anatomy, expected_version=version)


def _stops_before(work: Work, patient: str, person: Person, rng: Random) -> list[Stop]:
    if person.stage in {Stage.JUST_ENROLLED, Stage.NO_BASELINE_SOON, Stage.NO_BASELINE}:
        return []
    return [
        Stop(visit_id=visit.id, on=visit.opens_on + timedelta(days=rng.randint(1, 8)))
        for visit in visits_of(work, patient)
        if visit.kind == "baseline"
    ]


def _stops_after(work: Work, patient: str, person: Person, end: date, rng: Random) -> list[Stop]:
    stops = [
        Stop(visit_id=visit.id, on=_answer_day(visit, person, rng))
        for visit in visits_of(work, patient)
        if visit.kind != "baseline" and (person.flare or rng.random() < ANSWERS_VISIT)
    ]
    last = end if person.flare else end - timedelta(days=1)
    return sorted((stop for stop in stops if stop.on <= last), key=lambda stop: stop.on)


def _answer_day(visit: PastVisit, person: Person, rng: Random) -> date:
    """A day or two after the form was due, inside its window; the patient with the flare answers on the day."""
    return min(visit.due_on + timedelta(days=0 if person.flare else rng.randint(0, 2)), visit.closes_on)


def _walk(work: Work, patient: str, person: Person, stops: list[Stop], *, cast: Cast, rng: Random) -> None:
    for stop in stops:
        if stop.on < cast.today or person.flare:
            then = _at(work, stop.on, rng.randint(9, 19), cast)
            answer_visit(then, patient, stop, year=person.born_on.year, choose=_chooser(person, stop.on, rng))


def _chooser(person: Person, on: date, rng: Random) -> Chooser:
    """How this person answers any questionnaire on a day."""
    day = (on - person.surgery_on).days

    def choose(instrument: Instrument, items: tuple[FormItem, ...]) -> tuple[AnswerInput, ...]:
        return make_answers(instrument, items, severity=person.severity(day, rng), rng=rng)

    return choose


def _end_of_answers(person: Person, cast: Cast, rng: Random) -> date:
    """From when on the patient no longer answers; today for those who still do."""
    if person.stage in {Stage.SILENT, Stage.PAUSED, Stage.WITHDRAWN, Stage.DIED}:
        days = (cast.today - person.surgery_on).days
        return person.surgery_on + timedelta(days=rng.randint(days // 3, max(days // 3, days - 20)))
    return cast.today


def _meet_fate(work: Work, patient: str, person: Person, end: date, *, cast: Cast) -> None:
    kind = {
        Stage.PAUSED: EventKind.PAUSE,
        Stage.WITHDRAWN: EventKind.WITHDRAWAL_NEW_DATA,
        Stage.DIED: EventKind.DEATH,
    }.get(person.stage)
    if kind is not None:
        rule = work.catalogue.events.rule(kind)
        told = {ask.name: next(iter(ask.options)) for ask in rule.asks if ask.required}
        record_event(_at(work, end, 12, cast), patient, kind=kind, happened_on=end, detail=told)
