"""Mails as other servers return them, in the words of their formats; written for the tests."""

from __future__ import annotations


def bounced(
    message_id: str, *, status: str = "5.1.1", action: str = "failed", part: str = "text/rfc822-headers"
) -> bytes:
    """A delivery status notification (RFC 3464) about a mail with this Message-ID."""
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: no-reply@localhost
Subject: Undelivered Mail Returned to Sender
Message-ID: <{status}.{action}@mx.example.net>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b0"

--b0
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b0
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon, 2 Mar 2026 12:00:01 +0000

Final-Recipient: rfc822; ada@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 {status} said the server

--b0
Content-Type: {part}

Message-ID: {message_id}
Subject: Your form is ready
From: no-reply@localhost

--b0--
""".replace("\n", "\r\n").encode()


def complained(message_id: str) -> bytes:
    """A complaint in the abuse reporting format (RFC 5965)."""
    return f"""From: abuse@provider.example
To: no-reply@localhost
Subject: FW: Your form is ready
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: text/plain

This is an abuse report for an e-mail message.

--b1
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Example/1.0
Version: 1

--b1
Content-Type: message/rfc822

Message-ID: {message_id}
Subject: Your form is ready

Hello,

--b1--
""".replace("\n", "\r\n").encode()


ABSENCE_NOTE = b"""From: ada@example.org\r
To: no-reply@localhost\r
Subject: Out of office\r
Auto-Submitted: auto-replied\r
In-Reply-To: <x@localhost>\r
\r
I am away.\r
"""
