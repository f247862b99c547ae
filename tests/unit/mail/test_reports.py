"""What returned mails say: hard, soft, complaint, or nothing."""

from __future__ import annotations

import pytest

from lrrc_qol.domain.message_report import ReportKind, kind_of_status
from lrrc_qol.mail.reports import reports_in
from tests.returned_mail import ABSENCE_NOTE, bounced, complained

OURS = "<abc@localhost>"


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", ReportKind.HARD),
        ("failed", "5.1.10", ReportKind.HARD),
        ("failed", "5.2.1 (disabled)", ReportKind.HARD),
        ("Failed", "5.0.0", ReportKind.HARD),
        ("failed", "5.2.2", ReportKind.SOFT),
        ("failed", "5.7.1", ReportKind.SOFT),
        ("failed", "5.4.4", ReportKind.SOFT),
        ("failed", "4.4.7", ReportKind.SOFT),
        ("delayed", "4.4.1", None),
        ("delivered", "2.0.0", ReportKind.DELIVERED),
        ("relayed", "2.0.0", None),
        ("failed", "", None),
    ],
)
def test_the_status_decides(action: str, status: str, kind: ReportKind | None) -> None:
    assert kind_of_status(action, status) is kind


@pytest.mark.parametrize("part", ["text/rfc822-headers", "message/rfc822"])
def test_a_bounce_names_our_message(part: str) -> None:
    (report,) = reports_in(bounced(OURS, part=part))
    assert (report.message_id, report.kind, report.code) == (OURS, ReportKind.HARD, "5.1.1")


def test_a_server_that_still_tries_says_nothing() -> None:
    assert reports_in(bounced(OURS, action="delayed", status="4.4.1")) == ()


def test_a_complaint_names_our_message() -> None:
    (report,) = reports_in(complained(OURS))
    assert (report.message_id, report.kind) == (OURS, ReportKind.COMPLAINT)


@pytest.mark.parametrize("raw", [b"", b"\xff\x00", ABSENCE_NOTE, b"Content-Type: multipart/report\r\n\r\nbroken"])
def test_any_other_mail_is_no_report(raw: bytes) -> None:
    assert reports_in(raw) == ()


def test_the_same_mail_is_the_same_event() -> None:
    assert reports_in(bounced(OURS))[0].event == reports_in(bounced(OURS))[0].event
