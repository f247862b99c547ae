"""REDCap data dictionaries: each field type, matrix groups, archives, and raw values held against the codes."""

from __future__ import annotations

from typing import Any

import pytest

from lrrc_qol.catalogue.instruments import load_instruments
from lrrc_qol.config import INSTRUMENTS_DIR
from lrrc_qol.domain.instrument import ItemKind
from lrrc_qol.interchange import ImportRefused, Match, Problem, Proposal, read_wording
from tests.wording_sources import (
    HEADER,
    LABELS,
    TEXTS,
    archive,
    dictionary,
    field,
    fixture,
    make_instrument,
    make_item,
)

API_NAMES = (
    *("field_name", "form_name", "section_header", "field_type", "field_label", "select_choices_or_calculations"),
    *("field_note", "text_validation_type_or_show_slider_number", "text_validation_min", "text_validation_max"),
    *("identifier", "branching_logic", "required_field", "custom_alignment", "question_number"),
    *("matrix_group_name", "matrix_ranking", "field_annotation"),
)


def read(raw: bytes, language: str = "en", **named: Any) -> Proposal:
    return read_wording("redcap", raw, named.pop("instrument", make_instrument()), language)


def read_one(*fields: dict[str, str], **item_changes: Any) -> Proposal:
    return read(dictionary(*fields), instrument=make_instrument(make_item("w1", **item_changes)))


def faults(proposal: Proposal) -> list[str]:
    return [problem.what for problem in proposal.problems]


def test_a_project_comes_in_whole() -> None:
    proposal = read(fixture("redcap-garden.csv"))
    assert proposal.complete
    assert [one.text for one in proposal.items.values()] == list(TEXTS)
    assert all(dict(one.labels) == dict(enumerate(LABELS)) for one in proposal.items.values())
    assert proposal.recall == "Over the last 2 weeks:"
    assert proposal.title == "Garden"
    assert proposal.matched[0] == Match("w1", "variable gdn_w01 (line 4)", "id")


def test_what_is_not_read_is_noted() -> None:
    notes = read(fixture("redcap-garden.csv")).notes
    assert "Branching logic was ignored; the definition says who is asked what: variable gdn_w03 (line 6)." in notes
    assert "Field annotations were ignored: variable gdn_w02 (line 5)." in notes
    assert "Calculated fields were left out: variable gdn_total (line 8)." in notes
    assert "A dictionary does not say its language; its texts were taken as 'en', so read them closely." in notes


def test_a_field_without_counterpart_is_listed_and_the_record_number_is_not() -> None:
    assert [one.place for one in read(fixture("redcap-garden.csv")).unmatched] == ["variable gdn_more (line 10)"]


def test_the_qlq_c30_comes_in_from_a_dictionary_with_placeholders() -> None:
    loaded = load_instruments(INSTRUMENTS_DIR)
    instrument = next(one.instrument for one in loaded if one.instrument.id == "qlq_c30")
    proposal = read(fixture("redcap-qlq-c30-placeholder.csv"), instrument=instrument)
    assert proposal.complete
    assert len(proposal.matched) == 30
    assert proposal.recall == "Placeholder for the instruction at the top"
    assert [proposal.items[key].help for key in ("q5", "q6", "q28", "q29")] == [
        "",
        "Placeholder for the recall period",
        "Placeholder for the recall period",
        "Placeholder for the instruction above the last two",
    ]


@pytest.mark.parametrize("form", [{"delimiter": ";"}, {"delimiter": "\t"}, {"lineterminator": "\n"}])
def test_separators_and_line_ends_do_not_matter(form: dict[str, str]) -> None:
    raw = dictionary(field("w1"), **form)
    assert read(raw, instrument=make_instrument(make_item("w1"))).complete


@pytest.mark.parametrize("header", [API_NAMES, [name.upper() for name in HEADER], [f" {name} " for name in HEADER]])
def test_the_columns_may_be_written_in_other_ways(header: list[str]) -> None:
    raw = b"\xef\xbb\xbf" + dictionary(field("w1"), header=header)
    assert read(raw, instrument=make_instrument(make_item("w1"))).complete


@pytest.mark.parametrize("kind", ["radio", "dropdown", "Radio"])
def test_choices_are_read(kind: str) -> None:
    assert read_one(field("w1", type=kind)).complete


def test_a_raw_value_that_the_definition_lacks_is_a_problem() -> None:
    proposal = read_one(field("w1", choices="1, Never | 2, Sometimes | 3, Often | 4, Always"))
    assert proposal.problems == (
        Problem("variable w1 (line 2)", "option 'Always' has the code 4; w1 takes 0, 1, 2, 3", ("w1",)),
        Problem("variable w1 (line 2)", "there is no label for 0", ("w1",)),
    )


@pytest.mark.parametrize(
    ("choices", "fault"),
    [
        ("", "has no choices; write them as 1, Label | 2, Label"),
        ("0, Never | 1, Sometimes | 2 | 3, Always", "choice '2' is not written as: whole number, comma, label"),
        ("0, Never | b, Often", "choice 'b, Often' is not written as: whole number, comma, label"),
        ("0, Never | 1, Sometimes | 1, Often | 3, Always", "two options have the code 1"),
        ("0, Never | 1, Sometimes | 2, | 3, Always", "there is no label for 2"),
        ("0, Never | 1, Never | 2, Often | 3, Always", "two of its codes have the same label"),
        (
            "3, Always | 2, Often | 1, Sometimes | 0, Never",
            "its options stand in the order 3, 2, 1, 0, in the definition",
        ),
    ],
)
def test_choices_that_do_not_fit_are_named(choices: str, fault: str) -> None:
    assert any(fault in one for one in faults(read_one(field("w1", choices=choices))))


def test_commas_in_a_label_belong_to_it() -> None:
    proposal = read_one(field("w1", choices="0, No, never | 1, Sometimes | 2, Often | 3, Always, every day"))
    assert (proposal.items["w1"].labels[0], proposal.items["w1"].labels[3]) == ("No, never", "Always, every day")


def test_a_matrix_shares_its_choices_and_may_not_differ() -> None:
    choices = field("w1")[HEADER[5]]
    other = choices.replace("Always", "Ever")
    rows = [field("w1", matrix="m"), field("w2", matrix="m", choices=""), field("w3", matrix="m", choices=other)]
    instrument = make_instrument(*(make_item(f"w{number}", str(number)) for number in (1, 2, 3)))
    proposal = read(dictionary(*rows), instrument=instrument)
    assert dict(proposal.items["w2"].labels) == dict(enumerate(LABELS))
    what = "its choices differ from those of its matrix 'm'"
    assert proposal.problems == (Problem("variable w3 (line 4)", what, ("w3",)),)


@pytest.mark.parametrize(("language", "labels"), [("en", {1: "Yes", 0: "No"}), ("nl", {})])
def test_yes_and_no_are_known_in_english_only(language: str, labels: dict[int, str]) -> None:
    instrument = make_instrument(make_item("w1", codes=(1, 0)))
    proposal = read(dictionary(field("w1", type="yesno", choices="")), language, instrument=instrument)
    assert dict(proposal.items["w1"].labels) == labels
    assert proposal.complete == (language == "en")


@pytest.mark.parametrize(("kind", "highest"), [(ItemKind.RATING, 10), (ItemKind.NUMBER, 100)])
def test_a_slider_brings_the_words_at_its_ends(kind: ItemKind, highest: int) -> None:
    ends = {"minimum": "0", "maximum": "10"} if highest == 10 else {}
    proposal = read_one(
        field("w1", type="slider", choices="None | half | Worst", **ends), kind=kind, codes=tuple(range(highest + 1))
    )
    assert proposal.complete
    assert dict(proposal.items["w1"].labels) == {0: "None", highest: "Worst"}
    assert "Words at the middle of a slider were left out: variable w1 (line 2)." in proposal.notes


def test_a_slider_without_its_own_range_runs_to_100() -> None:
    proposal = read_one(
        field("w1", type="slider", choices="None || Worst"), kind=ItemKind.RATING, codes=tuple(range(11))
    )
    assert "takes 0 to 100; w1 takes 0 to 10" in faults(proposal)


def test_a_slider_without_words_is_named() -> None:
    proposal = read_one(field("w1", type="slider", choices=""), kind=ItemKind.NUMBER, codes=tuple(range(101)))
    assert faults(proposal) == ["its slider labels are missing; write them as lowest | middle | highest"]


def test_a_number_has_no_place_for_words_at_its_ends() -> None:
    number = field("w1", type="text", validation="integer", minimum="0", maximum="100", choices="")
    proposal = read_one(field("id"), number, kind=ItemKind.NUMBER, codes=tuple(range(101)))
    assert faults(proposal) == ["there is no label for 0, 100"]


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("checkbox", "lets several answers be given (checkbox); make it a radio field"),
        ("text", "the field type 'text' is not supported: make it a radio or slider field"),
    ],
)
def test_a_field_type_without_worded_answers_is_named(kind: str, fault: str) -> None:
    assert faults(read_one(field("id"), field("w1", type=kind))) == [fault]


def test_text_that_pipes_in_another_answer_is_named() -> None:
    proposal = read_one(
        field("name", type="text"), field("w1", label="Did you walk, [name:first]? [sic] [placeholder]")
    )
    assert faults(proposal) == ["its text pipes in another answer, [name]; write out what is printed on the form"]


def test_a_hidden_field_is_left_out() -> None:
    with pytest.raises(ImportRefused, match="The file holds no question"):
        read_one(field("w1", annotation="@HIDDEN"))


def test_the_dictionary_may_lie_in_an_archive() -> None:
    raw = archive(instrument__csv=fixture("redcap-garden.csv"), OriginID__txt=b"x", data__csv=b"a,b\n1,2\n")
    proposal = read(raw)
    assert proposal.complete
    assert "The dictionary was read from 'instrument.csv' in the archive." in proposal.notes


def test_two_dictionaries_in_an_archive_are_refused() -> None:
    one = fixture("redcap-garden.csv")
    with pytest.raises(ImportRefused, match=r"exactly one data dictionary; it holds 2: a\.csv, b\.csv"):
        read(archive(a__csv=one, b__csv=one))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"a,b\n1,2\n", "Line 1: this is no REDCap data dictionary: the columns variable / field name, field type"),
        (dictionary(field("w1"), field("W1")), "Line 3: variable 'w1' stands there twice, first in line 2"),
        (dictionary(*(field(f"x{number}", label="", choices="") for number in range(10_000))), "more than 10000 rows"),
        (dictionary(field("")), "Line 2: the variable name is missing"),
        (dictionary(field("w1")) + b'"open', "Line 3: the row cannot be read .* quotation mark that is not closed"),
        (dictionary(field("w1")) + b"," * 18 + b"more", "Line 3 has more cells than the first line names columns"),
        (dictionary(header=[HEADER[0], *HEADER[:17]]), "Line 1: the column .* stands there twice"),
    ],
)
def test_a_table_that_cannot_be_trusted_is_refused_by_its_line(raw: bytes, message: str) -> None:
    with pytest.raises(ImportRefused, match=message):
        read(raw)


def test_a_second_file_is_refused() -> None:
    with pytest.raises(ImportRefused, match="Only a FHIR questionnaire takes companion files"):
        read_wording("redcap", dictionary(field("w1")), make_instrument(), "en", companions=[b"{}"])
