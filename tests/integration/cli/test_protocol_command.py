"""`flask protocol preview` of a version that a centre made: for that centre only."""

from __future__ import annotations

import importlib

import pytest
from click.testing import CliRunner, Result

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.protocol_versions import VisitChoices, make_draft, read_visits, save_visits
from tests.factories import make_centre, make_staff

PROTOCOL = importlib.import_module("lrrc_qol.cli.protocol").protocol


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("LRRC_QOL_MODE", "test")
    monkeypatch.setenv("LRRC_QOL_DATABASE_URL", database_url)


@pytest.fixture
def version(runtime: Runtime) -> str:
    """A draft of the centre NORTH with the visit after 18 months."""
    make_centre(runtime)
    make_centre(runtime, code="SOUTH")
    admin = make_staff(runtime, role="admin", email="boss@example.org")
    with runtime.writing(admin) as work:
        draft = make_draft(work, based_on="1.0")
        save_visits(work, draft, VisitChoices({}, ["visits-8"], {}), revision=1)
        return read_visits(work, draft).version


def preview(wanted: str, centre: str) -> Result:
    return CliRunner().invoke(PROTOCOL, ["preview", wanted, "--centre", centre, "--surgery", "2027-03-01"])


def test_a_centre_sees_its_own_version(version: str) -> None:
    shown = preview(f"pe12@{version}", "NORTH").stdout.splitlines()
    assert shown[-3].startswith("M18")
    assert shown[-2:] == ["Beside 1.0:", "  M18: added"]
    assert preview("pe12@1.0", "SOUTH").stdout.splitlines()[-1].startswith("M12")


@pytest.mark.parametrize(("centre", "told"), [("SOUTH", "SOUTH has no version"), ("WEST", "There is no centre WEST")])
def test_others_are_told_that_there_is_none(version: str, centre: str, told: str) -> None:
    refused = preview(f"pe12@{version}", centre)
    assert (refused.exit_code != 0, refused.stdout, told in refused.stderr) == (True, "", True)
