"""Reads wording out of other systems' files: bytes in, a proposal out that a person compares and approves."""

from lrrc_qol.interchange.csv_template import csv_template
from lrrc_qol.interchange.plain_text import MAXIMUM_BYTES
from lrrc_qol.interchange.proposal import ImportRefused, Match, Problem, Proposal, SourceItem
from lrrc_qol.interchange.read import read_wording

__all__ = [
    "MAXIMUM_BYTES",
    "ImportRefused",
    "Match",
    "Problem",
    "Proposal",
    "SourceItem",
    "csv_template",
    "read_wording",
]
