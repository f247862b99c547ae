"""For every test: no network beyond this machine, and nothing left running."""

from __future__ import annotations

import ipaddress
import signal
import socket
from collections.abc import Iterator
from typing import Any

import pytest


def pytest_configure() -> None:
    """A run that is told to end takes down the servers it started, as it does on Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


class NetworkUsed(AssertionError):
    """A test tried to reach another machine."""


@pytest.fixture(scope="session", autouse=True)
def _only_this_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


def _guarded(original: Any) -> Any:
    def call(self: socket.socket, *arguments: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _refuse_unless_local(arguments[-1][0])
        return original(self, *arguments)

    return call


def _guarded_lookup(original: Any) -> Any:
    def look_up(host: Any, *arguments: Any, **named: Any) -> Any:
        if host:
            _refuse_unless_local(host)
        return original(host, *arguments, **named)

    return look_up


def _refuse_unless_local(host: str | bytes) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name == "localhost":
        return
    try:
        local = ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        local = False
    if not local:
        raise NetworkUsed(f"tests may only talk to this machine, not to {name}")
