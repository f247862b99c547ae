"""A wrong protocol stops the start, with file, place and reason; the shipped one loads."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lrrc_qol.catalogue.instruments import load_instruments
from lrrc_qol.catalogue.protocols import load_protocols
from lrrc_qol.config import INSTRUMENTS_DIR, PROTOCOLS_DIR
from lrrc_qol.domain.alerts import AlertLevel
from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.domain.schedule import VisitKind

Edit = Callable[[str, str, str], Path]


@pytest.fixture(scope="module")
def instruments() -> tuple[Instrument, ...]:
    return tuple(one.instrument for one in load_instruments(INSTRUMENTS_DIR))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(PROTOCOLS_DIR, tmp_path / "protocols")
    return tmp_path / "protocols"


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace the first occurrence of a text in one file of the copy."""

    def change(name: str, old: str, new: str) -> Path:
        path = folder / "pe12" / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return change


def test_the_shipped_protocol_loads(instruments: tuple[Instrument, ...]) -> None:
    (loaded,) = load_protocols(PROTOCOLS_DIR, instruments)
    protocol, rules = loaded.protocol, loaded.rules
    assert (protocol.id, protocol.version, rules.version) == ("pe12", "1.0", "1.2")
    assert protocol.visit("CHK-D002").name == "Check-in, day 2 at home"
    assert [step.ordinal for step in protocol.reminders.steps[VisitKind.FOLLOW_UP]] == [0, 1, 2]
    assert (protocol.reminders.quiet_from, protocol.reminders.quiet_until) == (21, 8)
    assert rules.target_minutes[AlertLevel.INFO] is None
    assert len(protocol.digest) == 64


def test_the_digest_follows_every_file(folder: Path, edit: Edit, instruments: tuple[Instrument, ...]) -> None:
    digests = set()
    for name in ("", "schedule.toml", "reminders.toml", "alerts.toml"):
        if name:
            edit(name, "# ", "#  ")
        digests.add(load_protocols(folder, instruments)[0].protocol.digest)
    assert len(digests) == 4


WRONG = [
    # schedule
    ("schedule.toml", 'version = "1.0"\n', "", "file", "'version' is missing"),
    ("schedule.toml", 'id = "pe12"', 'id = "pe12', "file", "not valid TOML"),
    ("schedule.toml", "open = 0\n", "opens = 0\n", "line ", "unknown key 'opens'"),
    ("schedule.toml", 'key = "BL1"', 'key = "BL0"', "key", "BL0 is there 2 times"),
    ("schedule.toml", "days = [14, 21", "days = [9, 21", "series", "CHK-D009 is there 2 times"),
    ("schedule.toml", 'key = "CHK-D{day}"', 'key = "CHECK-IN-DAY-{day}"', "key", "does not match"),
    ("schedule.toml", 'key = "M1"', 'key = "ONE-MONTH-LATER"', "key", "ONE-MONTH-LATER is 2 characters too long"),
    ("schedule.toml", 'key = "CHK-D{day}"', 'key = "CHECK-D{day}"', "key", "(CHECK-R99-D002-99) it must have 16"),
    ("schedule.toml", "open = -28", "open = -6", "due", "open, be due and close"),
    ("schedule.toml", "close = -1", "close = -8", "due", "open, be due and close"),
    ("schedule.toml", '"qlq_c30", "pain_nrs"', '"qlq_c03", "pain_nrs"', "instruments", "unknown instrument 'qlq_c03'"),
    ("schedule.toml", 'requires = ["late_check_ins"]\n', "", "series", "optional"),
    (
        "schedule.toml",
        "close = 44",
        "close = 77",
        "visits",
        "the window of M3 opens before that of M1 is over (day 77)",
    ),
    ("schedule.toml", "close_after = 2", "close_after = 3", "series", "CHK-D005 opens before that of CHK-D002"),
    ("schedule.toml", 'visits = ["BL1"]', 'visits = ["BL9"]', "baseline.visits", "'BL9' is no baseline visit"),
    ("schedule.toml", 'visits = ["BL1"]', 'visits = ["M1"]', "baseline.visits", "'M1' is no baseline visit"),
    ("schedule.toml", "stale_days = 56", "stale_days = 27", "stale_days", "smaller than prospective_days"),
    ("schedule.toml", 'confidence = "design"', 'confidence = "sure"', "confidence", "'sure' is not one of"),
    ("schedule.toml", 'confidence = "design"\n', "", "baseline", "'confidence' is missing"),
    # reminders
    ("reminders.toml", "local_hour = 9", "local_hour = 7", "local_hour", "between quiet_until and quiet_from"),
    ("reminders.toml", "local_hour = 9", "local_hour = 21", "local_hour", "between quiet_until and quiet_from"),
    ("reminders.toml", "ordinal = 1", "ordinal = 2", "baseline.steps", "0, 1, 2"),
    ("reminders.toml", "cap = 3", "cap = 2", "baseline.steps", "more than the cap of 2"),
    ("reminders.toml", "[check_in]", "[check_ins]", "check_ins", "unknown key"),
    # alerts
    ("alerts.toml", 'version = "1.2"\n', "", "file", "'version' is missing"),
    ("alerts.toml", 'id = "pain_high"', 'id = "pain_severe"', "rules", "pain_severe is there 2 times"),
    ("alerts.toml", 'id = "two_amber"', 'id = "fall"', "fall", "fall is there 2 times"),
    ("alerts.toml", 'instruction = "pain_red"', 'instruction = "pain_rde"', "instruction", "no instruction 'pain_rde'"),
    ("alerts.toml", 'instruction = "pain_red"\n', "", "pain_severe", "tell the patient what to do"),
    ("alerts.toml", 'instruction = "fall_amber"\n', "", "fall", "tell the patient what to do"),
    ("alerts.toml", 'call = "emergency"\n', "", "instructions.emergency", "must name in `call`"),
    ("alerts.toml", "minimum = 9\n", "", "pain_severe", "needs `minimum`"),
    ("alerts.toml", "minimum = 9\n", "minimum = 9\nmin_rise = 2\n", "min_rise", "knows no `min_rise`"),
    ("alerts.toml", "minimum = 9\n", "minimum = 11\n", "watched", "has no code 11"),
    (
        "alerts.toml",
        "values = [3, 4, 5]",
        "values = [3, 4, 6]",
        "watched",
        "item temperature of pe_checkin has no code 6",
    ),
    ("alerts.toml", '"pain_average", ', '"pain_mean", ', "watched", "pain_nrs has no item 'pain_mean'"),
    ("alerts.toml", "watched = { pain_nrs", "watched = { pain", "watched", "unknown instrument 'pain'"),
    (
        "alerts.toml",
        'unless = ["first_14_days_home"]',
        'unless = ["first_weeks"]',
        "unless",
        "unknown fact 'first_weeks'",
    ),
    ("alerts.toml", 'requires = ["after_28_days_home"]', 'requires = ["late"]', "requires", "unknown fact 'late'"),
    ("alerts.toml", "from_day = 0\n", "from_day = 15\n", "to_day", "must not be before from_day"),
    ("alerts.toml", 'of_level = "amber"', 'of_level = "red"', "combined", "more urgent than the level it counts"),
    ("alerts.toml", "night: {ward_phone}", "night: {ward_fone}", "instructions", "{ward_fone} is not known"),
    ("alerts.toml", "night: {ward_phone}", "night: {ward_phone", "instructions", "is not known"),
    ("alerts.toml", "night: {ward_phone}", "night: ward_phone}", "instructions", "is not known"),
    (
        "alerts.toml",
        "[instructions.look_soon]",
        "[instructions.look_later]",
        "instruction",
        "no instruction 'look_soon'",
    ),
    ("alerts.toml", 'kind = "item_in"', 'kind = "item_is"', "kind", "'item_is' is not one of"),
]


@pytest.mark.parametrize(("name", "old", "new", "place", "reason"), WRONG)
def test_a_fault_is_named_with_file_place_and_reason(
    folder: Path,
    edit: Edit,
    instruments: tuple[Instrument, ...],
    name: str,
    old: str,
    new: str,
    place: str,
    reason: str,
) -> None:
    path = edit(name, old, new)
    with pytest.raises(DefinitionError) as refusal:
        load_protocols(folder, instruments)
    assert refusal.value.file == str(path)
    assert place in refusal.value.place
    assert reason in refusal.value.reason


def test_a_fault_shows_its_line(edit: Edit, folder: Path, instruments: tuple[Instrument, ...]) -> None:
    path = edit("alerts.toml", 'instruction = "pain_red"', 'instruction = "pain_rde"')
    line = path.read_text(encoding="utf-8").splitlines().index('instruction = "pain_rde"') + 1
    with pytest.raises(DefinitionError) as refusal:
        load_protocols(folder, instruments)
    assert refusal.value.place.startswith(f"line {line}, ")


def test_an_instruction_nobody_uses_is_refused(edit: Edit, folder: Path, instruments: tuple[Instrument, ...]) -> None:
    edit(
        "alerts.toml",
        "[instructions.look_soon]",
        '[instructions.spare]\ntitle = "t"\ntext = "t"\n\n[instructions.look_soon]',
    )
    with pytest.raises(DefinitionError, match="no rule uses it"):
        load_protocols(folder, instruments)


@pytest.mark.parametrize("name", ["schedule.toml", "reminders.toml", "alerts.toml"])
def test_a_missing_file_is_refused(folder: Path, instruments: tuple[Instrument, ...], name: str) -> None:
    (folder / "pe12" / name).unlink()
    with pytest.raises(DefinitionError, match=f"{name}.*is missing"):
        load_protocols(folder, instruments)


def test_a_file_that_does_not_belong_is_refused(folder: Path, instruments: tuple[Instrument, ...]) -> None:
    (folder / "pe12" / "alert.toml").write_text("", encoding="utf-8")
    with pytest.raises(DefinitionError, match="is not expected here"):
        load_protocols(folder, instruments)


def test_no_protocol_at_all_is_refused(folder: Path, instruments: tuple[Instrument, ...]) -> None:
    shutil.rmtree(folder / "pe12")
    with pytest.raises(DefinitionError, match="holds no protocol"):
        load_protocols(folder, instruments)


def test_versions_stand_side_by_side_but_not_twice(folder: Path, instruments: tuple[Instrument, ...]) -> None:
    shutil.copytree(folder / "pe12", folder / "pe12-1.1")
    with pytest.raises(DefinitionError, match=r"pe12 1\.0 is there twice"):
        load_protocols(folder, instruments)
    newer = folder / "pe12-1.1" / "schedule.toml"
    newer.write_text(newer.read_text(encoding="utf-8").replace('"1.0"', '"1.1"', 1), encoding="utf-8")
    assert [one.protocol.version for one in load_protocols(folder, instruments)] == ["1.0", "1.1"]


def test_instructions_are_there_in_every_language_with_the_same_number_to_call(
    instruments: tuple[Instrument, ...],
) -> None:
    (loaded,) = load_protocols(PROTOCOLS_DIR, instruments)
    rules = loaded.rules
    assert set(rules.instructions) == {"ar", "de", "en", "nl", "zh-Hans"}
    english = {name: told.call for name, told in rules.instructions["en"].items()}
    assert [{name: told.call for name, told in each.items()} for each in rules.instructions.values()] == [english] * 5
    assert rules.instruction("emergency", "nl").language == "nl"
    assert rules.instruction("emergency", "xx").language == "en"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('language = "nl"', 'language = "de"', "language: is 'de', but the file name says 'nl'"),
        ("[instructions.emergency]", "[instructions.emergencia]", "there is no such instruction in alerts.toml"),
        ("{emergency_phone}", "112", "must name the same as in alerts.toml: {emergency_phone}"),
        ("{emergency_phone}", "{emergency_phone} {", "must name the same as in alerts.toml"),
        ('title = "', 'call = "ward"\ntitle = "', "unknown key 'call'"),
    ],
)
def test_a_fault_in_translated_instructions_is_named(
    edit: Edit, folder: Path, instruments: tuple[Instrument, ...], old: str, new: str, fault: str
) -> None:
    path = edit("instructions.nl.toml", old, new)
    with pytest.raises(DefinitionError) as refused:
        load_protocols(folder, instruments)
    assert str(path) in str(refused.value)
    assert fault in str(refused.value)


def test_a_language_has_all_instructions(folder: Path, instruments: tuple[Instrument, ...]) -> None:
    path = folder / "pe12" / "instructions.nl.toml"
    head, _, rest = path.read_text(encoding="utf-8").partition("[instructions.emergency]")
    path.write_text(head + "[instructions." + rest.split("[instructions.", maxsplit=1)[1], encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"\[instructions\.emergency\] is missing"):
        load_protocols(folder, instruments)
