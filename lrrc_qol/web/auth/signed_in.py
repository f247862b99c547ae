"""Who is signed in: the cookie holds a random token, everything else is looked up at each request."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request, session
from flask_login import LoginManager, UserMixin, login_user, logout_user

from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.services.context import SYSTEM, Actor
from lrrc_qol.services.staff_session import StaffIdentity, find_staff_session, needs_touch, touch_session
from lrrc_qol.web.guards import runtime

# A page that looks for news by itself says so: a person who went away is signed out in time all the same.
UNATTENDED = "X-Unattended"


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):  # type: ignore[misc] # Flask-Login ships no types
    """The signed-in member of staff as Flask-Login and the pages see them."""

    token: str
    identity: StaffIdentity

    def get_id(self) -> str:
        """What goes into the session cookie: the token, never a number that could be guessed or kept."""
        return self.token

    @property
    def actor(self) -> Actor:
        """This person as the actor of a unit of work."""
        return self.identity.actor

    @property
    def role(self) -> str:
        """The role that the guards ask for."""
        return self.identity.role

    @property
    def name(self) -> str:
        """The name to show."""
        return self.identity.name

    @property
    def centre_name(self) -> str:
        """The centre to show."""
        return self.identity.centre_name

    @property
    def timezone(self) -> str:
        """The IANA time zone of the centre."""
        return self.identity.timezone


def install(app: Flask) -> None:
    """Let Flask-Login ask the server-side sessions."""
    manager = LoginManager()
    # The server-side row is the session; binding the cookie to an address would sign out nurses who walk.
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app)


def start_session(token: str, identity: StaffIdentity) -> None:
    """Begin a fresh browser session: nothing of what this browser held before is kept."""
    session.clear()
    login_user(SignedIn(token, identity))


def drop_session() -> None:
    """Forget everything this browser held."""
    logout_user()
    session.clear()


def _load(token: str) -> SignedIn | None:
    with runtime().reading(SYSTEM) as work:
        identity = find_staff_session(work, token)
        stale = identity is not None and needs_touch(work, identity)
    if identity is None:
        return None
    if stale and UNATTENDED not in request.headers:
        _touch(identity)
    return SignedIn(token, identity)


def _touch(identity: StaffIdentity) -> None:
    try:
        with runtime().writing(SYSTEM) as work:
            touch_session(work, identity)
    except DatabaseBusy:
        return  # the page can still be read; the next request tries again
