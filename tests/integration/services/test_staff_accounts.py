"""Centres and accounts: what is refused, what is stored, who may switch whom off."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.persistence.models import AuditEntry, Centre, Staff
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.staff_accounts import (
    PASSWORD_TRIES,
    NewCentre,
    NewStaff,
    add_centre,
    add_staff,
    change_password,
    reset_password,
    set_active,
    update_centre,
)
from tests.factories import PASSWORD, make_centre, make_staff

NORTH = NewCentre(code="NORTH", name="North Centre", timezone="Europe/London")
PERSON = NewStaff("Ann.Berg@North.example", " Ann  Berg ", "nurse", "NORTH", PASSWORD)


def refused(runtime: Runtime, staff: NewStaff) -> set[str]:
    """The fields that an account is refused for."""
    with pytest.raises(InvalidInput) as caught, runtime.writing(COMMAND) as work:
        add_staff(work, staff)
    return set(caught.value.fields)


def test_a_centre_is_refused_with_a_word_for_each_field(runtime: Runtime) -> None:
    wrong = NewCentre(code=" ", name="", timezone="Mars/Olympus", reply_to="nobody", protocol_id="pe99")
    with pytest.raises(InvalidInput) as caught, runtime.writing(COMMAND) as work:
        add_centre(work, wrong)
    assert set(caught.value.fields) == {"code", "name", "timezone", "reply_to", "protocol"}


def test_a_code_is_given_once(runtime: Runtime) -> None:
    make_centre(runtime)
    with pytest.raises(InvalidInput, match="already"), runtime.writing(COMMAND) as work:
        add_centre(work, NORTH)


def test_contacts_can_be_mended_later_and_the_change_is_audited(runtime: Runtime) -> None:
    with runtime.writing(COMMAND) as work:
        add_centre(work, NORTH)
    with runtime.writing(COMMAND) as work:
        update_centre(work, "NORTH", {"ward_phone": "020 7946 0111"})
    with pytest.raises(InvalidInput), runtime.writing(COMMAND) as work:
        update_centre(work, "NORTH", {"timezone": "Nowhere"})
    with pytest.raises(NotFound), runtime.writing(COMMAND) as work:
        update_centre(work, "SOUTH", {})
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Centre.ward_phone)).one() == "020 7946 0111"
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "updated_centre")).one()
    assert entry.detail == {"old": {"ward_phone": ""}, "new": {"ward_phone": "020 7946 0111"}}


def test_an_account_is_stored_in_normal_form_without_its_password(runtime: Runtime) -> None:
    make_centre(runtime)
    with runtime.writing(COMMAND) as work:
        add_staff(work, PERSON)
    with runtime.reading(COMMAND) as work:
        stored = work.session.scalars(select(Staff)).one()
        trail = str([entry.detail for entry in work.session.scalars(select(AuditEntry))])
    assert (stored.email, stored.name) == ("ann.berg@north.example", "Ann Berg")
    assert stored.password_hash.startswith("$argon2id$")
    assert PASSWORD not in trail
    assert "berg" not in trail.lower()


def test_an_account_is_refused_with_a_word_for_each_field(runtime: Runtime) -> None:
    wrong = NewStaff("nobody", " ", "surgeon", "SOUTH", "password1234")
    assert refused(runtime, wrong) == {"email", "name", "role", "centre", "password"}


def test_an_address_has_one_account_in_any_spelling(runtime: Runtime) -> None:
    make_centre(runtime)
    with runtime.writing(COMMAND) as work:
        add_staff(work, PERSON)
    assert refused(runtime, replace(PERSON, email="ANN.BERG@NORTH.EXAMPLE")) == {"email"}


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("not-my-password-at-all", "meadow-lantern-otter", "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "password1234", "new_password"),
        (PASSWORD, PASSWORD, "new_password"),
    ],
)
def test_a_password_change_names_the_field_that_is_wrong(runtime: Runtime, current: str, new: str, field: str) -> None:
    nurse = make_staff(runtime)
    with runtime.writing(nurse) as work:
        change = change_password(work, nurse.id or 0, current=current, new=new)
    assert (change.changed, set(change.fields)) == (False, {field})


def test_guessing_the_present_password_in_an_open_session_is_slowed_down(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    for _ in range(PASSWORD_TRIES):
        with runtime.writing(nurse) as work:
            change_password(work, nurse.id or 0, current="a-guess-a-guess", new="meadow-lantern-otter")
    with runtime.writing(nurse) as work:
        change = change_password(work, nurse.id or 0, current=PASSWORD, new="meadow-lantern-otter")
    assert "wait" in change.fields["current_password"]


def test_a_reset_needs_an_account_and_a_fit_password(runtime: Runtime) -> None:
    make_staff(runtime)
    with pytest.raises(NotFound), runtime.writing(COMMAND) as work:
        reset_password(work, "nobody@north.example", PASSWORD)
    with pytest.raises(InvalidInput), runtime.writing(COMMAND) as work:
        reset_password(work, "nurse@north.example", "short")


def test_an_administrator_reaches_only_the_own_centre_and_never_the_own_account(runtime: Runtime) -> None:
    admin, stranger = make_staff(runtime, role="admin"), make_staff(runtime, code="SOUTH")
    with runtime.reading(COMMAND) as work:
        own, foreign = (work.session.get_one(Staff, one.id).public_id for one in (admin, stranger))
    with pytest.raises(NotFound), runtime.writing(admin) as work:
        set_active(work, foreign, active=False)
    with pytest.raises(InvalidInput), runtime.writing(admin) as work:
        set_active(work, own, active=False)
