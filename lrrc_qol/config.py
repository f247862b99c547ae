"""Settings from the environment, read once, checked before anything starts."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
INSTRUMENTS_DIR = ROOT / "instruments"
PROTOCOLS_DIR = ROOT / "lrrc_qol" / "protocols"
CLINICAL_DIR = ROOT / "lrrc_qol" / "clinical"
TRANSLATIONS_DIR = ROOT / "lrrc_qol" / "translations"
EMAIL_DIR = ROOT / "templates" / "email"
INSTANCE_DIR = ROOT / "instance"

MINIMUM_SECRET_LENGTH = 50
FIELD_KEY_BYTES = 32
MINIMUM_HOOK_SECRET_LENGTH = 32
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
# A number, or a name as phone networks carry it.
SMS_SENDER = re.compile(r"|\+?[0-9]{3,15}|[A-Za-z0-9 ]{1,11}")

# What SQLAlchemy reads and the program can use: a file, or user, password, host, port and name on a server.
DATABASE_ADDRESS = re.compile(
    r"sqlite://.*|postgresql(\+psycopg)?://([^:/@]*(:[^@]*)?@)?(\[[^]/?]+]|[^]/:?@[]*)(:[0-9]+)?([/?].*)?"
)

# Known to everybody, so fit for demo and test only; production refuses them.
OPEN_SECRET = "demo-and-test-only-secret-never-for-real-patients-0000"  # noqa: S105 - see the line above
OPEN_FIELD_KEY = bytes(range(FIELD_KEY_BYTES))


class SettingsError(Exception):
    """A setting is missing or wrong; the one line names it and says what to do."""


class Mode(StrEnum):
    """Where the program runs: production is strict, demo and test bring open secrets and a movable clock."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over; `tls` means TLS from the first byte (smtps)."""

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = None
    starttls: bool = False


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """Where short messages are handed over; `sender` is what phones show, empty for what the gateway has."""

    url: str
    token: str
    sender: str


@dataclass(frozen=True, slots=True)
class ReportMailbox:
    """The mailbox to which other servers return mail; read over IMAP. `tls` means TLS from the first byte (imaps)."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    folder: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides. `base_url` has no trailing slash.

    `trusted_proxies` is how many proxies of our own stand in front: only their word on the sender's address counts.
    `device_store`: answers that could not be sent may wait, encrypted, on the patient's device. `sms`, `reports` and
    `hook_secret` are empty while there is no gateway, no mailbox to read and nobody who may report over HTTP.
    """

    mode: Mode
    database_url: str
    secret_key: str
    field_key: bytes
    base_url: str
    smtp: SmtpServer
    mail_from: str
    trusted_proxies: int = 0
    device_store: bool = True
    sms: SmsGateway | None = None
    reports: ReportMailbox | None = None
    hook_secret: str | None = None

    @property
    def open_doors(self) -> bool:
        """True in demo and test: stand-in topics and a set clock are allowed."""
        return self.mode is not Mode.PRODUCTION


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the LRRC_QOL_* variables; raise SettingsError with one line that names what is missing or wrong."""
    mode = _mode(environ.get("LRRC_QOL_MODE", Mode.PRODUCTION.value))
    strict = mode is Mode.PRODUCTION
    return Settings(
        mode=mode,
        database_url=_database_url(environ.get("LRRC_QOL_DATABASE_URL", "")),
        secret_key=_secret(environ.get("LRRC_QOL_SECRET_KEY", ""), strict=strict),
        field_key=_field_key(environ.get("LRRC_QOL_FIELD_KEY", ""), strict=strict),
        base_url=_base_url(environ.get("LRRC_QOL_BASE_URL", ""), strict=strict),
        smtp=_smtp(environ.get("LRRC_QOL_SMTP_URL", ""), strict=strict),
        mail_from=_mail_from(environ.get("LRRC_QOL_MAIL_FROM", ""), strict=strict),
        trusted_proxies=_trusted_proxies(environ.get("LRRC_QOL_TRUSTED_PROXIES", "0")),
        device_store=_switch("LRRC_QOL_DEVICE_STORE", environ.get("LRRC_QOL_DEVICE_STORE", "on")),
        sms=_sms(environ, strict=strict),
        reports=_reports(environ.get("LRRC_QOL_REPORTS_URL", ""), strict=strict),
        hook_secret=_hook_secret(environ.get("LRRC_QOL_HOOK_SECRET", "")),
    )


def _mode(text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError:
        raise SettingsError(f"LRRC_QOL_MODE is {text!r}; use production, demo or test.") from None


def _database_url(text: str) -> str:
    if not text:
        return f"sqlite:///{INSTANCE_DIR / 'lrrc_qol.sqlite3'}"
    if not DATABASE_ADDRESS.fullmatch(text):
        raise SettingsError(
            "LRRC_QOL_DATABASE_URL must look like sqlite:////folder/file.sqlite3 "
            "or postgresql+psycopg://user:password@host:port/database"
        )
    return text


def _secret(text: str, *, strict: bool) -> str:
    if not text:
        if strict:
            raise SettingsError(
                "LRRC_QOL_SECRET_KEY is not set; it signs sessions. Make one with: "
                'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        return OPEN_SECRET
    if strict and (len(text) < MINIMUM_SECRET_LENGTH or text == OPEN_SECRET):
        raise SettingsError(f"LRRC_QOL_SECRET_KEY must be your own and at least {MINIMUM_SECRET_LENGTH} characters.")
    return text


def _field_key(text: str, *, strict: bool) -> bytes:
    if not text:
        if strict:
            raise SettingsError(
                "LRRC_QOL_FIELD_KEY is not set; it encrypts names and addresses. Make one with: "
                'python3 -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())"'
            )
        return OPEN_FIELD_KEY
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError("LRRC_QOL_FIELD_KEY is not valid base64; it must be 32 bytes in base64.") from None
    if len(key) != FIELD_KEY_BYTES:
        raise SettingsError(f"LRRC_QOL_FIELD_KEY has {len(key)} bytes; it must be 32 bytes in base64.")
    if strict and key == OPEN_FIELD_KEY:
        raise SettingsError("LRRC_QOL_FIELD_KEY is the published demo key; make your own.")
    return key


def _base_url(text: str, *, strict: bool) -> str:
    if not text:
        if strict:
            raise SettingsError("LRRC_QOL_BASE_URL is not set; links in mails need it, e.g. https://qol.example.org")
        return "http://localhost:8000"
    parts = _split("LRRC_QOL_BASE_URL", text)
    # A path would never be answered, and a name or password would stand in every mail.
    more = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in {"http", "https"} or not parts.hostname or more:
        raise SettingsError("LRRC_QOL_BASE_URL must be an address without a path, such as https://qol.example.org")
    if strict and parts.scheme != "https":
        raise SettingsError("LRRC_QOL_BASE_URL must start with https:// in production.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _smtp(text: str, *, strict: bool) -> SmtpServer:
    if not text:
        if strict:
            raise SettingsError("LRRC_QOL_SMTP_URL is not set; e.g. smtp://mail.example.org:25")
        return SmtpServer(host="localhost", port=8025)
    parts = _split("LRRC_QOL_SMTP_URL", text)
    if parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname:
        raise SettingsError(
            "LRRC_QOL_SMTP_URL must look like smtp://host:port, smtp+starttls://user:pw@host:port "
            "or smtps://user:pw@host:port"
        )
    tls = parts.scheme == "smtps"
    starttls = parts.scheme == "smtp+starttls"
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or (465 if tls else 587 if starttls else 25),
        tls=tls,
        starttls=starttls,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _sms(environ: Mapping[str, str], *, strict: bool) -> SmsGateway | None:
    url = environ.get("LRRC_QOL_SMS_URL", "")
    if not url:
        return None
    parts = _split("LRRC_QOL_SMS_URL", url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None or parts.fragment:
        raise SettingsError("LRRC_QOL_SMS_URL must look like https://gateway.example.org/messages")
    token, sender = environ.get("LRRC_QOL_SMS_TOKEN", ""), environ.get("LRRC_QOL_SMS_FROM", "")
    if strict and parts.scheme != "https" and parts.hostname not in LOOPBACK_HOSTS:
        raise SettingsError("LRRC_QOL_SMS_URL must start with https:// in production, except on this host.")
    if strict and not token:
        raise SettingsError("LRRC_QOL_SMS_TOKEN is not set; the gateway must know who sends.")
    if not (token.isascii() and token.isprintable()) or not SMS_SENDER.fullmatch(sender):
        raise SettingsError("LRRC_QOL_SMS_TOKEN takes plain signs; LRRC_QOL_SMS_FROM a number or up to 11 letters.")
    return SmsGateway(url=url, token=token, sender=sender)


def _reports(text: str, *, strict: bool) -> ReportMailbox | None:
    if not text:
        return None
    parts = _split("LRRC_QOL_REPORTS_URL", text)
    whole = parts.hostname and parts.username and parts.password
    if parts.scheme not in {"imap", "imaps"} or not whole:
        raise SettingsError("LRRC_QOL_REPORTS_URL must look like imaps://user:pw@host:993/INBOX")
    if strict and parts.scheme != "imaps" and parts.hostname not in LOOPBACK_HOSTS:
        raise SettingsError("LRRC_QOL_REPORTS_URL must start with imaps:// in production, except on this host.")
    tls = parts.scheme == "imaps"
    return ReportMailbox(
        host=str(parts.hostname),
        port=parts.port or (993 if tls else 143),
        tls=tls,
        user=unquote(str(parts.username)),
        password=unquote(str(parts.password)),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )


def _hook_secret(text: str) -> str | None:
    if text and len(text) < MINIMUM_HOOK_SECRET_LENGTH:
        raise SettingsError(f"LRRC_QOL_HOOK_SECRET must have at least {MINIMUM_HOOK_SECRET_LENGTH} characters.")
    return text or None


def _split(name: str, text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # read here because an impossible one is noticed only when it is read
    except ValueError:
        raise SettingsError(f"{name} is not an address, or its port is not a number from 0 to 65535.") from None
    return parts


def _trusted_proxies(text: str) -> int:
    if text not in {"0", "1", "2", "3"}:
        raise SettingsError("LRRC_QOL_TRUSTED_PROXIES is the number of your own proxies in front: 0, 1, 2 or 3.")
    return int(text)


def _switch(name: str, text: str) -> bool:
    if text not in {"on", "off"}:
        raise SettingsError(f"{name} is {text!r}; use on or off.")
    return text == "on"


def _mail_from(text: str, *, strict: bool) -> str:
    if not text:
        if strict:
            raise SettingsError("LRRC_QOL_MAIL_FROM is not set; e.g. no-reply@qol.example.org")
        return "no-reply@localhost"
    if text.count("@") != 1 or any(character in text for character in "\r\n<>, "):
        raise SettingsError("LRRC_QOL_MAIL_FROM must be one plain address such as no-reply@qol.example.org")
    return text
