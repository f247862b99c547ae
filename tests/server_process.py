"""The real server in a process of its own, started as an operator would and ended by its number."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from lrrc_qol.config import ROOT
from tests.mailbox import LOOPBACK, free_port

START_ATTEMPTS = 600
START_PAUSE_SECONDS = 0.05
END_SECONDS = 20
# A site that dies on order (`tests/dying_site.py`): the setting that names the file with the order, its exit status.
DYING = "tests.dying_site:site"
ORDER, DIED = "TEST_ORDER", 77


class Server:
    """One waitress process with its settings; `port` is where it answers.

    `application` is what it serves, `port` a chosen one, for a server that comes back where another was.
    """

    def __init__(self, settings: Mapping[str, str], *, application: str = "app:app", port: int = 0) -> None:
        self.port = port or free_port()
        command = [sys.executable, "-m", "waitress", f"--listen={LOOPBACK}:{self.port}", "--threads=6", application]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def wait_until_up(self) -> None:
        """Return when the site answers; RuntimeError with what it said when it ended instead."""
        for _ in range(START_ATTEMPTS):
            if self.status("/healthz") == 200:
                return
            try:
                self._process.wait(START_PAUSE_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            break
        raise RuntimeError(f"the server did not start: {self.end()}")

    def status(self, path: str) -> int:
        """The status of a page; 0 when nobody answers."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=END_SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does (signal 9)."""
        self._process.send_signal(signal.SIGKILL)
        self.end()

    def wait_until_dead(self) -> int:
        """Return when it has ended by itself: its exit status."""
        return self._process.wait(END_SECONDS)

    def end(self) -> str:
        """Make sure that it is gone; what it wrote to standard error."""
        if self._process.poll() is None:
            self._process.kill()
        _, errors = self._process.communicate(timeout=END_SECONDS)
        return str(errors.decode(errors="replace"))


@contextmanager
def running(settings: Mapping[str, str]) -> Iterator[Server]:
    """A server that is up; gone at the end."""
    server = Server(settings)
    try:
        server.wait_until_up()
        yield server
    finally:
        server.end()


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The variables of a process: this machine's, without any setting of ours but the given ones."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("LRRC_QOL_", "FLASK_", "PG"))
    }
    return inherited | {f"LRRC_QOL_{name}": value for name, value in settings.items()}
