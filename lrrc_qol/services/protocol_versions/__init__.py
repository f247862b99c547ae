"""A centre's own versions of its follow-up plan: drafts, their figures, publication, and which one is used."""

from lrrc_qol.services.protocol_versions.edit import discard_draft, make_draft, save_figures
from lrrc_qol.services.protocol_versions.figures import Figure
from lrrc_qol.services.protocol_versions.publish import publish_version, use_for_new
from lrrc_qol.services.protocol_versions.read import MadeVersion, Overview, VersionView, read_version, read_versions

__all__ = [
    "Figure",
    "MadeVersion",
    "Overview",
    "VersionView",
    "discard_draft",
    "make_draft",
    "publish_version",
    "read_version",
    "read_versions",
    "save_figures",
    "use_for_new",
]
