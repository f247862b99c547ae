"""What a patient agreed to and the versions of the centre's text, for the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lrrc_qol.domain.consent import (
    HOLDING_MAIL,
    ConsentScope,
    ConsentState,
    GivenConsent,
    ScopeAct,
    TextVersion,
    consent_state,
    current_text,
    refuses,
)
from lrrc_qol.persistence.models import Centre
from lrrc_qol.persistence.queries.consent import (
    ConsentRow,
    ConsentTextRow,
    list_consent_texts,
    list_consents,
)
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_record import find_patient_row


@dataclass(frozen=True, slots=True)
class TextsRecord:
    """All versions of the centre's text, the one in effect on `today` (the centre's date), and the known scopes."""

    texts: tuple[ConsentTextRow, ...]
    current: ConsentTextRow | None
    scopes: tuple[ConsentScope, ...]
    today: date


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """A patient's consents, the last one first, and what they come to.

    `no_mail` when they hold mails back, `no_forms` when staff may type in no form.
    """

    patient: PatientRow
    state: ConsentState
    consents: tuple[ConsentRow, ...]
    texts: TextsRecord
    no_mail: bool
    no_forms: bool
    not_exported: bool


def read_texts(work: Work) -> TextsRecord:
    """The versions of the text of the actor's centre."""
    centre_id = work.actor.centre()
    today = work.today_in(work.session.get_one(Centre, centre_id).timezone)
    texts = list_consent_texts(work.session, centre_id=centre_id)
    current = current_text([_version(text) for text in texts], today)
    by_version = {text.version: text for text in texts}
    return TextsRecord(texts, by_version[current.version] if current else None, work.catalogue.consent_scopes, today)


def text_in_effect(work: Work) -> ConsentTextRow | None:
    """The version of the text that a patient is asked with today; None when the centre has none."""
    return read_texts(work).current


def read_consent(work: Work, patient_public_id: str) -> ConsentRecord:
    """One patient's consents; NotFound when the actor's centre has no such patient."""
    patient = find_patient_row(work, patient_public_id)
    texts = read_texts(work)
    rows = list_consents(work.session, centre_id=work.actor.centre(), patient_id=patient.id)
    state = state_of(rows, texts.texts, texts.today)
    return ConsentRecord(
        patient=patient,
        state=state,
        consents=rows[::-1],
        texts=texts,
        no_mail=refuses(state.refused, texts.scopes, *HOLDING_MAIL),
        no_forms=refuses(state.refused, texts.scopes, ScopeAct.NO_FORMS),
        not_exported=refuses(state.refused, texts.scopes, ScopeAct.NOT_EXPORTED),
    )


def state_of(rows: Sequence[ConsentRow], texts: Sequence[ConsentTextRow], today: date) -> ConsentState:
    """What recorded consents come to on `today`."""
    given = [GivenConsent(row.version, row.given_on, frozenset(row.scopes)) for row in rows]
    return consent_state(given, [_version(text) for text in texts], today)


def _version(text: ConsentTextRow) -> TextVersion:
    return TextVersion(text.version, text.scopes, text.effective_on, text.renew)
