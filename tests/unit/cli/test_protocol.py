"""The calendar on the command line: aligned for people, JSON for machines, one clear line for what cannot be."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from lrrc_qol.cli.protocol import protocol


def preview(*arguments: str) -> Result:
    return CliRunner().invoke(protocol, ["preview", "pe12", *arguments])


def test_the_calendar_is_an_aligned_table() -> None:
    result = preview("--surgery", "2028-02-01", "--discharge", "2028-02-29", "--timezone", "Europe/London")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split()[:5] == ["key", "name", "opens", "due", "closes"]
    assert len({line.index("202") for line in lines[1:]} | {lines[0].index("opens")}) == 1
    (check_in,) = [line for line in lines if line.startswith("CHK-D028")]
    assert "2028-03-28 09:00+01:00  2028-03-28 08:00Z" in check_in


def test_without_discharge_nothing_that_runs_from_it_is_shown() -> None:
    keys = [line.split()[0] for line in preview("--surgery", "2028-02-01").stdout.splitlines()[1:]]
    assert keys == ["BL1", "M1", "M3", "M6", "M9", "M12"]


def test_json_says_the_same_for_machines() -> None:
    result = preview("--surgery", "2027-02-28", "--enrolled", "2027-02-20", "--timezone", "Pacific/Auckland", "--json")
    document = json.loads(result.stdout)
    assert (document["protocol"], document["version"], document["timezone"]) == ("pe12", "1.0", "Pacific/Auckland")
    assert document["visits"][0] == {
        "key": "BL1",
        "kind": "baseline",
        "name": "Before the operation",
        "opens_on": "2027-02-20",
        "due_on": "2027-02-21",
        "closes_on": "2027-02-27",
        "instruments": ["qlq_c30", "pain_nrs", "distress_nrs", "pe_wellbeing"],
        "first_reminder_local": "2027-02-20T09:00+13:00",
        "first_reminder_at": "2027-02-19T20:00Z",
    }


def test_a_long_later_stay_starts_the_check_ins_anew() -> None:
    dates = ("--surgery", "2027-03-01", "--discharge", "2027-03-15")
    keys = {line.split()[0] for line in preview(*dates, "--readmitted", "2027-03-25:2027-04-01").stdout.splitlines()}
    assert {"CHK-D009", "CHK-R1-D002"} <= keys
    assert "CHK-D014" not in keys
    short = preview(*dates, "--readmitted", "2027-03-25:2027-03-27").stdout
    assert short == preview(*dates).stdout


@pytest.mark.parametrize(
    ("stays", "words"),
    [
        (["2027-03-25"], "is one day"),
        (["2027-03-14:2027-03-20"], "must begin at home (from 2027-03-15 on)"),
        (["2027-03-25:2027-03-24"], "must begin at home"),
        (["2027-03-20:2027-03-25", "2027-03-24:2027-03-30"], "must begin at home (from 2027-03-25 on)"),
    ],
)
def test_later_stays_that_cannot_be_are_refused_in_one_line(stays: list[str], words: str) -> None:
    options = [text for stay in stays for text in ("--readmitted", stay)]
    result = preview("--surgery", "2027-03-01", "--discharge", "2027-03-15", *options)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "--discharge" in preview("--surgery", "2027-03-01", *options).stderr


def test_optional_visits_are_shown_on_request() -> None:
    result = preview("--surgery", "2027-02-28", "--with", "long_follow_up")
    assert result.stdout.splitlines()[-1].startswith("M60")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--surgery", "2028-02-01", "--discharge", "2028-01-31"], "--discharge: Discharge cannot be before"),
        (["--surgery", "2027-02-29"], "--surgery: '2027-02-29' is no day of the calendar"),
        (["--surgery", "tomorrow"], "--surgery: 'tomorrow' is no day"),
        (["--surgery", "2027-02-28", "--discharge", "2027-02-30"], "--discharge: '2027-02-30' is no day"),
        (["--surgery", "2027-02-28", "--enrolled", "28.2.2027"], "--enrolled: '28.2.2027' is no day"),
        (["--surgery", "0001-01-01"], "--surgery: 0001-01-01 is not a plausible date"),
        (["--surgery", "9999-12-31"], "Check the year"),
        (["--surgery", "2027-02-28", "--timezone", "Mars/Olympus"], "--timezone: 'Mars/Olympus' is no time zone"),
        (["--surgery", "2027-02-28", "--timezone", "../etc"], "--timezone: '../etc' is no time zone"),
        (["--surgery", "2027-02-28", "--timezone", ""], "--timezone: '' is no time zone"),
        (["--surgery", "2027-02-28", "--with", "luck"], "--with: no visit needs 'luck'"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_two(arguments: list[str], words: str) -> None:
    result = preview(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert words in result.stderr


def test_an_unknown_protocol_is_refused() -> None:
    result = CliRunner().invoke(protocol, ["preview", "pe99", "--surgery", "2027-02-28"])
    assert result.exit_code == 2
    assert "pe99" in result.stderr
