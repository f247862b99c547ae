"""Sign-in and sign-out."""

from __future__ import annotations

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from lrrc_qol.services.context import SYSTEM, Actor
from lrrc_qol.services.staff_session import SignIn, check_password, end_session, find_staff_session, sign_in
from lrrc_qol.web.auth.blueprint import blueprint
from lrrc_qol.web.auth.forms import SignInForm
from lrrc_qol.web.auth.local_path import local_path
from lrrc_qol.web.auth.signed_in import drop_session, start_session
from lrrc_qol.web.guards import audience, home_endpoint, may_read, runtime

# One text for a wrong password, an unknown address and an account that is switched off.
REFUSED = "The e-mail address or the password is not right."
KNOWN_BROWSER = "known_browser"
KNOWN_BROWSER_SECONDS = 180 * 24 * 3600


@blueprint.get("/login")
@audience.public
def login() -> ResponseReturnValue:
    """The sign-in form; somebody who is signed in goes to their first page."""
    if current_user.is_authenticated:
        return redirect(_target(request.args.get("next", "")), 303)
    form = SignInForm(next=request.args.get("next", ""))
    return render_template("auth/login.html", form=form, signed_out="signed_out" in request.args)


@blueprint.post("/login")
@audience.public
def login_post() -> ResponseReturnValue:
    """Check the password and start a fresh session."""
    form = SignInForm()
    if not form.validate():
        return render_template("auth/login.html", form=form), 422
    outcome = _try(form)
    if not outcome.ok:
        return _refused(form, outcome)
    response = make_response(redirect(_target(form.next.data or ""), 303))
    _remember_browser(response, outcome.browser)
    return response


@blueprint.post("/logout")
@audience.signed_in
def logout() -> ResponseReturnValue:
    """End the session on the server and forget it here."""
    with runtime().writing(current_user.actor) as work:
        end_session(work, current_user.identity)
    drop_session()
    return redirect(url_for("auth.login", signed_out="1"), 303)


def _try(form: SignInForm) -> SignIn:
    with runtime().reading(SYSTEM) as work:
        attempt = check_password(
            work,
            email=form.email.data or "",
            password=form.password.data or "",
            source=request.remote_addr or "unknown",
            browser=request.cookies.get(KNOWN_BROWSER, ""),
        )
    person = attempt.staff_id if attempt.matched_hash else None
    # Looked up before the transaction below, because the look-up may write in one of its own.
    before = current_user.identity if current_user.is_authenticated else None
    with runtime().writing(Actor(kind="staff", id=person, centre_id=None, role=None)) as work:
        outcome = sign_in(work, attempt)
        if not outcome.ok:
            return outcome
        if before is not None:
            end_session(work, before)
        identity = find_staff_session(work, outcome.token)
    if identity is None:
        raise RuntimeError("a session that was just opened is not there")
    start_session(outcome.token, identity)
    return outcome


def _refused(form: SignInForm, outcome: SignIn) -> ResponseReturnValue:
    if outcome.wait_seconds:
        page = render_template("auth/login.html", form=form, wait_seconds=outcome.wait_seconds)
        return page, 429, {"Retry-After": str(outcome.wait_seconds)}
    return render_template("auth/login.html", form=form, refused=REFUSED), 422


def _target(wanted: str) -> str:
    """The page that was asked for when this person may open it, else the first page of their role."""
    path = local_path(wanted)
    return path if path and may_read(path) else url_for(home_endpoint())


def _remember_browser(response: Response, mark: str) -> None:
    """A stranger's wrong guesses must not keep out the browser that its owner used before."""
    response.set_cookie(
        KNOWN_BROWSER,
        mark,
        max_age=KNOWN_BROWSER_SECONDS,
        path=url_for("auth.login"),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
