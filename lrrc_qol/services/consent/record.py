"""Record what a patient agreed to and refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.persistence.models import Centre, Consent, ConsentText, Patient
from lrrc_qol.services import audit
from lrrc_qol.services.consent.acts import refusing_mail
from lrrc_qol.services.context import Work
from lrrc_qol.services.event_checks import death_of
from lrrc_qol.services.find_episode import events_of, find_episode
from lrrc_qol.services.patient_facts import recorded_events
from lrrc_qol.services.plan_episode import rearm_open_visits

FORMS = ("paper", "electronic", "spoken")
NOTE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class NewConsent:
    """What a nurse enters: the text, the day, the scopes agreed to, and how it was given.

    `early_is_right` confirms a day before the text took effect.
    """

    text_public_id: str
    given_on: date
    scopes: tuple[str, ...]
    form: str
    note: str | None = None
    early_is_right: bool = False


def record_consent(work: Work, patient_public_id: str, consent: NewConsent, *, seen: int | None = None) -> bool:
    """Add the consent, which counts from now on; return False when the last one recorded is the same.

    A refusal of mails acts at once, because it is looked at when each mail is sent; when mails are agreed to again,
    the reminders of open visits are set anew. InvalidInput names every field that cannot be right; StaleWrite when the
    patient has not `seen` consents on record any more, because somebody else recorded one.
    """
    patient, episode = find_episode(work, patient_public_id, lock=True)
    centre = work.session.get_one(Centre, patient.centre_id)
    text = work.session.scalars(
        select(ConsentText).where(ConsentText.public_id == consent.text_public_id, ConsentText.centre_id == centre.id)
    ).first()
    born_on = date.fromisoformat(work.cipher.open(patient.born_on_sealed, field="patient.born_on"))
    faults = _faults(consent, text, today=work.today_in(centre.timezone), born_on=born_on)
    died_on = death_of(recorded_events(events_of(work, episode.id)), work.catalogue.events)
    if died_on is not None and consent.given_on > died_on:
        faults.setdefault("given_on", f"This is after the patient's death ({died_on.isoformat()}).")
    if faults or text is None:
        raise InvalidInput(faults)
    if _is_recorded(work, patient, consent, text):
        return False
    if seen is not None and seen != _count(work, patient):
        raise StaleWrite("somebody else recorded a consent since the page was read")
    held_before = bool(refusing_mail(work, [patient.id]))
    row = Consent(
        patient_id=patient.id,
        centre_id=centre.id,
        text_id=text.id,
        given_on=consent.given_on,
        scopes=_agreed(consent, text),
        form=consent.form,
        note=_note(consent),
        recorded_at=work.now,
        recorded_by=work.actor.id,
    )
    work.session.add(row)
    work.session.flush()
    if held_before and not refusing_mail(work, [patient.id]):
        rearm_open_visits(work, episode, patient)
    audit.record(
        work,
        "recorded_consent",
        subject_kind="consent",
        subject_id=row.id,
        centre_id=centre.id,
        episode_id=episode.id,
        detail={
            "version": text.version,
            "given_on": row.given_on.isoformat(),
            "agreed": row.scopes,
            "refused": [scope for scope in text.scopes if scope not in row.scopes],
            "form": row.form,
        },
    )
    return True


def _faults(consent: NewConsent, text: ConsentText | None, *, today: date, born_on: date) -> dict[str, str]:
    faults: dict[str, str] = {}
    if text is None:
        faults["text"] = "Choose a version of your centre's text."
    elif not set(consent.scopes) <= set(text.scopes):
        faults["scopes"] = "This version of the text does not ask about all of these."
    if consent.form not in FORMS:
        faults["form"] = "Choose how it was given."
    if len(consent.note or "") > NOTE_LIMIT:
        faults["note"] = f"At most {NOTE_LIMIT} characters."
    return faults | _day_faults(consent, text, today=today, born_on=born_on)


def _day_faults(consent: NewConsent, text: ConsentText | None, *, today: date, born_on: date) -> dict[str, str]:
    if consent.given_on > today:
        return {"given_on": "This day has not come yet."}
    if consent.given_on < born_on:
        return {"given_on": "This is before the date of birth."}
    if text is not None and consent.given_on < text.effective_on and not consent.early_is_right:
        return {
            "given_on": f"Version {text.version} is in effect only since {text.effective_on.isoformat()}. "
            "Choose the version the patient signed, or confirm below that the day is right."
        }
    return {}


def _agreed(consent: NewConsent, text: ConsentText) -> list[str]:
    return [scope for scope in text.scopes if scope in consent.scopes]


def _note(consent: NewConsent) -> str | None:
    return (consent.note or "").strip() or None


def _count(work: Work, patient: Patient) -> int:
    return work.session.scalars(select(func.count()).where(Consent.patient_id == patient.id)).one()


def _is_recorded(work: Work, patient: Patient, consent: NewConsent, text: ConsentText) -> bool:
    """Whether the last consent says the same: the button was pressed twice."""
    last = work.session.scalars(
        select(Consent).where(Consent.patient_id == patient.id).order_by(Consent.id.desc()).limit(1)
    ).first()
    return last is not None and (last.text_id, last.given_on, last.scopes, last.form, last.note) == (
        text.id,
        consent.given_on,
        _agreed(consent, text),
        consent.form,
        _note(consent),
    )
