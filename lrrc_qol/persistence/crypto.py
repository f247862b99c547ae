"""Encryption of identifiers and keyed hashes for look-ups; the key never enters the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
DEVICE_KEY_BYTES = 16  # AES-128: every byte of a key is one more that a phone loads
TOKEN_BYTES = 24  # 192 random bits, more than the 128 that a link needs
SHORT_TOKEN_BYTES = 16  # 128 random bits


class WrongFieldKey(Exception):
    """The field key does not open what is stored; the start must stop."""


class FieldCipher:
    """Seals identifiers with AES-256-GCM and makes look-up hashes; one per process, from the field key."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(_derive(key, b"lrrc_qol field encryption"))
        self._lookup_key = _derive(key, b"lrrc_qol look-up hash")
        self._audit_key = _derive(key, b"lrrc_qol audit seal")
        self._device_key = _derive(key, b"lrrc_qol device store")

    def seal(self, text: str, *, field: str) -> bytes:
        """Encrypt `text`; `field` (table.column) is bound in, so a value cannot be moved to another column."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, text.encode(), field.encode())

    def open(self, sealed: bytes, *, field: str) -> str:
        """Decrypt; WrongFieldKey when the key or the column is not the one it was sealed with."""
        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], field.encode()).decode()
        except InvalidTag:
            raise WrongFieldKey(f"LRRC_QOL_FIELD_KEY does not open {field}; is it the key of this database?") from None

    def lookup(self, text: str, *, field: str) -> str:
        """Keyed hash of the normalised text, for equality search on an encrypted column."""
        normal = " ".join(text.split()).casefold()
        return hmac.new(self._lookup_key, f"{field}\0{normal}".encode(), hashlib.sha256).hexdigest()

    def audit_mac(self, text: str) -> str:
        """Message authentication code of an audit row or seal."""
        return hmac.new(self._audit_key, text.encode(), hashlib.sha256).hexdigest()

    def device_key(self, form: str) -> str:
        """The key, in base64, under which a device keeps the unsent answers of the form with this public id.

        It is always the same for one form, so a device that lost it gets it again with the page.
        """
        mac = hmac.new(self._device_key, form.encode(), hashlib.sha256).digest()
        return base64.b64encode(mac[:DEVICE_KEY_BYTES]).decode()


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)


def new_token() -> str:
    """A random token for a link or a session; only its hash is ever stored."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_short_token() -> str:
    """A random token for a link that must be short, because a short message has little room."""
    return secrets.token_urlsafe(SHORT_TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored of a token. Tokens are random, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_public_id() -> str:
    """A random identifier for URLs: 128 bits, tells nothing of order or number."""
    return secrets.token_urlsafe(16)
