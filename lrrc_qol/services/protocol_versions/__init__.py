"""A centre's own versions of its follow-up plan: drafts, their figures, publication, and which one is used."""

from lrrc_qol.services.protocol_versions.edit import discard_draft, make_draft, save_figures
from lrrc_qol.services.protocol_versions.figures import Figure
from lrrc_qol.services.protocol_versions.preview import (
    PlanRow,
    beside_older,
    compare_calendars,
    preview_version,
    version_as_stored,
)
from lrrc_qol.services.protocol_versions.publish import publish_version, use_for_new
from lrrc_qol.services.protocol_versions.read import MadeVersion, Overview, VersionView, read_version, read_versions
from lrrc_qol.services.protocol_versions.visits import VisitChoices, VisitsView, read_visits, save_visits

__all__ = [
    "Figure",
    "MadeVersion",
    "Overview",
    "PlanRow",
    "VersionView",
    "VisitChoices",
    "VisitsView",
    "beside_older",
    "compare_calendars",
    "discard_draft",
    "make_draft",
    "preview_version",
    "publish_version",
    "read_version",
    "read_versions",
    "read_visits",
    "save_figures",
    "save_visits",
    "use_for_new",
    "version_as_stored",
]
