"""More about one patient than one page holds, every typed text long and in capital letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice

from lrrc_qol.persistence.queries.care import ContactRow
from lrrc_qol.persistence.queries.happenings import EventRow, OpenAlertRow
from lrrc_qol.services.clinical_record.store import Entry
from lrrc_qol.services.patient_sheet import SheetFacts
from lrrc_qol.services.talk_topics import Topics

SHOUTED = "PAIN IN THE PELVIS AND THE LEFT LEG SINCE THE OPERATION, WORSE AT NIGHT, "
MANY = 30
SAVED_AT = datetime(2026, 3, 1, tzinfo=UTC)
STAFF = "Wilhelmina Featherstonehaugh-Cholmondeley"
LONGEST_COMPLICATION = {"type": "neurological", "grade": "iiib"}
LONGEST_RECORD = {
    "extent": ["anterior", "posterior", "lateral", "central", "total"],
    "sacrectomy": True,
    "sacrectomy_level": "s3",
    "nerves": ["sciatic_left_partial"],
    "margin": "r0",
    "margin_mm": 3,
}


def shouted(letters: int) -> str:
    """A text of so many letters."""
    return "".join(islice(cycle(SHOUTED), letters))


def overfull(facts: SheetFacts, *, topics: tuple[str, ...]) -> SheetFacts:
    """The same patient with `MANY` of everything; `topics` are codes of the list of topics."""
    record, now = facts.record, facts.read_at
    begins = record.patient.surgery_on or date(2026, 3, 1)
    days = [begins + timedelta(days=n) for n in range(1, MANY + 1)]
    events = tuple(EventRow(f"e{n}", "readmission", day, now, STAFF, None) for n, day in enumerate(days))
    primary = [curve for curve in record.curves if curve.trajectory.scale.primary]
    return replace(
        facts,
        record=replace(
            record,
            patient=replace(record.patient, name=shouted(90), hospital_number="H-12345678901234567890"),
            events=events,
            alerts=tuple(OpenAlertRow(f"a{n}", "yellow", shouted(150), now, STAFF) for n in range(MANY)),
            curves=tuple(islice(cycle(primary), MANY)),
        ),
        entries={
            "operation": (_entry(0, LONGEST_RECORD),),
            "complication": tuple(
                _entry(n, LONGEST_COMPLICATION | {"happened_on": day.isoformat()}) for n, day in enumerate(days)
            ),
        },
        topics=Topics(topics, shouted(900), now),
        contacts=tuple(ContactRow(now, STAFF, "in", "home_care", True, shouted(300)) for _ in range(MANY)),
        centre_name=shouted(80),
        read_by=STAFF,
    )


def _entry(number: int, content: Mapping[str, object]) -> Entry:
    return Entry(f"row-{number}", 1, content, None, SAVED_AT, None)
