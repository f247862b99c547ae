"""`flask centres` and `flask users` against a real database: what they say, and that they say nothing secret."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from lrrc_qol.cli.accounts import centres, users
from lrrc_qol.persistence.models import AuditEntry, Centre, Staff
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.password_policy import password_matches
from tests.factories import PASSWORD, make_centre, make_staff

CONTACTS = [
    *("--emergency-phone", "999", "--ward-phone", "020 7946 0111", "--nurse-phone", "020 7946 0222"),
    *("--reply-to", "team@north.example", "--hours", "mon-fri=08:00-16:00"),
]
NORTH = ["add", "NORTH", "--name", "North Centre", "--timezone", "Europe/London"]
NURSE = ["add", "ann.berg@north.example", "--role", "nurse", "--centre", "NORTH"]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("LRRC_QOL_MODE", "test")
    monkeypatch.setenv("LRRC_QOL_DATABASE_URL", database_url)


def run(*arguments: str, of: object = users, typed: str | None = None) -> Result:
    """Run a command as a terminal would."""
    return CliRunner().invoke(of, list(arguments), input=typed)  # type: ignore[arg-type] # a click command


def test_a_centre_with_everything_is_added_without_a_warning(runtime: Runtime) -> None:
    result = run(*NORTH, *CONTACTS, of=centres)
    assert (result.exit_code, result.output) == (0, "The centre NORTH is there.\n")
    with runtime.reading(COMMAND) as work:
        centre = work.session.scalars(select(Centre)).one()
    assert (centre.clinic_hours["fri"], centre.sender_name) == (["08:00", "16:00"], "North Centre")


def test_a_centre_without_contacts_is_told_what_patients_would_miss(runtime: Runtime) -> None:
    result = run(*NORTH, of=centres)
    assert result.exit_code == 0
    assert "emergency number, ward number, specialist nurse's number, reply address, clinic hours" in result.output
    mended = run("update", "NORTH", *CONTACTS, of=centres)
    assert mended.exit_code == 0
    assert "fill in" not in mended.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "X", "--name", "X", "--timezone", "Mars"], "no time zone 'Mars'"),
        (["add", "NORTH", "--name", "X", "--timezone", "UTC"], "a centre NORTH already"),
        (["update", "SOUTH", "--name", "X"], "there is no centre SOUTH."),
        (["update", "NORTH", "--hours", "always"], "cannot be read"),
    ],
)
def test_a_refused_centre_gets_one_line(runtime: Runtime, arguments: list[str], sentence: str) -> None:
    make_centre(runtime)
    result = run(*arguments, of=centres)
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_an_account_is_added_with_the_password_from_standard_input(runtime: Runtime) -> None:
    make_centre(runtime)
    result = run(*NURSE, "--password-stdin", typed=f"{PASSWORD}\n")
    assert (result.exit_code, result.output) == (0, "The account ann.berg@north.example is there: nurse at NORTH.\n")
    with runtime.reading(COMMAND) as work:
        staff = work.session.scalars(select(Staff)).one()
        actors = set(work.session.scalars(select(AuditEntry.actor_kind)))
    assert (staff.name, staff.role) == ("Ann Berg", "nurse")
    assert password_matches(staff.password_hash, PASSWORD)
    assert actors == {"command"}


def test_without_standard_input_the_password_is_asked_twice_and_never_shown(runtime: Runtime) -> None:
    make_centre(runtime)
    result = run(*NURSE, "--name", "Ann Berg", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert PASSWORD not in result.output


@pytest.mark.parametrize(
    ("arguments", "typed", "sentence"),
    [
        (NURSE, "password1234\n", "one of the first passwords"),
        (NURSE, "\n", "at least 12 characters"),
        ([*NURSE[:-1], "SOUTH"], f"{PASSWORD}\n", "There is no centre 'SOUTH'."),
        (["add", "nobody", *NURSE[2:]], f"{PASSWORD}\n", "cannot be an e-mail address"),
        (["password", "nobody@north.example"], f"{PASSWORD}\n", "no account nobody@north.example"),
    ],
)
def test_a_refused_account_gets_one_line(runtime: Runtime, arguments: list[str], typed: str, sentence: str) -> None:
    make_centre(runtime)
    result = run(*arguments, "--password-stdin", typed=typed)
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_a_password_can_be_replaced(runtime: Runtime) -> None:
    make_staff(runtime)
    result = run("password", "nurse@north.example", "--password-stdin", typed="meadow-lantern-otter\n")
    assert (result.exit_code, "meadow" in result.output) == (0, False)
    with runtime.reading(COMMAND) as work:
        assert password_matches(work.session.scalars(select(Staff.password_hash)).one(), "meadow-lantern-otter")
