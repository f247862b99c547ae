"""`flask selfcheck`: proves on the live data what must always hold."""

from __future__ import annotations

from collections import Counter

import click

from lrrc_qol.cli.command_runtime import runtime_for_command
from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.selfcheck import CHECKS, find_breaches


@click.command("selfcheck")
def selfcheck() -> None:
    """Look for what must never be there; print a line for each breach and exit with 1 when there is one.

    Reads only, so it can run beside everything else.
    """
    runtime = runtime_for_command()
    found: Counter[str] = Counter()
    try:
        for check, breach in find_breaches(lambda: runtime.reading(COMMAND)):
            found[check] += 1
            click.echo(f"{check}: {breach}")
    except DatabaseBusy as error:
        raise click.ClickException(f"the database does not answer ({error}); start the command again") from None
    finally:
        runtime.database.dispose()
    if found:
        counts = ", ".join(f"{check} {count}" for check, count in found.items())
        raise click.ClickException(f"{found.total()} breaches: {counts}.")
    click.echo(f"{len(CHECKS)} checks ({', '.join(CHECKS)}): nothing found.")
