"""One's own password."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lrrc_qol.services.staff_accounts import PasswordChange, change_password
from lrrc_qol.services.staff_session import find_staff_session, reopen_session
from lrrc_qol.web.auth.blueprint import blueprint
from lrrc_qol.web.auth.forms import PasswordForm
from lrrc_qol.web.auth.signed_in import start_session
from lrrc_qol.web.guards import audience, runtime


@blueprint.get("/account/password")
@audience.signed_in
def password() -> ResponseReturnValue:
    """The form."""
    return render_template("auth/password.html", form=PasswordForm())


@blueprint.post("/account/password")
@audience.signed_in
def password_post() -> ResponseReturnValue:
    """Change it; every other session of the account ends, this browser gets a new one."""
    form = PasswordForm()
    if not form.validate():
        return render_template("auth/password.html", form=form), 422
    change = _change(form)
    if not change.changed:
        for name, text in change.fields.items():
            form[name].errors = [text]
        return render_template("auth/password.html", form=form), 422
    flash("Your password is changed. You are signed out everywhere else.")
    return redirect(url_for("auth.password"), 303)


def _change(form: PasswordForm) -> PasswordChange:
    identity = current_user.identity
    with runtime().writing(current_user.actor) as work:
        change = change_password(
            work, identity.staff_id, current=form.current_password.data or "", new=form.new_password.data or ""
        )
        if not change.changed:
            return change
        token = reopen_session(work, identity)
        fresh = find_staff_session(work, token)
    if fresh is None:
        raise RuntimeError("a session that was just opened is not there")
    start_session(token, fresh)
    return change
