"""The address page when two people correct the same address."""

from __future__ import annotations

import re

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.correct_address import correct_address
from tests.staff_browser import StaffBrowser


def test_an_address_that_somebody_else_corrected_meanwhile_is_not_overwritten(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    path = f"/staff/patients/{patient}/address"
    with runtime.writing(nurse) as work:
        correct_address(work, patient, "theirs@example.org")

    fields = {"email": "mine@example.org", "seen-email": "ada@example.org"}
    answered = nurse_browser.press(path, **fields)

    assert answered.status_code == 422
    words = " ".join(re.sub(r"<[^>]+>", "", answered.text).split())
    assert "Stored by Nurse of NORTH" in words
    assert "was ada@example.org, is now theirs@example.org . You chose mine@example.org" in words.replace(
        "org.", "org ."
    )
    assert 'value="mine@example.org"' in answered.text

    again = nurse_browser.press(path, **(fields | {"seen-email": "theirs@example.org"}))
    assert again.status_code == 302
    assert "mine@example.org" in nurse_browser.get(f"/staff/patients/{patient}").text
