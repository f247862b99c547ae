"""The page of the baseline: reasons to read, a choice with a reason, and a colleague who was faster."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from tests.clock import FixedClock
from tests.factories import complete_visit, make_patient, take_seat


def test_the_page_gives_reasons_and_keeps_what_was_typed(
    client: FlaskClient, runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=clock.now().date() + timedelta(days=10))
    complete_visit(runtime, take_seat(runtime, patient))
    address = f"/staff/patients/{patient}/baseline"

    assert "Answered 10 days before the planned operation." in client.get(address).text
    assert client.post(address, data={"response": "", "reason": "", "seen": "0"}).status_code == 422
    assert client.post(address, data={"response": "", "reason": "As it was.", "seen": "0"}).status_code == 303

    late = client.post(address, data={"response": "", "reason": "My own words.", "seen": "0"})
    assert late.status_code == 422
    assert "Somebody else decided meanwhile" in late.text
    assert "My own words." in late.text
