"""Answer lists outside the questions: contained, in companion files, by value set and by code system."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lrrc_qol.interchange import ImportRefused, Proposal, read_wording
from tests.wording_sources import (
    LABELS,
    concept,
    concepts,
    fixture,
    make_instrument,
    make_item,
    question,
    questionnaire,
    value_set,
)

SYSTEM = "http://garden.example/answers"
OFTEN = "http://garden.example/ValueSet/often"


def read_with(*resources: dict[str, Any], reference: str = OFTEN, contained: Any = ()) -> Proposal:
    """One question whose list is `reference`, with companion files."""
    asked = question("w1", answerOption=None, answerValueSet=reference)
    raw = questionnaire(asked, contained=list(contained))
    companions = [json.dumps(resource).encode() for resource in resources]
    return read_wording("fhir", raw, make_instrument(make_item("w1")), "en", companions=companions)


def labels(proposal: Proposal) -> dict[int, str]:
    return dict(proposal.items["w1"].labels)


@pytest.mark.parametrize("reference", [OFTEN, OFTEN + "|2.0", "ValueSet/often"])
def test_a_companion_file_brings_the_list(reference: str) -> None:
    proposal = read_with(value_set("often", *concepts(0, 1, 2, 3)), reference=reference)
    assert proposal.complete
    assert labels(proposal) == dict(enumerate(LABELS))


def test_a_bundle_may_be_the_companion() -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": value_set("often", *concepts(0, 1, 2, 3))}]}
    assert read_with(bundle).complete


def test_the_hash_of_a_companion_is_noted() -> None:
    assert any(note.startswith("Companion file 1 has the SHA-256 ") for note in read_with(value_set("often")).notes)


def test_a_contained_list_goes_before_a_companion_of_the_same_name() -> None:
    contained = value_set("often", *concepts(0, 1, 2, 3))
    proposal = read_with(value_set("often", concept("Wrong", 0)), contained=[contained])
    assert proposal.complete
    assert f"The answer list {OFTEN} is there twice; the first one was used." in proposal.notes


def test_a_missing_list_is_named_with_those_at_hand() -> None:
    (problem,) = read_with(value_set("rarely", *concepts(0, 1, 2, 3))).problems
    assert problem.place == "linkId 'w1'"
    assert problem.what.startswith(f"the answer list {OFTEN} is not in the file; at hand are")
    assert "http://garden.example/ValueSet/rarely" in problem.what


def test_a_missing_list_of_many_questions_is_one_problem() -> None:
    instrument = make_instrument()
    (problem,) = read_wording("fhir", fixture("r4-translations.json"), instrument, "de").problems
    assert problem.place == ", ".join(f"linkId 'GARDEN-4.{number}'" for number in range(1, 5))


def test_the_same_loinc_list_under_another_address_is_taken_with_a_note() -> None:
    proposal = read_with(value_set("x-ll9001-7", *concepts(0, 1, 2, 3)), reference="http://loinc.example/vs/LL9001-7")
    assert proposal.complete
    assert any("carries the same LOINC list number LL9001-7" in note for note in proposal.notes)


TAKEN_AS = (
    "An answer list does not say its language; its texts were taken as 'en', so read them closely: "
    f"answer list {OFTEN}."
)


def designated(*languages: str) -> list[dict[str, Any]]:
    """The four answers with a designation in each language."""
    return [
        one | {"designation": [{"language": language, "value": one["display"]} for language in languages]}
        for one in concepts(0, 1, 2, 3)
    ]


def test_a_companion_that_does_not_say_its_language_is_taken_at_its_word_with_a_note() -> None:
    proposal = read_with(value_set("often", *concepts(0, 1, 2, 3), language=None))
    assert proposal.complete
    assert TAKEN_AS in proposal.notes


def test_a_code_system_that_does_not_say_its_language_is_noted_too() -> None:
    system = {"resourceType": "CodeSystem", "url": SYSTEM, "concept": concepts(0, 1, 2, 3)}
    bare = [{"code": label[0]} for label in LABELS]
    listing = value_set("often", compose=None, expansion={"contains": [{"system": SYSTEM} | one for one in bare]})
    proposal = read_with({"resourceType": "Bundle", "entry": [{"resource": listing}, {"resource": system}]})
    assert proposal.complete
    assert TAKEN_AS in proposal.notes


@pytest.mark.parametrize(
    ("answers", "language"), [(designated("en"), None), (designated("de", "en"), None), (concepts(0, 1, 2, 3), "en")]
)
def test_texts_whose_language_is_stated_need_no_note(answers: list[dict[str, Any]], language: str | None) -> None:
    proposal = read_with(value_set("often", *answers, language=language))
    assert proposal.complete
    assert TAKEN_AS not in proposal.notes


def test_a_contained_list_has_the_language_of_its_questionnaire() -> None:
    proposal = read_with(reference="#often", contained=[value_set("often", *concepts(0, 1, 2, 3), language=None)])
    assert proposal.complete
    assert not any("does not say its language" in note for note in proposal.notes)


def test_a_companion_in_another_language_is_a_problem_that_names_it() -> None:
    proposal = read_with(value_set("often", *concepts(0, 1, 2, 3), language="de"))
    assert labels(proposal) == {}
    (problem,) = proposal.problems
    assert problem.what.startswith(f"answer list {OFTEN}: its texts are in 'de', and 4 of its 4 answers have no text")


def test_a_list_that_no_question_uses_is_noted() -> None:
    often = value_set("often", *concepts(0, 1, 2, 3))
    proposal = read_with(often, value_set("rarely", *concepts(0, 1, 2, 3)))
    assert (
        "No question uses this answer list of a companion file: http://garden.example/ValueSet/rarely."
        in proposal.notes
    )


def test_an_expansion_takes_its_weights_from_compose() -> None:
    composed = value_set("often", *concepts(0, 1, 2, 3))
    contains = [{"system": SYSTEM, "code": label[0], "display": label} for label in LABELS]
    proposal = read_with(composed | {"expansion": {"contains": contains}})
    assert proposal.complete


def test_an_expansion_may_nest_and_hold_headings() -> None:
    contains = [{"system": SYSTEM} | one for one in concepts(0, 1, 2, 3)]
    heading = {"abstract": True, "display": "How often", "contains": contains}
    proposal = read_with(value_set("often", compose=None, expansion={"contains": [heading]}))
    assert proposal.complete
    assert any(note.startswith("Answers that cannot be chosen were left out") for note in proposal.notes)


def test_a_bottomless_expansion_is_read_to_a_certain_depth() -> None:
    inner = concepts(0)[0]
    for _ in range(20):
        inner = {"abstract": True, "contains": [inner]}
    (problem,) = read_with(value_set("often", compose=None, expansion={"contains": [inner]})).problems
    assert "holds no answers" in problem.what


@pytest.mark.parametrize("as_property", [False, True], ids=["extension", "property"])
def test_weights_may_stand_in_a_code_system(as_property: bool) -> None:
    inside = concepts(0, 1, 2, 3)
    if as_property:
        for weight, one in enumerate(inside):
            one |= {"extension": [], "property": [{"code": "itemWeight", "valueDecimal": weight}]}
    system = {"resourceType": "CodeSystem", "url": SYSTEM, "concept": inside}
    whole = value_set("often", compose={"include": [{"system": SYSTEM}]})
    proposal = read_with({"resourceType": "Bundle", "entry": [{"resource": whole}, {"resource": system}]})
    assert proposal.complete


def test_one_code_of_two_systems_is_two_answers() -> None:
    contains = [
        {"system": f"http://garden.example/{weight}", "code": "same", "display": label} | {"extension": weighed}
        for weight, label in enumerate(LABELS)
        for weighed in [concept(label, weight)["extension"]]
    ]
    proposal = read_with(value_set("often", compose=None, expansion={"contains": contains}))
    assert labels(proposal) == dict(enumerate(LABELS))


@pytest.mark.parametrize(
    ("compose", "fault"),
    [
        ({"include": [{"system": SYSTEM, "filter": [{"op": "is-a"}]}]}, "it takes its answers from elsewhere"),
        ({"include": [{"valueSet": ["http://x"]}]}, "it takes its answers from elsewhere"),
        ({"include": [{"system": SYSTEM}]}, f"it takes all of {SYSTEM}, which is not in the file"),
        ({"include": [{"concept": concepts(0, 1, 2, 3)}], "exclude": [{}]}, "it leaves answers out"),
        ({}, "holds no answers"),
    ],
)
def test_a_list_that_is_not_complete_is_named(compose: dict[str, Any], fault: str) -> None:
    (problem, *_) = read_with(value_set("often", compose=compose)).problems
    assert f"answer list {OFTEN}: {fault}" in problem.what


def test_a_list_without_weights_binds_nothing() -> None:
    proposal = read_with(value_set("often", *concepts(None, None, None, None)))
    assert labels(proposal) == {}
    assert "none of its 4 options has a weight" in proposal.problems[0].what


@pytest.mark.parametrize("resource", [{"resourceType": "Patient"}, {"resourceType": "Bundle", "entry": []}, {}])
def test_a_companion_that_is_no_list_is_refused(resource: dict[str, Any]) -> None:
    with pytest.raises(ImportRefused, match="Companion file 1: resourceType: a companion file must hold a ValueSet"):
        read_with(resource)


def test_a_broken_companion_is_refused_by_its_number() -> None:
    asked = questionnaire(question("w1"))
    good = json.dumps(value_set("often")).encode()
    with pytest.raises(ImportRefused, match="Companion file 2 is no valid JSON: line 1"):
        read_wording("fhir", asked, make_instrument(), "en", companions=[good, b"{"])
