"""The scales that may be shown to patients, in the patients' own words."""

from __future__ import annotations

from collections.abc import Mapping

from lrrc_qol.catalogue.translations import Translations

Key = tuple[str, str]
"""Questionnaire and scale, by id."""


def scale_names(words: Translations) -> Mapping[Key, str]:
    """The scales that a patient may see, by questionnaire and scale; one that is not here is never shown.

    Left out on purpose: screening scores for depression, anxiety and nerve pain, which need a person to explain them.
    """
    overall = words.gettext("Quality of life overall")
    strain = words.gettext("How upset or worried you are")
    body = words.gettext("How you feel about your body")
    strength = words.gettext("Strength of your body")
    hindered = words.gettext("How much pain gets in your way")
    doing = words.gettext("How you are doing overall")
    return {
        ("qlq_c30", "QL"): overall,
        ("pe_wellbeing", "overall"): words.gettext("Quality of life, asked in one question"),
        ("pain_nrs", "pain_worst"): words.gettext("Worst pain"),
        ("pe_checkin", "pain_worst"): words.gettext("Worst pain, in the short forms at home"),
        ("distress_nrs", "distress"): strain,
        ("nccn_dt", "distress"): strain,
        ("qlq_cr29", "BI"): body,
        ("qlq_cr38", "BI"): body,
        ("rand36", "PF"): strength,
        ("sf36_v1", "PCS"): strength,
        ("sf12_v1", "PCS12"): strength,
        ("promis_g10", "gph_t"): strength,
        ("bpi_sf", "interference"): hindered,
        ("peg", "peg"): hindered,
        ("fact_g", "FACT_G"): doing,
        ("fact_c", "FACT_C"): doing,
        ("coh_qol_o", "total"): doing,
        ("stoma_qol", "raw"): doing,
    }
