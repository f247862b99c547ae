"""Everything a patient sees: the front door, the link in the mail, the forms, and stopping the mails."""

from lrrc_qol.web.patient import (
    asides,
    entrance,
    form_pages,
    item_pages,
    lean,
    own_address,
    own_page,
    own_results,
    own_settings,
    saving,
    stop_mails,
)
from lrrc_qol.web.patient.blueprint import blueprint

__all__ = [
    "asides",
    "blueprint",
    "entrance",
    "form_pages",
    "item_pages",
    "lean",
    "own_address",
    "own_page",
    "own_results",
    "own_settings",
    "saving",
    "stop_mails",
]
