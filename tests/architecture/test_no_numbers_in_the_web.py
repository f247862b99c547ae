"""A web process never loads numpy: a job computes, pages read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.source_tree import ROOT

BUILD = """
import sys
from lrrc_qol.factory import create_app
from lrrc_qol.persistence.schema import upgrade
from lrrc_qol.runtime import build_runtime
from tests.settings import make_settings
runtime = build_runtime(make_settings("sqlite:///" + sys.argv[1]))
upgrade(runtime.database)
create_app(runtime=runtime)
import lrrc_qol.cli
print(sorted({name.partition(".")[0] for name in sys.modules} & {"numpy", "scipy", "pandas", "statsmodels"}))
"""


def test_building_the_site_and_its_commands_loads_no_numpy(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BUILD, str(tmp_path / "lrrc_qol.sqlite3")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
