"""The administrator's pages: the centre, its staff, the jobs; the languages; the questionnaires and their words."""

from lrrc_qol.web.admin import (
    alert_rules,
    consent,
    device_store,
    escalation,
    hours,
    languages,
    messages,
    overview,
    own_results,
    paper,
    protocol_visits,
    protocols,
    questionnaires,
    wording_edit,
    wording_import,
    wording_preview,
    wordings,
)
from lrrc_qol.web.admin.blueprint import blueprint

__all__ = [
    "alert_rules",
    "blueprint",
    "consent",
    "device_store",
    "escalation",
    "hours",
    "languages",
    "messages",
    "overview",
    "own_results",
    "paper",
    "protocol_visits",
    "protocols",
    "questionnaires",
    "wording_edit",
    "wording_import",
    "wording_preview",
    "wordings",
]
