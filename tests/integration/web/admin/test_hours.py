"""Holidays on the administrator's page: pasted as a table, all lines or none, a year at a time."""

from __future__ import annotations

from flask import Flask

from lrrc_qol.runtime import Runtime
from lrrc_qol.web.admin.hours import read_table
from tests.factories import make_staff
from tests.staff_browser import signed_in


def test_a_table_from_a_spreadsheet_is_read_with_any_separator() -> None:
    days, faults = read_table(
        'Day,Name\n2026-12-25,"Christmas, first day"\n\n26.12.2026; Boxing Day\n1 Jan 2027\tNew Year\n'
    )
    assert faults == []
    assert [(str(each.day), each.name) for each in days] == [
        ("2026-12-25", "Christmas, first day"),
        ("2026-12-26", "Boxing Day"),
        ("2027-01-01", "New Year"),
    ]


def test_every_line_that_cannot_be_read_is_named() -> None:
    _, faults = read_table("31.2.2026, No such day\n2026-12-25\n")
    assert [fault[:7] for fault in faults] == ["Line 1:", "Line 2:"]


def test_a_year_is_pasted_shown_and_mended(app: Flask, runtime: Runtime) -> None:
    make_staff(runtime, role="admin")
    browser = signed_in(app, "admin@north.example")
    assert "No holiday is entered for 2026" in browser.get("/admin/hours").text
    refused = browser.press("/admin/hours", days="2026-12-25, Christmas Day\n2026-13-01, Nothing")
    assert refused.status_code == 422
    assert "Line 2: There is no month 13." in refused.text
    assert "Christmas Day" not in browser.get("/admin/hours?year=2026").text
    stored = browser.press("/admin/hours", days="2026-12-25, Christmas Day")
    assert stored.headers["Location"].endswith("/admin/hours?year=2026")
    page = browser.get("/admin/hours?year=2026").text
    assert "Christmas Day" in page
    assert "No holiday is entered for 2026" not in page
    assert browser.press("/admin/hours/2026-12-25/remove").status_code == 303
    assert "Christmas Day" not in browser.get("/admin/hours?year=2026").text
    assert browser.press("/admin/hours/nothing/remove").status_code == 303
