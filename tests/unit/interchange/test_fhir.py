"""FHIR questionnaires in their dialects: where texts, weights and answers may stand, and what is never read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lrrc_qol.domain.instrument import ItemKind
from lrrc_qol.interchange import ImportRefused, Problem, Proposal, read_wording
from tests.wording_sources import (
    LABELS,
    TEXTS,
    fixture,
    make_instrument,
    make_item,
    option,
    options,
    question,
    questionnaire,
)

GARDEN = make_instrument()
CODES = {f"9900{number}-{number}": f"w{number}" for number in range(1, 5)}
EXTENSION = "http://hl7.org/fhir/StructureDefinition/"


def read(raw: bytes, language: str = "en", **named: Any) -> Proposal:
    return read_wording("fhir", raw, named.pop("instrument", GARDEN), language, **named)


def read_one(item: dict[str, Any], **item_changes: Any) -> Proposal:
    """A questionnaire of one question, read for an instrument of one item."""
    return read(questionnaire(item), instrument=make_instrument(make_item("w1", **item_changes)))


def faults(proposal: Proposal) -> list[str]:
    return [problem.what for problem in proposal.problems]


@pytest.mark.parametrize(
    ("name", "how"), [("r4-ordinal.json", "code"), ("r4-contained-lists.json", "number"), ("r5-coding.json", "id")]
)
def test_a_dialect_comes_in_whole(name: str, how: str) -> None:
    proposal = read(fixture(name), codes=CODES)
    assert (proposal.missing, proposal.problems, proposal.complete) == ((), (), True)
    assert {one.key: one.how for one in proposal.matched} == dict.fromkeys(("w1", "w2", "w3", "w4"), how)
    assert [one.text for one in proposal.items.values()] == list(TEXTS)
    assert all(dict(one.labels) == dict(enumerate(LABELS)) for one in proposal.items.values())


def test_the_head_of_the_file_becomes_title_instruction_and_credit() -> None:
    proposal = read(fixture("r4-contained-lists.json"))
    assert (proposal.title, proposal.recall) == ("Garden questionnaire", "Over the last 2 weeks, in your garden:")
    assert proposal.credit == "Garden questionnaire © nobody. Free to copy."


def test_what_is_in_the_file_only_is_listed() -> None:
    (extra,) = read(fixture("r4-contained-lists.json")).unmatched
    assert (extra.place, extra.text) == ("linkId 'g2.q1'", "How hard was all this?")


def test_hidden_items_and_computed_scores_are_left_out_with_a_note() -> None:
    hidden = read(fixture("r4-contained-lists.json")).notes
    computed = read(fixture("r4-ordinal.json"), codes=CODES).notes
    assert "Hidden items were left out: linkId 'g1.s'." in hidden
    assert "Expressions are never executed; scores come from the definition: linkId '/99009-9'." in computed
    assert "Computed items were left out; scores come from the definition: linkId '/99009-9'." in computed


def test_markup_and_scripts_do_not_survive() -> None:
    proposal = read(fixture("r4-hostile.json"))
    shown = json.dumps([proposal.title, [[one.text, *one.labels.values()] for one in proposal.items.values()]])
    assert "steal" not in shown
    assert "<" not in shown
    assert proposal.items["w1"].text == TEXTS[0]
    assert dict(proposal.items["w1"].labels) == dict(enumerate(LABELS))
    assert "Taken out of the text: <script> with its content: linkId 'w1', Questionnaire." in proposal.notes
    assert "Formatting instructions were ignored: linkId 'w1', linkId 'w2'." in proposal.notes


def test_a_type_and_a_list_that_cannot_be_used_are_named() -> None:
    problems = read(fixture("r4-hostile.json")).problems
    assert problems[0] == Problem(
        "linkId 'w3'", "the type attachment is not supported; answers are one of a list, or a whole number", ("w3",)
    )
    assert problems[1].place == "linkId 'w4'"
    assert "the answer list http://nowhere.example/ValueSet/unknown is not in the file" in problems[1].what


def test_options_without_weights_are_never_numbered_by_their_position() -> None:
    proposal = read_one(question("w1", answerOption=options(None, None, None, None)))
    assert dict(proposal.items["w1"].labels) == {}
    assert "none of its 4 options has a weight" in faults(proposal)[0]


def test_one_option_without_weight_is_named() -> None:
    proposal = read_one(question("w1", answerOption=options(0, 1, None, 3)))
    assert faults(proposal) == ["option 'Often' has no weight"]
    assert 2 not in proposal.items["w1"].labels


def test_a_number_as_code_of_an_option_is_no_weight() -> None:
    numbered = [{"valueCoding": {"code": str(code), "display": label}} for code, label in enumerate(LABELS)]
    assert "none of its 4 options has a weight" in faults(read_one(question("w1", answerOption=numbered)))[0]


@pytest.mark.parametrize("name", ["ordinalValue", "itemWeight", "questionnaire-ordinalValue", "iso21090-CO-value"])
@pytest.mark.parametrize("inside", [False, True], ids=["on the option", "in the coding"])
def test_a_weight_counts_under_each_of_its_names_and_places(name: str, inside: bool) -> None:
    def weighed(label: str, weight: int) -> dict[str, Any]:
        extension = {"extension": [{"url": EXTENSION + name, "valueDecimal": weight}]}
        coding = {"code": "x", "display": label}
        return {"valueCoding": coding | extension} if inside else {"valueCoding": coding} | extension

    listed = [weighed(label, weight) for weight, label in enumerate(LABELS)]
    assert read_one(question("w1", answerOption=listed)).complete


def test_a_whole_number_as_value_is_its_own_code() -> None:
    proposal = read_one(question("w1", type="integer", answerOption=[{"valueInteger": code} for code in range(4)]))
    assert dict(proposal.items["w1"].labels) == {0: "0", 1: "1", 2: "2", 3: "3"}


def test_two_weights_on_one_option_are_a_contradiction() -> None:
    twice = [
        {"url": EXTENSION + "ordinalValue", "valueDecimal": 3},
        {"url": EXTENSION + "itemWeight", "valueDecimal": 2},
    ]
    listed = [*options(0, 1, 2), option("Always", extension=twice)]
    assert faults(read_one(question("w1", answerOption=listed))) == [
        "option 'Always' has two weights, 3 and 2; keep the right one"
    ]


@pytest.mark.parametrize(
    ("weight", "fault"),
    [
        (1.5, "option 'Always' has the weight 1.5, which is no whole number"),
        ("many", "option 'Always' has the weight 'many', which is no number"),
        (True, "option 'Always' has the weight 'True', which is no number"),
        (7, "option 'Always' has the code 7; w1 takes 0, 1, 2, 3"),
    ],
)
def test_a_weight_that_is_no_code_is_named(weight: object, fault: str) -> None:
    assert fault in faults(read_one(question("w1", answerOption=options(0, 1, 2, weight))))


def test_a_printed_number_that_differs_from_the_weight_is_a_contradiction() -> None:
    prefix = {"url": EXTENSION + "questionnaire-optionPrefix", "valueString": "4"}
    last = option("Always", 3)
    last["extension"].append(prefix)
    proposal = read_one(question("w1", answerOption=[*options(0, 1, 2), last]))
    assert faults(proposal) == ["option 'Always' is printed as '4' but has the weight 3"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"repeats": True}, "lets several answers be given (repeats); the definition takes one"),
        ({"modifierExtension": [{"url": "x"}]}, "has a modifierExtension, which may change its meaning"),
        ({"option": [{"valueString": "x"}]}, "is written for FHIR STU3 (option); convert the file to R4"),
        (
            {"_text": {"extension": [{"url": EXTENSION + "cqf-expression"}]}},
            "its text is computed by an expression, which is not executed",
        ),
        ({"answerOption": options(*[0] * 4) * 51}, "has more than 200 options"),
        ({"answerValueSet": "#x"}, "has both answerOption and answerValueSet; delete the wrong one"),
        ({"answerOption": []}, "has no answers: answerOption and answerValueSet are missing"),
        ({"type": "string", "answerOption": []}, "the type string is not supported"),
        ({"type": "riddle", "answerOption": []}, "the type 'riddle' is unknown"),
        ({"answerOption": [*options(0, 1, 2), {"valueDate": "2020-01-01"}]}, "is not supported (valueDate)"),
    ],
)
def test_what_the_definition_cannot_mean_is_named(changes: dict[str, Any], fault: str) -> None:
    assert any(fault in one for one in faults(read_one(question("w1", **changes))))


def test_conditions_prefilled_answers_and_free_text_are_left_out_with_a_note() -> None:
    proposal = read_one(
        question("w1", type="open-choice", enableWhen=[{"question": "x"}], initial=[{"valueString": "x"}])
    )
    assert proposal.complete
    assert [note.partition(":")[0] for note in proposal.notes] == [
        "Conditions (enableWhen) were ignored; the definition says who is asked what",
        "Prefilled answers (initial) were left out",
        "Answers in own words are not offered; only the listed ones are",
        "No instruction stands above the questions; unless the printed form has none either, add the sentence that "
        "names the recall period (in the definition",
    ]


def slider(low: int, high: int) -> dict[str, Any]:
    def end(control: str, text: str) -> dict[str, Any]:
        code = {"coding": [{"code": control}]}
        extension = [{"url": EXTENSION + "questionnaire-itemControl", "valueCodeableConcept": code}]
        return {"linkId": f"w1-{control}", "type": "display", "text": text, "extension": extension}

    limits = [
        {"url": EXTENSION + "minValue", "valueInteger": low},
        {"url": EXTENSION + "maxValue", "valueInteger": high},
    ]
    inside = [end("lower", "None"), end("upper", "Worst"), end("help", "Slide the knob.")]
    return question("w1", type="integer", extension=limits, answerOption=[], item=inside)


@pytest.mark.parametrize(("kind", "highest"), [(ItemKind.RATING, 10), (ItemKind.NUMBER, 100)])
def test_a_slider_brings_the_words_at_its_ends(kind: ItemKind, highest: int) -> None:
    proposal = read_one(slider(0, highest), kind=kind, codes=tuple(range(highest + 1)))
    assert proposal.complete
    assert dict(proposal.items["w1"].labels) == {0: "None", highest: "Worst"}
    assert proposal.items["w1"].help == "Slide the knob."


def test_a_slider_of_another_length_is_a_contradiction() -> None:
    proposal = read_one(slider(0, 100), kind=ItemKind.RATING, codes=tuple(range(11)))
    assert "takes 0 to 100; w1 takes 0 to 10" in faults(proposal)


def test_a_rating_of_eleven_options_keeps_the_words_at_its_ends() -> None:
    labels = ["None", *map(str, range(1, 5)), "half", *map(str, range(6, 10)), "Worst"]
    listed = [option(label, code) for code, label in enumerate(labels)]
    proposal = read_one(question("w1", answerOption=listed), kind=ItemKind.RATING, codes=tuple(range(11)))
    assert proposal.complete
    assert dict(proposal.items["w1"].labels) == {0: "None", 10: "Worst"}
    assert any(note.startswith("Words at answers between the two ends were left out") for note in proposal.notes)


def test_groups_keep_the_order_of_the_document() -> None:
    instrument = make_instrument(*(make_item(f"w.{number}", str(number)) for number in range(1, 13)))
    inner = [question(f"w.{number}", text=f"Question {number}") for number in range(1, 13)]
    proposal = read(questionnaire({"linkId": "w", "type": "group", "item": inner}), instrument=instrument)
    assert proposal.complete
    assert [one.key for one in proposal.matched][-3:] == ["w.10", "w.11", "w.12"]


def test_questions_may_stand_inside_questions() -> None:
    instrument = make_instrument(make_item("w1"), make_item("w2", "2"))
    assert read(questionnaire(question("w1", item=[question("w2")])), instrument=instrument).complete


def test_a_bundle_may_hold_the_questionnaire_with_its_lists() -> None:
    entries = [{"resource": json.loads(fixture(f"{name}-translations.json"))} for name in ("r4", "valueset")]
    bundle = json.dumps({"resourceType": "Bundle", "entry": entries}).encode()
    assert read(bundle, "de").complete


@pytest.mark.parametrize("count", [0, 2])
def test_a_bundle_with_none_or_several_questionnaires_is_refused(count: int) -> None:
    entries = [{"resource": json.loads(fixture("r5-coding.json"))}] * count
    with pytest.raises(ImportRefused, match=f"exactly one Questionnaire; it holds {count}"):
        read(json.dumps({"resourceType": "Bundle", "entry": entries}).encode())
