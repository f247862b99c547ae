"""Which group of patients an episode belongs to, stratum by stratum, from what the record says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lrrc_qol.domain.classification import ClassificationRules
from lrrc_qol.domain.clinical_record import Section

Content = Mapping[str, Any]
Sections = Mapping[str, Sequence[Content]]

EVERYBODY = "all"
BASELINE = "baseline"
STRATA = {
    EVERYBODY: "Everybody",
    "sex": "Sex",
    "margin": "Margin",
    "extent": "Extent",
    BASELINE: "Baseline in thirds",
    "sacrectomy": "Sacrectomy",
    "bone": "Bone resection",
    "nerve": "Nerve resection",
    "neoadjuvant": "Treatment before the operation",
    "empty_pelvis": "Empty-pelvis syndrome",
    "mode": "How the baseline was answered",
}
"""The strata that do not depend on data, by id; the six classifications follow under `class_` and their id."""

CLASS = "class_"
EXPECT = "expect"
"""Under this name stand the figures of the page "what to expect", which is about several strata at once."""

PEOPLE = "people"
"""Under this name stand the single patients behind the figures of all strata."""

CENTRES = "centre"
"""Under this name stand the figures of several centres that agreed to be read together, each on its own shelf."""

_UPPER_SACRUM = frozenset({"s1", "s2"})
_BEGUN = frozenset({"started", "interrupted", "completed"})
_MODES = {
    "own_phone": "own phone",
    "own_computer": "own computer",
    "ward_tablet": "ward tablet",
    "paper": "paper",
    "telephone": "telephone interview",
    "face_to_face": "face to face",
}


def stratum_names(rules: ClassificationRules) -> dict[str, str]:
    """Every stratum with its words, in the order it is offered."""
    return STRATA | {CLASS + system.id: f"Classification: {system.name}" for system in rules.systems}


def levels_of(
    *, sex: str, nerve_resection: bool | None, sections: Sections, treatment: Section, mode: str | None
) -> dict[str, str]:
    """The level of an episode in each stratum that is known of it; `mode` is how its baseline was answered."""
    found: dict[str, str | None] = {EVERYBODY: "everybody", "sex": sex, "mode": _MODES.get(mode or "")}
    for operation in sections.get("operation", ())[:1]:
        found |= _of_operation(operation)
    nerves = any(one.get("nerves") for one in sections.get("operation", ()))
    if nerves or nerve_resection is not None:
        found["nerve"] = "nerve cut" if nerves or nerve_resection else "no nerve cut"
    if "treatment" in sections:
        found["neoadjuvant"] = _neoadjuvant(sections["treatment"], treatment)
    if "operation" in sections:
        eps = any(one.get("eps") is True for one in sections.get("complication", ()))
        found["empty_pelvis"] = "empty-pelvis syndrome" if eps else "none recorded"
    found |= _of_classification(sections.get("classification", ()))
    return {stratum: level for stratum, level in found.items() if level is not None}


def _of_operation(operation: Content) -> dict[str, str | None]:
    extent, margin = operation.get("extent") or (), operation.get("margin")
    sacrum, level = operation.get("sacrectomy"), operation.get("sacrectomy_level")
    pubis = operation.get("pubic_bone") in ("partial", "complete")
    bone = bool(sacrum) or pubis or "ischium" in (operation.get("structures") or ())
    upper = "S1 or S2" if level in _UPPER_SACRUM else "S3 to S5"
    return {
        "extent": ("total" if "total" in extent else "other than total") if extent else None,
        "margin": {"r0": "R0", "r1": "R1 or R2", "r2": "R1 or R2"}.get(str(margin)),
        "sacrectomy": (upper if level else None) if sacrum else "none",
        "bone": "bone resected" if bone else "no bone resected",
    }


def _neoadjuvant(treatments: Iterable[Content], section: Section) -> str:
    kinds = section.field("kind")
    usual = section.field("timing").default_from
    given: set[str] = set()
    for one in treatments:
        timing = one.get("timing") or (usual.value(one) if usual else None)
        if timing == "before" and (one.get("status") in _BEGUN or one.get("started_on") or one.get("stopped_on")):
            given.add(kinds.label_of(str(one.get("kind"))))
    return " + ".join(sorted(given)) or "none"


def _of_classification(assessments: Sequence[Content]) -> dict[str, str | None]:
    """The codes of the assessment that was rated last."""
    if not assessments:
        return {}
    latest = max(assessments, key=lambda one: str(one.get("rated_on", "")))
    return {CLASS + system: " + ".join(said["codes"]) or None for system, said in latest.get("systems", {}).items()}
