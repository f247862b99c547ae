"""Every scoring method says its rule in words, from the same data that it is computed from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lrrc_qol.charts.scoring_rules import SENTENCES, rule_in_words
from lrrc_qol.domain.instrument import Instrument, Item, ItemKind, Scale
from lrrc_qol.domain.scoring import METHODS
from tests.filter_form import BOWEL
from tests.shipped import shipped_catalogue

ITEMS = tuple(
    Item(f"q{number}", str(number), f"topic {number}", ItemKind.CHOICE, (0, 1, 2, 3)) for number in range(1, 8)
)
IDS = tuple(item.id for item in ITEMS)
BASE = replace(BOWEL.scales[0], id="X", name="Worry", items=IDS[:4], method="mean", parameters={"missing": "half"})
OTHER = replace(BASE, id="Y", name="Role limits, physical", primary=False)
INSTRUMENT = replace(BOWEL, items=ITEMS, scales=(BASE, OTHER))


def words(method: str, *items: str, **parameters: object) -> str:
    scale = replace(BASE, id="Z", method=method, items=items, parameters=parameters)
    return rule_in_words(scale, replace(INSTRUMENT, scales=(*INSTRUMENT.scales, scale)))


def test_there_is_a_sentence_for_each_method_and_for_no_other() -> None:
    assert set(SENTENCES) == set(METHODS)


@pytest.mark.parametrize(
    ("missing", "needed"),
    [
        ("half", "at least half of the 4 items that apply are needed"),
        ("more_than_half", "more than half of the 4 items that apply are needed"),
        ("all", "all 4 items that apply are needed"),
        ("any", "at least one of the 4 items that apply is needed"),
        ("up_to_2_missing", "at most 2 of the 4 items that apply may be missing"),
    ],
)
def test_how_many_answers_are_needed(missing: str, needed: str) -> None:
    assert words("mean", *IDS[:4], missing=missing) == f"Mean of the answered items; {needed}."


@pytest.mark.parametrize(
    ("formula", "rule"),
    [
        ("functional", "Mean of the answered items, turned to 0–100 (low answers give a high score)"),
        ("symptom", "Mean of the answered items, turned to 0–100"),
        ("global", "Mean of the answered items, turned to 0–100"),
    ],
)
def test_the_eortc_formulas(formula: str, rule: str) -> None:
    parameters = {"formula": formula, "range": 3, "missing": "half"}
    assert (
        words("linear_0_100", *IDS[:4], **parameters) == f"{rule}; at least half of the 4 items that apply are needed."
    )
    assert words("linear_0_100", "q1", **parameters).endswith("; it must be answered.")


@pytest.mark.parametrize(
    ("parameters", "rule"),
    [
        ({"missing": "all"}, "Sum of the answered items; all 3 items are needed."),
        (
            {"missing": "more_than_half", "reversed": ["q1", "q3"]},
            "Sum of the answered items, with items 1 and 3 turned round, carried up to all 3 when some are missing "
            "(sum × 3 ÷ answered); more than half of the 3 items are needed.",
        ),
        (
            {"missing": "all", "weights": {"q1": 5, "q2": 1, "q3": 1}},
            "Sum of the answered items, each times its weight; all 3 items are needed.",
        ),
        (
            {"missing": "all", "not_applicable": "not_expected"},
            "Sum of the answered items, carried up to all 3 when some are missing (sum × 3 ÷ answered); "
            "all 3 items that apply are needed.",
        ),
        (
            {"missing": "up_to_1_missing", "recode": [{"items": ["q1"], "values": {"0": 5}}]},
            "Sum of the answered items, each answer at its published value, carried up to all 3 when some are missing "
            "(sum × 3 ÷ answered); at most 1 of the 3 items may be missing.",
        ),
    ],
)
def test_sums(parameters: dict[str, object], rule: str) -> None:
    assert words("prorated_sum", *IDS[:3], **parameters) == rule


@pytest.mark.parametrize(
    ("method", "items", "parameters", "rule"),
    [
        ("single_item", ["q2"], {}, "The answer to item 2, as it was given."),
        (
            "recode_mean",
            ["q1", "q2"],
            {"missing": "any", "recode": []},
            "Mean of the answered items, each answer at its published value; at least one of the 2 items that apply "
            "is needed.",
        ),
        (
            "composite_mean",
            [],
            {"scales": ["X", "Y"], "reversed": ["Y"]},
            "Mean of “Worry” and “Role limits, physical”, with “Role limits, physical” turned round; all of them must "
            "have a score.",
        ),
        (
            "sum_of_scales",
            [],
            {"scales": ["X", "Y"], "least_items": 7},
            "Sum of “Worry” and “Role limits, physical”; all of them must have a score, and at least 7 of the 8 items "
            "beneath them must be answered.",
        ),
        (
            "norm_components",
            [],
            {"parts": [{"scale": "X", "mean": 1, "sd": 2, "weight": 3}]},
            "50 plus 10 times the weighted sum of standard scores (distance from the norm's mean in its standard "
            "deviations) of “Worry”; all of them must have a score.",
        ),
        (
            "item_weights",
            ["q1", "q2"],
            {"table": "w.csv", "column": "pcs"},
            "A constant plus the published weight of each answer (column pcs of w.csv); all 2 items are needed.",
        ),
        (
            "value_set",
            ["q1", "q2"],
            {"table": "t.csv", "meta": "m.csv", "dimensions": ["A", "B"]},
            "The value of the health state, made of all 2 answers, in the value set that the centre chose; without a "
            "choice there is no score.",
        ),
        (
            "lookup_items",
            ["q1", "q2"],
            {"table": "bp.csv", "value": "bp"},
            "Read from the published table bp.csv by the answers; one may be missing only where the table has a row "
            "for that.",
        ),
        (
            "lookup_scale",
            [],
            {"table": "t.csv", "scale": "X", "key": "raw", "value": "t"},
            "Read from the published table t.csv by the score of “Worry”.",
        ),
        (
            "composite_grade",
            ["q1", "q2"],
            {"table": "g.csv", "attributes": "FS", "zero_skip": True},
            "Grade of frequency and severity, from the published table g.csv; all are needed, unless the first answer "
            "is 0.",
        ),
        (
            "composite_grade",
            ["q1"],
            {"table": "g.csv", "attributes": "S", "zero_skip": True},
            "Grade of severity, from the published table g.csv; it is needed.",
        ),
        (
            "bands",
            [],
            {"scale": "X", "bands": [{"from": 0, "label": "Mild"}, {"from": 2.5, "label": "Severe"}]},
            "The band of “Worry”, counted from 0: Mild from 0, Severe from 2.5.",
        ),
        ("cut_off", [], {"scale": "X", "at_least": 3}, "1 when “Worry” is 3 or more, else 0."),
        (
            "cut_off",
            [],
            {"scale": "X", "at_least": 3, "certain": True, "needs": ["Y"]},
            "1 when “Worry” is 3 or more, else 0; “Role limits, physical” must have a score too; also 1 without that "
            "score, when the answers that were given reach it.",
        ),
    ],
)
def test_each_method(method: str, items: list[str], parameters: dict[str, object], rule: str) -> None:
    assert words(method, *items, **parameters) == rule


def test_every_shipped_scale_has_its_rule() -> None:
    shipped: list[tuple[Scale, Instrument]] = [
        (scale, one) for one in shipped_catalogue().instruments for scale in one.scales
    ]
    for scale, instrument in shipped:
        if scale.method:
            sentence = rule_in_words(scale, instrument)
            assert sentence.endswith("."), (instrument.id, scale.id)
            assert scale.method == "bands" or "None" not in sentence, (instrument.id, scale.id, sentence)
