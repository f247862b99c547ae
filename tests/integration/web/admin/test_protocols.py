"""An administrator makes a version of the plan: refused while it cannot be followed, frozen once published."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.persistence.models import Centre
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.protocol_versions import (
    make_draft,
    publish_version,
    read_version,
    read_versions,
    save_figures,
    use_for_new,
)
from lrrc_qol.services.protocols import centre_protocol, rules_at
from tests.factories import make_centre, make_staff
from tests.staff_browser import signed_in

OPENS = "schedule.visits.1.open"
SIGNED: dict[str, Any] = {"reason": "Opens earlier.", "owner": "Dr Owner"}


@pytest.fixture
def admin(runtime: Runtime) -> Actor:
    make_centre(runtime)
    return make_staff(runtime, role="admin", email="boss@example.org")


def a_draft(runtime: Runtime, admin: Actor) -> str:
    with runtime.writing(admin) as work:
        return make_draft(work, based_on="1.0")


def test_a_published_version_is_followed_once_it_is_chosen_and_can_be_set_back(runtime: Runtime, admin: Actor) -> None:
    draft = a_draft(runtime, admin)
    with runtime.writing(admin) as work:
        save_figures(work, draft, {OPENS: -35}, revision=1)
    with runtime.writing(admin) as work:
        publish_version(work, draft, **SIGNED, revision=2)
    with runtime.writing(admin) as work:
        version = read_version(work, draft).head.version
        assert centre_protocol(work).version == "1.0"
        use_for_new(work, version)
    with runtime.reading(admin) as work:
        assert centre_protocol(work).visit("BL1").open_offset == -35
        assert rules_at(work, "pe12", version).owner == "Dr Owner"
        assert read_versions(work).in_use == version
    with runtime.writing(admin) as work:
        use_for_new(work, "")
    with runtime.reading(admin) as work:
        assert work.session.scalars(select(Centre.protocol_version)).one() is None


@pytest.mark.parametrize(
    ("figure", "value", "told"),
    [
        (OPENS, 0, "must open, be due and close in this order"),
        ("schedule.visits.1.minutes", 61, "61"),
        ("schedule.visits.4.open", 40, "M3"),
        ("reminders.limits.cap", 1, "more than the cap of 1"),
        ("schedule.baseline.stale_days", 1, "must not be smaller than prospective_days"),
    ],
)
def test_a_draft_that_could_not_be_followed_is_refused(
    runtime: Runtime, admin: Actor, figure: str, value: int, told: str
) -> None:
    draft = a_draft(runtime, admin)
    with runtime.writing(admin) as work, pytest.raises(InvalidInput, match=told):
        save_figures(work, draft, {figure: value}, revision=1)


def test_publishing_needs_a_reason_and_a_clinical_owner_and_happens_once(runtime: Runtime, admin: Actor) -> None:
    draft = a_draft(runtime, admin)
    with runtime.writing(admin) as work, pytest.raises(InvalidInput) as refused:
        publish_version(work, draft, reason=" ", owner="", revision=1)
    assert set(refused.value.fields) == {"reason", "owner"}
    with runtime.writing(admin) as work:
        publish_version(work, draft, **SIGNED, revision=1)
    with runtime.writing(admin) as work, pytest.raises(NotFound):
        save_figures(work, draft, {OPENS: -30}, revision=2)


def test_the_second_of_two_is_told_and_another_centre_sees_nothing(runtime: Runtime, admin: Actor, app: Flask) -> None:
    draft = a_draft(runtime, admin)
    with runtime.writing(admin) as work:
        save_figures(work, draft, {OPENS: -30}, revision=1)
    with runtime.writing(admin) as work, pytest.raises(StaleWrite):
        save_figures(work, draft, {OPENS: -31}, revision=1)
    make_centre(runtime, code="SOUTH")
    other = make_staff(runtime, code="SOUTH", role="admin", email="south@example.org")
    with runtime.reading(other) as work, pytest.raises(NotFound):
        read_version(work, draft)


def test_what_was_typed_stays_on_the_page_with_the_refusal_beside_it(
    runtime: Runtime, admin: Actor, app: Flask
) -> None:
    draft = a_draft(runtime, admin)
    client = signed_in(app, "boss@example.org")
    assert client.get("/admin/protocols").status_code == 200
    address = f"/admin/protocols/{draft}"
    assert client.get(address).status_code == 200
    sent = client.press(address, revision="1", **{f"f-{OPENS}": "soon"})
    assert sent.status_code == 422
    assert 'value="soon"' in sent.text
    assert "Enter a whole number." in sent.text
    stale = client.press(address, revision="7", **{f"f-{OPENS}": "-33"})
    assert 'value="-33"' in stale.text
    assert "stored now: -28" in stale.text


def test_what_was_chosen_stays_on_the_page_of_visits(runtime: Runtime, admin: Actor, app: Flask) -> None:
    draft = a_draft(runtime, admin)
    client = signed_in(app, "boss@example.org")
    address = f"/admin/protocols/{draft}/visits"
    chosen = {"i-visits-3": "pain_nrs", "n-baseline": "9", "n-discharge": "2", "n-check_in": "2", "n-follow_up": "3"}
    refused = client.press(address, revision="1", taken="visits-8", **chosen)
    assert refused.status_code == 422
    assert "Baseline: from 1 to 3 messages" in refused.text
    assert 'value="visits-8" checked' in refused.text
    assert "stored now: no" in refused.text
    assert "Going home: choose at least one questionnaire." in refused.text


def test_days_of_the_imagined_patient_are_checked(runtime: Runtime, admin: Actor, app: Flask) -> None:
    address = f"/admin/protocols/{a_draft(runtime, admin)}/preview"
    client = signed_in(app, "boss@example.org")
    shown = client.get(f"{address}?surgery_on=2027-03-01&neoadjuvant=yes")
    assert "Before treatment starts" in shown.text
    for query, told in (
        ("surgery_on=", "Operation: enter the day."),
        ("surgery_on=soon", "Operation: enter a day of the calendar"),
        ("surgery_on=2027-03-01&discharged_on=2027-02-01", "Discharge cannot be before"),
        ("surgery_on=0001-01-01", "not a plausible date"),
    ):
        refused = client.get(f"{address}?{query}")
        assert (refused.status_code, told in refused.text) == (422, True), query
