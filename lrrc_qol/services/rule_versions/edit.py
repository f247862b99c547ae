"""Make a draft of a centre's alert rules, change it within the bounds, throw it away, switch it on."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from lrrc_qol.catalogue.centre_versions import content_digest
from lrrc_qol.domain.errors import DefinitionError, InvalidInput, NotFound
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import AlertRuleVersion, Centre
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.held_draft import hold_draft
from lrrc_qol.services.protocol_versions.edit import content_of
from lrrc_qol.services.protocols import protocol_for_new
from lrrc_qol.services.rule_versions.fields import (
    LONGEST_REASON,
    Figure,
    entries,
    rule_lines,
    target_figures,
    weakened,
    weakened_words,
    window_figures,
)
from lrrc_qol.services.rules_in_force import build, forget_rules, switched_on

LONGEST_NOTE, LONGEST_OWNER, LONGEST_NUMBER = 500, 120, 4


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent: texts by field. `confirmed`: red rules are weakened on purpose, for `red_reason`."""

    texts: Mapping[str, str]
    red_reason: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """Who answers for the rules clinically, since which day, and what is different and why.

    `confirmed` says once more that weakened red rules are meant so.
    """

    owner: str
    signed_on: date | None
    note: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """Rules as plain data, the shipped protocol they descend from, and their row when they are the centre's own."""

    content: Mapping[str, Any]
    shipped: str
    row: AlertRuleVersion | None


def make_rule_draft(work: Work) -> str:
    """Make a draft from the rules that are followed now; return its public id."""
    centre = work.session.scalars(select(Centre).where(Centre.id == work.actor.centre()).with_for_update()).one()
    followed = followed_rules(work, centre)
    content, based_on = copy.deepcopy(dict(followed.content)), followed.content["version"]
    number = 1 + (
        work.session.scalar(
            select(func.count()).select_from(AlertRuleVersion).where(AlertRuleVersion.centre_id == centre.id)
        )
        or 0
    )
    # Five numbers, so that it is never that of a plan's version, which has four.
    base = shipped_rules(work, centre.protocol_id, followed.shipped)["version"]
    content["version"] = f"{base}.{centre.id}.0.{number}"
    row = AlertRuleVersion(
        public_id=new_public_id(),
        centre_id=centre.id,
        protocol_id=centre.protocol_id,
        shipped=followed.shipped,
        version=content["version"],
        based_on=based_on,
        content=content,
        digest=content_digest(content),
        red_reason=followed.row.red_reason if followed.row else "",
        note="",
        clinical_owner="",
        created_at=work.now,
        created_by=work.actor.id,
    )
    work.session.add(row)
    work.session.flush()
    _note(work, "made_rule_draft", row, {"version": row.version, "based_on": based_on})
    return row.public_id


def save_rules(work: Work, public_id: str, typed: Typed, *, revision: int) -> None:
    """Store a form in a draft.

    StaleWrite at another revision; InvalidInput names the fields that are out of bounds, a changed rule whose words
    still say the old figures, and red rules that are weakened without a confirmation and a reason.
    """
    row = held_rule_draft(work, public_id, revision=revision)
    content, faults = _changed(work, row, typed.texts)
    shipped = shipped_rules(work, row.protocol_id, row.shipped)
    reason = " ".join(typed.red_reason.split())
    if weak := weakened(content, shipped):
        if len(reason) > LONGEST_NOTE or not reason:
            faults["red_reason"] = f"Say why red rules are weakened, in at most {LONGEST_NOTE} characters."
        news = weak - weakened(row.content, shipped)
        if news and not typed.confirmed:
            faults["confirm_red"] = f"Confirm that these red rules are to be weakened: {_in_words(content, news)}."
    if faults:
        raise InvalidInput(faults)
    _check(work, row, content)
    changes = _differences(row.content, content)
    kept = reason if weak else ""
    if changes or kept != row.red_reason:
        row.content, row.digest, row.red_reason = content, content_digest(content), kept
        work.session.flush()
        _note(work, "changed_rule_draft", row, changes | ({"weakened_red": sorted(weak)} if weak else {}))


def discard_rules(work: Work, public_id: str, *, revision: int) -> None:
    """Throw a draft away; its row stays, its number is not given again."""
    row = held_rule_draft(work, public_id, revision=revision)
    row.discarded_at = work.now
    _note(work, "discarded_rule_draft", row, {"version": row.version})


def switch_on_rules(work: Work, public_id: str, signature: Signature, *, revision: int) -> None:
    """Follow the draft for all patients of the centre from now on; it never changes again.

    StaleWrite at another revision; InvalidInput when a part of the signature is missing.
    """
    row = held_rule_draft(work, public_id, revision=revision)
    owner, words = " ".join(signature.owner.split()), " ".join(signature.note.split())
    weak = weakened(row.content, shipped_rules(work, row.protocol_id, row.shipped))
    today = work.today_in(work.session.get_one(Centre, row.centre_id).timezone)
    faults = {}
    if not 1 <= len(owner) <= LONGEST_OWNER:
        faults["owner"] = f"Name the clinician who answers for the rules, in at most {LONGEST_OWNER} characters."
    if signature.signed_on is None or signature.signed_on > today:
        faults["signed_on"] = "Enter the day on which the clinical owner signed: today or earlier."
    if not 1 <= len(words) <= LONGEST_NOTE:
        faults["note"] = f"Say what is different and why, in at most {LONGEST_NOTE} characters."
    if weak and not signature.confirmed:
        faults["confirm_red"] = f"Confirm once more that red rules are weakened: {_in_words(row.content, weak)}."
    if faults:
        raise InvalidInput(faults)
    content = {**row.content, "owner": owner}
    _check(work, row, content)
    row.content, row.digest = content, content_digest(content)
    row.clinical_owner, row.note, row.signed_on = owner, words, signature.signed_on
    row.switched_on_at, row.switched_on_by = work.now, work.actor.id
    forget_rules(work)
    detail = {"version": row.version, "digest": row.digest, "owner": owner, "weakened_red": sorted(weak)}
    _note(work, "switched_on_rules", row, {**detail, "signed_on": str(signature.signed_on)})


def followed_rules(work: Work, centre: Centre) -> Followed:
    """The rules that the centre follows now: its own, else those of the plan that new patients get."""
    row = work.session.scalars(switched_on(centre.id)).first()
    if row is not None:
        return Followed(row.content, row.shipped, row)
    plan = content_of(work, centre.protocol_id, protocol_for_new(work, centre).version)
    if plan is None:
        raise NotFound("no such version of the plan")
    return Followed(plan["alerts"], plan["shipped"], None)


def shipped_rules(work: Work, protocol_id: str, version: str) -> Mapping[str, Any]:
    """The rules that come with a shipped protocol, as plain data; NotFound when it does not come any more."""
    source = work.catalogue.protocol_sources.get((protocol_id, version))
    if source is None:
        raise NotFound("the protocol that these rules descend from does not come with the program any more")
    return source.files["alerts"].data


def held_rule_draft(work: Work, public_id: str, *, revision: int) -> AlertRuleVersion:
    """The draft of the actor's centre, locked; NotFound when it is none, StaleWrite at another revision."""
    is_draft = AlertRuleVersion.switched_on_at.is_(None)
    return hold_draft(work, AlertRuleVersion, is_draft, public_id, revision=revision)


def _in_words(content: Mapping[str, Any], ids: Collection[str]) -> str:
    return "; ".join(weakened_words(content, ids))


def _changed(work: Work, row: AlertRuleVersion, texts: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The content with what was typed, and what cannot be."""
    content = copy.deepcopy(row.content)
    faults: dict[str, str] = {}
    by_id = {entry["id"]: entry for _, entry in entries(content)}
    lines = rule_lines(row.content, row.content, row.content, work.catalogue.instruments)
    for line in lines:
        entry = by_id[line.id]
        level, reason = texts.get(f"l-{line.id}", ""), " ".join(texts.get(f"r-{line.id}", "").split())
        if level not in line.levels:
            faults[f"l-{line.id}"] = "Choose one of: " + ", ".join(line.levels) + "."
        if not 1 <= len(reason) <= LONGEST_REASON:
            faults[f"r-{line.id}"] = f"Say in words what was found, in at most {LONGEST_REASON} characters."
        entry |= {"level": level, "reason": reason, "enabled": f"on-{line.id}" in texts}
        for figure in line.figures:
            entry[figure.key] = _number(texts, figure, faults)
        told = any(entry[figure.key] != figure.value for figure in line.figures if figure.key in ("minimum", "count"))
        if told and reason == line.reason:
            faults.setdefault(f"r-{line.id}", "The figure is another one: write it into these words too.")
    windows = {window["fact"]: window for window in content.get("windows", ())}
    for figure in window_figures(row.content):
        fact = figure.name.removeprefix("w-").removesuffix(f"-{figure.key}")
        windows[fact][figure.key] = _number(texts, figure, faults)
    _change_targets(content, texts, faults)
    return content, faults


def _change_targets(content: dict[str, Any], texts: Mapping[str, str], faults: dict[str, str]) -> None:
    """The times to the first call; the more urgent level is never called later."""
    slowest = 0
    for figure in target_figures(content):
        minutes = _number(texts, figure, faults)
        if minutes < slowest and figure.name not in faults:
            faults[figure.name] = "Not sooner than the level that is more urgent."
        slowest = minutes
        content["levels"][figure.key] = {**content["levels"][figure.key], "target_minutes": minutes}


def _number(texts: Mapping[str, str], figure: Figure, faults: dict[str, str]) -> int:
    text = texts.get(figure.name, "").strip()
    if text.isdecimal() and len(text) <= LONGEST_NUMBER and figure.lowest <= int(text) <= figure.highest:
        return int(text)
    faults[figure.name] = f"Enter a whole number from {figure.lowest} to {figure.highest}."
    return int(figure.value)


def _check(work: Work, row: AlertRuleVersion, content: Mapping[str, Any]) -> None:
    try:
        build(work, row.protocol_id, row.shipped, content)
    except DefinitionError as fault:
        raise InvalidInput({"form": f"{fault.place}: {fault.reason}."}) from None


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Old and new value of everything that differs, by rule and key, for the audit."""
    old = {entry["id"]: entry for _, entry in entries(before)}
    found = {
        f"{entry['id']}.{key}": [old[entry["id"]].get(key, True if key == "enabled" else None), value]
        for _, entry in entries(after)
        for key, value in entry.items()
        if old[entry["id"]].get(key, True if key == "enabled" else None) != value
    }
    for level, entry in before["levels"].items():
        now = after["levels"][level]["target_minutes"]
        if entry["target_minutes"] != now:
            found[f"{level}.target_minutes"] = [entry["target_minutes"], now]
    for one, other in zip(before.get("windows", ()), after.get("windows", ()), strict=True):
        found |= {f"{one['fact']}.{key}": [one[key], other[key]] for key in one if one[key] != other[key]}
    return found


def _note(work: Work, action: str, row: AlertRuleVersion, detail: dict[str, Any]) -> None:
    audit.record(
        work,
        action,
        subject_kind="alert_rules",
        subject_id=row.id,
        centre_id=row.centre_id,
        detail=detail,
    )
