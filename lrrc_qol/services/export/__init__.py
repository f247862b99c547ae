"""Exports for research: who may be in them, what each format gets, and the count that both ends must agree on."""

from lrrc_qol.persistence.queries.export import Extent
from lrrc_qol.services.export.subjects import exported_subjects, extent_of, extent_of_centre, study_id
from lrrc_qol.services.export.write import FORMATS, Differs, ExportFormat, Tally, note_export, write_export

__all__ = [
    "FORMATS",
    "Differs",
    "ExportFormat",
    "Extent",
    "Tally",
    "exported_subjects",
    "extent_of",
    "extent_of_centre",
    "note_export",
    "study_id",
    "write_export",
]
