"""Consent: the versions of a centre's text, what a patient agreed to, and what a refusal does."""

from lrrc_qol.services.consent.acts import refusing_mail
from lrrc_qol.services.consent.add_text import NewConsentText, add_consent_text
from lrrc_qol.services.consent.read import ConsentRecord, TextsRecord, read_consent, read_texts, text_in_effect
from lrrc_qol.services.consent.record import NewConsent, record_consent

__all__ = [
    "ConsentRecord",
    "NewConsent",
    "NewConsentText",
    "TextsRecord",
    "add_consent_text",
    "read_consent",
    "read_texts",
    "record_consent",
    "refusing_mail",
    "text_in_effect",
]
