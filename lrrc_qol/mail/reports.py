"""Reads what other mail servers send back: delivery status notifications (RFC 3464) and complaints (RFC 5965)."""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from typing import Any

from lrrc_qol.domain.message_report import Report, ReportKind, kind_of_status

MESSAGE_ID = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")
COMPLAINT_CODE = "complaint"
_ORIGINAL = frozenset({"message/rfc822", "message/rfc822-headers", "text/rfc822-headers"})


def reports_in(raw: bytes) -> tuple[Report, ...]:
    """The reports that a mail holds; empty for any other mail, for example a reply or an absence note."""
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    if mail.get_content_type() != "multipart/report":
        return ()
    ids = _original_ids(mail)
    name = hashlib.sha256(raw).hexdigest()
    if str(mail.get_param("report-type", "")).lower() == "feedback-report":
        return tuple(Report(each, ReportKind.COMPLAINT, COMPLAINT_CODE, name) for each in ids)
    return tuple(Report(each, kind, code, name) for each in ids for kind, code in _failures(mail))


def _failures(mail: Message[Any, Any]) -> Iterator[tuple[ReportKind, str]]:
    """One mail of ours has one recipient, so the first failure says it all."""
    for part in mail.walk():
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            for fields in _blocks(part):
                status = str(fields.get("Status", ""))
                kind = kind_of_status(str(fields.get("Action", "")), status)
                if kind is not None:
                    yield kind, status.split()[0][:16]
                    return


def _blocks(part: Message[Any, Any]) -> list[Message[Any, Any]]:
    payload = part.get_payload()
    return [block for block in payload if not isinstance(block, str)] if isinstance(payload, list) else []


def _original_ids(mail: Message[Any, Any]) -> list[str]:
    """The Message-ID of the mail that the report is about, from the part that holds it or its headers."""
    for part in mail.walk():
        if part.get_content_type() in _ORIGINAL:
            found = MESSAGE_ID.findall(_head_of(part))
            if found:
                return found[:1]
    # Some servers return no original; the report then answers it.
    return MESSAGE_ID.findall(f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}")[:1]


def _head_of(part: Message[Any, Any]) -> str:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return str(payload[0].get("Message-ID", ""))
    raw = part.get_payload(decode=True)
    inner = email.message_from_bytes(raw if isinstance(raw, bytes) else b"", EmailMessage, policy=email.policy.compat32)
    return str(inner.get("Message-ID", ""))
