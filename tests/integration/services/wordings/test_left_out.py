"""When the words of a questionnaire are gone: not opened means left out, started means it goes on to the end."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.persistence.models import Response, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import list_parts, open_form, open_forms, submit_response
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.read_form import read_form
from lrrc_qol.services.read_record import read_record
from lrrc_qol.services.wordings import retire_pack
from tests.clock import FixedClock
from tests.factories import Phone, answer, assignment, make_patient, make_staff, save, take_seat
from tests.wording_packs import QLQ, approved, in_production, until

OWN = ["pain_nrs", "distress_nrs", "pe_wellbeing"]


@pytest.fixture
def production(runtime: Runtime) -> Runtime:
    return in_production(runtime)


@pytest.fixture
def nurse(production: Runtime) -> Actor:
    return make_staff(production)


@pytest.fixture
def patient(production: Runtime, nurse: Actor, clock: FixedClock) -> str:
    """Whose baseline has a questionnaire with a licence that ends in two days."""
    last = clock.now().date().replace(day=clock.now().day + 2)
    approved(production, make_staff(production, role="coordinator"), licence=until(last))
    return make_patient(production, nurse)


def parts(runtime: Runtime, phone: Phone) -> list[str]:
    with runtime.reading(phone.actor) as work:
        return [part.instrument[0] for part in list_parts(work, phone.seat)]


def send(runtime: Runtime, phone: Phone, instrument: str, *answers: tuple[str, int]) -> dict[str, object]:
    form = assignment(runtime, phone, instrument)
    _, body = save(runtime, phone, form, *(answer(*one) for one in answers), key="all")
    with runtime.writing(phone.actor) as work:
        return submit_response(work, phone.seat, form, key="send", version=body["version"]).body


def completed(runtime: Runtime) -> bool:
    with runtime.reading(COMMAND) as work:
        return work.session.scalars(select(Visit)).one().completed_at is not None


def test_a_form_that_nobody_opened_is_left_out_and_the_visit_can_be_finished(
    production: Runtime, nurse: Actor, patient: str, clock: FixedClock
) -> None:
    early = take_seat(production, patient)
    assert parts(production, early) == [QLQ, *OWN]
    form = assignment(production, early, QLQ)
    clock.advance(days=3)
    phone = take_seat(production, patient)
    assert parts(production, phone) == OWN
    with production.reading(phone.actor) as work:
        with pytest.raises(NotFound):
            open_form(work, phone.seat, form)
        first = assignment(production, phone, "pain_nrs")
        assert {view.parts for view in open_forms(work, phone.seat, first)} == {3}
    assert send(production, phone, "pain_nrs", ("pain_now", 1))["left"] == 2
    assert send(production, phone, "distress_nrs", ("distress", 1))["left"] == 1
    assert not completed(production)
    assert send(production, phone, "pe_wellbeing", ("overall", 1))["next"] is None
    assert completed(production)
    with production.reading(nurse) as work:
        (why,) = read_record(work, patient).not_asked
    assert (why.instrument_id, why.reason, why.ended_on) == (QLQ, "expired", clock.now().date().replace(day=4))


def test_a_form_that_was_started_goes_on_in_the_words_it_was_started_with(
    production: Runtime, nurse: Actor, patient: str, clock: FixedClock
) -> None:
    phone = take_seat(production, patient)
    form = assignment(production, phone, QLQ)
    save(production, phone, form, answer("q1", 1), key="one")
    clock.advance(days=3)
    approved(production, make_staff(production, role="admin"), says="Newer")
    phone = take_seat(production, patient)
    with production.reading(phone.actor) as work:
        view = open_form(work, phone.seat, form)
    assert (view.title, view.banner, view.items[0].text) == ("Words title", False, "Words 1")
    assert save(production, phone, form, answer("q2", 2), key="two", version=1)[0] == 200
    with production.writing(phone.actor) as work:
        assert submit_response(work, phone.seat, form, key="send", version=2).status == 200
    with production.reading(nurse) as work:
        response = work.session.scalars(select(Response)).one()
        record = read_form(work, patient, response.id)
    assert record.stand_in is False
    assert (record.items[0].text, record.items[0].label) == ("Words 1", "Words code 1")


def test_what_was_answered_on_an_open_page_is_kept_when_the_licence_ends_meanwhile(
    production: Runtime, patient: str, clock: FixedClock
) -> None:
    form = assignment(production, take_seat(production, patient), QLQ)
    clock.advance(days=3)
    phone = take_seat(production, patient)
    assert save(production, phone, form, answer("q1", 1), key="late")[0] == 200
    assert parts(production, phone) == [QLQ, *OWN]


def test_a_form_whose_words_are_long_gone_takes_no_answer(
    production: Runtime, nurse: Actor, patient: str, clock: FixedClock
) -> None:
    form = assignment(production, take_seat(production, patient), QLQ)
    clock.advance(days=10)
    phone = take_seat(production, patient)
    with pytest.raises(NotFound):
        save(production, phone, form, answer("q1", 1), key="late")
    with production.reading(COMMAND) as work:
        assert work.session.scalars(select(Response)).all() == []


def test_a_retired_pack_leaves_the_form_out_of_an_open_visit(
    production: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    coordinator = make_staff(production, role="coordinator")
    pack, _ = approved(production, coordinator)
    phone = take_seat(production, make_patient(production, nurse))
    with production.writing(coordinator) as work:
        assert retire_pack(work, pack, reason="A wrong word.").taken == 0
    assert parts(production, phone) == OWN
