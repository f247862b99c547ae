"""Who may use which route: declared on every view, denied by default, checked at start and at each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import ANONYMOUS_PATIENT, Actor
from lrrc_qol.services.patient_session import TABLET_IDLE_LIMIT, Seat, find_seat, needs_touch, touch_seat

View = TypeVar("View", bound=Callable[..., Any])

RUNTIME_KEY = "lrrc_qol.runtime"
SEAT_KEY = "seat"

PERMISSIONS: dict[str, frozenset[str]] = {
    "nurse": frozenset({"view_patients", "enrol_patients", "edit_record", "handle_alerts", "view_cohort"}),
    "clinician": frozenset({"view_patients", "edit_record", "handle_alerts", "view_cohort"}),
    "coordinator": frozenset(
        {"view_patients", "enrol_patients", "edit_record", "view_cohort", "manage_wording", "export_data"}
    ),
    "researcher": frozenset({"view_cohort", "export_data"}),
    "admin": frozenset({"administer", "manage_wording"}),
}
# Where a role starts: the first page of these that it may open.
FRONT_PAGES = (("view_patients", "staff.worklist"), ("view_cohort", "staff.cohort"), ("administer", "admin.overview"))
# The printed address of the staff side: every role is led from it to where it starts.
STAFF_ADDRESS = "staff.worklist"
ALL_PERMISSIONS = frozenset().union(*PERMISSIONS.values())
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Audience:
    """Decorators that say who a view is for; a view without one stops the start."""

    def public(self, view: View) -> View:
        """Anybody, signed in or not."""
        return self._mark(view, "public")

    def patient(self, view: View) -> View:
        """A browser that passed the check of a patient link."""
        return self._mark(view, "patient")

    def signed_in(self, view: View) -> View:
        """Any active member of staff."""
        return self._mark(view, "signed_in")

    def staff(self, permission: str) -> Callable[[View], View]:
        """Active staff whose role has `permission`; ValueError for a permission nobody has."""
        if permission not in ALL_PERMISSIONS:
            raise ValueError(f"no role has the permission {permission!r}")

        def mark(view: View) -> View:
            return self._mark(view, f"staff:{permission}")

        return mark

    @staticmethod
    def _mark(view: View, who: str) -> View:
        view.__audience__ = who  # type: ignore[attr-defined] # a mark on the function is what the guard reads
        return view


audience = Audience()


def audience_of(view: Callable[..., Any]) -> str | None:
    """The declared audience of a view function: public, patient, signed_in, staff:<permission>, or None."""
    return cast("str | None", getattr(view, "__audience__", None))


def runtime() -> Runtime:
    """The process's Runtime."""
    return cast("Runtime", current_app.extensions[RUNTIME_KEY])


def current_actor() -> Actor:
    """The signed-in member of staff as an actor; 401 when nobody is signed in."""
    if not current_user.is_authenticated:
        abort(401)
    return cast("Actor", current_user.actor)


def has_permission(permission: str) -> bool:
    """Whether the signed-in member of staff may do this."""
    return bool(current_user.is_authenticated) and permission in PERMISSIONS[current_user.role]


def home_endpoint() -> str:
    """The first page that the signed-in person may open."""
    return next(endpoint for permission, endpoint in FRONT_PAGES if has_permission(permission))


def may_read(path: str) -> bool:
    """Whether the signed-in member of staff may open the page at this path of the site."""
    routes = current_app.url_map.bind(request.host)
    try:
        endpoint, _ = routes.match(urlsplit(path).path, method="GET")
    except HTTPException:
        return False
    who = audience_of(current_app.view_functions[endpoint]) or ""
    return who in {"public", "signed_in"} or has_permission(who.removeprefix("staff:"))


def current_seat() -> Seat:
    """The patient's seat found by the guard of this request."""
    return cast("Seat", g.seat)


def typed_by_staff() -> bool:
    """Whether the page is that of a form which a member of staff types in for the patient."""
    seat = g.get("seat")
    return seat is not None and seat.staff_id is not None


def on_tablet() -> bool:
    """Whether the page is shown on a tablet of the ward that was handed to the patient."""
    seat = g.get("seat")
    return seat is not None and seat.on_tablet


def patient_actor() -> Actor:
    """Who answers at the current seat as an actor: the patient, or the member of staff who types in for them."""
    seat = current_seat()
    if seat.staff_id is not None:
        return current_actor()
    return Actor(kind="patient", id=seat.patient_id, centre_id=seat.centre_id, role=None)


def install_guards(app: Flask) -> None:
    """Check every request against the audience of its view."""
    app.add_template_global(typed_by_staff)
    app.add_template_global(on_tablet)
    app.jinja_env.globals["tablet_lock_seconds"] = int(TABLET_IDLE_LIMIT.total_seconds())
    app.before_request(_check_text)
    app.before_request(_check_origin)
    app.before_request(_check_audience)


def declare_static(app: Flask) -> None:
    """Flask's own route for static files is for everybody."""
    app.view_functions["static"] = audience.public(app.view_functions["static"])


def refuse_unmarked_routes(app: Flask) -> None:
    """RuntimeError naming each route whose view declares no audience; called at the end of the factory."""
    unmarked = sorted(
        rule.rule for rule in app.url_map.iter_rules() if not audience_of(app.view_functions[rule.endpoint])
    )
    if unmarked:
        raise RuntimeError("routes without a declared audience: " + ", ".join(unmarked))


def _check_text() -> None:
    """Refuse the NUL character, which no text of ours holds and PostgreSQL cannot even compare."""
    if "\0" in request.path:
        abort(404)
    if any("\0" in value for values in request.values.listvalues() for value in values):
        abort(400)


def _check_origin() -> None:
    """Refuse a write that a browser says comes from another site (besides the CSRF token)."""
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        abort(403)
    origin = request.headers.get("Origin")
    if origin and origin != "null" and _host_of(origin) != request.host:
        abort(403)


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _check_audience() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such route: the error handler answers
    who = audience_of(current_app.view_functions[request.endpoint])
    if who == "public":
        return None
    if who == "patient":
        return _check_seat()
    return _check_staff(who)


def _check_seat() -> ResponseReturnValue | None:
    token = session.get(SEAT_KEY)
    seat, stale = None, False
    if token:
        with runtime().reading(ANONYMOUS_PATIENT) as work:
            seat = find_seat(work, token)
            stale = seat is not None and needs_touch(work, seat)
    if seat is None or not _sits_here(seat):
        session.pop(SEAT_KEY, None)
        abort(401)
    if stale:
        _touch(seat)
    g.seat = seat
    return None


def _sits_here(seat: Seat) -> bool:
    """Whether a seat of staff is used by the same person, still signed in, of the patient's centre."""
    if seat.staff_id is None:
        return True
    if not has_permission("edit_record"):
        return False
    actor = current_actor()
    return (actor.id, actor.centre_id) == (seat.staff_id, seat.centre_id)


def _touch(seat: Seat) -> None:
    try:
        with runtime().writing(ANONYMOUS_PATIENT) as work:
            touch_seat(work, seat)
    except DatabaseBusy:
        return  # the page can still be read; the next request tries again


def _check_staff(who: str | None) -> ResponseReturnValue | None:
    if not current_user.is_authenticated:
        if request.method in SAFE_METHODS:
            return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))
        abort(401)
    if who == "signed_in":
        return None
    permission = (who or "").removeprefix("staff:")
    if permission not in PERMISSIONS[current_user.role]:
        if request.endpoint == STAFF_ADDRESS and request.method in SAFE_METHODS:
            return redirect(url_for(home_endpoint()))
        abort(403)
    return None
