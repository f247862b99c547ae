"""The real WSGI application behind a real server, in a thread, on a loopback port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

STOP_SECONDS = 10


@contextmanager
def serving(application: Any, *, host: str, port: int) -> Iterator[None]:
    """Serve on host:port until the block ends; every connection is closed then."""
    connections: dict[int, Any] = {}
    server = create_server(application, map=connections, host=host, port=port, threads=4)
    thread = threading.Thread(target=server.run, name="site", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # Closed from inside the server's own loop: a socket closed under its feet would end the thread with an error.
        server.trigger.pull_trigger(lambda: _close(connections))
        thread.join(STOP_SECONDS)
        server.task_dispatcher.shutdown()
        if thread.is_alive():
            raise RuntimeError("the site under test did not stop")


def _close(connections: dict[int, Any]) -> None:
    """Close every connection, and the file that a large answer waits in when its browser left before it was sent."""
    for connection in list(connections.values()):
        for waiting in getattr(connection, "outbufs", ()):
            waiting.close()
    wasyncore.close_all(connections)
