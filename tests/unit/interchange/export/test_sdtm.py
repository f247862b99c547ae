"""SDTM QS: codes, flags, study days, and questionnaires that were not done."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.interchange.export import write_sdtm
from lrrc_qol.interchange.export.sdtm import QS_HEADER, codes_of, sponsor_stem, study_day
from tests.unit.interchange.export.pictures import C30, CATALOGUE, PAIN, subject


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def qs(folder: Path, *, with_dates: bool = False) -> list[dict[str, str]]:
    """The rows of QS of the made-up patient."""
    instruments = [PAIN, C30, CATALOGUE.instrument("distress_nrs")]
    counts = write_sdtm([subject()], instruments, ["BL1", "M1"], folder, with_dates=with_dates)
    assert counts == {"forms": 3, "answers": 7, "scores": 6}
    return table(folder / "sdtm_qs.csv")


def test_rows_are_numbered_flagged_and_dated_in_study_days(tmp_path: Path) -> None:
    rows = qs(tmp_path)
    assert tuple(rows[0]) == QS_HEADER
    assert [row["QSSEQ"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    assert {(row["VISITNUM"], row["VISIT"], row["QSBLFL"], row["QSDY"]) for row in rows} == {
        ("1", "BL1", "Y", "-9"),
        ("2", "M1", "", "43"),
        ("2", "M1", "", ""),
    }
    assert {row["QSDTC"] for row in rows} == {""}
    assert {row["QSEVLINT"] for row in rows} == {"-PT24H", "-P1W", ""}, "no mark of the export"
    dates = tmp_path / "dates"
    dates.mkdir()
    assert {row["QSDTC"] for row in qs(dates, with_dates=True)} == {"2027-02-20", "2027-04-12", ""}


def test_official_codes_where_there_are_some_and_own_ones_elsewhere(tmp_path: Path) -> None:
    rows = qs(tmp_path)
    assert [row["QSTESTCD"] for row in rows if row["QSCAT"] == "EORTC QLQ-C30 V3.0"] == ["EOR0101", "EOR0102"]
    origins = {(row["QSTESTCD"], row["origin"]) for row in table(tmp_path / "sdtm_codes.csv")}
    assert {("EOR0131", "cdisc"), ("QC30S02", "sponsor")} <= origins


def test_what_was_not_done_says_why(tmp_path: Path) -> None:
    rows = qs(tmp_path)
    not_done = [(row["QSTESTCD"], row["QSREASND"]) for row in rows if row["QSSTAT"] == "NOT DONE"]
    assert len(not_done) == 3
    assert ("QSALL", "TOO ILL") in not_done
    assert {reason for _, reason in not_done} == {"TOO ILL", "SUBJECT DID NOT WANT TO ANSWER", "TOO FEW ANSWERED"}


def test_how_a_form_was_answered_stands_in_the_qualifiers(tmp_path: Path) -> None:
    qs(tmp_path)
    found = {(row["IDVARVAL"], row["QNAM"]): row["QVAL"] for row in table(tmp_path / "sdtm_suppqs.csv")}
    assert found["1", "QSMODE"] == "paper"
    assert found["2", "QSALSO"] == "DC"
    assert (found["2", "QSFINAL"], found["3", "QSFINAL"]) == ("SENT", "DRAFT")


@pytest.mark.parametrize("instrument", CATALOGUE.instruments, ids=lambda one: f"{one.id}-{one.version}")
def test_codes_and_names_keep_the_rules(instrument: Instrument) -> None:
    codes = codes_of(instrument)
    assert len(codes) == len(instrument.items) + len(instrument.scales)
    assert len({code.code for code in codes.values()}) == len(codes)
    assert [code.code for code in codes.values() if not re.fullmatch(r"[A-Z][A-Z0-9]{1,7}", code.code)] == []
    assert all(0 < len(code.test) <= 40 for code in codes.values())
    assert len({code.test for code in codes.values()}) == len(codes)


def test_no_two_questionnaires_share_the_beginning_of_their_codes() -> None:
    ids = {one.id for one in CATALOGUE.instruments}
    assert len({sponsor_stem(name) for name in ids}) == len(ids)


def test_there_is_no_day_zero() -> None:
    assert [study_day(day) for day in (-1, 0, 1, None)] == [-1, 1, 2, None]
