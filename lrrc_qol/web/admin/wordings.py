"""Wording packs: all of them, one beside our topics and codes, and the way from a draft to words that patients see."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.services.context import Work
from lrrc_qol.services.wordings import (
    PackLine,
    PackView,
    approve_pack,
    compare_pack,
    compare_packs,
    expiring_packs,
    list_packs,
    read_pack,
    retire_pack,
)
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.admin.forms import CompareForm, RetireForm
from lrrc_qol.web.admin.printed_form import printed_form
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff_frame import centre_timezone

# How the import names that it recognised a question by its words only.
BY_TOPIC = "topic"


@blueprint.get("/wordings")
@audience.staff("manage_wording")
def wordings() -> ResponseReturnValue:
    """All packs of the centre, or those of one questionnaire or language; what ends soon comes first."""
    instrument, language = request.args.get("instrument", ""), request.args.get("language", "")
    with runtime().reading(current_actor()) as work:
        every = list_packs(work)
        ending = expiring_packs(work, today=work.today_in(centre_timezone()))
    shown = [line for line in every if instrument in ("", line.instrument_id) and language in ("", line.language)]
    return render_template(
        "admin/wordings/list.html",
        active="admin.questionnaires",
        lines=shown,
        ending=ending,
        instruments=sorted({(line.instrument_id, line.title) for line in every}, key=lambda pair: pair[1].lower()),
        languages=sorted({line.language for line in every}),
        chosen_instrument=instrument,
        chosen_language=language,
    )


@blueprint.get("/wordings/<public_id>")
@audience.staff("manage_wording")
def wording(public_id: str) -> ResponseReturnValue:
    """One pack: where it stands, what the import found, every text beside our topic and codes."""
    return _page(_view(public_id), CompareForm(None), RetireForm(None))


@blueprint.post("/wordings/<public_id>/compare")
@audience.staff("manage_wording")
def compare_wording(public_id: str) -> ResponseReturnValue:
    """Note that every word was held against the printed form."""
    form = CompareForm(request.form)
    view = _view(public_id)
    if not form.validate():
        return _page(view, form, RetireForm(None))
    return _act(
        view,
        form,
        lambda work: compare_pack(work, public_id, compared_with=form.compared_with.data or ""),
        done="The comparison is noted. The wording can be approved now.",
    )


@blueprint.post("/wordings/<public_id>/approve")
@audience.staff("manage_wording")
def approve_wording(public_id: str) -> ResponseReturnValue:
    """Let patients see these words from now on."""
    return _act(
        _view(public_id),
        CompareForm(None),
        lambda work: approve_pack(work, public_id),
        done="Approved. Patients see these words from now on.",
    )


@blueprint.post("/wordings/<public_id>/retire")
@audience.staff("manage_wording")
def retire_wording(public_id: str) -> ResponseReturnValue:
    """Take a pack out of use."""
    form = RetireForm(request.form)
    view = _view(public_id)
    if not form.validate():
        return _page(view, CompareForm(None), form)
    return _act(
        view,
        form,
        lambda work: retire_pack(work, public_id, reason=form.reason.data or ""),
        done="The wording is retired. Forms that were started can still be finished in it.",
    )


@blueprint.get("/wordings/<public_id>/difference/<other_id>")
@audience.staff("manage_wording")
def wording_difference(public_id: str, other_id: str) -> ResponseReturnValue:
    """Every text that is not the same in another version of these words."""
    with runtime().reading(current_actor()) as work:
        view = read_pack(work, public_id)
        other = next((line for line in view.versions if line.public_id == other_id), None)
        if other is None:
            raise NotFound("no such version of these words")
        changes = compare_packs(work, other_id, public_id)
    numbers = {key: item.number for key, item in view.instrument.wording_keys()}
    return render_template("admin/wordings/difference.html", view=view, other=other, changes=changes, numbers=numbers)


def _view(public_id: str) -> PackView:
    with runtime().reading(current_actor()) as work:
        return read_pack(work, public_id)


def _act(
    view: PackView, form: CompareForm | RetireForm, act: Callable[[Work], object], *, done: str
) -> ResponseReturnValue:
    """Do it and come back to the pack; what stands in the way is said beside the fields."""
    try:
        with runtime().writing(current_actor()) as work:
            act(work)
    except InvalidInput as refusal:
        form.add_faults(refusal.fields)
        compare = form if isinstance(form, CompareForm) else CompareForm(None)
        retire = form if isinstance(form, RetireForm) else RetireForm(None)
        return _page(view, compare, retire)
    flash(done, "good")
    return redirect(url_for("admin.wording", public_id=view.line.public_id), 303)


def _page(view: PackView, compare: CompareForm, retire: RetireForm) -> ResponseReturnValue:
    page = render_template(
        "admin/wordings/one.html",
        view=view,
        questions=printed_form(view.instrument, view.wording),
        compare=compare,
        retire=retire,
        newest=_newer(view),
        by_topic={key for one in view.report.matched if one.text == BY_TOPIC for key in one.keys},
    )
    return page, 422 if compare.faults() or retire.faults() else 200


def _newer(view: PackView) -> PackLine | None:
    """The newest version of the same words when this is not it."""
    newest = max(view.versions, key=lambda line: line.ordinal)
    return newest if newest.public_id != view.line.public_id else None
