"""Our own table: empty out, filled in with the habits of spreadsheet programs, and back in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from lrrc_qol.catalogue.instruments import load_instruments
from lrrc_qol.config import INSTRUMENTS_DIR
from lrrc_qol.domain.instrument import Instrument, ItemKind
from lrrc_qol.interchange import ImportRefused, Problem, Proposal, csv_template, read_wording
from tests.wording_sources import LABELS, TEXTS, make_instrument, make_item

SHIPPED = [loaded.instrument for loaded in load_instruments(INSTRUMENTS_DIR) if loaded.instrument.items]
GARDEN = make_instrument()
Row = dict[str, str]


def rows_of(instrument: Instrument) -> list[Row]:
    return list(csv.DictReader(io.StringIO(csv_template(instrument).removeprefix("\ufeff"))))


def written(rows: list[Row], *, delimiter: str = ",", line_end: str = "\r\n") -> bytes:
    target = io.StringIO()
    columns = list(rows[0])
    writer = csv.DictWriter(target, columns, delimiter=delimiter, lineterminator=line_end, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def fill(rows: list[Row]) -> list[Row]:
    """What a person types: a text at each question, a label at each code, and the three lines of the form."""
    for row in rows:
        if row["code"]:
            row["label"] = f"Label {row['code']}"
        elif not row["text"]:
            row["text"] = f"Words of {row['key']}"
    return rows


def read(rows: list[Row], instrument: Instrument = GARDEN, **form: str) -> Proposal:
    return read_wording("csv", written(rows, **form), instrument, "en")  # type: ignore[arg-type] # two known options


@pytest.mark.parametrize("instrument", SHIPPED, ids=lambda one: f"{one.id}@{one.version}")
def test_a_filled_template_of_every_instrument_is_complete(instrument: Instrument) -> None:
    proposal = read(fill(rows_of(instrument)), instrument)
    assert (proposal.missing, proposal.problems, proposal.unmatched) == ((), (), ())
    assert set(proposal.items) == {key for key, _ in instrument.wording_keys()}
    assert proposal.recall == "Words of form recall"


@pytest.mark.parametrize("instrument", SHIPPED, ids=lambda one: f"{one.id}@{one.version}")
def test_no_cell_of_a_template_is_run_by_a_spreadsheet(instrument: Instrument) -> None:
    cells = {cell for row in rows_of(instrument) for cell in row.values() if not cell.lstrip("-").isdigit()}
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_a_topic_that_looks_like_a_formula_is_made_inert() -> None:
    rows = rows_of(make_instrument(make_item("w1", topic="=1+1")))
    assert [row["topic"] for row in rows if row["key"] == "w1"] == ["'=1+1"] * 5


def test_the_template_begins_with_a_mark_that_tells_spreadsheets_its_encoding() -> None:
    assert csv_template(GARDEN).startswith("\ufeffkey,number,topic,text,help,code,label\r\n")


def test_both_wordings_of_an_item_have_their_rows_and_hints() -> None:
    rows = rows_of(make_instrument(make_item("w1", variants={"stoma": "bag leaks"})))
    assert {(row["key"], row["topic"]) for row in rows[4:]} == {
        ("w1", "walk far"),
        ("w1@stoma", "bag leaks (if stoma)"),
    }


def test_only_the_ends_of_a_rating_ask_for_words() -> None:
    rows = rows_of(make_instrument(make_item("w1", kind=ItemKind.RATING, codes=tuple(range(11)))))
    assert [row["code"] for row in rows if row["key"] == "w1"] == ["", "0", "10"]


def test_an_empty_template_lacks_everything() -> None:
    proposal = read(rows_of(GARDEN))
    assert proposal.missing == ("w1", "w2", "w3", "w4")
    assert [problem.what for problem in proposal.problems] == ["there is no label for 0, 1, 2, 3"]
    assert proposal.title == "Garden"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_separators_and_line_ends_do_not_matter(delimiter: str, line_end: str) -> None:
    assert read(fill(rows_of(GARDEN)), delimiter=delimiter, line_end=line_end).complete


@pytest.mark.parametrize(
    "habit",
    [
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: b"sep=,\r\n" + raw,
        lambda raw: raw + b",,,,,,\r\n\r\n,,,,,,,,\r\n",
        lambda raw: raw.replace(b",3,Label 3", b",3.0,Label 3"),
        lambda raw: raw.replace(b",3,Label 3", b",  3 ,Label 3"),
        lambda raw: raw.replace(b"key,number", b" Key ,NUMBER"),
    ],
    ids=["mark", "sep line", "empty rows", "decimal", "blanks", "capitals"],
)
def test_habits_of_spreadsheet_programs_do_no_harm(habit: Callable[[bytes], bytes]) -> None:
    assert read_wording("csv", habit(written(fill(rows_of(GARDEN)))), GARDEN, "en").complete


def test_sorted_rows_say_the_same() -> None:
    rows = fill(rows_of(GARDEN))
    straight, sorted_rows = read(rows), read(sorted(rows, key=lambda row: (row["code"], row["key"]), reverse=True))
    assert sorted_rows.complete
    assert dict(sorted_rows.items) == dict(straight.items)
    assert list(sorted_rows.items) == list(straight.items)


def test_a_row_without_key_goes_by_its_number() -> None:
    rows = [row for row in fill(rows_of(GARDEN)) if not row["key"].startswith("form")]
    for row in rows:
        row["key"] = ""
    proposal = read(rows)
    assert proposal.complete
    assert {one.how for one in proposal.matched} == {"number"}


def test_a_row_that_names_nothing_is_refused() -> None:
    rows = fill(rows_of(GARDEN))
    rows[4]["key"] = rows[4]["number"] = ""
    with pytest.raises(ImportRefused, match="Line 6: the row names no question"):
        read(rows)


def test_the_labels_of_another_question_can_be_named() -> None:
    rows = fill(rows_of(GARDEN))
    for row in rows:
        if row["key"] in {"w2", "w3"} and row["code"]:
            row["label"] = {"w2": "same as w3", "w3": "Same as W1"}[row["key"]] if row["code"] == "0" else ""
    proposal = read(rows)
    assert proposal.complete
    assert dict(proposal.items["w2"].labels) == dict(proposal.items["w1"].labels)
    assert "Labels were taken from w3 ('same as'): line 11." in proposal.notes


def test_own_labels_beside_those_of_another_question_are_a_problem() -> None:
    rows = fill(rows_of(GARDEN))
    rows[5]["label"] = "same as w2"
    assert "has labels of its own beside 'same as w2'" in [problem.what for problem in read(rows).problems]


@pytest.mark.parametrize("named", ["w9", "w2"])
def test_labels_of_a_question_that_has_none_are_a_problem(named: str) -> None:
    rows = fill(rows_of(GARDEN))
    for row in rows:
        if row["key"] == "w2" and row["code"]:
            row["label"] = f"same as {named}" if row["code"] == "0" else ""
    what = f"'same as {named}' names no question with labels"
    assert read(rows).problems == (Problem("line 11", what, ("w2",)),)


def test_the_table_of_another_instrument_is_refused() -> None:
    rows = fill(rows_of(make_instrument(id="orchard")))
    with pytest.raises(
        ImportRefused, match=r"Line 2: the table is for orchard 1\.0, but it was imported for garden 1\.0"
    ):
        read(rows)


def test_the_line_is_that_of_the_file_also_below_a_sep_line() -> None:
    rows = fill(rows_of(GARDEN))
    rows[5]["code"] = "one"
    found = read_wording("csv", b"sep=,\r\n" + written(rows), GARDEN, "en").problems
    assert found[0].what == "the code 'one' in line 8 is no whole number"


def test_an_error_of_the_spreadsheet_program_is_refused() -> None:
    rows = fill(rows_of(GARDEN))
    rows[5]["label"] = "#NAME?"
    with pytest.raises(ImportRefused, match=r"Line 7: the column label holds #NAME\?"):
        read(rows)


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("code", "one", "the code 'one' in line 7 is no whole number"),
        ("code", "", "the label 'Label 0' in line 7 has no code"),
        ("code", "1", "code 1 has two labels (also in line 8); keep one"),
        ("code", "7", "option 'Label 0' has the code 7; w1 takes 0, 1, 2, 3"),
        ("text", "Other words", "has two texts in the column text (also in line 7); keep one"),
    ],
)
def test_a_cell_that_contradicts_is_named(column: str, value: str, fault: str) -> None:
    rows = fill(rows_of(GARDEN))
    rows[5][column] = value
    assert fault in [problem.what for problem in read(rows).problems]


def test_a_key_that_contradicts_its_number_is_named() -> None:
    rows = fill(rows_of(GARDEN))
    for row in rows:
        if row["key"] == "w1":
            row["number"] = "2"
    assert [problem.what for problem in read(rows).problems] == [
        "is w1 by its id, but its printed number is 2 instead of 1"
    ]


def test_an_inert_text_gets_its_sign_back() -> None:
    rows = fill(rows_of(GARDEN))
    rows[4]["text"], rows[5]["label"] = "'- " + TEXTS[0], "'s Avonds"
    wording = read(rows).items["w1"]
    assert (wording.text, wording.labels[0]) == ("- " + TEXTS[0], "'s Avonds")


def test_help_and_markup_are_read_as_plain_text() -> None:
    rows = fill(rows_of(GARDEN))
    rows[4]["help"] = "<i>In your</i> garden"
    rows[5]["label"] = LABELS[0] + "<script>x</script>"
    wording = read(rows).items["w1"]
    assert (wording.help, wording.labels[0]) == ("In your garden", LABELS[0])
