"""How long a questionnaire takes by the forms that were sent: which count, from when on, and where it is said."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import pytest
from sqlalchemy import select, update

from lrrc_qol.domain.answering_time import FEWEST_FORMS
from lrrc_qol.jobs.answering import measure_all
from lrrc_qol.persistence.models import AnsweringTime, Response, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import list_parts, open_form, submit_response
from lrrc_qol.services.askable_forms import askable_forms, minutes_of
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.own_page import read_own_page
from lrrc_qol.services.plan_episode import protocol_of
from tests.clock import FixedClock
from tests.factories import Phone, answer, assignment, make_patient, make_staff, save, take_seat

WORRY, PAIN = "distress_nrs", "pain_nrs"
SECONDS = 30
# Three questions, of which the first counts like the others, and the check before sending.
MEASURED = 4 * SECONDS / 60


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    return make_staff(runtime)


def measure(runtime: Runtime) -> dict[str, tuple[int, float]]:
    """What the job finds out: forms and minutes of each questionnaire."""
    measure_all(runtime, runtime.clock.now(), lambda: False)
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(AnsweringTime)).all()
    return {row.instrument_id: (row.forms, row.minutes) for row in rows}


def answer_form(
    runtime: Runtime, clock: FixedClock, phone: Phone, *, seconds: float = SECONDS, passed_over: int = 0
) -> None:
    """Answer the three questions on pain one after the other and send them."""
    form = assignment(runtime, phone, PAIN)
    items = runtime.catalogue.instrument(PAIN).items
    version = 0
    for item in items[: len(items) - passed_over]:
        _, body = save(runtime, phone, form, answer(item.id, 3), key=f"k-{item.id}", version=version)
        version = body["version"]
        clock.advance(seconds=seconds)
    with runtime.writing(phone.actor) as work:
        assert submit_response(work, phone.seat, form, key="send", version=version).status == 200


def patients(runtime: Runtime, nurse: Actor, number: int) -> list[Phone]:
    """Phones of as many patients before their operation."""
    return [
        take_seat(runtime, make_patient(runtime, nurse, hospital_number=f"H-{place}", email=f"p{place}@example.org"))
        for place in range(number)
    ]


def test_enough_forms_give_the_median_and_the_pages_say_it(runtime: Runtime, clock: FixedClock, nurse: Actor) -> None:
    *first, last = patients(runtime, nurse, FEWEST_FORMS)
    for phone in first:
        answer_form(runtime, clock, phone)
    assert measure(runtime) == {}
    answer_form(runtime, clock, last, seconds=90)
    assert measure(runtime) == {PAIN: (FEWEST_FORMS, pytest.approx(MEASURED))}
    seat = take_seat(runtime, make_patient(runtime, nurse, hospital_number="H-later", email="later@example.org"))
    with runtime.reading(seat.actor) as work:
        minutes = {part.instrument[0]: part.minutes for part in list_parts(work, seat.seat)}
        assert open_form(work, seat.seat, assignment(runtime, seat, PAIN)).minutes == pytest.approx(MEASURED)
    assert minutes[PAIN] == pytest.approx(MEASURED)
    assert minutes[WORRY] == runtime.catalogue.instrument(WORRY).minutes


def test_mails_and_the_own_page_say_the_measured_minutes(runtime: Runtime, nurse: Actor) -> None:
    seat = take_seat(runtime, make_patient(runtime, nurse))

    def said() -> tuple[int, int]:
        with runtime.reading(seat.actor) as work:
            visit = work.session.get_one(Visit, seat.seat.visit_id)
            asked = protocol_of(work, visit.episode_id).visit(visit.key)
            (due,) = read_own_page(work, seat.seat).due
            return minutes_of(asked, askable_forms(work, [visit.id])[visit.id]), due.minutes

    planned = {one.id: one.minutes for one in runtime.catalogue.instruments}
    with runtime.reading(seat.actor) as work:
        parts = [part.instrument for part in list_parts(work, seat.seat)]
    in_mail, on_page = said()
    assert on_page == ceil(sum(planned[one] for one, _ in parts))
    with runtime.writing(COMMAND) as work:
        work.session.add(
            AnsweringTime(
                instrument_id=parts[0][0],
                instrument_version=parts[0][1],
                forms=FEWEST_FORMS,
                minutes=planned[parts[0][0]] + 20,
                computed_at=work.now,
            )
        )
    assert said() == (on_page + 20, on_page + 20)
    assert in_mail < on_page + 20


def test_the_figure_goes_again_when_too_few_forms_are_left(runtime: Runtime, clock: FixedClock, nurse: Actor) -> None:
    for phone in patients(runtime, nurse, FEWEST_FORMS):
        answer_form(runtime, clock, phone)
    assert PAIN in measure(runtime)
    with runtime.writing(COMMAND) as work:
        newest = select(Response.id).order_by(Response.id.desc()).limit(1).scalar_subquery()
        work.session.execute(update(Response).where(Response.id == newest).values(mode="telephone"))
    assert measure(runtime) == {}


@pytest.mark.parametrize("how", ["typed in", "quick", "passed over", "not sent"])
def test_other_forms_do_not_count(runtime: Runtime, clock: FixedClock, nurse: Actor, how: str) -> None:
    *first, last = patients(runtime, nurse, FEWEST_FORMS)
    for phone in first:
        answer_form(runtime, clock, phone)
    if how == "typed in":
        last = replace(last, seat=replace(last.seat, staff_id=nurse.id, mode="paper"))
    if how == "not sent":
        save(runtime, last, assignment(runtime, last, PAIN), answer("pain_worst", 3), key="k-only")
    else:
        answer_form(
            runtime, clock, last, seconds=0 if how == "quick" else SECONDS, passed_over=1 if how == "passed over" else 0
        )
    assert measure(runtime) == {}


def test_answers_that_waited_for_a_connection_count_by_when_they_were_given(
    runtime: Runtime, clock: FixedClock, nurse: Actor
) -> None:
    items = runtime.catalogue.instrument(PAIN).items
    for phone in patients(runtime, nurse, FEWEST_FORMS):
        form = assignment(runtime, phone, PAIN)
        ages = [SECONDS * left for left in range(len(items), 0, -1)]
        waited = [answer(item.id, 3, age_seconds=age) for item, age in zip(items, ages, strict=True)]
        _, body = save(runtime, phone, form, *waited, key="all-at-once")
        with runtime.writing(phone.actor) as work:
            submit_response(work, phone.seat, form, key="send", version=body["version"])
    assert measure(runtime) == {PAIN: (FEWEST_FORMS, pytest.approx(MEASURED))}
