"""The languages of a centre: what a patient reads in each, who reviewed it, which may be offered."""

from lrrc_qol.services.languages.offer import is_draft, may_offer, offered_languages, reviewed_languages
from lrrc_qol.services.languages.review import Approval, approve_language, take_back_review
from lrrc_qol.services.languages.states import LanguageState, ReviewState, language_state, language_states
from lrrc_qol.services.languages.texts import Line, Section, language_texts, missing_parts, texts_digest

__all__ = [
    "Approval",
    "LanguageState",
    "Line",
    "ReviewState",
    "Section",
    "approve_language",
    "is_draft",
    "language_state",
    "language_states",
    "language_texts",
    "may_offer",
    "missing_parts",
    "offered_languages",
    "reviewed_languages",
    "take_back_review",
    "texts_digest",
]
