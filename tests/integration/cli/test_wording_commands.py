"""`flask instruments import --centre`: the proposal is kept as a draft of that centre, and never approved."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.persistence.models import AuditEntry, Centre, WordingPack
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.factories import make_centre

INSTRUMENTS = importlib.import_module("lrrc_qol.cli.instruments").instruments
TERMS = (
    "--licence-holder",
    "Holder",
    "--licence-reference",
    "No. 17",
    "--expires",
    "2030-12-31",
    "--mode",
    "own_phone",
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("LRRC_QOL_MODE", "test")
    monkeypatch.setenv("LRRC_QOL_DATABASE_URL", database_url)


@pytest.fixture
def file(runtime: Runtime, tmp_path: Path) -> Path:
    """A table of words for PHQ-2, with placeholders."""
    path = tmp_path / "words.csv"
    path.write_text(table(runtime.catalogue.instrument("phq2")), encoding="utf-8")
    return path


def table(instrument: Instrument) -> str:
    lines = ["key,text,code,label", "form title,Title,,"]
    for key, item in instrument.wording_keys():
        lines.append(f"{key},Words {key},,")
        lines += [f"{key},,{code},Label {code}" for code in item.labelled_codes()]
    return "\n".join(lines)


def keep(file: Path, *more: str, centre: str = "NORTH", lang: str = "en") -> Result:
    arguments = ("import", str(file), "--format", "csv", "--instrument", "phq2", "--lang", lang, "--centre", centre)
    return CliRunner().invoke(INSTRUMENTS, [*arguments, *more])


def packs(runtime: Runtime) -> list[tuple[WordingPack, str]]:
    with runtime.reading(COMMAND) as work:
        rows = work.session.execute(select(WordingPack, Centre.code).join(Centre).order_by(WordingPack.id))
        return [(pack, code) for pack, code in rows]


def test_a_proposal_is_kept_as_a_draft_with_its_source_and_licence(runtime: Runtime, file: Path) -> None:
    make_centre(runtime, code="SOUTH")
    make_centre(runtime)
    result = keep(file, *TERMS)
    assert result.exit_code == 0, result.output
    ((pack, code),) = packs(runtime)
    assert (code, pack.language, pack.source_kind, pack.source_name) == ("NORTH", "en", "csv", "words.csv")
    assert (pack.licence_holder, pack.licence_reference, str(pack.expires_on)) == ("Holder", "No. 17", "2030-12-31")
    assert (pack.permitted_modes, pack.proposed_by) == (["own_phone"], None)
    assert (pack.compared_at, pack.approved_at) == (None, None)
    assert f"/admin/wordings/{pack.public_id}" in result.output
    with runtime.reading(COMMAND) as work:
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "proposed_wording")).one()
    assert (entry.actor_kind, entry.centre_id) == ("command", pack.centre_id)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"centre": "WEST"}, "There is no centre WEST."),
        ({"lang": "English"}, "Nothing was kept. --lang: "),
    ],
)
def test_what_cannot_be_kept_is_told_and_nothing_is_stored(
    runtime: Runtime, file: Path, changes: dict[str, str], says: str
) -> None:
    make_centre(runtime)
    result = keep(file, **changes)
    assert (result.exit_code, says in result.output) == (1, True), result.output
    assert packs(runtime) == []


def test_the_same_words_twice_are_kept_once(runtime: Runtime, file: Path) -> None:
    make_centre(runtime)
    assert keep(file).exit_code == 0
    again = keep(file)
    assert (again.exit_code, "there already, as number 1" in again.output) == (1, True)
    assert len(packs(runtime)) == 1


def test_a_report_writes_nothing(runtime: Runtime, file: Path) -> None:
    make_centre(runtime)
    arguments = ("import", str(file), "--format", "csv", "--instrument", "phq2", "--lang", "en")
    assert CliRunner().invoke(INSTRUMENTS, arguments).exit_code == 0
    assert packs(runtime) == []
