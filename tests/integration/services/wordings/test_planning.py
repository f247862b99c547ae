"""What is planned: never without words, by the centre's own choice, and visits that have not opened follow it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from lrrc_qol.persistence.models import Assignment, AuditEntry, Episode, Patient, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.questionnaires import clear_questionnaire, set_questionnaire
from lrrc_qol.services.wordings import VisitCounts, approve_pack, change_licence, retire_pack
from tests.clock import FixedClock
from tests.factories import answer, assignment, make_patient, make_staff, save, set_dates, take_seat
from tests.statement_count import counted_statements
from tests.wording_packs import LICENCE, QLQ, approved, compared, in_production, until

OWN = ["pain_nrs", "distress_nrs", "pe_wellbeing"]
FOLLOW_UPS = ("M3", "M6", "M9", "M12")


@pytest.fixture
def production(runtime: Runtime) -> Runtime:
    return in_production(runtime)


@pytest.fixture
def coordinator(production: Runtime) -> Actor:
    return make_staff(production, role="coordinator")


@pytest.fixture
def nurse(production: Runtime) -> Actor:
    return make_staff(production)


def operated(runtime: Runtime, nurse: Actor, *, days_ago: int = 20, **changes: object) -> str:
    """A patient operated on some weeks ago, at home since: the follow-ups have not opened yet."""
    patient = make_patient(runtime, nurse, planned_surgery_on=None, **changes)
    surgery_on = runtime.clock.now().date() - timedelta(days=days_ago)
    set_dates(runtime, nurse, patient, surgery_on=surgery_on, discharged_on=surgery_on + timedelta(days=10))
    return patient


def asked(runtime: Runtime, patient: str) -> dict[str, list[str]]:
    """The questionnaires of each planned visit in the order in which they are asked."""
    with runtime.reading(COMMAND) as work:
        rows = work.session.execute(
            select(Visit.key, Assignment.instrument_id)
            .join(Episode, Episode.id == Visit.episode_id)
            .join(Patient, Patient.id == Episode.patient_id)
            .outerjoin(Assignment, Assignment.visit_id == Visit.id)
            .where(Patient.public_id == patient, Visit.planned)
            .order_by(Visit.opens_on, Assignment.position, Assignment.id)
        )
        found: dict[str, list[str]] = {}
        for key, instrument in rows:
            found.setdefault(key, []).append(instrument)
        return found


def test_an_approved_pack_is_planned_and_one_in_another_language_is_not(
    production: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    approved(production, coordinator, language="de")
    assert asked(production, make_patient(production, nurse))["BL1"] == OWN
    approved(production, coordinator)
    assert asked(production, make_patient(production, nurse, hospital_number="H-2"))["BL1"] == [QLQ, *OWN]


def test_an_approval_reaches_the_visits_that_have_not_opened(
    production: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    patient = operated(production, nurse)
    pack = compared(production, coordinator)
    with production.writing(coordinator) as work:
        assert approve_pack(work, pack) == VisitCounts(given=5, taken=0, changed=0)
    found = asked(production, patient)
    assert [found[key] for key in ("M1", *FOLLOW_UPS)] == [[QLQ, *OWN]] * 5
    assert found["CHK-D014"] == ["pe_checkin"]
    with production.reading(COMMAND) as work:
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "approved_wording")).one()
    assert entry.detail["visits"] == {"given": 5, "taken": 0, "changed": 0}
    with production.writing(coordinator) as work:
        assert retire_pack(work, pack, reason="A wrong word.") == VisitCounts(given=0, taken=5, changed=0)
    assert [asked(production, patient)[key] for key in ("M1", *FOLLOW_UPS)] == [OWN] * 5


def test_a_new_questionnaire_takes_its_place_among_those_that_are_there(
    production: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    patient = operated(production, nurse)
    with production.writing(COMMAND) as work:  # as it was counted when only what was planned had a place
        for place, instrument in enumerate(OWN):
            work.session.execute(
                update(Assignment).where(Assignment.instrument_id == instrument).values(position=place)
            )
    approved(production, coordinator)
    assert asked(production, patient)["M3"] == [QLQ, *OWN]


def test_an_open_visit_that_nobody_entered_is_given_what_it_lacks(
    production: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    patient = operated(production, nurse, days_ago=23)
    approved(production, coordinator)
    assert asked(production, patient)["M1"] == [QLQ, *OWN]


def test_an_entered_visit_stays_as_it_is(production: Runtime, coordinator: Actor, nurse: Actor) -> None:
    patient = operated(production, nurse, days_ago=23)
    take_seat(production, patient, "M1")
    approved(production, coordinator)
    found = asked(production, patient)
    assert found["M1"] == OWN
    assert found["M3"] == [QLQ, *OWN]


def test_a_started_visit_that_was_moved_into_the_future_stays_as_it_is(
    production: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    patient = operated(production, nurse, days_ago=25)
    phone = take_seat(production, patient, "M1")
    save(production, phone, assignment(production, phone, "pain_nrs"), answer("pain_now", 1), key="one")
    today = production.clock.now().date()
    set_dates(production, nurse, patient, surgery_on=today - timedelta(days=10), discharged_on=today)
    approved(production, coordinator)
    found = asked(production, patient)
    assert (found["M1"], found["M3"]) == (OWN, [QLQ, *OWN])


def test_a_visit_moved_before_it_opened_asks_what_is_asked_now(
    production: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    patient = operated(production, nurse, days_ago=24)
    take_seat(production, patient, "M1")
    approved(production, coordinator)
    assert asked(production, patient)["M1"] == OWN
    today = production.clock.now().date()
    set_dates(production, nurse, patient, surgery_on=today - timedelta(days=15), discharged_on=today)
    assert asked(production, patient)["M1"] == [QLQ, *OWN]


def test_closed_episodes_dropped_visits_and_other_centres_are_left_alone(
    production: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    ended = operated(production, nurse, hospital_number="H-2")
    dropped = operated(production, nurse, hospital_number="H-3")
    elsewhere = operated(production, make_staff(production, code="SOUTH"))
    with production.writing(COMMAND) as work:
        find = select(Episode.id).join(Patient, Patient.id == Episode.patient_id)
        work.session.execute(
            update(Episode)
            .where(Episode.id.in_(find.where(Patient.public_id == ended)))
            .values(closed_on=work.now.date())
            .execution_options(synchronize_session=False)
        )
    with production.writing(COMMAND) as work:
        work.session.execute(
            update(Visit)
            .where(Visit.episode_id.in_(find.where(Patient.public_id == dropped)))
            .values(planned=False)
            .execution_options(synchronize_session=False)
        )
    assert approved(production, coordinator)[1] == VisitCounts(0, 0, 0)
    assert asked(production, elsewhere)["M3"] == OWN


def test_an_expired_pack_stops_planning_and_a_renewal_makes_up_for_it(
    production: Runtime, coordinator: Actor, nurse: Actor, clock: FixedClock
) -> None:
    pack, _ = approved(production, coordinator, licence=until(clock.now().date()))
    clock.advance(days=1)
    patient = operated(production, nurse)
    assert asked(production, patient)["M3"] == OWN
    with production.writing(coordinator) as work:
        assert change_licence(work, pack, LICENCE).given == 5
    assert asked(production, patient)["M3"] == [QLQ, *OWN]


def test_a_pack_without_answers_on_a_phone_is_not_planned(
    production: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    approved(production, coordinator, licence=until(None, permitted_modes=("paper",)))
    assert asked(production, operated(production, nurse))["M3"] == OWN


def test_the_centre_decides_at_which_visits_an_instrument_is_asked(
    production: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    patient = operated(production, nurse)
    with production.writing(coordinator) as work:
        off = set_questionnaire(work, "distress_nrs", visit_kinds=["baseline"], options={})
    assert off == VisitCounts(given=0, taken=5, changed=0)
    with production.writing(coordinator) as work:
        on = set_questionnaire(work, "pe_checkin", visit_kinds=["follow_up"], options={})
    assert on.given == 5
    found = asked(production, patient)
    assert found["M3"] == ["pain_nrs", "pe_wellbeing", "pe_checkin"]
    assert found["CHK-D014"] == [None]  # switched off where the protocol asks it
    later = operated(production, nurse, hospital_number="H-2")
    assert asked(production, later)["M3"] == found["M3"]
    with production.writing(coordinator) as work:
        clear_questionnaire(work, "distress_nrs")
    with production.writing(coordinator) as work:
        clear_questionnaire(work, "pe_checkin")
    assert asked(production, patient)["M3"] == OWN
    assert asked(production, patient)["CHK-D014"] == ["pe_checkin"]


def test_what_was_opened_or_answered_before_a_choice_stays(
    production: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    patient = operated(production, nurse, days_ago=25)
    with production.writing(coordinator) as work:
        set_questionnaire(work, "distress_nrs", visit_kinds=[], options={})
    found = asked(production, patient)
    assert (found["M1"], found["M3"]) == (OWN, ["pain_nrs", "pe_wellbeing"])


def test_an_approval_costs_the_same_statements_for_one_patient_and_for_many(
    production: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    def cost(says: str) -> int:
        pack = compared(production, coordinator, says=says)
        with counted_statements(production) as statements, production.writing(coordinator) as work:
            counts = approve_pack(work, pack)
        with production.writing(coordinator) as work:
            retire_pack(work, pack, reason="Again.")
        assert counts.given
        return len(statements)

    operated(production, nurse)
    one = cost("One")
    for number in range(2, 8):
        operated(production, nurse, hospital_number=f"H-{number}")
    assert cost("Many") == one


def test_planning_costs_the_same_statements_whatever_the_centre_has(
    production: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    def cost(number: str) -> int:
        with counted_statements(production) as statements:
            make_patient(production, nurse, hospital_number=number)
        return len(statements)

    before = cost("H-1")
    for language in ("en", "de", "nl"):
        approved(production, coordinator, language=language)
    assert cost("H-2") == before
