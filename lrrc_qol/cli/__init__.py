"""The `flask …` commands."""

from __future__ import annotations

from flask import Flask

from lrrc_qol.cli.accounts import centres, users
from lrrc_qol.cli.backup import backup, restore
from lrrc_qol.cli.database import db
from lrrc_qol.cli.demo import demo
from lrrc_qol.cli.export import export
from lrrc_qol.cli.instruments import instruments
from lrrc_qol.cli.jobs import jobs
from lrrc_qol.cli.patients import patients
from lrrc_qol.cli.protocol import protocol
from lrrc_qol.cli.records import records
from lrrc_qol.cli.rescore import rescore_command
from lrrc_qol.cli.score import score
from lrrc_qol.cli.selfcheck import selfcheck


def register_commands(app: Flask) -> None:
    """Add every command to the app's command line."""
    for command in (
        backup,
        centres,
        db,
        demo,
        export,
        instruments,
        jobs,
        patients,
        protocol,
        records,
        rescore_command,
        restore,
        score,
        selfcheck,
        users,
    ):
        app.cli.add_command(command)
