"""Which passwords staff may choose, and how they are kept: length and commonness count, composition never."""

from __future__ import annotations

import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256

# OWASP password storage sheet: Argon2id with 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified against when there is no account, so that both refusals take the same work.
_NOBODY = _HASHER.hash("no account has this password")

# What remains of the commonest passwords of at least twelve characters once case, digits and signs at both ends are
# taken away. Straight runs and repeated parts are found by rule.
_COMMON_WORDS = frozenset(
    """
    password passwort passw0rd p@ssword p@ssw0rd pass letmein welcome admin administrator root user login secret
    changeme default temp test testing master superman batman starwars pokemon dragon monkey shadow sunshine princess
    football baseball basketball liverpool manchester manchesterunited chelsea arsenal barcelona iloveyou
    iloveyousomuch trustno computer internet michael michelle jennifer jessica charlie alexander elizabeth christopher
    hospital nurse doctor patient clinic summer winter spring autumn january december q1w2e3r4t5y6 1q2w3e4r5t6y
    1qaz2wsx3edc 1qaz2wsx3edc4rfv zaq12wsxcde3 qazwsxedcrfv qwerty qwertyuiop qwertyuiopasdfghjkl asdfghjkl zxcvbnm
    123qweasdzxc 1q2w3e4r5t6y7u8i9o0p abcd abcdef correcthorsebatterystaple
    """.split()  # noqa: SIM905 - a block of words reads better than a list of strings
)
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_REPEATED = re.compile(r"(.{1,8}?)\1+.{0,7}")


def password_fault(password: str, *, email: str = "") -> str | None:
    """Why staff may not use this password, as a sentence; None when they may."""
    text = _normal(password)
    if len(text) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Several words in a row work well."
    if len(text) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if _is_common(text.casefold(), email=email.casefold()):
        return "This is one of the first passwords an attacker tries. Choose another, for example several words."
    return None


def hash_password(password: str) -> str:
    """The Argon2id hash to store."""
    return _HASHER.hash(_normal(password))


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; without a hash the same work is done and the answer is no."""
    try:
        return _HASHER.verify(password_hash or _NOBODY, _normal(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """One byte form for what looks the same: keyboards compose accents differently."""
    return unicodedata.normalize("NFC", password)


def _is_common(text: str, *, email: str) -> bool:
    words = {text, _ENDS.sub("", text)}
    if words & _COMMON_WORDS or _REPEATED.fullmatch(text):
        return True
    if any(text in run or text in run[::-1] for run in _RUNS):
        return True
    return bool(email) and (text == email or email.partition("@")[0] in words)
