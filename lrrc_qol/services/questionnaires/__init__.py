"""Which questionnaires a centre asks, at which kinds of visits, and with which options."""

from lrrc_qol.services.questionnaires.change import (
    clear_questionnaire,
    preview_questionnaire,
    set_questionnaire,
)
from lrrc_qol.services.questionnaires.read import (
    QuestionnaireLine,
    centre_options,
    list_questionnaires,
    value_set_of,
)

__all__ = [
    "QuestionnaireLine",
    "centre_options",
    "clear_questionnaire",
    "list_questionnaires",
    "preview_questionnaire",
    "set_questionnaire",
    "value_set_of",
]
