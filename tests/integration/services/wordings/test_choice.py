"""Which words a form is shown in: the order of the sources, never another language, and few statements."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from lrrc_qol.domain.instrument import Wording
from lrrc_qol.persistence.models import Response, WordingPack
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.wordings import (
    ON_SCREEN,
    FormWords,
    choose_wordings,
    retire_pack,
    wording_of_response,
    words_of_forms,
    words_to_start,
)
from tests.clock import FixedClock
from tests.factories import answer, assignment, make_patient, make_staff, save, take_seat
from tests.statement_count import counted_statements
from tests.wording_packs import QLQ, approved, compared, in_production, until

KEY = (QLQ, "3.0")
PAIN = ("pain_nrs", "1.0")


@pytest.fixture
def coordinator(runtime: Runtime) -> Actor:
    return make_staff(runtime, role="coordinator")


def chosen(
    runtime: Runtime, actor: Actor, language: str = "en", *, mode: str = ON_SCREEN, key: tuple[str, str] = KEY
) -> Wording | None:
    with runtime.reading(actor) as work:
        return choose_wordings(work, actor.centre(), [key], language, mode=mode)[key]


def title(wording: Wording | None) -> str | None:
    return wording.title if wording else None


def test_only_an_approved_pack_in_exactly_the_language_is_shown_in_production(
    runtime: Runtime, coordinator: Actor
) -> None:
    production = in_production(runtime)
    compared(runtime, coordinator, says="Compared")
    approved(runtime, coordinator, language="de", says="German")
    assert chosen(production, coordinator) is None
    assert title(chosen(production, coordinator, "de")) == "German title"
    assert chosen(production, coordinator, "de-CH") is None
    assert chosen(production, make_staff(runtime, code="SOUTH"), "de") is None


def test_the_pack_approved_last_comes_before_shipped_words_and_topics(
    runtime: Runtime, coordinator: Actor, clock: FixedClock
) -> None:
    shipped, topics = chosen(runtime, coordinator, key=PAIN), chosen(runtime, coordinator)
    assert shipped is not None
    assert shipped.approved
    assert topics is not None
    assert not topics.approved
    for instrument, key in (("pain_nrs", PAIN), (QLQ, KEY)):
        for says in ("First", "Second"):
            clock.advance(minutes=1)
            approved(runtime, coordinator, instrument_id=instrument, says=says)
        found = chosen(runtime, coordinator, key=key)
        assert (title(found), found is not None and found.approved) == ("Second title", True)


def test_a_licence_that_ended_or_covers_another_way_of_answering_does_not_count(
    runtime: Runtime, coordinator: Actor, clock: FixedClock
) -> None:
    production = in_production(runtime)
    today = clock.now().date()
    approved(runtime, coordinator, licence=until(today + timedelta(days=1), permitted_modes=("own_phone",)))
    assert chosen(production, coordinator, mode="paper") is None
    clock.advance(days=1)
    assert title(chosen(production, coordinator)) == "Words title"
    clock.advance(days=1)
    assert chosen(production, coordinator) is None


def test_the_last_day_is_that_of_the_centre(runtime: Runtime, coordinator: Actor, clock: FixedClock) -> None:
    clock.set(clock.now().replace(month=7, hour=12))  # in July it is an hour later at the centre
    approved(runtime, coordinator, licence=until(clock.now().date()))
    clock.set(clock.now().replace(hour=22, minute=59))
    assert title(chosen(in_production(runtime), coordinator)) == "Words title"
    clock.set(clock.now().replace(hour=23, minute=0))
    assert chosen(in_production(runtime), coordinator) is None


def test_a_started_form_keeps_its_words_whatever_became_of_them(
    runtime: Runtime, coordinator: Actor, clock: FixedClock
) -> None:
    pack, _ = approved(runtime, coordinator, says="First")
    first = chosen(runtime, coordinator)
    assert first is not None
    clock.advance(minutes=1)
    approved(runtime, coordinator, says="Second", licence=until(clock.now().date()))
    with runtime.writing(coordinator) as work:
        retire_pack(work, pack, reason="A wrong word.")
    with in_production(runtime).reading(coordinator) as work:
        words = words_of_forms(
            work,
            coordinator.centre(),
            [FormWords(KEY, first.digest), FormWords(KEY), FormWords(PAIN, "gone")],
            "en",
            mode=ON_SCREEN,
        )
    assert [title(one) for one in words] == ["First title", "Second title", "Your pain"]


def test_a_form_that_starts_beside_one_in_retired_words_gets_the_pack_before(
    runtime: Runtime, coordinator: Actor, clock: FixedClock
) -> None:
    approved(runtime, coordinator, says="Before")
    clock.advance(minutes=1)
    pack, _ = approved(runtime, coordinator, says="Retired")
    started = chosen(runtime, coordinator)
    assert started is not None
    with runtime.writing(coordinator) as work:
        retire_pack(work, pack, reason="A wrong word.")
    with runtime.reading(coordinator) as work:
        forms = [FormWords(KEY, started.digest), FormWords(KEY)]
        words = words_of_forms(work, coordinator.centre(), forms, "en", mode=ON_SCREEN)
    assert [title(one) for one in words] == ["Retired title", "Before title"]


def test_stand_ins_that_a_form_was_started_with_are_not_shown_in_production(
    runtime: Runtime, coordinator: Actor
) -> None:
    topics = chosen(runtime, coordinator)
    assert topics is not None
    for place, shown in ((runtime, "EORTC QLQ-C30"), (in_production(runtime), None)):
        with place.reading(coordinator) as work:
            (words,) = words_of_forms(work, coordinator.centre(), [FormWords(KEY, topics.digest)], "en", mode=ON_SCREEN)
        assert title(words) == shown


def test_words_that_somebody_changed_in_the_database_are_not_shown(
    runtime: Runtime, coordinator: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    approved(runtime, coordinator, says="To be changed")
    with runtime.writing(COMMAND) as work:
        row = work.session.scalars(select(WordingPack)).one()
        row.content = row.content | {"title": "Slipped in"}
    assert chosen(in_production(runtime), coordinator) is None
    assert "not those that were approved" in caplog.text


def test_a_page_that_was_open_when_the_licence_ended_can_still_be_started(
    runtime: Runtime, coordinator: Actor, clock: FixedClock
) -> None:
    production = in_production(runtime)
    approved(runtime, coordinator, licence=until(clock.now().date()))

    def startable() -> str | None:
        with production.reading(coordinator) as work:
            return title(words_to_start(work, coordinator.centre(), KEY, "en", mode=ON_SCREEN))

    clock.advance(days=7)
    assert chosen(production, coordinator) is None
    assert startable() == "Words title"
    clock.advance(days=1)
    assert startable() is None


def test_a_response_finds_the_words_that_the_patient_saw(
    runtime: Runtime, coordinator: Actor, clock: FixedClock
) -> None:
    pack, _ = approved(runtime, coordinator, says="Seen")
    phone = take_seat(runtime, make_patient(runtime, make_staff(runtime)))
    save(runtime, phone, assignment(runtime, phone, QLQ), answer("q1", 1), key="one")
    clock.advance(minutes=1)
    approved(runtime, coordinator, says="Later")
    with runtime.writing(coordinator) as work:
        retire_pack(work, pack, reason="A wrong word.")
    with in_production(runtime).reading(coordinator) as work:
        response = work.session.scalars(select(Response)).one()
        assert title(wording_of_response(work, response)) == "Seen title"
        response.wording_digest = "gone"
        assert wording_of_response(work, response) is None
        work.session.rollback()


def test_all_words_of_a_page_cost_one_statement(runtime: Runtime, coordinator: Actor) -> None:
    for says, instrument in (("Some", QLQ), ("Others", "distress_nrs")):
        approved(runtime, coordinator, says=says, instrument_id=instrument)
    keys = [KEY, PAIN, ("distress_nrs", "1.0"), ("pe_wellbeing", "1.0")]
    with runtime.reading(coordinator) as work:
        choose_wordings(work, coordinator.centre(), keys, "en", mode=ON_SCREEN)
    with runtime.reading(coordinator) as work, counted_statements(runtime) as statements:
        words = choose_wordings(work, coordinator.centre(), keys, "en", mode=ON_SCREEN)
    assert sum("BEGIN" not in statement for statement in statements) == 1
    assert [title(words[key]) for key in keys] == ["Some title", "Your pain", "Others title", "How you are doing"]
