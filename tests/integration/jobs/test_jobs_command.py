"""`flask jobs`: a sweep at a set time only where that is allowed; a process that stands by and stops cleanly."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from lrrc_qol.cli.jobs import jobs
from lrrc_qol.config import Settings
from lrrc_qol.runtime import Runtime
from tests.factories import make_patient, make_staff
from tests.mailbox import Mailbox

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 60


def environment(settings: Settings, **changes: str) -> dict[str, str]:
    """The variables of a process on this test's database and mailbox."""
    return {
        "LRRC_QOL_MODE": "test",
        "LRRC_QOL_DATABASE_URL": settings.database_url,
        "LRRC_QOL_SMTP_URL": f"smtp://{settings.smtp.host}:{settings.smtp.port}",
    } | changes


def production(settings: Settings) -> dict[str, str]:
    """The variables of a production process."""
    return environment(
        settings,
        LRRC_QOL_MODE="production",
        LRRC_QOL_SECRET_KEY="s" * 64,
        LRRC_QOL_FIELD_KEY="QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
        LRRC_QOL_BASE_URL="https://qol.example.org",
        LRRC_QOL_MAIL_FROM="no-reply@qol.example.org",
    )


def test_a_tick_at_a_set_time_does_what_is_due_then(runtime: Runtime, settings: Settings, mailbox: Mailbox) -> None:
    make_patient(runtime, make_staff(runtime))
    result = CliRunner().invoke(jobs, ["tick", "--now", "2026-03-02T13:00:00+01:00"], env=environment(settings))
    assert result.exit_code == 0, result.output
    assert "queue_reminders: messages 1, calls 0" in result.output
    assert "deliver_messages: sent 1" in result.output
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("text", ["2026-03-02T12:00:00", "2026-03-02", "tomorrow"])
def test_a_time_without_an_offset_is_refused(settings: Settings, text: str) -> None:
    result = CliRunner().invoke(jobs, ["tick", "--now", text], env=environment(settings))
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1


def test_production_refuses_a_set_time(settings: Settings) -> None:
    now = ["tick", "--now", "2026-03-02T12:00:00+00:00"]
    result = CliRunner().invoke(jobs, now, env=production(settings))
    assert result.exit_code == 1
    assert result.output == "Error: --now works only in demo and test mode (LRRC_QOL_MODE).\n"


class Process:
    """`flask jobs run` with its output, line by line."""

    def __init__(self, settings: Settings) -> None:
        command = [sys.executable, "-m", "flask", "--app", "app", "jobs", "run"]
        variables = dict(os.environ) | environment(settings) | {"PYTHONUNBUFFERED": "1"}
        self.running = subprocess.Popen(
            command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.running.stdout or ():
            self.lines.put(line.strip())

    def wait_for(self, text: str) -> None:
        """Read on until a line holds `text`."""
        while text not in self.lines.get(timeout=PATIENCE_SECONDS):
            pass

    def end(self, number: int) -> int:
        """Send a signal and return the exit code."""
        self.running.send_signal(number)
        return self.running.wait(PATIENCE_SECONDS)


@contextmanager
def jobs_process(settings: Settings) -> Iterator[Process]:
    """A jobs process that is gone after the block."""
    process = Process(settings)
    try:
        yield process
    finally:
        process.running.kill()
        process.running.wait()
        process.reader.join()
        if process.running.stdout:
            process.running.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_process_sends_and_stops_cleanly(
    runtime: Runtime, settings: Settings, mailbox: Mailbox, number: signal.Signals
) -> None:
    with jobs_process(settings) as process:
        process.wait_for("Jobs are running")
        assert process.end(number) == 0
        process.wait_for("Jobs stopped.")


def test_a_second_process_stands_by_and_takes_over(settings: Settings) -> None:
    with jobs_process(settings) as first:
        first.wait_for("Jobs are running")
        with jobs_process(settings) as second:
            second.wait_for("standby")
            first.end(signal.SIGKILL)
            second.wait_for("Jobs are running")
            assert second.end(signal.SIGINT) == 0
