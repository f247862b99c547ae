"""States, licences, conditions and kinds of visits as staff read them on the pages about questionnaires."""

from __future__ import annotations

from lrrc_qol.catalogue.translations import language_name
from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.web.admin.printed_form import Condition

STATES = {
    "draft": ("Draft", "badge-info"),
    "compared": ("Compared, not approved", "badge-yellow"),
    "approved": ("Approved", "badge-good"),
    "expired": ("Expired", "badge-red"),
    "retired": ("Retired", ""),
    "replaced": ("Replaced by a newer one", ""),
}
LICENCES = {
    "A": "Free: its words may be passed on",
    "B": "Free on the holder's terms",
    "C": "Needs the holder's licence or permission",
    "D": "Terms not settled: ask the holder first",
}
FORMATS = {
    "fhir": "FHIR Questionnaire (JSON)",
    "redcap": "REDCap data dictionary (CSV or zip)",
    "csv": "Our CSV template",
}
MODES = {
    "own_phone": "Own phone",
    "own_computer": "Own computer",
    "ward_tablet": "Tablet on the ward",
    "paper": "Paper",
    "telephone": "Telephone interview",
    "face_to_face": "Face to face",
}
VISIT_KINDS = {
    VisitKind.BASELINE.value: "Baseline",
    VisitKind.DISCHARGE.value: "Going home",
    VisitKind.CHECK_IN.value: "Check-ins",
    VisitKind.FOLLOW_UP.value: "Follow-up",
}
LANGUAGES = (
    *("ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hu", "it", "ja", "ko", "nb", "nl", "pl", "pt"),
    *("pt-BR", "ro", "ru", "sv", "tr", "uk", "zh-Hans", "zh-Hant"),
)
"""Languages that words can be installed in; the tags are those of the patients' languages."""
FACTS = {
    "stoma": ("people with a stoma", "people without a stoma"),
    "urostomy": ("people with a urostomy", "people without a urostomy"),
    "rectum_removed": ("people whose rectum was removed", "people who still have a rectum"),
    "bladder_removed": ("people whose bladder was removed", "people who still have a bladder"),
    "vagina": ("people with a vagina", "people without a vagina"),
    "nerve_resection": ("people with nerves removed", "people without nerves removed"),
    "male": ("men", "people who are not men"),
    "female": ("women", "people who are not women"),
    "neoadjuvant": ("people treated before the operation", "people not treated before the operation"),
}


def state_words(state: str) -> tuple[str, str]:
    """What a badge says of a wording pack, and its colour."""
    return STATES[state]


def language_choices() -> list[tuple[str, str]]:
    """The languages that words can be installed in, by name."""
    return sorted(((tag, language_name(tag)) for tag in LANGUAGES), key=lambda pair: pair[1])


def condition_words(condition: Condition) -> str:
    """Who is asked, in words for staff: only men; only after “Yes” to question 48."""
    if condition.question:
        answers = " or ".join(f"“{answer}”" for answer in condition.answers)
        return f"only after {answers} to question {condition.question}"
    return f"only {FACTS[condition.fact][0 if condition.holds else 1]}"
