"""The two small forms of sign-in and password change."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

LONGEST_INPUT = 1000


class SignInForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    """E-mail address and password; `next` is the page that was asked for."""

    email = EmailField("E-mail address", [InputRequired("Enter your e-mail address."), Length(max=LONGEST_INPUT)])
    password = PasswordField("Password", [InputRequired("Enter your password."), Length(max=LONGEST_INPUT)])
    next = HiddenField("Next page", [Length(max=LONGEST_INPUT)])


class PasswordForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    """A new password, typed twice, with the present one."""

    current_password = PasswordField(
        "Present password", [InputRequired("Enter your present password."), Length(max=LONGEST_INPUT)]
    )
    new_password = PasswordField("New password", [InputRequired("Enter a new password."), Length(max=LONGEST_INPUT)])
    repeated = PasswordField(
        "New password once more",
        [
            InputRequired("Enter the new password once more."),
            EqualTo("new_password", "The two new passwords are not the same."),
        ],
    )
