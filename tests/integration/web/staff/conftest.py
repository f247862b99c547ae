"""A nurse with a browser, and a patient in follow-up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from tests.clock import FixedClock
from tests.factories import complete_visit, make_patient, make_staff, set_dates, take_seat
from tests.staff_browser import StaffBrowser, signed_in


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """A nurse of the centre NORTH."""
    return make_staff(runtime)


@pytest.fixture
def nurse_browser(app: Flask, nurse: Actor) -> StaffBrowser:
    """The nurse, signed in."""
    return signed_in(app, "nurse@north.example")


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor) -> str:
    """Ada Example, to be operated on in 20 days."""
    return make_patient(runtime, nurse)


@pytest.fixture
def followed(runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, clock: FixedClock, patient: str) -> str:
    """The same with a baseline with the best answers, operated on, home, and the one-month form with the worst."""
    complete_visit(runtime, take_seat(runtime, patient))
    clock.advance(days=20)
    operated = clock.now().date()
    clock.advance(days=10)
    set_dates(
        runtime,
        nurse,
        patient,
        planned_surgery_on=operated,
        surgery_on=operated,
        discharged_on=operated + timedelta(days=10),
    )
    clock.advance(days=20)
    complete_visit(runtime, take_seat(runtime, patient, "M1"), low=False)
    nurse_browser.sign_in("nurse@north.example")  # weeks went by
    return patient
