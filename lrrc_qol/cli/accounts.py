"""`flask centres` and `flask users`: hospitals and the accounts of their staff."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from lrrc_qol.cli.command_runtime import runtime_for_command
from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.persistence.queries.admin import read_incomplete_centres
from lrrc_qol.services.context import COMMAND, Work
from lrrc_qol.services.staff_accounts import (
    ROLES,
    NewCentre,
    NewStaff,
    add_centre,
    add_staff,
    reset_password,
    update_centre,
)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?=(\d{2}:\d{2})-(\d{2}:\d{2})")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
CONTACT_OPTIONS = (
    click.option("--emergency-phone", help="The number for a life in danger, for example 112."),
    click.option("--ward-phone", help="The ward, day and night."),
    click.option("--nurse-phone", help="The specialist nurses, in the hours given."),
    click.option(
        "--hours", multiple=True, help="When the nurses are there, for example mon-fri=08:00-16:00. Repeatable."
    ),
    click.option("--reply-to", help="Where replies to mails go."),
    click.option("--sender-name", help="The name mails come from; the centre's name if not given."),
)


def contact_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that both commands of a centre share."""
    for option in reversed(CONTACT_OPTIONS):
        command = option(command)
    return command


@click.group()
def centres() -> None:
    """Hospitals."""


@centres.command("add")
@click.argument("code")
@click.option("--name", required=True, help="As patients read it.")
@click.option("--timezone", required=True, help="IANA name, for example Europe/Stockholm.")
@contact_options
def add_centre_command(code: str, name: str, timezone: str, hours: Sequence[str], **contacts: str | None) -> None:
    """Add a centre. Its phone numbers and hours stand on every patient page."""
    given = {field: value for field, value in contacts.items() if value is not None}
    new = NewCentre(code=code, name=name, timezone=timezone, clinic_hours=parse_hours(hours), **given)
    with _writing() as work:
        add_centre(work, new)
        lacking = _lacking(work, code)
    click.echo(f"The centre {code} is there.")
    _warn(code, lacking)


@centres.command("update")
@click.argument("code")
@click.option("--name", help="As patients read it.")
@click.option("--timezone", help="IANA name, for example Europe/Stockholm.")
@contact_options
def update_centre_command(code: str, hours: Sequence[str], **contacts: str | None) -> None:
    """Change what is given of a centre; the rest stays."""
    changes: dict[str, Any] = {field: value for field, value in contacts.items() if value is not None}
    if hours:
        changes["clinic_hours"] = {day: list(span) for day, span in parse_hours(hours).items()}
    with _writing() as work:
        update_centre(work, code, changes)
        lacking = _lacking(work, code)
    click.echo(f"The centre {code} is changed: {', '.join(sorted(changes)) or 'nothing'}.")
    _warn(code, lacking)


@click.group()
def users() -> None:
    """Accounts of staff."""


@users.command("add")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--centre", required=True, metavar="CODE", help="The code given with `flask centres add`.")
@click.option("--name", help="As colleagues read it; made from the address if not given.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def add_user(email: str, role: str, centre: str, name: str | None, password_stdin: bool) -> None:
    """Add an account."""
    new = NewStaff(
        email=email,
        name=name or _name_from(email),
        role=role,
        centre_code=centre,
        password=_password(from_stdin=password_stdin),
    )
    with _writing() as work:
        add_staff(work, new)
    click.echo(f"The account {email} is there: {role} at {centre}.")


@users.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def new_password(email: str, password_stdin: bool) -> None:
    """Give an account a new password; all its sessions end."""
    password = _password(from_stdin=password_stdin)
    with _writing() as work:
        reset_password(work, email, password)
    click.echo(f"The account {email} has a new password and is signed out everywhere.")


def parse_hours(texts: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Opening hours from texts such as mon-fri=08:00-16:00; a ClickException names the one that cannot be read."""
    hours: dict[str, tuple[str, str]] = {}
    for text in texts:
        match = HOURS.fullmatch(text.strip().lower())
        first, last, opens, closes = match.groups() if match else ("", "", "", "")
        known = {first, last or first} <= set(DAYS) and CLOCK.fullmatch(opens) and CLOCK.fullmatch(closes)
        if not known or opens >= closes or DAYS.index(first) > DAYS.index(last or first):
            raise click.ClickException(f"--hours {text!r} cannot be read; write it like mon-fri=08:00-16:00")
        for day in DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]:
            hours[day] = (opens, closes)
    return hours


def _name_from(email: str) -> str:
    return re.sub(r"[._-]+", " ", email.partition("@")[0]).strip().title()


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _lacking(work: Work, code: str) -> tuple[str, ...]:
    return next((row.lacking for row in read_incomplete_centres(work.session) if row.code == code), ())


def _warn(code: str, lacking: Sequence[str]) -> None:
    if lacking:
        missing = ", ".join(lacking)
        click.echo(f"Before patients use it, fill in: {missing}. See: flask centres update {code} --help", err=True)


@contextmanager
def _writing() -> Iterator[Work]:
    """One transaction of an operator; a refusal becomes one line on the terminal."""
    runtime = runtime_for_command()
    try:
        with runtime.writing(COMMAND) as work:
            yield work
    except InvalidInput as refusal:
        raise click.ClickException(" ".join(refusal.fields.values())) from None
    except NotFound as refusal:
        raise click.ClickException(f"{refusal}.") from None
    finally:
        runtime.database.dispose()
