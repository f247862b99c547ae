"""Consent texts and consents for tests, through the real services."""

from __future__ import annotations

from datetime import date
from typing import Any

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.consent import NewConsent, NewConsentText, add_consent_text, read_texts, record_consent
from lrrc_qol.services.context import Actor

ALL = ("answer_forms", "contact_mail", "care_audit", "research")


def make_text(runtime: Runtime, admin: Actor, version: str = "1.0", **changes: Any) -> str:
    """A version of the centre's text; its public id."""
    values = {"title": "Follow-up", "scopes": ALL, "effective_on": date(2026, 1, 1), "renew": False} | changes
    with runtime.writing(admin) as work:
        add_consent_text(work, NewConsentText(version=version, **values))
        return next(text.public_id for text in read_texts(work).texts if text.version == version)


def give_consent(runtime: Runtime, nurse: Actor, patient: str, text: str, **changes: Any) -> bool:
    """What a nurse records: everything agreed to, today, on paper, unless said otherwise."""
    values = {"given_on": runtime.clock.now().date(), "scopes": ALL, "form": "paper"} | changes
    with runtime.writing(nurse) as work:
        return record_consent(work, patient, NewConsent(text_public_id=text, **values))
