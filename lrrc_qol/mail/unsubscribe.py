"""Tokens of links that need no row of their own: each names a public id and what it is for; only we can make one."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from enum import Enum

_MAC_BYTES = 18


class Purpose(Enum):
    """What a token is good for; one made for one purpose is nothing for another."""

    STOP_MAILS = b"lrrc_qol stop mails"
    CONFIRM_ADDRESS = b"lrrc_qol confirm address"
    STOP_ADDRESS = b"lrrc_qol stop address"


def make_token(secret_key: str, public_id: str, purpose: Purpose = Purpose.STOP_MAILS) -> str:
    """The token for a public id; the same each time, so that a link in a mail works as long as its purpose does."""
    return f"{public_id}.{_mac(secret_key, public_id, purpose)}"


def read_token(secret_key: str, token: str, purpose: Purpose = Purpose.STOP_MAILS) -> str | None:
    """The public id; None for a token that we did not make for this purpose."""
    public_id, dot, mac = token.rpartition(".")
    right = _mac(secret_key, public_id, purpose)
    return public_id if dot and hmac.compare_digest(mac.encode(), right.encode()) else None


def _mac(secret_key: str, public_id: str, purpose: Purpose) -> str:
    key = hmac.new(secret_key.encode(), purpose.value, hashlib.sha256).digest()
    mac = hmac.new(key, public_id.encode(), hashlib.sha256).digest()[:_MAC_BYTES]
    return urlsafe_b64encode(mac).decode()
