"""Reads other systems' files: wording, as a proposal that a person compares and approves, and tables of patients."""

from lrrc_qol.interchange.csv_template import csv_template
from lrrc_qol.interchange.patient_table import (
    MOST_TABLE_BYTES,
    CellFault,
    PatientTable,
    TableRow,
    patient_table,
    read_patient_table,
)
from lrrc_qol.interchange.plain_text import MAXIMUM_BYTES
from lrrc_qol.interchange.proposal import ImportRefused, Match, Problem, Proposal, SourceItem
from lrrc_qol.interchange.read import read_wording

__all__ = [
    "MAXIMUM_BYTES",
    "MOST_TABLE_BYTES",
    "CellFault",
    "ImportRefused",
    "Match",
    "PatientTable",
    "Problem",
    "Proposal",
    "SourceItem",
    "TableRow",
    "csv_template",
    "patient_table",
    "read_patient_table",
    "read_wording",
]
