"""The patients' blueprint and the words its templates turn data into."""

from __future__ import annotations

from flask import Blueprint

from lrrc_qol.web.patient.answer_lists import answer_models, number_groups, place_of
from lrrc_qol.web.patient.plain_words import (
    clinic_hours_words,
    day_short_words,
    day_words,
    kept_apart,
    kept_ltr,
    next_look_words,
    telephone_uri,
)

blueprint = Blueprint("patient", __name__)
blueprint.add_app_template_filter(telephone_uri, "telephone_uri")
blueprint.add_app_template_filter(clinic_hours_words, "clinic_hours_words")
blueprint.add_app_template_filter(day_words, "day_words")
blueprint.add_app_template_filter(day_short_words, "day_short_words")
blueprint.add_app_template_filter(kept_apart, "kept_apart")
blueprint.add_app_template_filter(kept_ltr, "kept_ltr")
blueprint.add_app_template_filter(next_look_words, "next_look_words")
blueprint.add_app_template_filter(answer_models, "answer_models")
blueprint.add_app_template_filter(place_of, "place_of")
blueprint.add_app_template_global(number_groups, "number_groups")
