"""The token of the link that stops a patient's mails: it names the patient's public id and cannot be made by others."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

_PURPOSE = b"lrrc_qol stop mails"
_MAC_BYTES = 18


def make_token(secret_key: str, patient_public_id: str) -> str:
    """The token for a patient; the same each time, so that every mail's link works for ever."""
    return f"{patient_public_id}.{_mac(secret_key, patient_public_id)}"


def read_token(secret_key: str, token: str) -> str | None:
    """The patient's public id; None for a token that we did not make."""
    patient_public_id, dot, mac = token.rpartition(".")
    right = _mac(secret_key, patient_public_id)
    return patient_public_id if dot and hmac.compare_digest(mac.encode(), right.encode()) else None


def _mac(secret_key: str, patient_public_id: str) -> str:
    key = hmac.new(secret_key.encode(), _PURPOSE, hashlib.sha256).digest()
    mac = hmac.new(key, patient_public_id.encode(), hashlib.sha256).digest()[:_MAC_BYTES]
    return urlsafe_b64encode(mac).decode()
