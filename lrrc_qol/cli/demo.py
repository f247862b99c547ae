"""`flask demo`: everything running on one machine with synthetic patients, until Ctrl-C."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from lrrc_qol.config import INSTANCE_DIR, Mode, Settings, SettingsError, SmsGateway, SmtpServer, load_settings
from lrrc_qol.demo.mailbox import start_mailbox
from lrrc_qol.demo.population import LOGINS, PASSWORD, populate
from lrrc_qol.demo.processes import PortTaken, Processes, free_port, refuse_taken_port
from lrrc_qol.demo.teaching import LOGIN as TEACHING_LOGIN
from lrrc_qol.demo.teaching import PATIENTS as TEACHING_PATIENTS
from lrrc_qol.demo.teaching import make_teaching_cohort
from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.persistence.queries.health import is_empty
from lrrc_qol.persistence.schema import upgrade
from lrrc_qol.runtime import Runtime, build_runtime

DEFAULT_PATIENTS = 60
DEFAULT_SEED = 7
DEFAULT_PORT = 8000
MAILBOX_PORT_OFFSET = 25


@click.command()
@click.option("--patients", default=DEFAULT_PATIENTS, type=click.IntRange(1, 5000), show_default=True)
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="The same seed makes the same patients.")
@click.option("--port", default=DEFAULT_PORT, type=click.IntRange(1024, 65000), show_default=True)
def demo(patients: int, seed: int, port: int) -> None:
    """Serve a demonstration: site, jobs process and a local mailbox. Stop it with Ctrl-C."""
    try:
        refuse_taken_port(port)
        mailbox_port = port + MAILBOX_PORT_OFFSET
        refuse_taken_port(mailbox_port)
        settings = _settings(port)
        runtime = build_runtime(settings)
    except (SettingsError, DefinitionError, PortTaken) as error:
        raise click.ClickException(str(error)) from None
    upgrade(runtime.database)
    _fill(runtime, patients=patients, seed=seed)
    runtime.database.dispose()
    mailbox = start_mailbox(_mail_folder(runtime), smtp_port=settings.smtp.port, http_port=mailbox_port)
    processes = Processes(_environment(settings))
    try:
        processes.start(port)
        _announce(port, mailbox_port, database_url=settings.database_url)
        processes.wait()
    finally:
        processes.stop()
        mailbox.stop()
    click.echo("Stopped. The data stay; start again with the same command.")


def _settings(port: int) -> Settings:
    """Demo settings from the environment; whatever is sent goes to the local mailbox, never to real people."""
    environ = dict(os.environ) | {"LRRC_QOL_MODE": Mode.DEMO.value}
    environ.setdefault("LRRC_QOL_DATABASE_URL", f"sqlite:///{INSTANCE_DIR / 'demo.sqlite3'}")
    environ.setdefault("LRRC_QOL_BASE_URL", f"http://localhost:{port}")
    environ.setdefault("LRRC_QOL_MAIL_FROM", "no-reply@demo.example")
    settings = load_settings(environ)
    gateway = SmsGateway(url=f"http://localhost:{port + MAILBOX_PORT_OFFSET}/sms", token="", sender="")
    return replace(settings, smtp=SmtpServer(host="127.0.0.1", port=free_port()), sms=gateway)


def _environment(settings: Settings) -> dict[str, str]:
    return dict(os.environ) | {
        "LRRC_QOL_MODE": settings.mode.value,
        "LRRC_QOL_DATABASE_URL": settings.database_url,
        "LRRC_QOL_BASE_URL": settings.base_url,
        "LRRC_QOL_MAIL_FROM": settings.mail_from,
        "LRRC_QOL_SMTP_URL": f"smtp://{settings.smtp.host}:{settings.smtp.port}",
        "LRRC_QOL_SMS_URL": settings.sms.url if settings.sms else "",
    }


def _fill(runtime: Runtime, *, patients: int, seed: int) -> None:
    with runtime.database.read() as session:
        empty = is_empty(session)
    if not empty:
        click.echo(f"Keeping the data that are there ({_place(runtime)}). Delete them to start anew.")
        return
    click.echo(f"Making {patients} synthetic patients in {_place(runtime)} ...")
    with click.progressbar(length=patients, label="Patients") as bar:
        populate(runtime, patients=patients, seed=seed, now=runtime.clock.now(), report=lambda _: bar.update(1))
    with click.progressbar(length=TEACHING_PATIENTS, label="Teaching cohort") as bar:
        make_teaching_cohort(runtime, seed=seed, now=runtime.clock.now(), report=lambda _: bar.update(1))


def _mail_folder(runtime: Runtime) -> Path:
    """Each demo database has its own mails, beside it."""
    database = runtime.database.url.database or ""
    if runtime.database.is_sqlite:
        return Path(database).with_suffix(".mailbox")
    return INSTANCE_DIR / f"{database}.mailbox"


def _place(runtime: Runtime) -> str:
    database = runtime.database.url.database or ""
    return Path(database).name if runtime.database.is_sqlite else database


def _announce(port: int, mailbox_port: int, *, database_url: str) -> None:
    click.echo(
        f"\n  Staff site     http://localhost:{port}/staff/\n"
        f"  Mailbox        http://localhost:{mailbox_port}/   (what patients get, with the links)\n"
        f"  Start page     http://localhost:{port}/\n"
        f"\n  Password for every demo account: {PASSWORD}\n"
    )
    for email, name, role in (*LOGINS, TEACHING_LOGIN):
        click.echo(f"    {email:<28} {role:<12} {name}")
    click.echo(
        "\n  All patients are invented. Stop with Ctrl-C.\n"
        "  Other commands work on these data in another terminal after:\n"
        f"    export LRRC_QOL_MODE=demo LRRC_QOL_DATABASE_URL='{database_url}'\n"
    )
