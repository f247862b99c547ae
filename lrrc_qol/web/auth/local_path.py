"""Where to go after sign-in: only to a page of this site."""

from __future__ import annotations

from urllib.parse import urlsplit


def local_path(target: str) -> str | None:
    """The target when it is a path of this site, else None.

    Browsers read a backslash as a slash and drop tabs and line ends, so `/\\evil.example` and `/<tab>/evil.example`
    leave the site although they begin like a path.
    """
    if not target.startswith("/") or "\\" in target or not target.isprintable():
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    leaves = parts.scheme or parts.netloc or target.startswith("//")
    return None if leaves else target
