"""The anatomy that follows from an operation: what the patient's questions depend on."""

from __future__ import annotations

from collections.abc import Mapping

from lrrc_qol.domain.clinical_record.fields import Content, codes_of

STOMAS_FOR_STOOL = frozenset({"colostomy", "ileostomy", "double_barrelled"})
STOMAS_FOR_URINE = frozenset({"urostomy", "double_barrelled"})

# What stays gone when a later operation does not name it.
TAKEN = frozenset({"bladder_removed", "nerve_resection"})


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


def anatomy_changes(before: Content, after: Content, stored: Mapping[str, bool | None]) -> dict[str, bool | None]:
    """What a new version of the operation changes in the `stored` facts: None where it settles a fact no more.

    Facts that both versions settle alike are left out, so that what a person corrected since stays corrected. An
    operation that did not take the bladder or a nerve says nothing of one that was gone before.
    """
    was, now = implied_anatomy(before), implied_anatomy(after)
    changed = {fact: now.get(fact) for fact in {**was, **now} if was.get(fact) is not now.get(fact)}
    gone = {fact for fact in TAKEN if stored.get(fact) is True and was.get(fact) is not True}
    return {fact: holds for fact, holds in changed.items() if fact not in gone or holds is True}
