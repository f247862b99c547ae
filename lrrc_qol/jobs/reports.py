"""Reads the mailbox to which other servers return mail; each mail is marked as seen only after it was taken in."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from lrrc_qol.mail.imap import report_mailbox
from lrrc_qol.mail.letter import MailServerDown
from lrrc_qol.mail.reports import reports_in
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import SYSTEM
from lrrc_qol.services.take_reports import take_reports

BATCH = 200
OTHER_MAIL = "other_mail"

log = logging.getLogger(__name__)


def read_all_reports(runtime: Runtime, now: datetime, should_stop: Callable[[], bool]) -> Mapping[str, int]:
    """Take in up to `BATCH` returned mails; return how many reports were of each kind. Nothing without a mailbox."""
    counts: Counter[str] = Counter()
    mailbox = runtime.settings.reports
    if mailbox is None:
        return counts
    try:
        with report_mailbox(mailbox) as reader:
            for number in reader.unseen(limit=BATCH):
                if should_stop():
                    break
                reports = reports_in(reader.read(number))
                with runtime.writing(SYSTEM, now=now) as work:
                    counts += Counter(take_reports(work, reports, source="mailbox"))
                counts[OTHER_MAIL] += not reports
                reader.take(number)
    except MailServerDown as error:
        log.warning("the mailbox of returned mail cannot be read (%s)", error)
        counts["server_down"] += 1
    return +counts
