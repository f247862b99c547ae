"""The clinical record as data: its fields, and what is refused or doubted in a section."""

from lrrc_qol.domain.clinical_record.anatomy import anatomy_changes
from lrrc_qol.domain.clinical_record.checks import check_section
from lrrc_qol.domain.clinical_record.facts import Finding, Findings, RecordFacts
from lrrc_qol.domain.clinical_record.fields import (
    Condition,
    Content,
    DefaultFrom,
    Field,
    FieldKind,
    Group,
    Option,
    RecordRules,
    Section,
    codes_of,
    day_of,
    tidied,
)

__all__ = [
    "Condition",
    "Content",
    "DefaultFrom",
    "Field",
    "FieldKind",
    "Finding",
    "Findings",
    "Group",
    "Option",
    "RecordFacts",
    "RecordRules",
    "Section",
    "anatomy_changes",
    "check_section",
    "codes_of",
    "day_of",
    "tidied",
]
