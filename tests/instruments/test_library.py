"""What the questionnaires of others must say: licence, who is asked what, which way a scale runs, whose figures."""

from __future__ import annotations

import pytest

from lrrc_qol.catalogue.instruments import LoadedInstrument
from lrrc_qol.domain.instrument import Direction, Instrument, Missing, Status

LICENCES = {
    "A": {"rand36", "phq2", "phq4", "phq8", "phq9", "gad2", "gad7"},
    "B": {"qlq_c30", "qlq_cr29", "qlq_cr38", "fact_g", "fact_c", "eq5d5l", "pro_ctcae", "promis_g10"},
    "C": {"bpi_sf", "dn4_interview", "s_lanss", "sf36_v1", "sf12_v1", "hads", "nccn_dt"},
    "D": {"peg", "stoma_qol", "coh_qol_o", "lrrc_qol"},
}


@pytest.fixture
def library(shipped: dict[str, LoadedInstrument]) -> dict[str, Instrument]:
    """The shipped instruments by id."""
    return {one.instrument.id: one.instrument for one in shipped.values()}


def asked(instrument: Instrument, *facts: str) -> set[str]:
    return {item.id for item in instrument.applicable_items(frozenset(facts))}


def test_each_questionnaire_has_the_licence_class_of_its_holder(library: dict[str, Instrument]) -> None:
    for licence, names in LICENCES.items():
        for name in names:
            assert library[name].licence_class == licence, name
            assert not library[name].own_wording
            assert library[name].licence or name == "qlq_c30"


def test_only_the_two_unfinished_ones_are_marked(library: dict[str, Instrument]) -> None:
    unfinished = {one.id: one.status for one in library.values() if one.status is not Status.READY}
    assert unfinished == {"coh_qol_o": Status.PROVISIONAL, "lrrc_qol": Status.SHELL}
    assert len(library["lrrc_qol"].scales) == 9 + 3


def test_the_credit_line_that_rand_asks_for_is_there(library: dict[str, Instrument]) -> None:
    assert "developed at RAND as part of the Medical Outcomes Study" in library["rand36"].credit


def test_a_published_range_gives_its_upper_end(library: dict[str, Instrument]) -> None:
    found = {(one.id, scale.id): scale.mid for one in library.values() for scale in one.scales if scale.mid is not None}
    assert found["fact_c", "FACT_C"].published == pytest.approx((5, 8))
    for name, mid in found.items():
        if mid.published:
            assert (mid.improvement, mid.deterioration) == (mid.published[1], mid.published[1]), name


def test_codes_of_other_systems_name_items_and_scales_that_exist(library: dict[str, Instrument]) -> None:
    coded = [(one, one.codes) for one in library.values() if one.codes]
    assert len(coded) >= 10
    for one, codes in coded:
        for system in [*codes.items.values(), *codes.scales.values()]:
            assert len(set(system.values())) == len(system), one.id
        assert {name for system in codes.items.values() for name in system} <= {item.id for item in one.items}
        assert {name for system in codes.scales.values() for name in system} <= {scale.id for scale in one.scales}


def test_cr29_asks_by_sex_stoma_and_urinary_diversion(library: dict[str, Instrument]) -> None:
    cr29 = library["qlq_cr29"]
    everybody = {f"q{number}" for number in range(31, 55)}
    assert asked(cr29, "male") == everybody | {"q56", "q57"}
    assert asked(cr29, "female", "vagina", "stoma") == everybody | {"q55", "q58", "q59"}
    assert asked(cr29, "female") == everybody | {"q58"}
    for fact in ("urostomy", "bladder_removed"):
        assert everybody - asked(cr29, fact) == {"q31", "q32", "q33", "q34"}


def test_cr29_has_six_questions_in_two_wordings_and_a_filter_that_wins(library: dict[str, Instrument]) -> None:
    cr29 = library["qlq_cr29"]
    assert [item.id for item in cr29.items if item.variants] == [f"q{number}" for number in range(49, 55)]
    told = cr29.told_facts(frozenset(), {"q48": 1})
    assert cr29.item("q49").wording_key(told) == "q49@stoma"
    assert cr29.told_facts(frozenset({"stoma"}), {"q48": 0}) == frozenset()
    assert cr29.told_facts(frozenset({"stoma"}), {"q48": Missing.DECLINED}) == {"stoma"}


@pytest.mark.parametrize(
    ("name", "scale_id"), [("qlq_cr29", "SEXM"), ("qlq_cr29", "SEXW"), ("qlq_cr38", "SX"), ("qlq_cr38", "SE")]
)
def test_more_sexual_interest_is_a_higher_and_better_score(
    library: dict[str, Instrument], name: str, scale_id: str
) -> None:
    scale = library[name].scale(scale_id)
    assert scale.parameters["formula"] == "symptom"
    assert scale.direction is Direction.BETTER
    assert all(library[name].item(item_id).sensitive for item_id in scale.items)


def test_cr38_asks_of_defaecation_or_of_the_stoma(library: dict[str, Instrument]) -> None:
    cr38 = library["qlq_cr38"]
    without, with_stoma = set(cr38.scale("DF").items), set(cr38.scale("STO").items)
    assert asked(cr38, "stoma") & (without | with_stoma) == with_stoma
    assert asked(cr38) & (without | with_stoma) == without


def test_hads_prints_eight_questions_from_the_worst_option(library: dict[str, Instrument]) -> None:
    falling = [item.number for item in library["hads"].items if item.codes == (3, 2, 1, 0)]
    assert falling == ["1", "3", "5", "6", "8", "10", "11", "13"]


def test_pro_ctcae_holds_all_terms_and_asks_the_selected_ones(library: dict[str, Instrument]) -> None:
    whole = library["pro_ctcae"]
    assert (len(whole.items), len(whole.groups), len(whole.default_groups)) == (124, 80, 26)
    some = whole.with_groups(["16", "24"])
    assert [item.id for item in some.items] == ["t16_f", "t24_p"]
    assert [(scale.id, scale.drawn) for scale in some.scales] == [("g16", True), ("p24", False)]


def test_pro_ctcae_does_not_ask_what_anatomy_rules_out(library: dict[str, Instrument]) -> None:
    usual = library["pro_ctcae"].with_groups(library["pro_ctcae"].default_groups)
    man, woman = asked(usual, "male"), asked(usual, "female", "vagina")
    assert man - woman == {"t66_s", "t67_f"}
    assert woman - man == {"t59_a", "t71_s"}
    assert man - asked(usual, "male", "urostomy") == {"t61_s", "t62_f", "t62_i", "t63_f", "t63_i", "t65_f", "t65_i"}


def test_an_index_can_rest_on_any_of_49_value_sets_and_on_none_by_default(library: dict[str, Instrument]) -> None:
    assert len(library["eq5d5l"].value_sets) == 49
    assert "Germany" in library["eq5d5l"].value_sets
