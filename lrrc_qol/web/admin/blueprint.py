"""The blueprint of the administrator's pages."""

from __future__ import annotations

from flask import Blueprint

from lrrc_qol.catalogue.translations import direction_of, language_name
from lrrc_qol.web.admin import wording_words
from lrrc_qol.web.staff_frame import install_frame

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
install_frame(blueprint)


blueprint.add_app_template_filter(language_name)


@blueprint.context_processor
def _words() -> dict[str, object]:
    """What the templates about questionnaires say things with."""
    return {
        "direction_of": direction_of,
        "language_name": language_name,
        "state_words": wording_words.state_words,
        "condition_words": wording_words.condition_words,
        "licence_words": wording_words.LICENCES,
        "mode_words": wording_words.MODES,
        "format_words": wording_words.FORMATS,
        "visit_kind_words": wording_words.VISIT_KINDS,
    }
