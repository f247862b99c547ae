"""Reads other systems' files: bytes in; words as a proposal that a person approves, clinical records as rows."""

from lrrc_qol.interchange.csv_template import csv_template
from lrrc_qol.interchange.plain_text import MAXIMUM_BYTES
from lrrc_qol.interchange.proposal import ImportRefused, Match, Problem, Proposal, SourceItem
from lrrc_qol.interchange.read import read_wording
from lrrc_qol.interchange.record_table import CellFault, RecordRow, read_records, record_codebook, record_template

__all__ = [
    "MAXIMUM_BYTES",
    "CellFault",
    "ImportRefused",
    "Match",
    "Problem",
    "Proposal",
    "RecordRow",
    "SourceItem",
    "csv_template",
    "read_records",
    "read_wording",
    "record_codebook",
    "record_template",
]
