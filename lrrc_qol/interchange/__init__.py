"""Reads other systems' files: words as a proposal that a person approves, records and patients as rows."""

from lrrc_qol.interchange.csv_template import csv_template
from lrrc_qol.interchange.delimited import CellFault
from lrrc_qol.interchange.patient_table import (
    MOST_TABLE_BYTES,
    PatientTable,
    TableRow,
    patient_table,
    read_patient_table,
)
from lrrc_qol.interchange.plain_text import MAXIMUM_BYTES
from lrrc_qol.interchange.proposal import ImportRefused, Match, Problem, Proposal, SourceItem
from lrrc_qol.interchange.read import read_wording
from lrrc_qol.interchange.record_table import RecordRow, read_records, record_codebook, record_template

__all__ = [
    "MAXIMUM_BYTES",
    "MOST_TABLE_BYTES",
    "CellFault",
    "ImportRefused",
    "Match",
    "PatientTable",
    "Problem",
    "Proposal",
    "RecordRow",
    "SourceItem",
    "TableRow",
    "csv_template",
    "patient_table",
    "read_patient_table",
    "read_records",
    "read_wording",
    "record_codebook",
    "record_template",
]
