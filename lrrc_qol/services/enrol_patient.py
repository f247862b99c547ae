"""Enrol a patient: checks what was entered, makes the patient, the episode and its plan in one go."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.domain.instrument import ANATOMY
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Centre, Episode, Patient
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.languages import offered_languages
from lrrc_qol.services.plan_episode import protocol_of, start_plan
from lrrc_qol.services.wordings import hold_choices

ADULT_AGE = 18
OLDEST_AGE = 120
LATEST_SURGERY = timedelta(days=731)
NAME_LIMIT = 120
NUMBER_LIMIT = 40
PHONE_LIMIT = 40
NUMBER_TAKEN = "A patient with this hospital number is already enrolled at your centre."


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a nurse enters; dates are civil dates at the centre. The facts of anatomy are None while not known."""

    name: str
    born_on: date
    sex: str
    hospital_number: str
    email: str
    phone: str | None
    language: str
    timezone: str
    planned_surgery_on: date | None
    neoadjuvant_planned: bool
    stoma: bool | None
    urostomy: bool | None
    rectum_removed: bool | None = None
    bladder_removed: bool | None = None
    vagina: bool | None = None
    nerve_resection: bool | None = None


def enrol_patient(work: Work, enrolment: Enrolment) -> str:
    """Enrol and plan; return the patient's public id. InvalidInput names every field that cannot be right."""
    hold_choices(work, work.actor.centre())
    centre = work.session.get_one(Centre, work.actor.centre())
    today = work.today_in(centre.timezone)
    email = _checked(work, enrolment, centre=centre, today=today)
    patient = _new_patient(work, enrolment, centre=centre, email=email)
    _add(work, patient)
    episode = Episode(
        public_id=new_public_id(),
        patient_id=patient.id,
        centre_id=centre.id,
        enrolled_on=today,
        planned_surgery_on=enrolment.planned_surgery_on,
        neoadjuvant_planned=enrolment.neoadjuvant_planned,
        **{fact: getattr(enrolment, fact) for fact in ANATOMY},
        created_at=work.now,
    )
    work.session.add(episode)
    work.session.flush()
    changes = start_plan(work, episode, patient).changes
    protocol = protocol_of(work, episode.id)
    audit.record(
        work,
        "enrolled_patient",
        subject_kind="patient",
        subject_id=patient.id,
        centre_id=centre.id,
        episode_id=episode.id,
        detail={
            "protocol": f"{protocol.id} {protocol.version}",
            "planned_surgery_on": str(enrolment.planned_surgery_on),
            "visits": [change.key for change in changes],
        },
    )
    return patient.public_id


def _add(work: Work, patient: Patient) -> None:
    work.session.add(patient)
    try:
        work.session.flush()
    except IntegrityError:  # somebody else enrolled the same number since it was looked up
        raise InvalidInput({"hospital_number": NUMBER_TAKEN}) from None


@cache
def known_zones() -> frozenset[str]:
    """The names of all time zones; looked up once, because the whole table of zones is read for it."""
    return frozenset(available_timezones())


def checked_email(text: str) -> str:
    """The address in normal form; ValueError with a plain sentence when it cannot be an address."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(f"This cannot be an e-mail address: {error}") from None


def _new_patient(work: Work, enrolment: Enrolment, *, centre: Centre, email: str) -> Patient:
    cipher = work.cipher
    return Patient(
        public_id=new_public_id(),
        centre_id=centre.id,
        name_sealed=cipher.seal(" ".join(enrolment.name.split()), field="patient.name"),
        born_on_sealed=cipher.seal(enrolment.born_on.isoformat(), field="patient.born_on"),
        hospital_number_sealed=cipher.seal(enrolment.hospital_number.strip(), field="patient.hospital_number"),
        hospital_number_lookup=cipher.lookup(enrolment.hospital_number, field="patient.hospital_number"),
        email_sealed=cipher.seal(email, field="patient.email"),
        email_lookup=cipher.lookup(email, field="patient.email"),
        phone_sealed=cipher.seal(enrolment.phone.strip(), field="patient.phone") if enrolment.phone else None,
        sex=enrolment.sex,
        language=enrolment.language,
        timezone=enrolment.timezone,
        created_at=work.now,
    )


def enrolment_faults(enrolment: Enrolment, *, today: date, languages: Collection[str]) -> dict[str, str]:
    """What cannot be right, by field, as far as it can be told without looking at other patients.

    `today` is the date at the centre, `languages` are those that it offers.
    """
    faults = _text_faults(enrolment) | _date_faults(enrolment, today=today) | _choice_faults(enrolment, languages)
    try:
        checked_email(enrolment.email)
    except ValueError as error:
        faults["email"] = str(error)
    return faults


def _checked(work: Work, enrolment: Enrolment, *, centre: Centre, today: date) -> str:
    faults = enrolment_faults(enrolment, today=today, languages=offered_languages(work, centre.id))
    if "hospital_number" not in faults and _number_taken(work, enrolment.hospital_number, centre=centre):
        faults["hospital_number"] = NUMBER_TAKEN
    if faults:
        raise InvalidInput(faults)
    return checked_email(enrolment.email)


def _text_faults(enrolment: Enrolment) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not enrolment.name.strip():
        faults["name"] = "Enter the patient's name."
    elif len(enrolment.name) > NAME_LIMIT or not enrolment.name.isprintable():
        faults["name"] = f"Use at most {NAME_LIMIT} ordinary characters."
    if not enrolment.hospital_number.strip():
        faults["hospital_number"] = "Enter the hospital number."
    elif len(enrolment.hospital_number) > NUMBER_LIMIT or not enrolment.hospital_number.isprintable():
        faults["hospital_number"] = f"Use at most {NUMBER_LIMIT} ordinary characters."
    if enrolment.phone and (len(enrolment.phone) > PHONE_LIMIT or not set(enrolment.phone) <= set("+0123456789 ()-./")):
        faults["phone"] = "Use digits, spaces and + only, for example +44 20 7946 0000."
    return faults


def _date_faults(enrolment: Enrolment, *, today: date) -> dict[str, str]:
    faults: dict[str, str] = {}
    age = (
        today.year
        - enrolment.born_on.year
        - ((today.month, today.day) < (enrolment.born_on.month, enrolment.born_on.day))
    )
    if enrolment.born_on >= today:
        faults["born_on"] = "The date of birth must be in the past."
    elif age > OLDEST_AGE:
        faults["born_on"] = f"This would make the patient {age} years old. Check the year."
    elif age < ADULT_AGE:
        faults["born_on"] = f"Patients must be at least {ADULT_AGE} years old."
    planned = enrolment.planned_surgery_on
    if planned is not None and planned < today:
        faults["planned_surgery_on"] = (
            "This day is past. Leave it empty and enter the date of the operation on the patient's page."
        )
    elif planned is not None and planned > today + LATEST_SURGERY:
        faults["planned_surgery_on"] = "This is more than two years ahead. Check the year."
    return faults


def _choice_faults(enrolment: Enrolment, languages: Collection[str]) -> dict[str, str]:
    faults: dict[str, str] = {}
    if enrolment.sex not in {"male", "female"}:
        faults["sex"] = "Choose one."
    if enrolment.language not in languages:
        faults["language"] = "Your centre does not offer this language: it is not complete, or nobody has reviewed it."
    if enrolment.timezone not in known_zones():
        faults["timezone"] = "This time zone is not known. Use a name such as Europe/London."
    return faults


def _number_taken(work: Work, number: str, *, centre: Centre) -> bool:
    lookup = work.cipher.lookup(number, field="patient.hospital_number")
    found = work.session.scalar(
        select(Patient.id).where(Patient.centre_id == centre.id, Patient.hospital_number_lookup == lookup)
    )
    return found is not None
