"""How reminders come: two nurses choose at the same time, and neither loses what she entered."""

from __future__ import annotations

import re

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.change_channel import ContactChoice, change_channel, read_channel
from lrrc_qol.services.context import Actor
from tests.staff_browser import StaffBrowser

SEEN = re.compile(r'name="(seen-[a-z_]+)" value="([^"]*)"')


def test_a_number_of_somebody_else_is_told_and_what_was_entered_stays(
    runtime: Runtime, nurse: Actor, nurse_browser: StaffBrowser, patient: str
) -> None:
    path = f"/staff/patients/{patient}/channel"
    seen = dict(SEEN.findall(nurse_browser.get(path).text))
    with runtime.writing(nurse) as work:
        stored = read_channel(work, patient)
        change_channel(work, patient, ContactChoice("email", "+447700900111"), seen=stored)

    late = nurse_browser.press(path, channel="email", mobile="+447700900222", **seen)
    assert late.status_code == 422
    page = " ".join(late.text.split())
    assert "Somebody else changed this meanwhile" in page
    assert "Stored by Nurse of NORTH" in page
    assert "is now <strong>+447700900111</strong>" in page
    assert 'value="+447700900222"' in page

    fresh = dict(SEEN.findall(late.text))
    assert nurse_browser.press(path, channel="email", mobile="+447700900222", **fresh).status_code == 303
    with runtime.reading(nurse) as work:
        assert read_channel(work, patient).mobile == "+447700900222"
