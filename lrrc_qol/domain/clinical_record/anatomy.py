"""The anatomy that follows from an operation: what the patient's questions depend on."""

from __future__ import annotations

from lrrc_qol.domain.clinical_record.fields import Content, codes_of

STOMAS_FOR_STOOL = frozenset({"colostomy", "ileostomy", "double_barrelled"})
STOMAS_FOR_URINE = frozenset({"urostomy", "double_barrelled"})


def implied_anatomy(operation: Content) -> dict[str, bool]:
    """The facts that an operation settles, by the names of the episode; what it leaves open is not named.

    A rectum or vagina that is not among the removed structures may have been removed before, so only its removal
    settles anything. Lists that are empty were not filled in.
    """
    removed, stomas = codes_of(operation.get("structures")), codes_of(operation.get("stomas"))
    nerves = codes_of(operation.get("nerves"))
    facts: dict[str, bool] = {}
    if stomas:
        facts["stoma"] = bool(STOMAS_FOR_STOOL.intersection(stomas))
        facts["urostomy"] = bool(STOMAS_FOR_URINE.intersection(stomas))
    if removed:
        facts["bladder_removed"] = "bladder" in removed
    if removed or nerves:
        facts["nerve_resection"] = bool(nerves)
    if "rectum" in removed:
        facts["rectum_removed"] = True
    if "vagina" in removed:
        facts["vagina"] = False
    return facts


def anatomy_changes(before: Content, after: Content) -> dict[str, bool | None]:
    """What a new version of the operation changes: facts that it settles otherwise, None where it settles no more.

    Facts that both versions settle alike are left out, so that what a person corrected since stays corrected.
    """
    was, now = implied_anatomy(before), implied_anatomy(after)
    return {fact: now.get(fact) for fact in {**was, **now} if was.get(fact) is not now.get(fact)}
