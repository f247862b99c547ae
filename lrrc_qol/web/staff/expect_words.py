"""What the sheet "what to expect" says, in the language of the patient it is for: plain words, no person's fate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from lrrc_qol.catalogue.patient_words import day_words
from lrrc_qol.catalogue.translations import Translations
from lrrc_qol.services.read_expectations import Alike

LONGEST_IN_WEEKS = 56
"""From this day on a time is told in months."""
_DAYS_A_MONTH = 30.44


def part_words(words: Translations) -> dict[str, str]:
    """What became of people, in the order of the picture; `unknown` is said the same with and without the dead."""
    return {
        # NOTE: what became of some people after an operation; stands after "11 of 20: "
        "back": words.gettext("as before the operation, or better"),
        # NOTE: what became of some people after an operation; stands after "5 of 20: "
        "not_back": words.gettext("not yet as before the operation"),
        # NOTE: what became of some people after an operation; stands after "4 of 20: "; it may include who has died
        "unknown": words.gettext("not known: no answer, or not followed any more, for any reason"),
        # NOTE: what became of some people after an operation; stands after "2 of 20: "
        "died": words.gettext("died"),
        # NOTE: what became of some people after an operation; stands after "6 of 20: "
        "hidden": words.gettext("not shown one by one: too few people"),
    }


def time_words(words: Translations, day: int) -> str:
    """How long after the operation, in weeks or in months."""
    if day < LONGEST_IN_WEEKS:
        weeks = max(1, round(day / 7))
        return words.ngettext("1 week after the operation", "%(num)s weeks after the operation", weeks) % {"num": weeks}
    months = round(day / _DAYS_A_MONTH)
    return words.ngettext("1 month after the operation", "%(num)s months after the operation", months) % {"num": months}


def alike_words(words: Translations, alike: Alike, *, better_up: bool) -> list[str]:
    """In what the people of the group are alike; empty for all people."""
    worse, better = ("lowest", "highest") if better_up else ("highest", "lowest")
    found = {
        # NOTE: a group of patients
        ("sex", "female"): words.gettext("women"),
        # NOTE: a group of patients
        ("sex", "male"): words.gettext("men"),
        # NOTE: a group of patients
        ("extent", "total"): words.gettext("operated on all organs of the pelvis"),
        # NOTE: a group of patients
        ("extent", "other than total"): words.gettext("operated on some organs of the pelvis"),
        # NOTE: a group of patients, by their answers about one topic
        ("baseline", worse): words.gettext("before the operation worse off than most"),
        # NOTE: a group of patients, by their answers about one topic
        ("baseline", "middle"): words.gettext("before the operation as well off as most"),
        # NOTE: a group of patients, by their answers about one topic
        ("baseline", better): words.gettext("before the operation better off than most"),
    }
    return [found[name, getattr(alike, name)] for name in ("sex", "extent", "baseline") if getattr(alike, name)]


def people_words(words: Translations, count: int, of: int) -> str:
    """One line of the key: `11 of 20`."""
    # NOTE: so many people of twenty or a hundred, such as "11 of 20"
    return words.gettext("%(count)s of %(total)s") % {"count": count, "total": of}


def few_words(words: Translations, of: int) -> str:
    """A part that has people, but fewer than one of those drawn."""
    # NOTE: stands in the place of "11 of 20"
    return words.gettext("fewer than 1 of %(total)s") % {"total": of}


def between_words(words: Translations, between: Sequence[int], of: int) -> str:
    """How sure the number is that are as before."""
    values = {"low": between[0], "high": between[1], "total": of}
    return (
        words.gettext(
            "This is not exact. If many more people like you were asked, between %(low)s and %(high)s of %(total)s "
            "could be as before the operation, or better."
        )
        % values
    )


def sheet_words(words: Translations, *, of: int, when: str, people: int, data_as_of: datetime) -> Mapping[str, str]:
    """The sentences around the picture."""
    values = {"total": of, "when": when, "people": people, "day": day_words(words, data_as_of.date())}
    return {
        "title": words.gettext("What to expect after the operation"),
        # NOTE: when is a time such as "9 months after the operation"
        "lead": words.gettext("Of %(total)s people like you, %(when)s:") % values,
        "alike": words.gettext("People like you:"),
        "everybody": words.gettext("all who had this operation at this hospital"),
        "meaning": words.gettext(
            "“As before” means: their answers were not clearly worse than their own answers before the operation."
        ),
        "unknown": words.gettext("Of those who are not known, some may be as before and some not."),
        "group": words.gettext("This tells you about a group of people. It cannot tell how it will be for you."),
        "source": words.gettext(
            "The picture stands for %(people)s people who had this operation at this hospital. As of %(day)s."
        )
        % values,
        "table": words.gettext("The same at other times, of %(total)s people") % values,
        "when": words.gettext("When"),
        "too_few": words.gettext("too few people"),
    }
