"""`flask jobs`: the periodic work, as a process or as one sweep."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import click

from lrrc_qol.cli.command_runtime import runtime_for_command, settings_for_command
from lrrc_qol.jobs.scheduler import run_scheduler
from lrrc_qol.jobs.tick import run_tick


@click.group()
def jobs() -> None:
    """Reminders, mail, alerts to staff and the audit chain."""


@jobs.command("run")
def run_command() -> None:
    """Run the periodic jobs until Ctrl-C; a second process stands by."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    runtime = runtime_for_command()
    try:
        run_scheduler(runtime, say=click.echo)
    finally:
        runtime.database.dispose()


@jobs.command("tick")
@click.option("--now", "text", metavar="ISO-8601", help="As if it were this instant; only in demo and test mode.")
def tick_command(text: str | None) -> None:
    """Do everything that is due, once; exit 1 when a job failed."""
    now = None if text is None else _instant(text)
    if now is not None and not settings_for_command().open_doors:
        raise click.ClickException("--now works only in demo and test mode (LRRC_QOL_MODE).")
    runtime = runtime_for_command()
    try:
        results = run_tick(runtime, now)
    finally:
        runtime.database.dispose()
    for name, counts in results.items():
        shown = "failed" if counts is None else ", ".join(f"{key} {value}" for key, value in counts.items())
        click.echo(f"{name}: {shown or 'nothing to do'}")
    if None in results.values():
        raise click.ClickException("at least one job failed; see the log.")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"--now is {text!r}; give an instant such as 2026-03-02T09:00:00+00:00.") from None
    if instant.tzinfo is None:
        raise click.ClickException("--now needs an offset from UTC, for instance 2026-03-02T09:00:00+00:00.")
    return instant.astimezone(UTC)
