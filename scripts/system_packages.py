"""Finds the programs the tests drive, Chromium and PostgreSQL, and installs them where that is allowed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_PACKAGES = ("chromium", "fonts-liberation")
POSTGRES_PACKAGES = ("postgresql",)
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")

# While this file is there, Debian's postgresql package starts no server of its own; the tests start theirs.
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/no-main-cluster.conf")


class SetupError(Exception):
    """Something is missing that cannot be installed from here; the text says what to do."""


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def find_postgres_bin() -> Path | None:
    """Return the folder with initdb and postgres: $POSTGRES_BIN, then the PATH, then Debian's newest; or None."""
    named = os.environ.get("POSTGRES_BIN")
    on_path = shutil.which("initdb")
    debian = sorted(DEBIAN_POSTGRES.glob("*/bin"), key=lambda folder: int("0" + folder.parent.name.split(".")[0]))
    folders = [Path(named)] if named else []
    folders += [Path(on_path).resolve().parent] if on_path else []
    folders += reversed(debian)
    return next((each for each in folders if (each / "initdb").exists() and (each / "postgres").exists()), None)


def ensure_test_programs() -> None:
    """Install Chromium and PostgreSQL where missing; SetupError names what is missing when that is not allowed."""
    missing: dict[str, tuple[str, ...]] = {}
    if find_chromium() is None:
        missing["Chromium"] = CHROMIUM_PACKAGES
    if find_postgres_bin() is None:
        missing["PostgreSQL"] = POSTGRES_PACKAGES
    if not missing:
        return
    packages = [package for names in missing.values() for package in names]
    with _no_main_cluster(needed="PostgreSQL" in missing):
        install(packages, reason=f"The tests need {' and '.join(missing)}.")
    for name, find in (("Chromium", find_chromium), ("PostgreSQL", find_postgres_bin)):
        if find() is None:
            raise SetupError(f"{name} is still not found after installing it; check the messages above.")


def install(packages: list[str], *, reason: str) -> None:
    """Install Debian packages when root on Debian; otherwise SetupError with the command to run."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        raise SetupError(f"{reason}\nInstall with your system's package manager: {' '.join(packages)}")
    if not _may_install():
        raise SetupError(f"{reason}\nRun this as root, then try again:\n\n    {' '.join(command)}\n")
    print(f"{reason} Installing {', '.join(packages)} ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "-q"], [*command, "-q"]):
        done = subprocess.run(step, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment, check=False)
        if done.returncode != 0:
            raise SetupError(f"{reason}\nInstalling failed at: {' '.join(step)}")


def _may_install() -> bool:
    return os.geteuid() == 0


@contextlib.contextmanager
def _no_main_cluster(*, needed: bool) -> Iterator[None]:
    if not needed or not _may_install() or NO_CLUSTER.exists():
        yield
        return
    NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    NO_CLUSTER.write_text("create_main_cluster = false\n", encoding="ascii")
    try:
        yield
    finally:
        NO_CLUSTER.unlink()
