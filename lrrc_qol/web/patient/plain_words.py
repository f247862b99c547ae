"""Phone numbers, opening hours and days as a patient reads and taps them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

WEEK = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def telephone_uri(number: str) -> str:
    """A `tel:` address of a number as people write it: spaces, hyphens and the `(0)` after a country code go."""
    dialled = re.sub(r"(?<=\d)\s*\(0\)", "", number) if number.lstrip().startswith("+") else number
    return "tel:" + re.sub(r"[^\d+*#]", "", dialled)


def clinic_hours_words(hours: Mapping[str, Sequence[str]]) -> str:
    """Opening hours such as `Monday to Friday, 08:00 to 16:00`; days with the same hours in a row are joined.

    `hours` maps mon..sun to ["08:00", "16:00"]; an absent day is closed. Empty when nothing is known.
    """
    runs: list[str] = []
    for times, days in groupby(WEEK, key=lambda day: tuple(hours.get(day) or ())):
        if times:
            names = [WEEK[day] for day in days]
            when = names[0] if len(names) == 1 else f"{names[0]} {'and' if len(names) == 2 else 'to'} {names[-1]}"
            runs.append(f"{when}, {times[0]} to {times[1]}")
    return "; ".join(runs)


def day_words(day: date) -> str:
    """A date such as `Monday 3 March`."""
    return f"{list(WEEK.values())[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
