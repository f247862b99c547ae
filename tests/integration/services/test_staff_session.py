"""Sign-in and sessions: equal refusals, limits in time, dead when anything about the account changes."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from lrrc_qol.persistence.models import AuditEntry, Staff, StaffSession
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, SYSTEM, Actor
from lrrc_qol.services.staff_accounts import change_password, reset_password, set_active
from lrrc_qol.services.staff_session import (
    ACCOUNT_TRIES,
    SOURCE_TRIES,
    SignIn,
    StaffIdentity,
    check_password,
    end_session,
    find_staff_session,
    needs_touch,
    reopen_session,
    sign_in,
    touch_session,
)
from tests.clock import FixedClock
from tests.factories import PASSWORD, make_staff

EMAIL = "nurse@north.example"
NEW_PASSWORD = "meadow-lantern-otter"


def attempt(
    runtime: Runtime, email: str = EMAIL, password: str = PASSWORD, *, source: str = "10.0.0.1", browser: str = ""
) -> SignIn:
    """One try at the sign-in form."""
    with runtime.reading(SYSTEM) as work:
        looked = check_password(work, email=email, password=password, source=source, browser=browser)
    with runtime.writing(SYSTEM) as work:
        return sign_in(work, looked)


def who(runtime: Runtime, token: str) -> StaffIdentity | None:
    """Who holds a token now."""
    with runtime.reading(SYSTEM) as work:
        return find_staff_session(work, token)


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """The account that signs in."""
    return make_staff(runtime)


@pytest.fixture
def token(runtime: Runtime, nurse: Actor) -> str:
    """A session of that account."""
    return attempt(runtime).token


def test_the_token_is_known_and_only_its_hash_is_stored(runtime: Runtime, nurse: Actor, token: str) -> None:
    found = who(runtime, token)
    assert found is not None
    assert found.actor == nurse
    with runtime.reading(COMMAND) as work:
        stored = work.session.scalars(select(StaffSession.token_hash)).all()
    assert token not in stored
    assert who(runtime, stored[0]) is None


def test_the_address_may_be_typed_in_any_case(runtime: Runtime, nurse: Actor) -> None:
    assert attempt(runtime, " Nurse@North.Example ").ok


def test_wrong_unknown_and_switched_off_are_refused_alike(runtime: Runtime, nurse: Actor) -> None:
    admin = make_staff(runtime, role="admin")
    switch(runtime, admin, EMAIL, active=False)
    outcomes = {
        attempt(runtime, EMAIL, PASSWORD, source="10.0.0.1"),
        attempt(runtime, EMAIL, "something-else-entirely", source="10.0.0.2"),
        attempt(runtime, "nobody@north.example", PASSWORD, source="10.0.0.3"),
    }
    assert outcomes == {SignIn(ok=False)}


def test_an_unknown_account_is_slowed_down_like_a_known_one(runtime: Runtime, nurse: Actor) -> None:
    for email in (EMAIL, "nobody@north.example"):
        outcomes = [attempt(runtime, email, "wrong-wrong-wrong", source=email) for _ in range(ACCOUNT_TRIES + 1)]
        assert [outcome.wait_seconds for outcome in outcomes] == [0] * (ACCOUNT_TRIES - 1) + [60, 60]


def test_a_slowed_account_lets_its_owner_in_after_a_minute(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    for number in range(ACCOUNT_TRIES):
        attempt(runtime, password="wrong-wrong-wrong", source=f"10.1.0.{number}")
    assert attempt(runtime).wait_seconds == 60
    clock.advance(seconds=60)
    assert attempt(runtime).ok


def test_a_stranger_cannot_keep_out_the_browser_of_the_owner(runtime: Runtime, nurse: Actor) -> None:
    known = attempt(runtime).browser
    for number in range(ACCOUNT_TRIES):
        attempt(runtime, password="wrong-wrong-wrong", source=f"10.1.0.{number}")
    assert not attempt(runtime, browser="forged-märk").ok
    assert attempt(runtime, browser=known).ok


def test_one_address_cannot_try_many_accounts(runtime: Runtime, nurse: Actor) -> None:
    for number in range(SOURCE_TRIES):
        attempt(runtime, f"person{number}@north.example", source="10.2.0.1")
    assert attempt(runtime, source="10.2.0.1").wait_seconds == 60
    assert attempt(runtime, source="10.2.0.2").ok


def test_a_session_idles_out(runtime: Runtime, token: str, clock: FixedClock) -> None:
    clock.advance(minutes=14, seconds=59)
    assert who(runtime, token) is not None
    clock.advance(seconds=1)
    assert who(runtime, token) is None


def test_use_keeps_a_session_alive_for_eight_hours_at_most(runtime: Runtime, token: str, clock: FixedClock) -> None:
    minutes = 0
    while (identity := who(runtime, token)) is not None:
        with runtime.writing(SYSTEM) as work:
            assert needs_touch(work, identity) == (minutes > 0)
            touch_session(work, identity)
        clock.advance(minutes=10)
        minutes += 10
    assert minutes == 8 * 60


def test_signing_out_kills_every_copy_of_the_token(runtime: Runtime, token: str) -> None:
    identity = who(runtime, token)
    assert identity is not None
    with runtime.writing(identity.actor) as work:
        end_session(work, identity)
    assert who(runtime, token) is None


def test_a_new_password_ends_all_sessions_and_the_reopened_one_lives(runtime: Runtime, nurse: Actor) -> None:
    here, elsewhere = attempt(runtime).token, attempt(runtime).token
    identity = who(runtime, here)
    assert identity is not None
    with runtime.writing(nurse) as work:
        assert change_password(work, identity.staff_id, current=PASSWORD, new=NEW_PASSWORD).changed
        fresh = reopen_session(work, identity)
    assert (who(runtime, here), who(runtime, elsewhere)) == (None, None)
    assert who(runtime, fresh) is not None
    assert not attempt(runtime).ok
    assert attempt(runtime, password=NEW_PASSWORD).ok


def test_an_operator_can_reset_a_password(runtime: Runtime, token: str) -> None:
    with runtime.writing(COMMAND) as work:
        reset_password(work, EMAIL, NEW_PASSWORD)
    assert who(runtime, token) is None
    assert attempt(runtime, password=NEW_PASSWORD).ok


def test_switching_an_account_off_ends_its_sessions_for_good(runtime: Runtime, token: str) -> None:
    admin = make_staff(runtime, role="admin")
    switch(runtime, admin, EMAIL, active=False)
    assert who(runtime, token) is None
    switch(runtime, admin, EMAIL, active=True)
    assert who(runtime, token) is None
    assert attempt(runtime).ok


def test_an_account_that_is_off_has_no_session_however_it_came_to_be_off(runtime: Runtime, token: str) -> None:
    with runtime.writing(COMMAND) as work:
        work.session.execute(update(Staff).values(active=False))
    assert who(runtime, token) is None


def test_sign_ins_and_refusals_are_in_the_audit_trail_without_secrets(runtime: Runtime, nurse: Actor) -> None:
    attempt(runtime)
    attempt(runtime, password="wrong-wrong-wrong")
    attempt(runtime, "nobody@north.example")
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(AuditEntry).where(AuditEntry.action.like("%sign%"))).all()
    assert [(row.action, row.subject_id) for row in rows] == [
        ("signed_in", nurse.id),
        ("refused_sign_in", nurse.id),
        ("refused_sign_in", None),
    ]
    assert all(set(row.detail) == {"source"} for row in rows)


def switch(runtime: Runtime, admin: Actor, email: str, *, active: bool) -> None:
    """Switch an account off or on as an administrator."""
    with runtime.writing(admin) as work:
        public_id = work.session.scalars(select(Staff.public_id).where(Staff.email == email)).one()
        set_active(work, public_id, active=active)
