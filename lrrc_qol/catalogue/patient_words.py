"""Days and opening hours as a patient reads them, in the patient's language, and numbers kept whole in any script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

from babel.dates import format_date, get_day_names

from lrrc_qol.catalogue.translations import Translations
from lrrc_qol.domain.clinic_clock import WEEKDAYS as WEEK
from lrrc_qol.domain.clinic_clock import ClinicCalendar

# Unicode's isolates: what stands between them keeps its own direction inside a text that runs the other way.
_LEFT_TO_RIGHT, _ANY_DIRECTION, _END = "\u2066", "\u2068", "\u2069"
_NO_BREAK_SPACE = "\u00a0"


def clinic_hours_words(words: Translations, hours: Mapping[str, Sequence[str]]) -> str:
    """Opening hours such as `Monday to Friday, 08:00 to 16:00`; days with the same hours in a row are joined.

    `hours` maps mon..sun to ["08:00", "16:00"]; an absent day is closed. Empty when nothing is known.
    """
    spans = ""
    for times, days in groupby(WEEK, key=lambda day: tuple(hours.get(day) or ())):
        if times:
            span = _span(words, [WEEK.index(day) for day in days], start=times[0], end=times[1])
            # NOTE: opening hours: two groups of days, for example "Monday, 08:00 to 16:00" and "Tuesday, …"
            spans = words.gettext("%(earlier)s; %(later)s") % {"earlier": spans, "later": span} if spans else span
    return spans


def _span(words: Translations, days: Sequence[int], *, start: str, end: str) -> str:
    names = get_day_names("wide", "stand-alone", words.locale)
    values = {"first": names[days[0]], "last": names[days[-1]], "start": start, "end": end}
    if len(days) == 1:
        # NOTE: opening hours, such as "Monday, 08:00 to 16:00"
        return words.gettext("%(first)s, %(start)s to %(end)s") % values
    if len(days) == 2:
        # NOTE: opening hours, such as "Monday and Tuesday, 08:00 to 16:00"
        return words.gettext("%(first)s and %(last)s, %(start)s to %(end)s") % values
    # NOTE: opening hours, such as "Monday to Friday, 08:00 to 16:00"
    return words.gettext("%(first)s to %(last)s, %(start)s to %(end)s") % values


def next_look_words(words: Translations, calendar: ClinicCalendar, now: datetime) -> str:
    """When the nurses look at forms next, said at the instant `now`; empty when no hours are known.

    A holiday that the centre has entered is closed.
    """
    opens_at, closes_at = next(calendar.spans_from(now), (None, None))
    if opens_at is None or closes_at is None:
        return ""
    if opens_at == now:
        # NOTE: they are the nurses; time is a time of day such as "16:00"
        return words.gettext("They are there now, until %(time)s.") % {"time": _time(closes_at, calendar)}
    values = {"day": day_words(words, calendar.today(opens_at)), "time": _time(opens_at, calendar)}
    # NOTE: they are the nurses; day is a date with its weekday, time a time of day such as "08:00"
    return words.gettext("They are there again on %(day)s, from %(time)s.") % values


def _time(instant: datetime, calendar: ClinicCalendar) -> str:
    return f"{instant.astimezone(calendar.zone):%H:%M}"


def day_words(words: Translations, day: date) -> str:
    """A date with its weekday, such as `Monday 3 March 2026`."""
    return format_date(day, "full", locale=words.locale)


def day_short_words(words: Translations, day: date) -> str:
    """A date in few letters, such as `3 Mar 2026`."""
    return format_date(day, "medium", locale=words.locale)


def kept_apart(words: Translations, text: str) -> str:
    """A name inside a text: in a language written from right to left its letters keep their order."""
    return f"{_ANY_DIRECTION}{text}{_END}" if words.direction == "rtl" else text


def phone_words(words: Translations, number: str) -> str:
    """A phone number inside a text: in a language written from right to left its groups stay together and in order."""
    if words.direction == "ltr":
        return number
    return _LEFT_TO_RIGHT + number.replace(" ", _NO_BREAK_SPACE) + _END
