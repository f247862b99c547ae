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
from lrrc_qol.demo.scenes import RECURS, Crew, play, worsened
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
from lrrc_qol.domain.contact import Channel
from lrrc_qol.domain.events import EventKind
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import AnswerInput, FormItem
from lrrc_qol.services.change_anatomy import change_anatomy, read_anatomy
from lrrc_qol.services.change_channel import ContactChoice, change_channel, read_channel
from lrrc_qol.services.change_dates import EpisodeDates, change_dates, preview_dates
from lrrc_qol.services.clinic.duty import note_absence, set_chain
from lrrc_qol.services.clinic.holidays import Holiday, add_holidays
from lrrc_qol.services.clinical_record.edit import save_section
from lrrc_qol.services.consent import NewConsent, NewConsentText, add_consent_text, record_consent, text_in_effect
from lrrc_qol.services.context import COMMAND, SYSTEM, Actor, Work
from lrrc_qol.services.demo_history import public_id_of, staff_id
from lrrc_qol.services.enrol_patient import Enrolment, enrol_patient
from lrrc_qol.services.overdue_alerts import pass_on_overdue
from lrrc_qol.services.record_event import record_event
from lrrc_qol.services.show_results import show_results
from lrrc_qol.services.staff_accounts import NewCentre, NewStaff, add_centre, add_staff, set_active

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
LEFT = ("former.nurse@demo.example", "Tess Moran", "nurse")
HOURS = {day: ("08:00", "16:00") for day in ("mon", "tue", "wed", "thu", "fri")}
ANSWERS_VISIT = 0.9
PAST = timedelta(days=500)
ASKED_AGAIN = timedelta(days=20)
"""How long ago a later consent text began to ask everybody again."""


ENDED = frozenset({Stage.WITHDRAWN, Stage.DIED})


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the demo, and the moment it is."""

    crew: Crew
    now: datetime

    @property
    def nurse(self) -> Actor:
        """Who does what nobody else is named for."""
        return self.crew.nurse

    @property
    def today(self) -> date:
        """Today at the centre."""
        return self.now.astimezone(ZoneInfo(TIMEZONE)).date()


def populate(
    runtime: Runtime, *, patients: int, seed: int, now: datetime, report: Callable[[int], None] = lambda _: None
) -> None:
    """Make the centre, the staff and `patients` patients; the same seed on the same day makes the same ones."""
    with runtime.writing(COMMAND, now=now - PAST) as work:
        cast = Cast(crew=_make_centre(work), now=now)
    rng = Random(seed)  # noqa: S311 - synthetic patients, not secrets
    for number in range(1, patients + 1):
        person = make_person(number, rng=rng, today=cast.today)
        with runtime.writing(cast.nurse, now=now) as work:
            _live(work, person, cast=cast, rng=Random(f"{seed}/{number}"))  # noqa: S311 - see above
        report(number)
    with runtime.writing(cast.nurse, now=now) as work:
        set_active(work, public_id_of(work, cast.crew.left.id), active=False)
    with runtime.writing(SYSTEM, now=now) as work:
        pass_on_overdue(work)


def _make_centre(work: Work) -> Crew:
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
        for email, name, role in (*LOGINS, LEFT)
    ]
    nurse, second, left = (
        Actor(kind="staff", id=staff_id(work, public_ids[place]), centre_id=centre_id, role="nurse")
        for place in (0, 1, -1)
    )
    _add_consent_text(replace(work, actor=nurse))
    _name_team(replace(work, actor=nurse), public_ids)
    show_results(replace(work, actor=nurse), shown=True)
    return Crew(nurse, second, left)


def _name_team(work: Work, public_ids: Sequence[str]) -> None:
    """Who is asked after whom, one colleague on leave soon, and a day on which the clinic is closed."""
    _, second, surgeon, *_ = public_ids
    set_chain(work, second=second, surgeon=surgeon)
    today = work.today_in(TIMEZONE)
    leave = today + timedelta(days=510)
    note_absence(work, who=second, cover=public_ids[0], first_day=leave, last_day=leave + timedelta(days=4))
    add_holidays(work, [Holiday(today + timedelta(days=514), "Day of the invented saint")])


def _add_consent_text(work: Work) -> None:
    """The text of the start, and a later one that asks everybody again."""
    scopes = tuple(scope.id for scope in work.catalogue.consent_scopes)
    title = "Follow-up after your operation: information and consent"
    today = work.today_in(TIMEZONE)
    add_consent_text(work, NewConsentText("1", title, scopes, effective_on=today, renew=False))
    later = today + PAST - ASKED_AGAIN
    add_consent_text(work, NewConsentText("2", f"{title}, second version", scopes, effective_on=later, renew=True))


def _agree(work: Work, patient: str, person: Person) -> None:
    """Most agree to everything; some do not want their answers used for research, one in twelve was not asked, and one
    in ten not again."""
    text = text_in_effect(work)
    if text is None or person.number % 12 == 0:
        return
    scopes = tuple(scope for scope in text.scopes if scope != "research" or person.number % 7)
    record_consent(work, patient, NewConsent(text.public_id, work.today_in(TIMEZONE), scopes, form="paper"))


def _choose_channel(work: Work, patient: str, person: Person) -> None:
    """One in seven is written to by short message."""
    if person.number % 7 == 3 and work.settings.sms is not None:
        choice = ContactChoice(Channel.SMS.value, f"+44 7700 900{person.number % 1000:03d}")
        change_channel(work, patient, choice, seen=read_channel(work, patient))


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
    asked_again = cast.today - ASKED_AGAIN
    if person.enrolled_on < asked_again and person.number % 10 and person.stage not in ENDED:
        _agree(_at(work, asked_again, 9, cast), patient, person)
    _choose_channel(work, patient, person)
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
    if not person.scene:
        close_old_alerts(work, patient, before=yesterday)
    read_old_forms(work, patient, before=yesterday)
    play(work, patient, person.number, crew=cast.crew, year=person.born_on.year)
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
        if visit.kind != "baseline" and (person.answers_all or rng.random() < ANSWERS_VISIT)
    ]
    last = end if person.answers_all else end - timedelta(days=1)
    return sorted((stop for stop in stops if stop.on <= last), key=lambda stop: stop.on)


def _answer_day(visit: PastVisit, person: Person, rng: Random) -> date:
    """A day or two after the form was due, inside its window; who answers all answers on the day."""
    return min(visit.due_on + timedelta(days=0 if person.answers_all else rng.randint(0, 2)), visit.closes_on)


def _walk(work: Work, patient: str, person: Person, stops: list[Stop], *, cast: Cast, rng: Random) -> None:
    for place, stop in enumerate(stops, start=1 - len(stops)):
        if stop.on < cast.today or person.answers_all:
            then = _at(work, stop.on, rng.randint(9, 19), cast)
            if person.scene:
                close_old_alerts(then, patient, before=then.now)
            choose = _chooser(person, stop, rng, worse=person.scene and place >= -(person.number in RECURS))
            answer_visit(then, patient, stop, year=person.born_on.year, choose=choose)


def _chooser(person: Person, stop: Stop, rng: Random, *, worse: bool) -> Chooser:
    """How this person answers any questionnaire on a day; `worse` with the trouble of the person's scene."""
    day = (stop.on - person.surgery_on).days

    def choose(instrument: Instrument, items: tuple[FormItem, ...]) -> tuple[AnswerInput, ...]:
        answers = make_answers(instrument, items, severity=person.severity(day, rng), rng=rng)
        return worsened(person.number, answers) if worse and day >= 0 else answers

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
