"""Sign-in and the server-side sessions of staff; the browser holds a random token, the database its hash."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from lrrc_qol.persistence.crypto import new_token, token_hash
from lrrc_qol.persistence.models import Centre, Staff, StaffSession
from lrrc_qol.services import audit
from lrrc_qol.services.context import Actor, Work
from lrrc_qol.services.password_policy import password_matches
from lrrc_qol.services.throttle import ThrottleState, check, check_in_turn, clear, register_failure

# OWASP session sheet: idle 15 to 30 minutes, absolute 4 to 8 hours for an office application.
IDLE_LIMIT = timedelta(minutes=15)
ABSOLUTE_LIMIT = timedelta(hours=8)
# One write a minute is enough to keep the idle limit; a session may end up to a minute early, never late.
TOUCH_AFTER = timedelta(minutes=1)

# Ten wrong passwords slow an account down to one try a minute, which no stranger can turn into a lock: a browser that
# was signed in before is counted on its own. The limit per address is for lists of stolen passwords.
ACCOUNT_TRIES = 10
SOURCE_TRIES = 60
WINDOW_MINUTES = 15
WAIT_MINUTES = 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password that was looked at; nothing has been written yet."""

    keys: tuple[str, ...]
    staff_id: int | None
    centre_id: int | None
    matched_hash: str | None
    source: str
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True)
class SignIn:
    """The outcome. `token` is for the session cookie; `browser` marks this browser as known to the account."""

    ok: bool
    token: str = ""
    browser: str = ""
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True)
class StaffIdentity:
    """Who is signed in, as pages and guards need it."""

    session_id: int
    staff_id: int
    public_id: str
    email: str
    name: str
    role: str
    centre_id: int
    centre_name: str
    timezone: str
    last_seen_at: datetime

    @property
    def actor(self) -> Actor:
        """This person as the actor of a unit of work."""
        return Actor(kind="staff", id=self.staff_id, centre_id=self.centre_id, role=self.role)


def check_password(work: Work, *, email: str, password: str, source: str, browser: str = "") -> Attempt:
    """Look at a password; reads only, so that the slow hash never holds the write lock.

    An unknown account costs the same work and gives the same outcome as a wrong password.
    """
    address = email.strip().casefold()
    account = work.cipher.lookup(address, field="staff.email")
    staff = work.session.scalar(select(Staff).where(Staff.email == address))
    if staff is not None and hmac.compare_digest(browser.encode(), _browser_mark(work, staff).encode()):
        keys: tuple[str, ...] = (f"signin-browser:{account}",)
    else:
        keys = (f"signin:{account}", f"signin-source:{source}")
    wait = _longest_wait(work, keys)
    if wait:
        return Attempt(keys=keys, staff_id=None, centre_id=None, matched_hash=None, source=source, wait_seconds=wait)
    usable = staff.password_hash if staff is not None and staff.active else None
    matched = password_matches(usable, password)
    return Attempt(
        keys=keys,
        staff_id=staff.id if staff is not None else None,
        centre_id=staff.centre_id if staff is not None else None,
        matched_hash=usable if matched else None,
        source=source,
    )


def sign_in(work: Work, attempt: Attempt) -> SignIn:
    """Act on an attempt: open a session, or count the failure. The limits are asked again under the lock."""
    wait = attempt.wait_seconds or max(check_in_turn(work, key).wait_seconds for key in attempt.keys)
    if wait:
        return SignIn(ok=False, wait_seconds=wait)
    staff = _still_matching(work, attempt)
    if staff is None:
        return _refuse(work, attempt)
    clear(work, attempt.keys[0])
    token = new_token()
    session = StaffSession(
        token_hash=token_hash(token),
        staff_id=staff.id,
        session_version=staff.session_version,
        created_at=work.now,
        last_seen_at=work.now,
    )
    work.session.add(session)
    audit.record(
        work,
        "signed_in",
        subject_kind="staff",
        subject_id=staff.id,
        centre_id=staff.centre_id,
        detail={"source": attempt.source},
    )
    return SignIn(ok=True, token=token, browser=_browser_mark(work, staff))


def find_staff_session(work: Work, token: str) -> StaffIdentity | None:
    """Who holds this token; None when the session ended, idled out, is too old, or the account changed or is off."""
    row = work.session.execute(
        select(StaffSession, Staff, Centre)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .join(Centre, Centre.id == Staff.centre_id)
        .where(
            StaffSession.token_hash == token_hash(token),
            StaffSession.ended_at.is_(None),
            StaffSession.last_seen_at > work.now - IDLE_LIMIT,
            StaffSession.created_at > work.now - ABSOLUTE_LIMIT,
            StaffSession.session_version == Staff.session_version,
            Staff.active,
        )
    ).first()
    if row is None:
        return None
    session, staff, centre = row
    return StaffIdentity(
        session_id=session.id,
        staff_id=staff.id,
        public_id=staff.public_id,
        email=staff.email,
        name=staff.name,
        role=staff.role,
        centre_id=centre.id,
        centre_name=centre.name,
        timezone=centre.timezone,
        last_seen_at=session.last_seen_at,
    )


def needs_touch(work: Work, identity: StaffIdentity) -> bool:
    """Whether the last-seen time is old enough to be worth a write."""
    return work.now - identity.last_seen_at > TOUCH_AFTER


def touch_session(work: Work, identity: StaffIdentity) -> None:
    """Move the idle limit."""
    work.session.execute(
        update(StaffSession).where(StaffSession.id == identity.session_id).values(last_seen_at=work.now)
    )


def end_session(work: Work, identity: StaffIdentity) -> None:
    """Sign out: this session is dead, whoever keeps a copy of its cookie."""
    work.session.execute(
        update(StaffSession)
        .where(StaffSession.id == identity.session_id, StaffSession.ended_at.is_(None))
        .values(ended_at=work.now)
    )
    audit.record(work, "signed_out", subject_kind="staff", subject_id=identity.staff_id, centre_id=identity.centre_id)


def reopen_session(work: Work, identity: StaffIdentity) -> str:
    """A new session for somebody who just changed their password, which ended all others; return its token.

    It inherits the start of the old one, so that the absolute limit stands.
    """
    staff = work.session.get_one(Staff, identity.staff_id)
    old = work.session.get_one(StaffSession, identity.session_id)
    token = new_token()
    work.session.add(
        StaffSession(
            token_hash=token_hash(token),
            staff_id=staff.id,
            session_version=staff.session_version,
            created_at=old.created_at,
            last_seen_at=work.now,
        )
    )
    return token


def _still_matching(work: Work, attempt: Attempt) -> Staff | None:
    if attempt.staff_id is None or attempt.matched_hash is None:
        return None
    staff = work.session.get_one(Staff, attempt.staff_id)
    return staff if staff.active and staff.password_hash == attempt.matched_hash else None


def _refuse(work: Work, attempt: Attempt) -> SignIn:
    states = [_count(work, key) for key in attempt.keys]
    audit.record(
        work,
        "refused_sign_in",
        subject_kind="staff",
        subject_id=attempt.staff_id,
        centre_id=attempt.centre_id,
        detail={"source": attempt.source},
    )
    return SignIn(ok=False, wait_seconds=max(state.wait_seconds for state in states))


def _count(work: Work, key: str) -> ThrottleState:
    limit = SOURCE_TRIES if key.startswith("signin-source:") else ACCOUNT_TRIES
    return register_failure(work, key, limit=limit, window_minutes=WINDOW_MINUTES, block_minutes=WAIT_MINUTES)


def _longest_wait(work: Work, keys: tuple[str, ...]) -> int:
    return max(check(work, key).wait_seconds for key in keys)


def _browser_mark(work: Work, staff: Staff) -> str:
    """What a browser that was signed in keeps; a new password makes all of them worthless."""
    return work.cipher.lookup(f"{staff.public_id} {staff.password_hash}", field="staff.known_browser")
