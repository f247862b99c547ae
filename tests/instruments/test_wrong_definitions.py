"""One fault at a time in a copy of the shipped definitions: each is refused with file, place and reason."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from lrrc_qol.catalogue.instruments import load_instruments
from lrrc_qol.config import INSTRUMENTS_DIR
from lrrc_qol.domain.errors import DefinitionError

C30 = "qlq_c30/3.0/instrument.toml"
PAIN = "pain_nrs/1.0/instrument.toml"
PAIN_TEXT = "pain_nrs/1.0/text.en.toml"
WELL = "pe_wellbeing/1.0/instrument.toml"
CHECK = "pe_checkin/1.0/instrument.toml"
CHECK_TEXT = "pe_checkin/1.0/text.en.toml"
ONE_MORE_ITEM = """[[items]]
id = "pain_walking"
number = "4"
topic = "pain in walking"
kind = "rating"
codes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
"""


class Fault(NamedTuple):
    """Replace `old` by `new` once in `file`; the refusal must name `place` and `reason`."""

    file: str
    old: str
    new: str
    place: str
    reason: str


FAULTS = {
    # the file itself
    "not TOML": Fault(C30, "[[items]]", "[[items]", "file", "not valid TOML"),
    "key twice": Fault(C30, 'id = "q1"', 'id = "q1"\nid = "q1"', "file", "not valid TOML"),
    "a date": Fault(C30, 'version = "3.0"', "version = 2026-01-01", "version", "put it in quotes"),
    "not a number": Fault(C30, "improvement = 10", "improvement = nan", "mid.improvement", "not a number"),
    "infinite": Fault(C30, "maximum = 100", "maximum = inf", "scales[QL].maximum", "not a number"),
    # what the schema says
    "unknown key": Fault(C30, 'holder = "', 'owner = "x"\nholder = "', "owner", "unknown key 'owner'"),
    "misspelt key": Fault(CHECK, "applies_if", "aplies_if", "items[stoma].aplies_if", "unknown key"),
    "no title": Fault(C30, 'title = "EORTC QLQ-C30"\n', "", "file", "'title' is missing"),
    "blank title": Fault(C30, 'title = "EORTC QLQ-C30"', 'title = " "', "title", "must not be blank"),
    "no references": Fault(PAIN, '  "Serlin 1995 Pain 61:277-284.",', '  "",', "references[2]", "must not be blank"),
    "licence class": Fault(C30, 'licence_class = "B"', 'licence_class = "E"', "licence_class", "not one of"),
    "minutes": Fault(C30, "minutes = 10", "minutes = 0", "minutes", "0"),
    "item kind": Fault(C30, 'kind = "choice"', 'kind = "slider"', "items[q1].kind", "not one of"),
    "item without codes": Fault(C30, "codes = [1, 2, 3, 4]\n", "", "items[q1]", "'codes' is missing"),
    "one code": Fault(C30, "codes = [1, 2, 3, 4]", "codes = [1]", "items[q1].codes", "too short"),
    "code twice": Fault(C30, "codes = [1, 2, 3, 4]", "codes = [1, 2, 2, 4]", "items[q1].codes", "non-unique"),
    "code as text": Fault(C30, "codes = [1, 2, 3, 4]", 'codes = [1, 2, 3, "4"]', "items[q1].codes", "integer"),
    "long topic": Fault(C30, 'topic = "pain"', f'topic = "{"pain " * 15}"', "items[q9].topic", "too long"),
    "direction": Fault(C30, '"higher_is_better"', '"up"', "scales[QL].direction", "not one of"),
    "panel": Fault(C30, 'domain = "functioning"', 'domain = "other"', "scales[QL].domain", "not one of"),
    "MID zero": Fault(PAIN, "improvement = 2", "improvement = 0", "mid.improvement", "0"),
    "MID negative": Fault(PAIN, "deterioration = 2", "deterioration = -2", "mid.deterioration", "-2"),
    "MID without source": Fault(C30, 'source = "Common', '#source = "', "scales[QL].mid", "'source' is missing"),
    "MID unsure": Fault(PAIN, 'confidence = "verified"\ndet', "det", "mid", "'confidence' is missing"),
    "half a second source": Fault(
        PAIN, 'deterioration_confidence = "design"\n', "", "scales[pain_worst].mid", "deterioration_confidence"
    ),
    "limit without source": Fault(PAIN, 'source = "Serlin', '#"', "scales[pain_worst].threshold", "'source'"),
    "limit side": Fault(C30, 'side = "below"', 'side = "under"', "scales[PF].threshold.side", "not one of"),
    # what a schema cannot say
    "other id": Fault(C30, 'id = "qlq_c30"', 'id = "qlq_c31"', "id", "the folder is 'qlq_c30'"),
    "other version": Fault(C30, 'version = "3.0"', 'version = "3.1"', "version", "the folder is '3.0'"),
    "item id twice": Fault(C30, 'id = "q2"', 'id = "q1"', "items[q1].id", "used twice"),
    "number twice": Fault(C30, 'number = "2"', 'number = "1"', "items[q2].number", "used twice"),
    "scale id twice": Fault(C30, 'id = "PF"', 'id = "QL"', "scales[QL].id", "used twice"),
    "unknown item": Fault(C30, '"q29", "q30"', '"q29", "q31"', "scales[QL].items", "no item 'q31'"),
    "item twice in a scale": Fault(C30, '"q29", "q30"', '"q29", "q29"', "scales[QL].items", "named twice"),
    "mixed codes": Fault(C30, '"q29", "q30"', '"q29", "q1"', "scales[QL].items", "other codes"),
    "codes jumbled": Fault(C30, "codes = [1, 2, 3, 4]", "codes = [1, 3, 2, 4]", "items[q1].codes", "up or down"),
    "range": Fault(C30, "range = 6", "range = 7", "scales[QL].parameters", "items run from 1 to 7"),
    "formula": Fault(C30, 'formula = "global"', 'formula = "sum"', "scales[QL].parameters", "functional, symptom"),
    "formula against direction": Fault(C30, 'formula = "symptom"', 'formula = "functional"', "FA", "higher is better"),
    "missing rule": Fault(C30, 'missing = "half"', 'missing = "none"', "scales[QL].parameters", "not one of half"),
    "parameter missing": Fault(C30, ', missing = "half"', "", "scales[QL].parameters", "needs the parameter"),
    "parameter unknown": Fault(C30, "range = 6", "range = 6, weight = 2", "scales[QL].parameters", "no parameter"),
    "method": Fault(C30, '"composite_mean"', '"python"', "scales[SUMMARY].method", "not a scoring method"),
    "composite of unknown": Fault(C30, 'scales = ["PF"', 'scales = ["PX"', "SUMMARY", "no scale 'PX'"),
    "reversed unknown": Fault(C30, 'reversed = ["FA"', 'reversed = ["FX"', "SUMMARY", "'FX' is not among"),
    "not reversed": Fault(C30, 'reversed = ["FA", ', "reversed = [", "scales[SUMMARY].parameters", "wrong direction"),
    "composite with items": Fault(C30, "items = []", 'items = ["q1"]', "scales[SUMMARY].items", "no items of its own"),
    "scale bounds": Fault(C30, "maximum = 100", "maximum = 10", "scales[QL].maximum", "gives 100"),
    "lower bound": Fault(PAIN, "minimum = 0", "minimum = 1", "scales[pain_worst].minimum", "gives 0"),
    "panel against direction": Fault(
        WELL, 'domain = "symptom"', 'domain = "functioning"', "scales[fatigue].direction", "panel"
    ),
    "two primary": Fault(C30, "step = 6.66667", "step = 6.66667\nprimary = true", "scales[PF].primary", "only one"),
    "no primary": Fault(C30, "primary = true", "primary = false", "scales", "no scale is the primary one"),
    "wide MID": Fault(PAIN, "improvement = 2", "improvement = 11", "mid.improvement", "wider than the whole scale"),
    "wide step": Fault(PAIN, "step = 1", "step = 11", "scales[pain_worst].step", "wider than the whole scale"),
    "limit on the wrong side": Fault(C30, 'side = "below"', 'side = "above"', "threshold.side", "must be 'below'"),
    "limit outside": Fault(C30, "value = 83", "value = 183", "scales[PF].threshold.value", "outside 0 to 100"),
    "rating codes": Fault(PAIN, "[0, 1, ", "[1, ", "items[pain_worst].codes", "0 to 10"),
    "unknown fact": Fault(CHECK, '["stoma"]', '["stomma"]', "items[stoma].applies_if", "not a known fact"),
    "sensitive first": Fault(
        WELL, 'topic = "sleep"', 'topic = "sleep"\nsensitive = true', "items[mobility]", "sensitive items come last"
    ),
    "own words, other licence": Fault(PAIN, 'class = "A"', 'class = "C"', "licence_class", "the class is A"),
    "own words, not there": Fault(C30, "wording = false", "wording = true", "licence_class", "the class is A"),
    "words of others": Fault(PAIN, "wording = true", "wording = false", "text.ar.toml", "must not be shipped"),
    # the wording
    "text of another": Fault(PAIN_TEXT, '"pain_nrs"', '"distress_nrs"', "instrument", "is 'distress_nrs'"),
    "text of a version": Fault(PAIN_TEXT, 'version = "1.0"', 'version = "1.1"', "version", "is '1.1'"),
    "text in a language": Fault(PAIN_TEXT, 'language = "en"', 'language = "de"', "language", "file name is 'en'"),
    "no language": Fault(PAIN_TEXT, 'language = "en"\n', "", "file", "'language' is missing"),
    "no recall": Fault(PAIN_TEXT, "recall =", "#", "file", "'recall' is missing"),
    "text of no item": Fault(
        PAIN_TEXT,
        "[items.pain_now]",
        '[items.then]\ntext = "?"\nlabels = {}\n[items.pain_now]',
        "items.then",
        "no item",
    ),
    "item without text": Fault(
        PAIN,
        "[[scales]]",
        f"{ONE_MORE_ITEM}\n[[scales]]",
        "text.ar.toml line 11, items",
        "no text for item 'pain_walking'",
    ),
    "no text": Fault(PAIN_TEXT, 'text = "How bad is your pain right now?"\n', "", "items.pain_now", "'text'"),
    "no end label": Fault(PAIN_TEXT, '0 = "No pain"\n', "", "items.pain_worst.labels", "code 0 has no label"),
    "label in between": Fault(PAIN_TEXT, '0 = "No', '5 = "Some"\n0 = "No', "labels.5", "only its ends are labelled"),
    "label without a code": Fault(CHECK_TEXT, '1 = "I fell"', '1 = "I fell"\n7 = "?"', "labels.7", "no such code"),
    "option without a label": Fault(CHECK_TEXT, '1 = "I fell"\n', "", "items.sudden_change.labels", "code 1"),
    "blank label": Fault(CHECK_TEXT, '1 = "I fell"', '1 = ""', "items.sudden_change.labels", "must not be blank"),
    "label for a word": Fault(CHECK_TEXT, '1 = "I fell"', 'one = "I fell"', "labels.one", "numbers such as 0"),
    "same label twice": Fault(CHECK_TEXT, '1 = "I fell"', '1 = "No, none of them"', "labels", "same label"),
    "unknown text key": Fault(CHECK_TEXT, "provenance =", "by =", "by", "unknown key 'by'"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_wrong_definition_is_refused(tmp_path: Path, fault: Fault) -> None:
    path = _alone(fault.file, tmp_path) / fault.file
    text = path.read_text(encoding="utf-8")
    assert fault.old in text, "the fault does not fit the file any more"
    path.write_text(text.replace(fault.old, fault.new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_instruments(tmp_path)
    error = caught.value
    assert Path(error.file).parent == path.parent
    assert fault.place in f"{error.file} {error.place}"
    assert fault.reason in error.reason


@pytest.mark.parametrize("file", [C30, PAIN, WELL, CHECK])
def test_an_unspoilt_copy_is_in_order(tmp_path: Path, file: str) -> None:
    assert len(load_instruments(_alone(file, tmp_path))) == 1


def _alone(file: str, folder: Path) -> Path:
    """A copy of the schemas and of the one instrument that a file belongs to: the others would only cost time."""
    for schema in INSTRUMENTS_DIR.glob("*.schema.json"):
        shutil.copy(schema, folder)
    name = Path(file).parts[0]
    shutil.copytree(INSTRUMENTS_DIR / name, folder / name)
    return folder
