"""The demo's child processes: the site and the jobs process, started together and ended together."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from lrrc_qol.config import ROOT

START_SECONDS = 120
STOP_SECONDS = 10
PAUSE_SECONDS = 0.2


class PortTaken(Exception):
    """Another program listens on the port."""


class ChildEnded(Exception):
    """A child process ended by itself."""


class Processes:
    """The children; `environment` holds their settings."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, port: int) -> None:
        """Start both and wait until the site answers; ChildEnded when one of them gives up."""
        python = sys.executable
        self._spawn("jobs process", [python, "-m", "flask", "jobs", "run"])
        self._spawn("site", [python, "-m", "waitress", f"--listen=localhost:{port}", "--threads=8", "app:app"])
        deadline = time.monotonic() + START_SECONDS
        while not _answers(port):
            self._check()
            if time.monotonic() > deadline:
                raise ChildEnded(f"the site did not answer within {START_SECONDS} seconds")
            time.sleep(PAUSE_SECONDS)

    def wait(self) -> None:
        """Return when the user stops the demo (Ctrl-C or SIGTERM); ChildEnded when a child ends before."""
        stopping = False

        def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - fixed by the signal module
            nonlocal stopping
            stopping = True

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        while not stopping:
            self._check()
            time.sleep(PAUSE_SECONDS)

    def stop(self) -> None:
        """End the children, politely first."""
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        for child in self._children.values():
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _spawn(self, name: str, command: list[str]) -> None:
        # A session of its own, so that Ctrl-C reaches only this process, which then ends the children in order.
        self._children[name] = subprocess.Popen(  # noqa: S603 - fixed commands
            command, cwd=ROOT, env=self._environment, start_new_session=True
        )

    def _check(self) -> None:
        for name, child in self._children.items():
            if child.poll() is not None:
                raise ChildEnded(f"the {name} ended with code {child.returncode}")


def refuse_taken_port(port: int) -> None:
    """PortTaken with a way out when something listens on the port already."""
    with closing(socket.socket()) as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise PortTaken(f"Port {port} is in use. Choose another one, for example: make run PORT={port + 100}")


def free_port() -> int:
    """A port on loopback that nothing listens on at the moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://localhost:{port}/healthz", timeout=1) as reply:
            return bool(reply.status == 200)
    except (URLError, OSError):
        return False
