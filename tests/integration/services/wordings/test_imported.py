"""From a file to a scored form: a REDCap dictionary of placeholders, and a published questionnaire in two languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from lrrc_qol.domain.instrument import ItemWording
from lrrc_qol.interchange import Proposal, read_wording
from lrrc_qol.persistence.models import Patient, Response, ScoreRow
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import open_form, submit_response
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.questionnaires import set_questionnaire
from lrrc_qol.services.wordings import (
    ON_SCREEN,
    Licence,
    Source,
    approve_pack,
    compare_pack,
    correct_pack,
    propose_pack,
    read_pack,
)
from tests.factories import answer, assignment, make_patient, make_staff, save, take_seat
from tests.source_tree import ROOT
from tests.wording_packs import QLQ, in_production
from tests.wording_sources import dictionary, field

SAMPLES = ROOT.parent / "shared" / "fhir-samples"
PHQ_FILE = SAMPLES / "r4-phq9-de-en-translations.json"
PHQ_LISTS = SAMPLES / "valueset-phq9-ll358-3-de-en.json"
TERMS = Licence("The holder", "No. 17", (ON_SCREEN,), None)


@pytest.fixture
def production(runtime: Runtime) -> Runtime:
    return in_production(runtime)


@pytest.fixture
def coordinator(production: Runtime) -> Actor:
    return make_staff(production, role="coordinator")


def approve(runtime: Runtime, actor: Actor, proposal: Proposal, kind: str, typed: dict[str, ItemWording]) -> None:
    """The whole way in the steps of the pages; `typed` is what a person adds where the file lacks it."""
    with runtime.writing(actor) as work:
        pack = propose_pack(work, proposal, Source(kind, "file", proposal.source_sha256), TERMS)
    if typed:
        with runtime.writing(actor) as work:
            pack = correct_pack(work, pack, typed)
    with runtime.writing(actor) as work:
        compare_pack(work, pack, compared_with="printed form")
    with runtime.writing(actor) as work:
        approve_pack(work, pack)
        assert read_pack(work, pack).line.state == "approved"


def redcap(runtime: Runtime) -> bytes:
    """A data dictionary for QLQ-C30 with placeholder text."""
    fields = []
    for item in runtime.catalogue.instrument(QLQ).items:
        choices = " | ".join(f"{code}, Label {code}" for code in item.codes)
        fields.append(field(item.id, label=f"Placeholder {item.number}", choices=choices, number=item.number))
    return dictionary(*fields)


def test_a_redcap_dictionary_makes_the_stand_in_an_approved_questionnaire(
    production: Runtime, coordinator: Actor
) -> None:
    proposal = read_wording("redcap", redcap(production), production.catalogue.instrument(QLQ), "en")
    assert proposal.complete, proposal
    approve(production, coordinator, proposal, "redcap", {})
    phone = take_seat(production, make_patient(production, make_staff(production)))
    with production.reading(phone.actor) as work:
        view = open_form(work, phone.seat, assignment(production, phone, QLQ))
    assert (view.banner, len(view.items)) == (False, 30)
    assert (view.items[0].text, view.items[0].options[0]) == ("Placeholder 1", (1, "Label 1"))


@pytest.mark.skipif(not PHQ_FILE.is_file(), reason="the published samples are not beside the repository")
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_published_questionnaire_is_answered_and_scored(
    production: Runtime, coordinator: Actor, language: str
) -> None:
    instrument = production.catalogue.instrument("phq9")
    proposal = read_wording("fhir", read(PHQ_FILE), instrument, language, companions=[read(PHQ_LISTS)])
    assert proposal.complete, proposal.problems
    with production.writing(coordinator) as work:
        set_questionnaire(work, "phq9", visit_kinds=["baseline"], options={})
    # Not open yet when the language is set, so that the approval reaches the visit.
    later = production.clock.now().date().replace(month=production.clock.now().month + 2)
    patient = make_patient(production, make_staff(production), planned_surgery_on=later)
    with production.writing(COMMAND) as work:
        work.session.execute(update(Patient).values(language=language))
    approve(production, coordinator, proposal, "fhir", {})
    production.clock.advance(days=45)  # type: ignore[attr-defined] # the clock of the tests
    phone = take_seat(production, patient)
    form = assignment(production, phone, "phq9")
    save(production, phone, form, *(answer(f"p{number}", 2) for number in range(1, 10)), key="all")
    with production.writing(phone.actor) as work:
        assert submit_response(work, phone.seat, form, key="send", version=1).status == 200
    with production.reading(COMMAND) as work:
        response = work.session.scalars(select(Response)).one()
        scores = {row.scale_id: row for row in work.session.scalars(select(ScoreRow))}
    assert response.language == language
    assert scores["strict"].value == 18
    assert scores["strict_band"].inputs["label"] == "Moderately severe depression"


def read(file: Path) -> bytes:
    return file.read_bytes()
