"""The table of patients: how it may be written, what is told about a bad one, and that it reads what it wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrrc_qol.interchange import ImportRefused, patient_table, read_patient_table
from lrrc_qol.interchange.patient_table import COLUMNS, FORMULA, MOST_PATIENTS, UNSEEN

GOOD = {
    "hospital_number": "H-7",
    "name": "Ada Example",
    "born_on": "1958-04-02",
    "sex": "female",
    "email": "ada@example.org",
    "language": "en",
}
HEADER = ",".join(GOOD)
ROW = ",".join(GOOD.values())

cells = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20).map(lambda text: text.strip())


@given(st.lists(st.fixed_dictionaries({**dict.fromkeys(COLUMNS, cells), "name": cells.filter(bool)}), min_size=1))
def test_reads_the_rows_that_it_wrote(rows: list[dict[str, str]]) -> None:
    table = read_patient_table(patient_table(rows).encode())
    assert table.faults == ()
    assert [set(row.cells) for row in table.rows] == [set(COLUMNS)] * len(rows)
    unicode_form = read_patient_table(patient_table([row.cells for row in table.rows]).encode())
    assert [row.cells for row in unicode_form.rows] == [row.cells for row in table.rows]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_reads_what_spreadsheet_programs_write(separator: str, mark: str, line_end: str) -> None:
    text = mark + line_end.join([HEADER, ROW, ""]).replace(",", separator)
    (row,) = read_patient_table(text.encode()).rows
    assert (row.line, row.cells) == (2, GOOD)


def test_columns_stand_in_any_order_and_may_be_written_with_blanks() -> None:
    text = "Language,E-mail,Sex,Born on,Name,Hospital number\n"
    faults = read_patient_table(text.replace("E-mail", "Email").encode() + b"en,a@b.example,male,1950-01-01,A,1\n")
    assert faults.faults == ()
    assert faults.rows[0].cells["born_on"] == "1950-01-01"


def test_an_apostrophe_makes_a_text_of_what_looks_like_a_formula_and_stays_where_it_belongs_to_a_name() -> None:
    text = f"{HEADER},phone\n'-12,'t Hart,1958-04-02,female,ada@example.org,en,+44 20 7946 0000\n"
    table = read_patient_table(text.encode())
    assert table.faults == ()
    assert (table.rows[0].cells["hospital_number"], table.rows[0].cells["name"]) == ("-12", "'t Hart")
    assert table.rows[0].cells["phone"] == "+44 20 7946 0000"


@pytest.mark.parametrize(
    ("lines", "line", "column", "says"),
    [
        ([HEADER + ",shoe_size", ROW + ",44"], 1, "shoe_size", "There is no such column. Delete the column."),
        ([HEADER + ",fone", ROW + ",44"], 1, "fone", "Did you mean phone?"),
        ([HEADER + ",sex", ROW + ",male"], 1, "sex", "twice"),
        ([HEADER + ",", ROW + ",x"], 1, "without a name", "no such column"),
        ([HEADER.replace("born_on,", ""), ROW], 1, "", "missing: born_on"),
        ([HEADER, "", ROW, ROW + ",more"], 4, "", "7 cells, but the first line names 6 columns"),
        ([HEADER, "H-7"], 2, "", "1 cells"),
        ([HEADER, ROW.replace("Ada", "=SUM(A1)")], 2, "name", FORMULA),
        ([HEADER, ROW.replace("H-7", "@H")], 2, "hospital_number", FORMULA),
        ([HEADER, ROW.replace("Ada Example", '"Ada\nExample"')], 2, "name", UNSEEN),
        ([HEADER, ROW.replace("Ada", "A\u200bda")], 2, "name", UNSEEN),
        ([HEADER, ROW.replace("Ada", "A\x1bda")], 2, "name", UNSEEN),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column(lines: list[str], line: int, column: str, says: str) -> None:
    faults = read_patient_table("\n".join(lines).encode()).faults
    assert [(fault.line, fault.column) for fault in faults] == [(line, column)]
    assert says in faults[0].text


def test_a_row_is_named_by_the_line_it_begins_on() -> None:
    two_lines = ROW.replace("Ada Example", '"Ada\nExample"')
    text = "\n".join([HEADER, two_lines, ROW.replace("H-7", "=1")])
    assert [(fault.line, fault.column) for fault in read_patient_table(text.encode()).faults] == [
        (2, "name"),
        (4, "hospital_number"),
    ]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (HEADER.encode(), "no patient"),
        ((HEADER + "\n" + ROW).encode("utf-16"), "UTF-16"),
        ((HEADER + "\n" + ROW.replace("Ada", "Adä")).encode("latin-1"), "Line 2 is not UTF-8"),
        (b"PK\x03\x04 workbook", "workbook"),
        ((HEADER + '\n"' + ROW).encode(), "line 2"),
        (b"\0" * 50, "NUL"),
        (HEADER.encode() + b"\n" + (ROW.encode() + b"\n") * (MOST_PATIENTS + 1), f"more than {MOST_PATIENTS}"),
    ],
)
def test_what_is_no_table_is_refused(raw: bytes, says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        read_patient_table(raw)
