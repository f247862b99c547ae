"""Exports for research: one picture of an episode, and the formats it is written in."""

from lrrc_qol.interchange.export.fhir import write_fhir
from lrrc_qol.interchange.export.long_tables import write_long_table
from lrrc_qol.interchange.export.redcap import write_redcap
from lrrc_qol.interchange.export.sdtm import write_sdtm
from lrrc_qol.interchange.export.subject import (
    ExportedAnswer,
    ExportedForm,
    ExportedScore,
    MissedForm,
    Subject,
    VisitLabel,
)
from lrrc_qol.interchange.export.workbook import write_workbook

__all__ = [
    "ExportedAnswer",
    "ExportedForm",
    "ExportedScore",
    "MissedForm",
    "Subject",
    "VisitLabel",
    "write_fhir",
    "write_long_table",
    "write_redcap",
    "write_sdtm",
    "write_workbook",
]
