"""The patient's words for the scales that may be shown to them, and for how a score stands to the time before."""

from __future__ import annotations

from collections.abc import Mapping

from lrrc_qol.catalogue.translations import Translations
from lrrc_qol.domain.recovery import ChangeClass, TrajectoryPoint

Key = tuple[str, str]


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


def compared_words(words: Translations, point: TrajectoryPoint, *, is_baseline: bool, known: bool) -> str:
    """How one answer stands to the time before the operation; `known`: there is something from then."""
    if is_baseline:
        return words.gettext("from before your operation")
    if point.change_class is ChangeClass.IMPROVED:
        return words.gettext("better than before your operation")
    if point.change_class is ChangeClass.AS_BEFORE:
        return words.gettext("about the same as before your operation")
    if point.change_class is ChangeClass.WORSE:
        return words.gettext("worse than before your operation")
    if point.day is not None and point.day < 0:
        return words.gettext("from before your operation")
    if not known:
        return words.gettext("nothing from before your operation to compare with")
    return words.gettext("cannot be compared with the time before your operation")
