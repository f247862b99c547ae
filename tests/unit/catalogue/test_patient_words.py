"""Days, opening hours and numbers as patients read them in their language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import pytest

from lrrc_qol.catalogue.patient_words import clinic_hours_words, day_words, kept_apart, next_look_words, phone_words
from lrrc_qol.catalogue.translations import Translations, locale_of
from lrrc_qol.domain.clinic_clock import ClinicCalendar

UTC_ZONE = ZoneInfo("UTC")
WORKING_DAYS = {day: ["08:00", "16:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def words_of(language: str) -> Translations:
    """A language whose sentences are not translated: only its habits count."""
    return Translations(language, locale_of(language), NullTranslations())


ENGLISH, ARABIC = words_of("en"), words_of("ar")


def test_days_with_the_same_hours_are_joined() -> None:
    hours = WORKING_DAYS | {"sat": ["09:00", "12:00"]}
    assert clinic_hours_words(ENGLISH, hours) == "Monday to Friday, 08:00 to 16:00; Saturday, 09:00 to 12:00"


def test_a_closed_day_in_between_splits_the_run() -> None:
    hours = {day: ["08:00", "16:00"] for day in ("mon", "tue", "thu")}
    assert clinic_hours_words(ENGLISH, hours) == "Monday and Tuesday, 08:00 to 16:00; Thursday, 08:00 to 16:00"


def test_no_hours_are_no_words() -> None:
    assert clinic_hours_words(ENGLISH, {}) == ""


def test_days_have_their_names_in_the_language() -> None:
    assert clinic_hours_words(words_of("nl"), WORKING_DAYS).startswith("maandag to vrijdag")
    assert clinic_hours_words(ARABIC, WORKING_DAYS).startswith("الاثنين to الجمعة")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Tuesday, 29 February 2028"),
        ("de", "Dienstag, 29. Februar 2028"),
        ("nl", "dinsdag 29 februari 2028"),
        ("zh-Hans", "2028年2月29日星期二"),
        ("ar", "الثلاثاء، 29 فبراير 2028"),
    ],
)
def test_a_date_has_its_weekday_and_digits_that_everybody_reads(language: str, words: str) -> None:
    assert day_words(words_of(language), date(2028, 2, 29)) == words


def test_in_a_text_from_right_to_left_a_number_and_a_name_keep_their_order() -> None:
    assert phone_words(ARABIC, "020 7946") == "\u2066020\u00a07946\u2069"
    assert kept_apart(ARABIC, "Ada Example") == "\u2068Ada Example\u2069"
    assert (phone_words(ENGLISH, "020 7946"), kept_apart(ENGLISH, "Ada")) == ("020 7946", "Ada")


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (datetime(2026, 3, 2, 7, 59, tzinfo=UTC), "They are there again on Monday, 2 March 2026, from 08:00."),
        (datetime(2026, 3, 2, 8, 0, tzinfo=UTC), "They are there now, until 16:00."),
        (datetime(2026, 3, 2, 15, 59, tzinfo=UTC), "They are there now, until 16:00."),
        (datetime(2026, 3, 2, 16, 0, tzinfo=UTC), "They are there again on Tuesday, 3 March 2026, from 08:00."),
        (datetime(2026, 3, 6, 17, 0, tzinfo=UTC), "They are there again on Monday, 9 March 2026, from 08:00."),
    ],
)
def test_when_the_nurses_look_next(now: datetime, said: str) -> None:
    assert next_look_words(ENGLISH, ClinicCalendar(WORKING_DAYS, UTC_ZONE), now) == said


def test_nurses_are_not_there_on_a_holiday() -> None:
    easter = frozenset({date(2026, 4, 3), date(2026, 4, 6)})
    calendar = ClinicCalendar(WORKING_DAYS, UTC_ZONE, easter)
    said = next_look_words(ENGLISH, calendar, datetime(2026, 4, 3, 10, tzinfo=UTC))
    assert said == "They are there again on Tuesday, 7 April 2026, from 08:00."


def test_a_centre_open_one_day_a_week_is_there_again_in_a_week() -> None:
    calendar = ClinicCalendar({"mon": ["08:00", "16:00"]}, UTC_ZONE)
    assert "9 March" in next_look_words(ENGLISH, calendar, datetime(2026, 3, 2, 16, 0, tzinfo=UTC))
    assert next_look_words(ENGLISH, ClinicCalendar({}, UTC_ZONE), datetime(2026, 3, 2, 16, 0, tzinfo=UTC)) == ""
