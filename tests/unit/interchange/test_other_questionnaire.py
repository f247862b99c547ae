"""A file of another questionnaire whose questions carry the same numbers must not pass for the one asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lrrc_qol.interchange import ImportRefused, Proposal, read_wording
from tests.wording_sources import TEXTS, TOPICS, make_instrument, make_item, question, questionnaire, value_set
from tests.wording_sources import concepts as answers

LIST = "http://garden.example/ValueSet/often"
MORE = ("Did the hens lay?", "Was the well dry?", "Did it hail?", "Were the pears ripe?", "Did the fence hold?")
SHORT = make_instrument(make_item("w1", "1", TOPICS[3]), make_item("w2", "2", TOPICS[0]), short_title="Short")
NUMBERS_NOTE = "questions were recognised by their printed number only: compare the texts with our topics."


def numbered(*texts: str) -> list[dict[str, Any]]:
    """Questions with nothing but a printed number to know them by, and their answers in a companion list."""
    return [
        question(f"q.{'abcdefghij'[n]}", text=text, prefix=f"{n + 1}.", answerOption=None, answerValueSet=LIST)
        for n, text in enumerate(texts)
    ]


def read(*texts: str, language: str = "en", **definition: Any) -> Proposal:
    listing = {"resource": value_set("often", *answers(0, 1, 2, 3), language=language)}
    return read_wording(
        "fhir",
        questionnaire(*numbered(*texts), language=language),
        definition.get("instrument", make_instrument()),
        language,
        companions=[json.dumps({"resourceType": "Bundle", "entry": [listing]}).encode()],
    )


def test_the_questions_of_a_longer_questionnaire_are_not_taken_by_their_numbers() -> None:
    proposal = read(*TEXTS, *MORE, instrument=SHORT)
    assert {one.key: (one.place, one.how) for one in proposal.matched} == {
        "w1": ("linkId 'q.d'", "topic"),
        "w2": ("linkId 'q.a'", "topic"),
    }
    assert not any(NUMBERS_NOTE in note for note in proposal.notes)


def test_where_topics_do_not_help_either_it_is_said_why() -> None:
    proposal = read(TEXTS[0], *MORE, instrument=SHORT)
    assert proposal.missing == ("w1",)
    assert (
        "Printed numbers were not trusted: the file has 6 questions, Short has 2, so it may be another questionnaire."
        in proposal.notes
    )
    with pytest.raises(ImportRefused, match="it has 2 questions, so printed numbers were not trusted"):
        read(*MORE, language="nl", instrument=SHORT)


def test_a_text_that_fits_another_item_contradicts_its_number() -> None:
    proposal = read(TEXTS[1], TEXTS[0], *TEXTS[2:])
    assert [(problem.place, problem.what, problem.keys) for problem in proposal.problems] == [
        (
            f"linkId 'q.{letter}'",
            f"is {key} ({topic}) by its number, but its text fits {other} ({fits}); "
            "it may be the file of another questionnaire",
            (key,),
        )
        for letter, key, topic, other, fits in (
            ("a", "w1", TOPICS[0], "w2", TOPICS[1]),
            ("b", "w2", TOPICS[1], "w1", TOPICS[0]),
        )
    ]


def test_another_question_that_fits_the_item_contradicts_the_number() -> None:
    (problem,) = read(MORE[0], TEXTS[0], TEXTS[3], instrument=SHORT).problems
    assert problem.place == "linkId 'q.a'"
    assert "is w1 (worry about frost) by its number, but the text at linkId 'q.c' fits w1 better" in problem.what


def test_topics_are_not_compared_in_other_languages() -> None:
    assert read(TEXTS[1], TEXTS[0], *TEXTS[2:], language="nl").complete


def test_what_was_recognised_by_number_is_noted() -> None:
    proposal = read(*TEXTS)
    assert proposal.complete
    assert {one.how for one in proposal.matched} == {"number"}
    assert f"4 {NUMBERS_NOTE}" in proposal.notes
    by_id = read_wording("fhir", questionnaire(question("w1")), make_instrument(make_item("w1")), "en")
    assert not any("printed number only" in note for note in by_id.notes)
    one = read(TEXTS[0], instrument=make_instrument(make_item("w1")))
    assert "1 question was recognised by its printed number only: compare the text with our topic." in one.notes
