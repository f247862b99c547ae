"""What speaks against a proposal although every question was recognised, and where instructions go."""

from __future__ import annotations

from typing import Any

import pytest

from lrrc_qol.domain.instrument import Codes, Confidence, ItemKind
from lrrc_qol.interchange import ImportRefused, Problem, Proposal
from lrrc_qol.interchange.build import LONGEST_LABEL, LONGEST_TEXT, MOST_UNMATCHED, propose
from lrrc_qol.interchange.source import Instruction, Option, Question, Source
from tests.wording_sources import LABELS, TEXTS, make_instrument, make_item

FOUR = tuple(Option(label, code) for code, label in enumerate(LABELS))
CODES = Codes(
    source="here",
    confidence=Confidence.DESIGN,
    whole={"loinc": "99000-8"},
    items={"loinc": {"w1": "99001-1", "w2": "99002-2"}},
    scales={},
)


def asked(name: str, **changes: Any) -> Question:
    return Question(**{"place": name, "name": name, "text": TEXTS[0], "options": FOUR} | changes)


def proposed(*questions: Question, items: int = 1, **changes: Any) -> Proposal:
    codes = changes.pop("codes", None)
    instrument = make_instrument(*(make_item(f"w{n}", str(n), **changes.pop(f"w{n}", {})) for n in range(1, items + 1)))
    if codes:
        instrument = make_instrument(*instrument.items, codes=codes)
    return propose(Source(questions, **changes), instrument, "en", codes={}, source_sha256="0")


def faults(proposal: Proposal) -> list[str]:
    return [problem.what for problem in proposal.problems]


def test_a_question_that_fits_is_complete() -> None:
    proposal = proposed(asked("w1"))
    assert (proposal.complete, proposal.source_sha256) == (True, "0")
    assert dict(proposal.items["w1"].labels) == dict(enumerate(LABELS))


def test_a_question_without_text_is_missing() -> None:
    proposal = proposed(asked("w1", text=""))
    assert (proposal.missing, proposal.complete) == (("w1",), False)


def test_an_item_without_question_is_missing() -> None:
    proposal = proposed(asked("w2"), items=2)
    assert proposal.missing == ("w1",)
    assert list(proposal.items) == ["w2"]


def test_nothing_recognised_is_refused_with_the_first_elements() -> None:
    with pytest.raises(ImportRefused) as caught:
        proposed(asked("x"), asked("y", faults=("is odd",)))
    assert str(caught.value) == (
        "None of the 2 questions was recognised as one of Garden (x: no id, code, number or topic agrees; y: is odd). "
        "Name the questions by their ids in the definition (w1, ...) or give them their printed numbers."
    )


def test_the_order_of_the_questions_is_held_against_the_definition() -> None:
    proposal = proposed(asked("w2"), asked("w1"), items=2)
    what = "the order differs: w1 stands after w2, in the definition before it"
    assert proposal.problems == (Problem("w1", what, ("w1",)),)
    assert proposed(asked("w2"), asked("w1"), items=2, ordered=False).complete


def test_two_wordings_of_one_item_may_stand_in_any_order() -> None:
    proposal = proposed(asked("w1_stoma"), asked("w1"), w1={"variants": {"stoma": "bag leaks"}})
    assert proposal.complete


def test_the_order_of_the_options_is_held_against_the_definition() -> None:
    turned = proposed(asked("w1", options=FOUR[::-1]))
    assert faults(turned) == ["its options stand in the order 3, 2, 1, 0, in the definition in the order 0, 1, 2, 3"]
    assert proposed(asked("w1", options=FOUR[::-1]), ordered=False).complete


def test_a_fault_of_the_source_counts_once_its_question_is_used() -> None:
    proposal = proposed(asked("w1"), asked("x", faults=("is odd",)))
    assert proposal.complete
    assert faults(proposed(asked("w1", faults=("is odd",)))) == ["is odd"]


def test_the_same_fault_of_many_questions_is_one_problem() -> None:
    odd = [asked(f"w{number}", faults=("is odd",)) for number in (1, 2, 3)]
    assert proposed(*odd, items=3).problems == (Problem("w1, w2, w3", "is odd", ("w1", "w2", "w3")),)


def test_a_rating_needs_words_at_its_ends_and_all_or_no_options_between() -> None:
    rating = {"kind": ItemKind.RATING, "codes": tuple(range(11))}
    ends = (Option("None", 0), Option("Worst", 10))
    assert proposed(asked("w1", options=ends), w1=rating).complete
    half = (*ends[:1], Option("5", 5), *ends[1:])
    assert faults(proposed(asked("w1", options=half), w1=rating)) == ["it offers 3 of the 11 answers of w1"]
    assert faults(proposed(asked("w1", options=ends[:1]), w1=rating)) == ["there is no label for 10"]


def test_a_number_is_no_list_of_worded_answers() -> None:
    proposal = proposed(asked("w1", options=(), span=(0, 3)))
    assert faults(proposal)[0] == "asks for a number; w1 has worded answers 0, 1, 2, 3"


@pytest.mark.parametrize(("field", "longest"), [("text", LONGEST_TEXT), ("help", LONGEST_TEXT)])
def test_a_text_that_no_phone_can_show_is_a_problem(field: str, longest: int) -> None:
    assert faults(proposed(asked("w1", **{field: "x" * (longest + 1)})))[0].startswith("its text has 2001 characters")


def test_a_label_that_no_phone_can_show_is_a_problem() -> None:
    long = (Option("x" * (LONGEST_LABEL + 1), 0), *FOUR[1:])
    assert "is longer than the 300 characters" in faults(proposed(asked("w1", options=long)))[0]


def test_another_printed_number_contradicts_the_name() -> None:
    proposal = proposed(asked("w1", number="2"), asked("w2"), items=2)
    assert faults(proposal) == ["is w1 by its id, but its printed number is 2 instead of 1"]
    assert proposed(asked("w1", number="77")).complete


def test_the_printed_number_in_front_of_a_text_is_taken_off_with_a_note() -> None:
    proposal = proposed(asked("w1", text="1. Did you walk?"))
    assert proposal.items["w1"].text == "Did you walk?"
    assert "The printed number in front of the text was taken off: w1." in proposal.notes


def test_the_codes_of_the_definition_are_known() -> None:
    proposal = proposed(asked("x", codes=("99002-2",)), items=2, codes=CODES)
    assert proposal.matched[0].how == "code"
    assert list(proposal.items) == ["w2"]


def test_the_code_of_another_item_contradicts_the_name() -> None:
    proposal = proposed(asked("w1", codes=("99002-2",)), items=2, codes=CODES)
    assert faults(proposal) == ["is w1 by its id, but its code is that of w2"]


def test_the_code_of_another_questionnaire_is_a_problem() -> None:
    wrong = proposed(asked("w1"), codes=CODES, panel=("99009-9",))
    assert wrong.problems == (
        Problem("Questionnaire.code", "the file is the questionnaire 99009-9, Garden is 99000-8"),
    )
    assert proposed(asked("w1"), codes=CODES, panel=("99000-8", "other")).complete


def test_the_credit_of_the_file_goes_before_that_of_the_definition() -> None:
    questions = (asked("w1"),)
    instrument = make_instrument(make_item("w1"), credit="© the holder")
    said = [
        propose(Source(questions, credit=one), instrument, "en", codes={}, source_sha256="") for one in ("© me", "")
    ]
    assert [one.credit for one in said] == ["© me", "© the holder"]


def test_many_questions_without_counterpart_are_counted_and_not_all_listed() -> None:
    others = [asked(f"other{number}") for number in range(MOST_UNMATCHED + 1)]
    proposal = proposed(asked("w1"), *others)
    assert len(proposal.unmatched) == MOST_UNMATCHED
    assert any(note.startswith("201 questions have no counterpart") for note in proposal.notes)


def test_instructions_above_are_the_recall_text_and_those_between_stay_with_their_questions() -> None:
    instructions = (
        Instruction("intro", "Please answer.", 0),
        Instruction("group", "Heading", 0, heading=True),
        Instruction("middle", "In the past week:", 1),
        Instruction("end", "Thank you.", 3),
    )
    proposal = proposed(asked("w1"), asked("w2"), asked("w3", help="Own"), items=3, instructions=instructions)
    assert proposal.recall == "Please answer."
    assert [one.help for one in proposal.items.values()] == ["", "In the past week:", "Own"]
    assert [note for note in proposal.notes if note.startswith("The instruction")] == [
        "The instruction 'Heading' is not shown: group.",
        "The instruction 'In the past week:' is shown with each question under it: middle.",
        "The instruction 'Thank you.' is not shown: end.",
    ]


def test_the_heading_of_a_group_is_the_recall_text_where_there_is_no_other() -> None:
    assert proposed(asked("w1"), instructions=(Instruction("g", "Heading", 0, heading=True),)).recall == "Heading"


def test_long_introductions_make_room_for_the_nearest_instruction() -> None:
    long = Instruction("intro", "x" * 600, 0)
    proposal = proposed(asked("w1"), instructions=(long, Instruction("near", "In the past week:", 0)))
    assert proposal.recall == "In the past week:"
