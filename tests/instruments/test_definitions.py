"""What the shipped definitions must say: scales of the C30, limits of the check-in, honest labels, kind words."""

from __future__ import annotations

import re
import tomllib
from itertools import product

import pytest

from lrrc_qol.catalogue.instruments import LoadedInstrument
from lrrc_qol.config import INSTRUMENTS_DIR
from lrrc_qol.domain.instrument import Confidence, Direction, Domain, Instrument, ItemKind

C30_SCALES = {
    "QL": (29, 30),
    "PF": (1, 2, 3, 4, 5),
    "RF": (6, 7),
    "EF": (21, 22, 23, 24),
    "CF": (20, 25),
    "SF": (26, 27),
    "FA": (10, 12, 18),
    "NV": (14, 15),
    "PA": (9, 19),
    "DY": (8,),
    "SL": (11,),
    "AP": (13,),
    "CO": (16,),
    "DI": (17,),
    "FI": (28,),
}
C30_LIMITS = {
    **{"PF": 83, "RF": 58, "EF": 71, "CF": 75, "SF": 58},
    **{"FA": 39, "NV": 8, "PA": 25, "DY": 17, "SL": 50, "AP": 50, "CO": 50, "DI": 17, "FI": 17},
}
OWN = ("distress_nrs@1.0", "pain_nrs@1.0", "pe_checkin@1.0", "pe_wellbeing@1.0")


@pytest.fixture
def c30(shipped: dict[str, LoadedInstrument]) -> Instrument:
    return shipped["qlq_c30@3.0"].instrument


def test_the_five_first_instruments_are_here(shipped: dict[str, LoadedInstrument]) -> None:
    assert set(OWN) | {"qlq_c30@3.0"} <= set(shipped)


def test_c30_scales_hold_the_items_of_the_manual(c30: Instrument) -> None:
    found = {scale.id: tuple(int(item[1:]) for item in scale.items) for scale in c30.scales if scale.items}
    assert found == C30_SCALES
    assert c30.scales[-1].id == "SUMMARY"


def test_c30_limits_are_marked_as_recalled(c30: Instrument) -> None:
    limits = {scale.id: scale.threshold for scale in c30.scales if scale.threshold}
    assert {name: limit.value for name, limit in limits.items()} == C30_LIMITS
    assert {limit.confidence for limit in limits.values()} == {Confidence.RECALLED}


def test_c30_uses_ten_points_for_one_patient(c30: Instrument) -> None:
    for scale in c30.scales:
        assert scale.mid is not None
        assert (scale.mid.improvement, scale.mid.deterioration) == (10, 10)
        assert scale.mid.confidence is not Confidence.VERIFIED


def test_c30_steps_are_the_smallest_possible_changes(c30: Instrument) -> None:
    for scale in c30.scales:
        if scale.items:
            codes = c30.item(scale.items[0]).codes
            assert scale.step == pytest.approx(100 / ((max(codes) - min(codes)) * len(scale.items)), abs=1e-3)


def test_wording_of_others_is_not_shipped(shipped: dict[str, LoadedInstrument]) -> None:
    for one in shipped.values():
        if not one.instrument.own_wording:
            assert one.wordings == {}
            assert not list(one.folder.glob("text.*"))
            assert all(len(re.findall(r"\w+", item.topic)) <= 5 for item in one.instrument.items)


@pytest.mark.parametrize("name", OWN)
def test_our_own_questions_say_that_they_are_not_validated(shipped: dict[str, LoadedInstrument], name: str) -> None:
    assert shipped[name].instrument.note.startswith("Not a validated multi-item instrument.")


@pytest.mark.parametrize("name", OWN)
def test_our_own_scales_are_single_items_from_0_to_10(shipped: dict[str, LoadedInstrument], name: str) -> None:
    instrument = shipped[name].instrument
    for scale in instrument.scales:
        assert (scale.method, scale.items, scale.minimum, scale.maximum) == ("single_item", (scale.id,), 0, 10)
        assert instrument.item(scale.id).kind is ItemKind.RATING


@pytest.mark.parametrize("name", OWN)
def test_ends_of_a_scale_are_named_as_the_patient_saw_them(shipped: dict[str, LoadedInstrument], name: str) -> None:
    """A chart that calls the high end good while the form calls it bad would be read the wrong way round."""
    one = shipped[name]
    bad = {"no appetite", "very bad", "very badly", "not at all", "not at ease at all", "not sure at all"}
    for scale in one.instrument.scales:
        labels = one.wordings["en"].items[scale.id].labels
        worse_at = 10 if scale.direction is Direction.WORSE else 0
        if scale.domain is Domain.FUNCTIONING:
            assert labels[worse_at].lower() in bad | {"not happy at all"}
        else:
            assert labels[0].lower() in {"no pain", "not at all", "not tired"}


def test_pain_counts_from_two_points_and_getting_worse_is_provisional(shipped: dict[str, LoadedInstrument]) -> None:
    for scale in shipped["pain_nrs@1.0"].instrument.scales:
        assert scale.mid is not None
        assert (scale.mid.improvement, scale.mid.deterioration) == (2, 2)
        assert scale.mid.confidence is Confidence.VERIFIED
        assert scale.mid.deterioration_confidence is Confidence.DESIGN


def test_a_check_in_is_short_for_everybody(shipped: dict[str, LoadedInstrument]) -> None:
    instrument = shipped["pe_checkin@1.0"].instrument
    for stoma, urostomy in product((False, True), repeat=2):
        facts = frozenset({"stoma"} if stoma else ()) | frozenset({"urostomy"} if urostomy else ())
        asked = [item.id for item in instrument.applicable_items(facts)]
        assert len(asked) <= 14
        assert ("stoma" in asked) is stoma
        assert ("urostomy" in asked) is urostomy
        assert ("urine" in asked) is not urostomy
    assert instrument.minutes <= 3


def test_check_in_scores_only_pain_and_distress(shipped: dict[str, LoadedInstrument]) -> None:
    scales = shipped["pe_checkin@1.0"].instrument.scales
    assert [scale.id for scale in scales] == ["pain_worst", "pain_now", "distress"]


def test_every_check_in_code_says_in_the_file_what_it_was_made_for() -> None:
    text = (INSTRUMENTS_DIR / "pe_checkin" / "1.0" / "instrument.toml").read_text(encoding="utf-8")
    choices = [item for item in tomllib.loads(text)["items"] if item["kind"] == "choice"]
    commented = re.findall(r"^  (\d+), # .+: .*\b(red|amber|yellow|info|none)\b", text, flags=re.MULTILINE)
    assert [int(code) for code, _ in commented] == [code for item in choices for code in item["codes"]]


def test_intimacy_is_sensitive_and_last(shipped: dict[str, LoadedInstrument]) -> None:
    items = shipped["pe_wellbeing@1.0"].instrument.items
    assert [item.id for item in items if item.sensitive] == [items[-1].id] == ["intimacy"]


@pytest.mark.parametrize("name", OWN)
def test_questions_are_short(shipped: dict[str, LoadedInstrument], name: str) -> None:
    for wording in shipped[name].wordings.values():
        for item in wording.items.values():
            assert len(item.text.split()) <= 16
            assert all(len(sentence.split()) <= 20 for sentence in re.split(r"[.?!:]", item.help))
            assert all(len(label.split()) <= 25 for label in item.labels.values())
