"""A nurse at a patient's form, as the pages bring her there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask.testing import FlaskClient

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.patient_session import find_seat
from lrrc_qol.services.staff_entry import EntryRequest, begin_entry
from tests.factories import Phone


def entry_request(runtime: Runtime, **changes: Any) -> EntryRequest:
    """Paper of today by the patient; override what the test is about."""
    today = runtime.clock.now().date()
    plain = {"visit": "", "mode": "paper", "respondent": "patient", "relation": "", "answered_on": today}
    return EntryRequest(**plain | changes)


def nurse_seat(runtime: Runtime, nurse: Actor, patient: str, **changes: Any) -> Phone:
    """The seat of a nurse who types in; its actor is the nurse."""
    with runtime.writing(nurse) as work:
        token = begin_entry(work, patient, entry_request(runtime, **changes))
        seat = find_seat(work, token)
    assert seat is not None
    return Phone(seat=seat, actor=nurse)


@dataclass(frozen=True)
class EntryFields:
    """What the entry page sends."""

    day: date
    mode: str = "paper"

    def form(self, **changes: str) -> dict[str, str]:
        """All fields as text."""
        fields = {"answered_on": self.day.isoformat(), "mode": self.mode, "respondent": "patient", "visit": ""}
        return fields | {"relation": ""} | changes


def part_addresses(client: FlaskClient) -> str:
    """The address of the first form of the seat."""
    page = client.get("/form").text
    return "/form/" + page.split('href="/form/')[1].split('"')[0]
