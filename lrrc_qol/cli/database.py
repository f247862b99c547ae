"""`flask db`: migrations."""

from __future__ import annotations

import click

from lrrc_qol.cli.command_runtime import settings_for_command
from lrrc_qol.persistence.db import Database, DatabaseBusy
from lrrc_qol.persistence.schema import upgrade


@click.group()
def db() -> None:
    """Database migrations."""


@db.command("upgrade")
def upgrade_command() -> None:
    """Bring the database to the revision this program needs."""
    database = Database(settings_for_command().database_url)
    try:
        before, after = upgrade(database)
    except DatabaseBusy as error:
        raise click.ClickException(f"the database does not answer ({error})") from None
    finally:
        database.dispose()
    if before == after:
        click.echo(f"The database is at revision {after}; nothing to do.")
    else:
        click.echo(f"The database went from revision {before or 'none'} to {after}.")
