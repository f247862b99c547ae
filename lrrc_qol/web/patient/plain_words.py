"""Phone numbers, opening hours, days and typed numbers as a patient reads, taps and writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

from lrrc_qol.catalogue import patient_words
from lrrc_qol.services.patient_session import CentreContact
from lrrc_qol.web.guards import runtime
from lrrc_qol.web.languages import page_words


def telephone_uri(number: str) -> str:
    """A `tel:` address of a number as people write it: spaces, hyphens and the `(0)` after a country code go."""
    dialled = re.sub(r"(?<=\d)\s*\(0\)", "", number) if number.lstrip().startswith("+") else number
    return "tel:" + re.sub(r"[^\d+*#]", "", dialled)


def clinic_hours_words(hours: Mapping[str, Sequence[str]]) -> str:
    """Opening hours in the language of the page; empty when nothing is known."""
    return patient_words.clinic_hours_words(page_words(), hours)


def next_look_words(centre: CentreContact) -> str:
    """When the nurses of a centre look at forms next, in the language of the page."""
    return patient_words.next_look_words(page_words(), centre.calendar, runtime().clock.now())


def day_words(day: date) -> str:
    """A date with its weekday in the language of the page."""
    return patient_words.day_words(page_words(), day)


def day_short_words(day: date) -> str:
    """A date in few letters in the language of the page."""
    return patient_words.day_short_words(page_words(), day)


def kept_apart(text: str) -> str:
    """A name for a text without markup, its letters in their own order whichever way the page is written."""
    return patient_words.kept_apart(page_words(), text)


def kept_ltr(text: str) -> str:
    """A phone number or another figure for a text, in its own order whichever way the page is written."""
    return patient_words.phone_words(page_words(), text)


def plain_digits(text: str) -> str:
    """What was typed, its digits of any script as 0 to 9: keyboards for other languages write them their own way."""
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text).strip()
