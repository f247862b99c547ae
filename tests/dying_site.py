"""The site for a server of its own that dies on order: after the commit of a request, before anybody gets the reply.

The order is a file that the setting ORDER names; it holds the end of a path. It is gone once it was carried out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app import app
from tests.server_process import DIED, ORDER


def site(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer as the site does, unless this is the request to die at: the view is done, not a byte has left."""
    answer = app(environ, start_response)
    order = Path(os.environ[f"LRRC_QOL_{ORDER}"])
    if environ["REQUEST_METHOD"] == "POST" and order.exists() and environ["PATH_INFO"].endswith(order.read_text()):
        order.unlink()
        os._exit(DIED)
    return answer
