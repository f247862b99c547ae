"""The clinical record in few words: lines for the overview, and what stands on the days of the curve."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from lrrc_qol.catalogue.record import load_record
from lrrc_qol.charts.axes import DayNote
from lrrc_qol.config import CLINICAL_DIR
from lrrc_qol.services.clinical_record.store import Entry
from lrrc_qol.web.staff.record_words import record_lines, record_notes

RULES = load_record(CLINICAL_DIR)


def rows(*contents: dict[str, Any]) -> tuple[Entry, ...]:
    return tuple(Entry("key", 1, one, None, datetime(2026, 3, 2, tzinfo=UTC), None) for one in contents)


def test_an_operation_is_told_in_a_few_lines() -> None:
    operation = {
        "extent": ["total", "anterior"],
        "sacrectomy": True,
        "sacrectomy_level": "s2",
        "nerves": ["sciatic_left_total", "femoral_right_partial"],
        "margin": "r1",
        "margin_mm": 0,
        "stomas": ["colostomy", "urostomy"],
    }
    complications = rows(
        {"type": "vte", "grade": "iiib", "eps": False}, {"type": "abscess", "grade": "ii", "eps": True}
    )
    assert record_lines(RULES, {"operation": rows(operation), "complication": complications}) == (
        (
            "Exenteration",
            "Total, anterior; sacrectomy S2; nerves cut: sciatic left, total; femoral right, partial",
        ),
        ("Margin", "R1, 0 mm"),
        ("Stomas", "Colostomy, urostomy or conduit"),
        ("Complications", "2, highest grade IIIb; empty pelvis syndrome"),
    )


def test_what_is_not_filled_in_has_no_line() -> None:
    assert record_lines(RULES, {}) == ()
    assert record_lines(RULES, {"operation": rows({"margin": "pending"})}) == (("Margin", "Pending"),)


def test_treatments_and_complications_stand_on_their_days() -> None:
    found = {
        "treatment": rows(
            {"kind": "reirradiation", "started_on": "2026-01-01", "stopped_on": "2026-01-30"}, {"kind": "surgery_alone"}
        ),
        "complication": rows(
            {"type": "abscess", "grade": "iiia", "happened_on": "2026-03-09"},
            {"type": "sepsis", "grade": "iva", "happened_on": "2026-03-09"},
        ),
    }
    assert record_notes(RULES, found, date(2026, 3, 2)) == (
        DayNote(-60, "re-irradiation start"),
        DayNote(-31, "re-irradiation end"),
        DayNote(7, "abscess IIIa, sepsis IVa"),
    )
    assert record_notes(RULES, found, None) == ()
