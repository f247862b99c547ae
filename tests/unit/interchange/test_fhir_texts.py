"""One language exactly: own texts, translations and designations, and no text of another language in between."""

from __future__ import annotations

from typing import Any

import pytest

from lrrc_qol.interchange import ImportRefused, Proposal, read_wording
from tests.wording_sources import LABELS, TEXTS, fixture, make_instrument, make_item, options, question, questionnaire

COMPANION = fixture("valueset-translations.json")


def translated(language: str, content: str) -> dict[str, Any]:
    parts = [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": content}]
    return {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": parts}]}


def read_two(first: dict[str, Any], second: dict[str, Any], wanted: str, **head: Any) -> Proposal:
    instrument = make_instrument(make_item("w1", "1"), make_item("w2", "2"))
    raw = questionnaire(question("w1", **first), question("w2", **second), **head)
    return read_wording("fhir", raw, instrument, wanted)


@pytest.mark.parametrize(
    ("language", "title", "recall", "text", "label"),
    [
        ("de", "Gartenfragebogen", "In den letzten 2 Wochen:", "Gingen Sie bis zum alten Tor?", "Nie"),
        ("en", "Garden", "Over the last 2 weeks:", TEXTS[0], LABELS[0]),
    ],
)
def test_each_language_of_the_file_comes_in_whole(
    language: str, title: str, recall: str, text: str, label: str
) -> None:
    raw = fixture("r4-translations.json")
    proposal = read_wording("fhir", raw, make_instrument(), language, companions=[COMPANION])
    assert proposal.complete
    assert (proposal.title, proposal.recall, proposal.language) == (title, recall, language)
    assert (proposal.items["w1"].text, proposal.items["w1"].labels[0]) == (text, label)


def test_a_language_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ImportRefused, match="the file holds de, en, not fr"):
        read_wording("fhir", fixture("r4-translations.json"), make_instrument(), "fr", companions=[COMPANION])


def test_a_variety_of_a_language_does_not_stand_in_for_another() -> None:
    with pytest.raises(ImportRefused, match="the file holds en-GB, not en"):
        read_two({}, {}, "en", language="en-GB")


def test_a_question_without_translation_has_no_text() -> None:
    proposal = read_two({"_text": translated("nl", "Liep u tot het hek?")}, {}, "nl")
    assert proposal.items["w1"].text == "Liep u tot het hek?"
    assert proposal.missing == ("w2",)
    assert any("there is no label for 0, 1, 2, 3" in problem.what for problem in proposal.problems)


def test_a_translated_label_is_taken() -> None:
    dutch = options(0, 1, 2, 3)
    for number, one in enumerate(dutch):
        one["valueCoding"]["_display"] = translated("nl", f"antwoord {number}")
    proposal = read_two({"_text": translated("nl", "Liep u?"), "answerOption": dutch}, {}, "nl")
    assert proposal.items["w1"].labels[3] == "antwoord 3"


def test_texts_of_an_unnamed_language_are_taken_at_their_word_and_noted() -> None:
    proposal = read_two({}, {}, "nl", language=None)
    assert proposal.complete
    assert "The file does not say its language; its texts were taken as 'nl', so read them closely." in proposal.notes


def test_an_unnamed_language_does_not_fill_the_gaps_of_a_translation() -> None:
    proposal = read_two({"_text": translated("nl", "Liep u?")}, {}, "nl", language=None)
    assert proposal.missing == ("w2",)


def test_language_tags_are_compared_without_regard_to_case() -> None:
    assert read_two({}, {}, "zh-Hans", language="zh-hans").complete


def test_a_list_in_another_language_without_designation_has_no_labels() -> None:
    raw = questionnaire(
        question("w1", answerOption=None, answerValueSet="http://garden.example/ValueSet/list-LL9001-7"), language="nl"
    )
    instrument = make_instrument(make_item("w1"))
    proposal = read_wording("fhir", raw, instrument, "nl", companions=[COMPANION])
    (problem,) = proposal.problems
    assert problem.keys == ("w1",)
    assert problem.what.endswith(
        "its texts are in 'de', and 4 of its 4 answers have no text in 'nl'; "
        "give the list in that language as a companion file"
    )
