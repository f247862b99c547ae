"""The runtime of a command that needs settings and a migrated database."""

from __future__ import annotations

import os

import click

from lrrc_qol.config import Settings, SettingsError, load_settings
from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.persistence.crypto import WrongFieldKey
from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.persistence.queries.admin import find_centre
from lrrc_qol.persistence.schema import schema_is_current
from lrrc_qol.runtime import Runtime, build_runtime, check_field_key
from lrrc_qol.services.context import Actor


def settings_for_command() -> Settings:
    """The settings of the environment; a ClickException with one line when one is missing or wrong."""
    try:
        return load_settings(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


def runtime_for_command() -> Runtime:
    """A runtime on a database at the right revision; a ClickException with one line otherwise."""
    settings = settings_for_command()
    try:
        runtime = build_runtime(settings)
    except DefinitionError as error:
        raise click.ClickException(str(error)) from None
    try:
        _check_database(runtime)
    except click.ClickException:
        runtime.database.dispose()
        raise
    return runtime


def actor_of_centre(runtime: Runtime, code: str) -> Actor:
    """The command as an actor of one centre; a ClickException with one line when there is none of that code."""
    with runtime.database.read() as session:
        centre_id = find_centre(session, code)
    if centre_id is None:
        raise click.ClickException(f"There is no centre {code}. Add it with: flask centres add {code}")
    return Actor(kind="command", id=None, centre_id=centre_id, role=None)


def _check_database(runtime: Runtime) -> None:
    try:
        if not schema_is_current(runtime.database):
            raise click.ClickException("the database is not at the revision this program needs. Run: flask db upgrade")
        check_field_key(runtime)
    except DatabaseBusy as error:
        raise click.ClickException(f"the database does not answer ({error})") from None
    except WrongFieldKey as error:
        raise click.ClickException(str(error)) from None
