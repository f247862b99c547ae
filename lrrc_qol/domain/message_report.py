"""What a report about a message means: it arrived, will never arrive, did not arrive this time, or was unwanted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class ReportKind(StrEnum):
    """How bad the report is; `delivered` is good news."""

    DELIVERED = "delivered"
    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `message_id` is the Message-ID that we gave; `event` names the report so that it counts once."""

    message_id: str
    kind: ReportKind
    code: str
    event: str


SOFT_REPORTS_TO_TASK = 3
"""After so many soft reports since the address was last right a nurse is asked to look. Project design."""

_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
# RFC 3463: the mailbox is full (X.2.2), the message is too long (X.2.3, X.3.4), networks and servers (X.4.x),
# security and policy (X.7.x): none of them says that the address is wrong.
_NOT_THE_ADDRESS = re.compile(r"5\.(2\.[23]|3\.\d+|4\.\d+|7\.\d+)")


def kind_of_status(action: str, status: str) -> ReportKind | None:
    """What a delivery status (RFC 3464: action and enhanced status code) says; None when nothing is known yet.

    A server that is still trying says `delayed`, one that passed the mail on says `relayed`; neither is news.
    """
    found = _STATUS.search(status)
    if action.strip().lower() == "delivered" and found is not None and found[1] == "2":
        return ReportKind.DELIVERED
    if action.strip().lower() != "failed" or found is None or found[1] == "2":
        return None
    permanent = found[1] == "5" and not _NOT_THE_ADDRESS.fullmatch(found[0])
    return ReportKind.HARD if permanent else ReportKind.SOFT
