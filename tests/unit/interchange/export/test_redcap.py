"""The four REDCap files belong together and keep REDCap's rules."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

from lrrc_qol.interchange.export import write_redcap
from lrrc_qol.interchange.redcap import read_redcap
from tests.unit.interchange.export.pictures import C30, CATALOGUE, PAIN, subject


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_answer_and_score_stands_in_its_field_of_its_event(tmp_path: Path) -> None:
    assert write_redcap([subject()], [PAIN, C30], tmp_path) == {"forms": 3, "answers": 7, "scores": 6}
    first, second = table(tmp_path / "redcap_data.csv")
    assert (first["record_id"], first["redcap_event_name"], second["redcap_event_name"]) == (
        "'=abc-1",
        "bl1_arm_1",
        "m1_arm_1",
    )
    assert [first[f"pain_nrs_pain_{name}"] for name in ("worst", "average", "now")] == ["7", "5", "0"]
    assert [second[f"pain_nrs_pain_{name}"] for name in ("worst", "average", "now")] == ["3", "-98", ""]
    assert (first["pain_nrs_s_pain_worst"], second["pain_nrs_s_pain_worst"]) == ("5.0", "")
    assert (first["pain_nrs_day"], second["pain_nrs_day"], second["qlq_c30_day"]) == ("-9", "42", "")
    assert (first["pain_nrs_complete"], second["qlq_c30_complete"]) == ("2", "1")


def test_the_dictionary_has_each_column_of_the_data_once_and_names_that_redcap_takes(tmp_path: Path) -> None:
    write_redcap([subject()], CATALOGUE.instruments, tmp_path)
    fields = table(tmp_path / "redcap_dictionary.csv")
    names = [row["Variable / Field Name"] for row in fields]
    assert names[0] == "record_id"
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]{0,25}", name)] == []
    with (tmp_path / "redcap_data.csv").open(encoding="utf-8") as file:
        columns = file.readline().strip().split(",")
    forms = {row["Form Name"] for row in fields}
    assert set(columns) == set(names) | {"redcap_event_name"} | {f"{form}_complete" for form in forms}
    assert all(len(row) == 18 for row in fields)


def test_events_have_the_days_of_the_windows_and_the_forms_they_need(tmp_path: Path) -> None:
    write_redcap([subject()], [PAIN, C30], tmp_path)
    events = table(tmp_path / "redcap_events.csv")
    assert [(row["unique_event_name"], row["day_offset"], row["offset_min"], row["offset_max"]) for row in events] == [
        ("bl1_arm_1", "-7", "21", "6"),
        ("m1_arm_1", "30", "7", "10"),
    ]
    mappings = table(tmp_path / "redcap_mappings.csv")
    assert [(row["unique_event_name"], row["form"]) for row in mappings] == [
        ("bl1_arm_1", "episode"),
        ("bl1_arm_1", "pain_nrs"),
        ("m1_arm_1", "episode"),
        ("m1_arm_1", "pain_nrs"),
        ("m1_arm_1", "qlq_c30"),
    ]


def test_two_versions_of_a_questionnaire_are_two_forms(tmp_path: Path) -> None:
    write_redcap([], [PAIN, replace(PAIN, version="2.0")], tmp_path)
    forms = {row["Form Name"] for row in table(tmp_path / "redcap_dictionary.csv")}
    assert forms == {"episode", "pain_nrs_v1_0", "pain_nrs_v2_0"}


def test_our_own_reader_of_dictionaries_takes_it(tmp_path: Path) -> None:
    write_redcap([], [C30], tmp_path)
    source = read_redcap((tmp_path / "redcap_dictionary.csv").read_bytes(), "en")
    assert len(source.questions) >= len(C30.items)
