"""The printed form of a wording that may be used: for patients who prefer paper, and to hold against the original."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.errors import NotFound, UnknownInstrument
from lrrc_qol.domain.instrument import Instrument, Wording
from lrrc_qol.persistence.queries.admin import read_centre
from lrrc_qol.services.context import Work
from lrrc_qol.services.languages import is_draft, offered_languages
from lrrc_qol.services.questionnaires import centre_options
from lrrc_qol.services.wordings import PackState, PackView, read_pack
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.admin.printed_form import printed_form
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.languages import speak

PAPER = "paper"
NOT_IN_USE = "Only words that are approved and in use are printed for patients."
NOT_REVIEWED = "Nobody at your centre has reviewed this language yet, so nothing in it is given to patients."
NOT_ON_PAPER = "The licence that was entered for these words does not permit paper."


@blueprint.get("/questionnaires/<instrument_id>/<version>/paper/<language>")
@audience.staff("manage_wording")
def own_paper(instrument_id: str, version: str, language: str) -> ResponseReturnValue:
    """The printed form of a questionnaire whose words come with the program."""
    with runtime().reading(current_actor()) as work:
        try:
            instrument = work.catalogue.instrument(instrument_id, version)
        except UnknownInstrument:
            raise NotFound("no such questionnaire") from None
        wording = work.catalogue.wordings.get((instrument_id, version, language))
        if wording is None:
            raise NotFound("no shipped words in this language")
        if language not in offered_languages(work, work.actor.centre()):
            return _no_paper(NOT_REVIEWED, url_for("admin.questionnaire", instrument_id=instrument_id))
        return paper_page(
            work, instrument, wording, back_url=url_for("admin.questionnaire", instrument_id=instrument_id)
        )


@blueprint.get("/wordings/<public_id>/paper")
@audience.staff("manage_wording")
def wording_paper(public_id: str) -> ResponseReturnValue:
    """The printed form of an approved pack whose licence covers paper; else the reason why there is none."""
    with runtime().reading(current_actor()) as work:
        view = read_pack(work, public_id)
        fault = paper_fault(view)
        if fault:
            return _no_paper(fault, url_for("admin.wording", public_id=public_id))
        licence = f"{view.licence.holder}. {view.licence.reference}."
        back_url = url_for("admin.wording", public_id=public_id)
        return paper_page(work, view.instrument, view.wording, back_url=back_url, licence_line=licence)


def paper_fault(view: PackView) -> str:
    """Why these words may not be printed for patients; empty when they may."""
    if view.line.state is not PackState.APPROVED:
        return NOT_IN_USE
    return "" if PAPER in view.licence.permitted_modes else NOT_ON_PAPER


def speak_like_a_patient(work: Work, language: str) -> None:
    """Give the page the sentences that patients of this language read, English where they may not be shown any."""
    centre_id = work.actor.centre()
    if language in offered_languages(work, centre_id):
        speak(language, draft=is_draft(work, centre_id, language))


def _no_paper(fault: str, back_url: str) -> ResponseReturnValue:
    return render_template("admin/wordings/no_paper.html", fault=fault, back_url=back_url), 409


def paper_page(work: Work, instrument: Instrument, wording: Wording, *, back_url: str, licence_line: str = "") -> str:
    """The form as it is printed: only the selected terms where a centre selects them."""
    speak_like_a_patient(work, wording.language)
    chosen = centre_options(work, work.actor.centre()).get(instrument.id, {})
    asked = instrument.with_groups(chosen.get("groups") or instrument.default_groups)
    return render_template(
        "admin/wordings/paper.html",
        instrument=instrument,
        wording=wording,
        centre=read_centre(work.session, centre_id=work.actor.centre()),
        questions=printed_form(asked, wording),
        credits=[line for line in (wording.credit or instrument.credit, licence_line) if line],
        back_url=back_url,
    )
