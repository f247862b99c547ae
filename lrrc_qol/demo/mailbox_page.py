"""The page of the demo's mailbox: plain WSGI, no script, and no trust in what a mail holds.

It also stands in for a gateway of short messages (`POST /sms`, as `mail/sms.py` describes it) and keeps those it gets
beside the mails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lrrc_qol.config import ROOT
from lrrc_qol.demo.mailbox_store import MailStore

LIST_LIMIT = 200
LONGEST_REQUEST = 10_000
SHORT_MESSAGE = "Short message"
STYLESHEET = ROOT / "lrrc_qol" / "static" / "mailbox.css"
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# The mail itself may show text and open its link in a new window; it can run nothing and load nothing.
MAIL_POLICY = "default-src 'none'; sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'"

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: str
    body: str
    content_type: str = "text/html; charset=utf-8"
    policy: str = PAGE_POLICY


class MailboxPage:
    """The WSGI application: the list, one mail, its HTML part by itself, the stylesheet."""

    def __init__(self, store: MailStore) -> None:
        self._store = store
        self._templates = Environment(
            loader=FileSystemLoader(ROOT / "templates" / "demo"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["mail_url"] = "/mail/{}".format

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._answer(environ)
        body = answer.body.encode()
        start_response(
            answer.status,
            [
                ("Content-Type", answer.content_type),
                ("Content-Length", str(len(body))),
                ("Content-Security-Policy", answer.policy),
                ("Cache-Control", "no-store"),
                ("Referrer-Policy", "no-referrer"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def _answer(self, environ: Mapping[str, Any]) -> _Answer:
        path = environ.get("PATH_INFO", "/")
        sms = environ["REQUEST_METHOD"] == "POST" and path == "/sms"
        if not sms and environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._sorry("405 Method Not Allowed")
        # Another site could point its own name at this machine and read along; only our own names are answered.
        if re.sub(r":\d+$", "", environ.get("HTTP_HOST", "")) not in OWN_NAMES:
            return self._sorry("400 Bad Request")
        if sms:
            return self._take_short(environ)
        if path == "/":
            return self._page("list.html", mails=self._store.newest(LIST_LIMIT))
        if path == "/mailbox.css":
            return _Answer("200 OK", STYLESHEET.read_text(encoding="utf-8"), "text/css; charset=utf-8")
        return self._mail(path)

    def _take_short(self, environ: Mapping[str, Any]) -> _Answer:
        """Keep a short message as if it were a mail. Only a program sends this type without being asked first."""
        try:
            length = min(int(environ.get("CONTENT_LENGTH") or 0), LONGEST_REQUEST)
            message = json.loads(environ["wsgi.input"].read(length))
            kept = EmailMessage()
            kept["Subject"], kept["From"], kept["To"] = SHORT_MESSAGE, message.get("from", "gateway"), message["to"]
            kept["Date"] = formatdate()
            kept.set_content(message["text"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return self._sorry("400 Bad Request")
        if environ.get("CONTENT_TYPE") != "application/json":
            return self._sorry("415 Unsupported Media Type")
        self._store.add(kept.as_bytes())
        return _Answer("202 Accepted", "", "text/plain; charset=utf-8")

    def _mail(self, path: str) -> _Answer:
        match = re.fullmatch(r"/mail/(\d{1,9})(/html)?", path)
        mail = self._store.find(int(match[1])) if match else None
        if match is None or mail is None:
            return self._sorry("404 Not Found")
        if match[2]:
            return _Answer("200 OK", mail.html, policy=MAIL_POLICY)
        return self._page("mail.html", mail=mail)

    def _sorry(self, status: str) -> _Answer:
        return _Answer(status, self._templates.get_template("sorry.html").render())

    def _page(self, template: str, **values: Any) -> _Answer:
        return _Answer("200 OK", self._templates.get_template(template).render(values))
