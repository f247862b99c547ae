"""Every questionnaire there is: what it measures, where this centre asks it, in which words, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.services.context import Work
from lrrc_qol.services.languages import ReviewState, language_states
from lrrc_qol.services.protocols import centre_protocol, rules_at
from lrrc_qol.services.questionnaires import (
    QuestionnaireLine,
    clear_questionnaire,
    list_questionnaires,
    preview_questionnaire,
    set_questionnaire,
)
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.admin.forms import BY_CENTRE, BY_PROTOCOL, NOWHERE, ChoiceForm
from lrrc_qol.web.guards import audience, current_actor, runtime

OPTIONS_NEED_VISITS = (
    "Options are kept only with your own choice of visits: choose the visits, or leave the options out."
)
NO_VISIT = "Tick at least one kind of visit, or choose that it is asked at none."


@dataclass(frozen=True, slots=True)
class Shelf:
    """Some of the questionnaires under one heading."""

    name: str
    hint: str
    lines: tuple[QuestionnaireLine, ...]


@blueprint.get("/questionnaires")
@audience.staff("manage_wording")
def questionnaires() -> ResponseReturnValue:
    """All of them, those that patients are asked first."""
    with runtime().reading(current_actor()) as work:
        lines = list_questionnaires(work)
    return render_template(
        "admin/questionnaires/list.html",
        active="admin.questionnaires",
        shelves=_shelves(lines),
        practice=runtime().settings.open_doors,
    )


@blueprint.get("/questionnaires/<instrument_id>")
@audience.staff("manage_wording")
def questionnaire(instrument_id: str) -> ResponseReturnValue:
    """One questionnaire with all that is known of it, and the form to choose where it is asked."""
    line = _line(instrument_id)
    return _page(line, _form(line, None))


@blueprint.post("/questionnaires/<instrument_id>")
@audience.staff("manage_wording")
def choose_questionnaire(instrument_id: str) -> ResponseReturnValue:
    """Without `confirmed`: say what the choice does to planned visits. With it: make the choice."""
    line = _line(instrument_id)
    form = _form(line, request.form)
    if "back" in request.form or not form.validate():
        return _page(line, form)
    if form.decides.data == BY_CENTRE and not form.visit_kinds.data:
        form.add_faults({"visit_kinds": NO_VISIT})
        return _page(line, form)
    if form.decides.data == BY_PROTOCOL and line.source_of_choice != "centre" and _has_chosen_options(line, form):
        form.add_faults({"decides": OPTIONS_NEED_VISITS})
        return _page(line, form)
    try:
        if request.form.get("confirmed") != "yes":
            return _confirm(line, form)
        _choose(line, form)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        return _page(line, form)
    flash(f"{line.instrument.short_title}: the choice is made.", "good")
    return redirect(url_for("admin.questionnaire", instrument_id=instrument_id), 303)


def _shelves(lines: Sequence[QuestionnaireLine]) -> list[Shelf]:
    """The lines by what there is to do about them; a shelf with nothing on it is left out."""
    asked = [line for line in lines if line.asked_at and not line.obstacles]
    lacking = [line for line in lines if line.asked_at and line.obstacles]
    ready = [line for line in lines if not line.asked_at and not line.obstacles]
    others = [line for line in lines if not line.asked_at and line.obstacles]
    shelves = (
        Shelf("Chosen, but something is missing", "What is missing is said beside each.", tuple(lacking)),
        Shelf("Asked at your centre", "Patients get them at the visits named here.", tuple(asked)),
        Shelf("Ready, not asked", "Their words may be shown. Choose visits to ask them.", tuple(ready)),
        Shelf("Not ready", "What is missing is said beside each.", tuple(others)),
    )
    return [shelf for shelf in shelves if shelf.lines]


def _line(instrument_id: str) -> QuestionnaireLine:
    with runtime().reading(current_actor()) as work:
        found = [line for line in list_questionnaires(work) if line.instrument.id == instrument_id]
    if not found:
        raise NotFound("no such questionnaire")
    return found[0]


def _form(line: QuestionnaireLine, formdata: object) -> ChoiceForm:
    decides = BY_PROTOCOL
    if line.source_of_choice == "centre":
        decides = BY_CENTRE if line.asked_at else NOWHERE
    return ChoiceForm(
        formdata,
        value_sets=line.instrument.value_sets,
        groups=group_names(line.instrument),
        data={
            "decides": decides,
            "visit_kinds": [kind.value for kind in line.asked_at],
            "value_set": line.options.get("value_set") or "",
            "groups": list(line.options.get("groups") or line.instrument.default_groups),
        },
    )


def group_names(instrument: Instrument) -> list[tuple[str, str]]:
    """The selectable terms by the name of their score and how many questions they have: 16 Pain, 3 questions."""
    named = []
    for group in instrument.groups:
        items = [item for item in instrument.items if item.group == group]
        ids = {item.id for item in items}
        scale = next((one for one in instrument.scales if one.items and ids.issuperset(one.items)), None)
        name = scale.name if scale else ", ".join(item.topic for item in items)
        named.append((group, f"{group} {name}, {len(items)} question{'' if len(items) == 1 else 's'}"))
    return named


def _has_chosen_options(line: QuestionnaireLine, form: ChoiceForm) -> bool:
    options = form.options()
    usual = set(line.instrument.default_groups)
    return bool(options.get("value_set")) or set(options.get("groups", usual)) != usual


def _is_watched(work: Work, line: QuestionnaireLine) -> bool:
    """Whether any alert rule of the centre's protocol looks at answers of the instrument."""
    protocol = centre_protocol(work)
    rules = rules_at(work, protocol.id, protocol.version)
    return any(line.instrument.id in rule.watched for rule in rules.rules)


def _page(line: QuestionnaireLine, form: ChoiceForm) -> ResponseReturnValue:
    with runtime().reading(current_actor()) as work:
        drafts = _drafts(work) if line.own_languages else frozenset()
        watched = _is_watched(work, line)
    page = render_template(
        "admin/questionnaires/one.html",
        line=line,
        form=form,
        drafts=drafts,
        watched=watched,
        value_sets=value_set_rows(line.instrument),
    )
    return page, 422 if form.faults() else 200


def _drafts(work: Work) -> frozenset[str]:
    """The languages whose present texts nobody at the centre has reviewed."""
    open_states = {ReviewState.NOT_REVIEWED, ReviewState.CHANGED}
    return frozenset(one.language for one in language_states(work) if one.state in open_states)


def value_set_rows(instrument: Instrument) -> list[dict[str, str]]:
    """The value sets a centre can choose from, each with the publication it comes from."""
    names = {str(scale.parameters["meta"]) for scale in instrument.scales if scale.method == "value_set"}
    return [dict(row) for name in sorted(names) for row in instrument.tables.get(name, ())]


def _confirm(line: QuestionnaireLine, form: ChoiceForm) -> ResponseReturnValue:
    """What the choice does to visits that no patient has opened yet, before anything is written."""
    with runtime().reading(current_actor()) as work:
        counts = preview_questionnaire(
            work, line.instrument.id, visit_kinds=form.chosen_kinds(), options=form.options()
        )
    return render_template(
        "admin/questionnaires/confirm.html",
        line=line,
        form=form,
        counts=counts,
        revalued=_revalued(line, form),
    )


def _revalued(line: QuestionnaireLine, form: ChoiceForm) -> bool:
    """Whether the choice puts another value set in the place of the present one."""
    present = line.options.get("value_set")
    chosen = None if form.chosen_kinds() is None else form.options().get("value_set")
    return bool(present and chosen) and present != chosen


def _choose(line: QuestionnaireLine, form: ChoiceForm) -> None:
    kinds = form.chosen_kinds()
    with runtime().writing(current_actor()) as work:
        if kinds is not None:
            set_questionnaire(work, line.instrument.id, visit_kinds=kinds, options=form.options())
        elif line.source_of_choice == "centre":
            clear_questionnaire(work, line.instrument.id)
