"""A clock the tests set by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # an ordinary Monday in winter time


class FixedClock:
    """Stands still until a test moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.set(now)

    def now(self) -> datetime:
        """The instant last set, aware UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Stand at this instant; a naive one is refused."""
        if now.tzinfo is None:
            raise ValueError("the clock needs an aware instant")
        self._now = now.astimezone(UTC)

    def advance(self, **parts: float) -> datetime:
        """Move on by the parts of a timedelta (days=1, minutes=5) and return the new instant."""
        self._now += timedelta(**parts)
        return self._now
