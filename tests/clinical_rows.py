"""Rows of the clinical record that nobody doubts, to be changed by a test."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.clinical_record.edit import ClinicalRecord, read_record, save_section
from lrrc_qol.services.clinical_record.store import Entry
from lrrc_qol.services.context import Actor


def an_operation(**changes: Any) -> dict[str, Any]:
    """A central exenteration with two stomas; None takes a field out."""
    content = {
        "extent": ["central", "anterior"],
        "structures": ["rectum", "bladder"],
        "margin": "r0",
        "margin_mm": 3,
        "stomas": ["colostomy", "urostomy"],
    } | changes
    return {name: value for name, value in content.items() if value is not None}


def a_complication(day: date, **changes: Any) -> dict[str, Any]:
    """An abscess that began on that day and lasted a week; None takes a field out."""
    content = {
        "type": "abscess",
        "grade": "iiia",
        "happened_on": day.isoformat(),
        "resolved_on": (day + timedelta(days=7)).isoformat(),
    } | changes
    return {name: value for name, value in content.items() if value is not None}


def save(runtime: Runtime, actor: Actor, patient: str, section: str, content: dict[str, Any], **other: Any) -> Entry:
    """Save a row in a transaction of its own."""
    with runtime.writing(actor) as work:
        return save_section(work, patient, section, content, **other)


def record_of(runtime: Runtime, actor: Actor, patient: str) -> ClinicalRecord:
    """The record as it stands."""
    with runtime.reading(actor) as work:
        return read_record(work, patient)
