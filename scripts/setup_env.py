"""Sets up what a make target needs: the environment, the locked packages and, for tests, Chromium and PostgreSQL.

Standard library only, and readable by Python 3.7, so that an old Python gets a sentence instead of a traceback.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import system_packages
from scripts.system_packages import SetupError

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
RUN_REQUIREMENTS = ROOT / "requirements.txt"
TOOL_REQUIREMENTS = ROOT / "tests" / "requirements.txt"

FLOOR = (3, 11)
PYTHON_NAMES = ("python3.13", "python3.12", "python3.11", "python3")
# Asking ensurepip for its version finds out whether the wheel it installs is there; importing it alone does not.
PROBE = "import sys; print(*sys.version_info[:3], sep='.'); import ensurepip, venv; ensurepip.version()"


def main(arguments: list[str]) -> int:
    """Set up what the arguments ask for; 0 when everything is there, else 1 with a plain sentence on stderr."""
    parser = argparse.ArgumentParser(prog="scripts.setup_env", description=__doc__)
    parser.add_argument("--tools", action="store_true", help="also the tools for checks and tests")
    parser.add_argument("--tests", action="store_true", help="the tools, and Chromium and PostgreSQL")
    options = parser.parse_args(arguments)
    try:
        set_up(tools=options.tools or options.tests, machine=options.tests)
    except SetupError as error:
        print("\nSet-up stopped. " + str(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up interrupted; start it again to continue.", file=sys.stderr)
        return 130
    return 0


def set_up(*, tools: bool, machine: bool) -> None:
    """Make the environment and install what is missing; cheap when nothing is."""
    if not _venv_is_ours():
        _make_venv(_usable_python())
    _install(RUN_REQUIREMENTS, stamp=VENV / ".stamp-run", purpose="the site")
    if tools:
        _install(TOOL_REQUIREMENTS, stamp=VENV / ".stamp-tools", purpose="the checks and tests")
    if machine:
        system_packages.ensure_test_programs()


def _venv_is_ours() -> bool:
    """Whether .venv is complete and was made here; a moved or copied one points at its old place."""
    pip = VENV / "bin" / "pip"
    if not (VENV / "bin" / "python").exists() or not pip.exists():
        return False
    return str(VENV) in pip.read_text(encoding="utf-8", errors="replace")[:500]


def _make_venv(python: str) -> None:
    print("Making the environment in .venv ...", flush=True)
    _run([python, "-m", "venv", "--clear", str(VENV)], failure="Python could not make the environment in .venv.")


def _usable_python() -> str:
    """Return the first Python that is new enough and can make environments; install python3-venv where we may."""
    seen = _probe_all()
    ready = [path for path, (version, has_venv) in seen.items() if version >= FLOOR and has_venv]
    if ready:
        return ready[0]
    if not any(version >= FLOOR for version, _ in seen.values()):
        found = ", ".join("{}.{} at {}".format(*version[:2], path) for path, (version, _) in seen.items()) or "none"
        raise SetupError(
            f"This program needs Python {FLOOR[0]}.{FLOOR[1]} or newer (found: {found}).\n"
            "Install a newer Python, for instance from python.org or your system's packages, and run the command again."
        )
    system_packages.install(["python3-venv"], reason="Python's own venv module is missing.")
    ready = [path for path, (version, has_venv) in _probe_all().items() if version >= FLOOR and has_venv]
    if not ready:
        raise SetupError(
            "Python still cannot make environments after installing python3-venv.\n"
            "Install the venv package of the Python you use, for instance python3.11-venv."
        )
    return ready[0]


def _probe_all() -> dict[str, tuple[tuple[int, ...], bool]]:
    """Return every Python found, the running one first, with its version and whether it can make environments."""
    named = [shutil.which(name) for name in PYTHON_NAMES]
    paths = [path for path in [sys.executable, *named, "/usr/bin/python3"] if path and Path(path).exists()]
    seen = {}
    for path in dict.fromkeys(paths):
        result = _probe(path)
        if result is not None:
            seen[path] = result
    return seen


def _probe(path: str) -> tuple[tuple[int, ...], bool] | None:
    # A name on the PATH may be a version manager's stand-in that runs nothing: only a started Python counts.
    done = subprocess.run(
        [path, "-c", PROBE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    numbers = done.stdout.strip().split(".")
    if not all(number.isdigit() for number in numbers):
        return None
    return tuple(int(number) for number in numbers), done.returncode == 0


def _install(requirements: Path, *, stamp: Path, purpose: str) -> None:
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    print(f"Installing the packages for {purpose}; this takes a minute the first time ...", flush=True)
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # The lock names every package, so nothing is left to resolve; with extras pip's resolver would look past the lock.
    _run(
        [*command, "--no-input", "--no-deps", "--require-hashes", "-r", str(requirements)],
        failure=f"The packages for {purpose} could not be installed; the lines above say why.\n"
        "Check the network connection and run the command again.",
    )
    stamp.write_text(digest, encoding="ascii")


def _run(command: list[str], *, failure: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise SetupError(failure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
