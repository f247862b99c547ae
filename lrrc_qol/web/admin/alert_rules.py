"""The alert rules of the centre in words: a draft, what it would have done, and switching it on."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.alerts import AlertLevel
from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.services.rule_versions import (
    Effect,
    RuleLine,
    RulesView,
    Signature,
    Typed,
    discard_rules,
    make_rule_draft,
    read_rule_version,
    read_rules,
    save_rules,
    switch_on_rules,
    would_have_fired,
)
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.guards import audience, current_actor, runtime

MEANWHILE = (
    "Somebody else changed this draft meanwhile. Nothing of yours was stored yet, and what you typed is still here. "
    "Look at it again, then store again."
)
LEVELS = tuple(level.value for level in AlertLevel)


@blueprint.get("/alert-rules")
@audience.staff("administer")
def alert_rules() -> ResponseReturnValue:
    """The rules that are followed now, in words, and the versions that the centre made."""
    with runtime().reading(current_actor()) as work:
        overview = read_rules(work)
    return render_template(
        "admin/alert_rules/list.html", active="admin.overview", overview=overview, groups=_groups(overview.lines)
    )


@blueprint.post("/alert-rules")
@audience.staff("administer")
def new_rule_draft() -> ResponseReturnValue:
    """Make a draft from the rules that are followed now."""
    with runtime().writing(current_actor()) as work:
        public_id = make_rule_draft(work)
    return redirect(url_for("admin.rule_version", public_id=public_id), 303)


@blueprint.get("/alert-rules/<public_id>")
@audience.staff("administer")
def rule_version(public_id: str) -> ResponseReturnValue:
    """One version with every rule; a draft can be changed."""
    return _page(public_id, {})


@blueprint.post("/alert-rules/<public_id>")
@audience.staff("administer")
def change_rules(public_id: str) -> ResponseReturnValue:
    """Store the draft or discard it, as the pressed button says."""
    discard = request.form.get("act") == "discard"
    try:
        with runtime().writing(current_actor()) as work:
            if discard:
                discard_rules(work, public_id, revision=_revision())
            else:
                typed = Typed(request.form, request.form.get("red_reason", ""), "confirm_red" in request.form)
                save_rules(work, public_id, typed, revision=_revision())
    except InvalidInput as refusal:
        return _page(public_id, refusal.fields)
    except StaleWrite:
        return _page(public_id, {"form": MEANWHILE})
    if discard:
        flash("The draft is discarded.")
        return redirect(url_for("admin.alert_rules"), 303)
    flash("The draft is stored. Look at what it would have done before you switch it on.", "good")
    return redirect(url_for("admin.rule_version", public_id=public_id), 303)


@blueprint.get("/alert-rules/<public_id>/effect")
@audience.staff("administer")
def rule_effect(public_id: str) -> ResponseReturnValue:
    """What the version would have done in the last 12 months beside the rules of now; a draft can be switched on."""
    return _effect_page(public_id, {})


@blueprint.post("/alert-rules/<public_id>/effect")
@audience.staff("administer")
def switch_on(public_id: str) -> ResponseReturnValue:
    """Follow the draft from now on."""
    form = request.form
    try:
        signed_on = date.fromisoformat(form.get("signed_on", "").strip())
    except ValueError:
        signed_on = None
    signature = Signature(form.get("owner", ""), signed_on, form.get("note", ""), "confirm_red" in form)
    try:
        with runtime().writing(current_actor()) as work:
            switch_on_rules(work, public_id, signature, revision=_revision())
    except InvalidInput as refusal:
        return _effect_page(public_id, refusal.fields)
    except StaleWrite:
        return _effect_page(public_id, {"form": MEANWHILE})
    flash("These rules are followed from now on, for all patients of your centre.", "good")
    return redirect(url_for("admin.alert_rules"), 303)


def _revision() -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < len("1000000000") else 0


def _page(public_id: str, faults: dict[str, str]) -> ResponseReturnValue:
    """The page; after a refusal with everything that was typed, and the newest revision to store on."""
    with runtime().reading(current_actor()) as work:
        view = read_rule_version(work, public_id)
    page = render_template(
        "admin/alert_rules/version.html",
        active="admin.overview",
        view=view,
        groups=_groups(view.lines),
        faults=faults,
        typed=request.form if faults else {},
    )
    return page, 422 if faults else 200


def _effect_page(public_id: str, faults: dict[str, str]) -> ResponseReturnValue:
    with runtime().reading(current_actor()) as work:
        view = read_rule_version(work, public_id)
        effect = would_have_fired(work, public_id)
    page = render_template(
        "admin/alert_rules/effect.html",
        active="admin.overview",
        view=view,
        effect=effect,
        levels=[(level, effect.now.levels[level], effect.draft.levels[level]) for level in LEVELS],
        rules=_rule_counts(view, effect),
        faults=faults,
        typed=request.form if faults else {},
    )
    return page, 422 if faults else 200


def _rule_counts(view: RulesView, effect: Effect) -> list[tuple[str, str, int, int]]:
    """Rules that fired under either set: words, level, then and now; the biggest difference first."""
    words = {line.id: (line.reason, line.level) for line in view.lines}
    counts = [
        (*words.get(rule, (rule, "")), effect.now.rules[rule], effect.draft.rules[rule])
        for rule in {*effect.now.rules, *effect.draft.rules}
    ]
    return sorted(counts, key=lambda row: (-abs(row[2] - row[3]), -row[3], row[0]))


def _groups(lines: tuple[RuleLine, ...]) -> list[tuple[str, list[RuleLine]]]:
    """The rules by the trouble that they speak of, in their order."""
    return [(topic, list(own)) for topic, own in groupby(lines, key=lambda line: line.topic)]
