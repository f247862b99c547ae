"""What a patient agreed to: the state, the history, and a new consent."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.consent import ConsentStatus
from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.queries.happenings import EventRow, list_events
from lrrc_qol.services.consent import ConsentRecord, read_consent, record_consent
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.consent_forms import FORM_WORDS, ConsentForm
from lrrc_qol.web.staff.patient_words import event_words

STATUS_WORDS = {
    ConsentStatus.NONE: ("No consent recorded", "badge-yellow"),
    ConsentStatus.CURRENT: ("Consent is current", "badge-good"),
    ConsentStatus.RENEW: ("Consent to renew", "badge-yellow"),
}
MEANWHILE = (
    "Somebody else recorded a consent meanwhile. Look at what counts now; what you entered is still below. "
    "If it is to count instead, record it now."
)
WITHDRAWALS = frozenset(
    {EventKind.WITHDRAWAL_REMINDERS, EventKind.WITHDRAWAL_NEW_DATA, EventKind.WITHDRAWAL_ALL, EventKind.DEATH}
)


@blueprint.get("/patients/<public_id>/consent")
@audience.staff("view_patients")
def consent(public_id: str) -> ResponseReturnValue:
    """What counts now and how it came to be; the form proposes the text in effect, today, everything."""
    record, endings = _read(public_id)
    current = record.texts.current
    proposed = {} if current is None else {"text": current.public_id, "scopes": list(current.scopes)}
    form = _form(record, None, data=proposed | {"given_on": record.texts.today})
    return _page(record, endings, form, seen=len(record.consents))


@blueprint.post("/patients/<public_id>/consent")
@audience.staff("edit_record")
def record_patient_consent(public_id: str) -> ResponseReturnValue:
    """Record a consent; it counts from now on."""
    record, endings = _read(public_id)
    form = _form(record, request.form)
    seen = request.form.get("seen", type=int)
    if form.validate():
        try:
            with runtime().writing(current_actor()) as work:
                added = record_consent(work, public_id, form.consent(), seen=seen)
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        except StaleWrite:
            record, endings = _read(public_id)
            seen = len(record.consents)
            form.form_errors.append(MEANWHILE)
        else:
            flash("The consent is recorded." if added else "This consent is recorded already.", "good")
            return redirect(url_for("staff.consent", public_id=public_id))
    return _page(record, endings, form, seen=seen)


def _form(record: ConsentRecord, sent: object, **values: object) -> ConsentForm:
    return ConsentForm(sent, texts=record.texts.texts, scopes=record.texts.scopes, **values)


def _page(
    record: ConsentRecord, endings: tuple[EventRow, ...], form: ConsentForm, *, seen: int | None
) -> ResponseReturnValue:
    """`seen` is how many consents the page showed that the form was filled in on."""
    page = render_template(
        "staff/consent.html",
        record=record,
        patient=record.patient,
        form=form,
        seen=seen,
        endings=endings,
        event_words=event_words,
        status_words=STATUS_WORDS,
        form_words=FORM_WORDS,
        scope_titles={scope.id: scope.title for scope in record.texts.scopes},
        may_be_early="given_on" in form.errors or form.early_is_right.data,
    )
    return page, 422 if form.faults() else 200


def _read(public_id: str) -> tuple[ConsentRecord, tuple[EventRow, ...]]:
    """The consents, and the withdrawals and the death on the record."""
    with runtime().reading(current_actor()) as work:
        record = read_consent(work, public_id)
        events = list_events(work.session, centre_id=work.actor.centre(), episode_id=record.patient.episode_id)
    return record, tuple(event for event in events if event.kind in WITHDRAWALS and event.revoked_at is None)
