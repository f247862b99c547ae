"""Hands short messages to a gateway over HTTP: one POST each, with a key that makes a repeat harmless.

The request: `POST <LRRC_QOL_SMS_URL>` with `Authorization: Bearer <token>`, `Idempotency-Key: <key>` and the JSON
object `{"to": "+447700900123", "text": "...", "from": "...", "id": "<key>"}` (`from` only where one is set). The key
is that of the outbox row and the same at each try; the gateway sends one message for one key. The link in the text is
made at each try, so a gateway compares keys, never texts.

The answer: 2xx = taken; 409 = taken before. 401, 403 and 404 are about us or the address of the gateway: everything
waits. 408, 425, 429 and 5xx = try again later. Any other 4xx = this message will never be taken.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPException
from typing import Any

from lrrc_qol.config import SmsGateway
from lrrc_qol.mail.letter import Letter, MailDelayed, MailRefused, MailServerDown
from lrrc_qol.mail.short import check_short_messages, short_text

STEP_SECONDS = 20.0
# Once may be this message's fault; twice running it is the gateway's.
BREAKS_TO_GIVE_UP = 2
ABOUT_US = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


class SmsMailer:
    """Opens visits to the configured gateway; refuses to exist while a text of ours tells too much."""

    def __init__(self, gateway: SmsGateway, *, step_seconds: float = STEP_SECONDS) -> None:
        check_short_messages()
        self._gateway = gateway
        self._step_seconds = step_seconds

    @contextmanager
    def open(self) -> Iterator[SmsPost]:
        """A visit; each message is a request of its own."""
        yield SmsPost(self._gateway, step_seconds=self._step_seconds)


class SmsPost:
    """One visit; it gives the gateway up after two faults running."""

    def __init__(self, gateway: SmsGateway, *, step_seconds: float) -> None:
        self._gateway = gateway
        self._step_seconds = step_seconds
        self._opener = urllib.request.build_opener(_NoRedirects)
        self._breaks = 0

    def connect(self) -> None:
        """Nothing to be done before the first message."""

    def send(self, letter: Letter) -> None:
        """Hand one message over; see `Post.send` for the failures."""
        request = self._request(letter)
        try:
            with self._opener.open(request, timeout=self._step_seconds):
                self._breaks = 0
        except urllib.error.HTTPError as error:
            with error:
                self._answered(error.code)
        except (OSError, HTTPException) as error:
            self._broke(type(error).__name__)

    def _request(self, letter: Letter) -> urllib.request.Request:
        key = letter.message_id.strip("<>")
        body = {"to": letter.recipient, "text": short_text(letter), "id": key}
        if self._gateway.sender:
            body["from"] = self._gateway.sender
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, "User-Agent": "lrrc_qol"}
        if self._gateway.token:
            headers["Authorization"] = f"Bearer {self._gateway.token}"
        # The settings let nothing but http and https through.
        return urllib.request.Request(self._gateway.url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310

    def _answered(self, code: int) -> None:
        if code == HTTPStatus.CONFLICT:
            self._breaks = 0
            return
        if code in ABOUT_US or code < HTTPStatus.BAD_REQUEST:
            raise MailServerDown(f"gateway {code}")
        if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._broke(f"gateway {code}")
        self._breaks = 0
        if code in LATER:
            raise MailDelayed(f"gateway {code}")
        raise MailRefused(f"gateway {code}")

    def _broke(self, reason: str) -> None:
        self._breaks += 1
        if self._breaks >= BREAKS_TO_GIVE_UP:
            raise MailServerDown(reason)
        raise MailDelayed(reason)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A number and a link go to the gateway that was set, nowhere else."""

    def redirect_request(self, *args: Any, **more: Any) -> None:
        """Never follow."""
