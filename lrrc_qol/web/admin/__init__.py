"""The administrator's pages: the centre, its staff, the jobs; the questionnaires and their words."""

from lrrc_qol.web.admin import (
    overview,
    paper,
    questionnaires,
    wording_edit,
    wording_import,
    wording_preview,
    wordings,
)
from lrrc_qol.web.admin.blueprint import blueprint

__all__ = [
    "blueprint",
    "overview",
    "paper",
    "questionnaires",
    "wording_edit",
    "wording_import",
    "wording_preview",
    "wordings",
]
