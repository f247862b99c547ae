"""How a question is recognised, in which order the rules go, and that two candidates are as good as none."""

from __future__ import annotations

from typing import Any

import pytest

from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.interchange.matching import match, printed_number, without_number
from lrrc_qol.interchange.source import Notes, Option, Question
from tests.wording_sources import LABELS, TEXTS, make_instrument, make_item

GARDEN = make_instrument()
FOUR = tuple(Option(label, code) for code, label in enumerate(LABELS))


def asked(name: str, text: str = "Something else?", **changes: Any) -> Question:
    return Question(place=name, name=name, text=text, **changes)


def recognised(
    *questions: Question, instrument: Instrument = GARDEN, language: str = "en", **codes: str
) -> dict[str, str]:
    """Name and rule by wording key, as `name by rule`."""
    renamed = {code.removeprefix("c").replace("_", "-"): key for code, key in codes.items()}
    found = match(questions, instrument, renamed, language, Notes())
    return {key: f"{one.question.name} by {one.how}" for key, one in found.items()}


@pytest.mark.parametrize("name", ["w1", "W1", "w01", " w1 "])
def test_a_name_that_is_the_id(name: str) -> None:
    assert recognised(asked(name)) == {"w1": f"{name} by id"}


@pytest.mark.parametrize("form", ["gdn_{}", "{}_baseline", "Garden-{}", "block.{}", "gdn_0{}"])
def test_names_that_begin_or_end_with_the_ids(form: str) -> None:
    names = [form.format(f"w{number}") for number in range(1, 5)] if "0" not in form else []
    names = names or [f"gdn_w0{number}" for number in range(1, 5)]
    assert recognised(*map(asked, names)) == {f"w{number}": f"{name} by id" for number, name in enumerate(names, 1)}


def test_two_series_of_names_that_both_fit_are_ambiguous() -> None:
    both = [asked(f"{visit}_w{number}") for visit in ("first", "second") for number in range(1, 5)]
    assert recognised(*both) == {}


def test_of_two_series_the_complete_one_is_taken() -> None:
    names = [*(f"gdn_w{number}" for number in range(1, 5)), "other_w1", "other_w2"]
    assert recognised(*map(asked, names))["w1"] == "gdn_w1 by id"


def test_what_is_ambiguous_by_name_is_left_to_no_weaker_rule() -> None:
    notes = Notes()
    twins = [asked("w1", number="1"), asked("W01")]
    assert match(twins, GARDEN, {}, "en", notes) == {}
    assert notes.lines() == ("More than one question could be w1, so none was taken: w1, W01.",)


def test_a_code_of_another_system() -> None:
    coded = asked("x", codes=("99001-1",))
    assert recognised(coded, c99001_1="w1") == {"w1": "x by code"}
    assert recognised(asked("/99001-1"), c99001_1="w1") == {"w1": "/99001-1 by code"}


@pytest.mark.parametrize("number", ["2", "2.", "2)", "Q2", "No. 2", "Frage 2:"])
def test_a_printed_number(number: str) -> None:
    assert recognised(asked("x", number=number)) == {"w2": "x by number"}


def test_a_number_in_front_of_the_text() -> None:
    assert recognised(asked("x", "2. Something else?")) == {"w2": "x by number"}
    assert without_number("2. Something else?", "2") == "Something else?"
    assert without_number("3. Something else?", "2") == "3. Something else?"
    assert printed_number(asked("x", "2 owls called?")) == ""


def test_a_number_that_is_there_twice_says_nothing() -> None:
    assert recognised(asked("x", number="2"), asked("y", number="2")) == {}


@pytest.mark.parametrize("form", ["GARDEN-4.{}", "phq_{}", "x.0{}"])
def test_running_numbers_at_the_end_of_the_names(form: str) -> None:
    names = [form.format(number) for number in range(1, 5)]
    assert recognised(*map(asked, names)) == {f"w{n}": f"{name} by number" for n, name in enumerate(names, 1)}


def test_running_numbers_that_stop_too_early_or_run_on_say_nothing() -> None:
    assert recognised(*(asked(f"x{number}") for number in range(1, 4))) == {}
    assert recognised(*(asked(f"x{number}") for number in range(1, 20))) == {}


def test_two_series_of_running_numbers_say_nothing() -> None:
    assert recognised(*(asked(f"{group}.{number}") for group in "ab" for number in range(1, 5))) == {}


def test_running_numbers_of_questions_with_other_answers_say_nothing() -> None:
    assert recognised(*(asked(f"x{number}", options=FOUR[:2]) for number in range(1, 5))) == {}
    assert len(recognised(*(asked(f"x{number}", options=FOUR) for number in range(1, 5)))) == 4


def test_a_loinc_code_of_another_question_speaks_against_the_number() -> None:
    stranger = asked("x", number="1", codes=("99999-9",))
    assert recognised(stranger, c99001_1="w1") == {}
    assert recognised(stranger) == {"w1": "x by number"}


def test_topics_are_looked_for_in_english_texts_only() -> None:
    questions = [asked(f"{letter}", text) for letter, text in zip("abcd", TEXTS, strict=True)]
    assert recognised(*questions) == {
        "w1": "a by topic",
        "w2": "b by topic",
        "w3": "c by topic",
        "w4": "d by topic",
    }
    assert recognised(*questions, language="nl") == {}


def test_a_topic_that_two_texts_hold_says_nothing() -> None:
    assert recognised(asked("a", "Garden work today?"), asked("b", "Work in the garden tomorrow?")) == {}


def test_a_part_of_a_short_word_is_another_word() -> None:
    instrument = make_instrument(make_item("w1", topic="art"), make_item("w2", "2", topic="sleep"))
    assert recognised(asked("a", "Are you an artist?"), instrument=instrument) == {}
    assert recognised(asked("b", "Are you sleeping?"), instrument=instrument) == {"w2": "b by topic"}


def test_both_wordings_of_an_item_need_names_or_topics_of_their_own() -> None:
    two = make_instrument(make_item("w1", "49", "wind lost", variants={"stoma": "bag leaks"}))
    assert recognised(asked("x", number="49"), instrument=two) == {}
    by_name = recognised(asked("w1"), asked("w1_stoma"), instrument=two)
    assert by_name == {"w1": "w1 by id", "w1@stoma": "w1_stoma by id"}
    by_topic = recognised(
        asked("x", "Have you lost wind?", number="49"), asked("y", "Did your bag leak?", number="49"), instrument=two
    )
    assert by_topic == {"w1": "x by topic", "w1@stoma": "y by topic"}


@pytest.mark.parametrize(("keys", "most"), [(1, 2), (2, 3), (4, 6), (8, 12)])
@pytest.mark.parametrize("form", ["number", "name"])
def test_numbers_count_only_in_files_with_hardly_more_questions(keys: int, most: int, form: str) -> None:
    instrument = make_instrument(*(make_item(f"w{n}", str(n), f"topic {n}") for n in range(1, keys + 1)))
    for count, hits in ((most, keys), (most + 1, 0)):
        numbers = range(1, count + 1)
        questions = [
            asked(f"x{n}") if form == "name" else asked("abcdefghijklm"[n - 1], number=str(n)) for n in numbers
        ]
        assert len(recognised(*questions, instrument=instrument)) == hits


def test_questions_of_another_section_do_not_make_numbers_useless() -> None:
    own = [asked(f"a{letter}", number=str(n), section="own") for n, letter in enumerate("klmn", 1)]
    others = [asked(f"b{letter}", section="other") for letter in "abcdefghij"]
    assert len(recognised(*own, *others)) == 4


def test_where_numbers_do_not_count_the_topic_does() -> None:
    others = [asked(letter, number=str(n)) for n, letter in enumerate("abcdef", 1)]
    assert recognised(*others, asked("g", TEXTS[2], number="7")) == {"w3": "g by topic"}
