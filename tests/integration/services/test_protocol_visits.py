"""The visits of a draft: their questionnaires, optional ones taken in, messages, and the calendar beside the older."""

from __future__ import annotations

from datetime import date

import pytest

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.domain.schedule import Anchors, VisitKind
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.protocol_versions import (
    VisitChoices,
    make_draft,
    preview_version,
    read_versions,
    read_visits,
    save_visits,
    version_as_stored,
)
from tests.factories import make_centre, make_staff

MONTH, MONTHS_18 = "visits-3", "visits-8"
OPERATION = date(2027, 3, 1)
DATES = Anchors(enrolled_on=date(2027, 1, 1), planned_surgery_on=OPERATION, surgery_on=OPERATION)


@pytest.fixture
def admin(runtime: Runtime) -> Actor:
    make_centre(runtime)
    return make_staff(runtime, role="admin", email="boss@example.org")


@pytest.fixture
def draft(runtime: Runtime, admin: Actor) -> str:
    with runtime.writing(admin) as work:
        return make_draft(work, based_on="1.0")


def store(runtime: Runtime, admin: Actor, draft: str, choices: VisitChoices, revision: int = 1) -> str:
    with runtime.writing(admin) as work:
        save_visits(work, draft, choices, revision=revision)
    with runtime.reading(admin) as work:
        return read_visits(work, draft).version


def test_the_calendar_shows_what_comes_moves_and_asks_something_else(
    runtime: Runtime, admin: Actor, draft: str
) -> None:
    version = store(
        runtime, admin, draft, VisitChoices({MONTH: ("pe_wellbeing",)}, [MONTHS_18], {"baseline": 2, "discharge": 3})
    )
    with runtime.reading(admin) as work:
        changes = {row.shown.key: row.change for row in preview_version(work, version, DATES) if row.change}
        assert changes == {"M1": "asks_other", "M18": "added"}
        steps = version_as_stored(work, "pe12", version).reminders.steps
        assert len(steps[VisitKind.BASELINE]) == 2
        assert [step.offset_days for step in steps[VisitKind.DISCHARGE]] == [0, 2, 3]
        minutes = {one: burden.minutes for one, burden in read_versions(work).burden.items()}
        assert minutes == {"1.0": 125, version: 125 - 12}
    store(runtime, admin, draft, VisitChoices({}, [], {}), revision=2)
    with runtime.reading(admin) as work:
        assert [row.change for row in preview_version(work, version, DATES) if row.shown.key == "M18"] == []


def test_a_visit_that_is_left_out_is_still_known_by_its_key(runtime: Runtime, admin: Actor, draft: str) -> None:
    version = store(runtime, admin, draft, VisitChoices({}, [], {}))
    with runtime.reading(admin) as work:
        assert version_as_stored(work, "pe12", version).visit("M18").optional


def test_without_the_day_of_enrolment_every_window_is_whole(runtime: Runtime, admin: Actor) -> None:
    late = Anchors(enrolled_on=OPERATION, planned_surgery_on=OPERATION, surgery_on=OPERATION)
    with runtime.reading(admin) as work:
        assert preview_version(work, "1.0", late, enrolled_early=True)[0].shown.opens_on == date(2027, 2, 1)
        with pytest.raises(NotFound):
            preview_version(work, "9.9", late)


@pytest.mark.parametrize(
    ("choices", "field", "told"),
    [
        (VisitChoices({MONTH: ()}, [], {}), "i-visits-3", "1 month after the operation: choose at least one"),
        (VisitChoices({MONTH: ("sf99",)}, [], {}), "i-visits-3", "no words to ask sf99"),
        (VisitChoices({}, [], {"check_in": 4}), "n-check_in", "Check-in: from 1 to 3 messages"),
        (VisitChoices({}, [], {"check_in": 0}), "n-check_in", "from 1 to 3"),
    ],
)
def test_a_refusal_says_what_is_wrong_where(
    runtime: Runtime, admin: Actor, draft: str, choices: VisitChoices, field: str, told: str
) -> None:
    with runtime.writing(admin) as work, pytest.raises(InvalidInput) as refused:
        save_visits(work, draft, choices, revision=1)
    assert told in refused.value.fields[field]


def test_alerts_that_nothing_would_raise_any_more_are_named(runtime: Runtime, admin: Actor, draft: str) -> None:
    series = {f"series-{number}": ("pain_nrs",) for number in range(3)}
    store(runtime, admin, draft, VisitChoices(series, [], {}))
    with runtime.reading(admin) as work:
        assert "Temperature 38.0 or more, below 36.0, or shaking chills" in read_visits(work, draft).mute


def test_the_second_of_two_is_told(runtime: Runtime, admin: Actor, draft: str) -> None:
    store(runtime, admin, draft, VisitChoices({}, [], {"baseline": 2}))
    with runtime.writing(admin) as work, pytest.raises(StaleWrite):
        save_visits(work, draft, VisitChoices({}, [], {"baseline": 1}), revision=1)


def test_the_order_in_which_a_patient_is_asked_stays(runtime: Runtime, admin: Actor, draft: str) -> None:
    version = store(runtime, admin, draft, VisitChoices({MONTH: ("bpi_sf", "pain_nrs", "qlq_c30")}, [], {}))
    with runtime.reading(admin) as work:
        assert version_as_stored(work, "pe12", version).visit("M1").instruments == ("qlq_c30", "pain_nrs", "bpi_sf")


def test_storing_the_same_again_changes_nothing(runtime: Runtime, admin: Actor, draft: str) -> None:
    same = VisitChoices({MONTH: ("distress_nrs", "pain_nrs", "pe_wellbeing", "qlq_c30")}, [], {"baseline": 3})
    store(runtime, admin, draft, same)
    with runtime.reading(admin) as work:
        assert read_visits(work, draft).revision == 1
