"""A jobs process for the tests: one sweep, then out; with `die` it ends between the server's 250 and the mark."""

from __future__ import annotations

import os
import sys
from datetime import datetime

from lrrc_qol.config import load_settings
from lrrc_qol.jobs import delivery
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.runtime import build_runtime
from tests.clock import FixedClock

KILLED = 9


def _die(*_: object, **__: object) -> bool:
    os._exit(KILLED)


if __name__ == "__main__":
    if "die" in sys.argv:
        delivery.mark_sent = _die
    clock = FixedClock(datetime.fromisoformat(sys.argv[1]))
    results = run_tick(build_runtime(load_settings(os.environ), clock=clock))
    sys.exit(None in results.values())
