"""A program that is set up wrongly does not start: one line says why, without a trace and without the secret."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import text

from lrrc_qol.config import OPEN_FIELD_KEY, OPEN_SECRET, ROOT, SettingsError, load_settings
from lrrc_qol.factory import StartRefused, create_app
from lrrc_qol.runtime import Runtime
from tests.factories import make_patient, make_staff
from tests.mailbox import LOOPBACK
from tests.server_process import environment

SECRET = "s3cret-" * 9
FIELD_KEY = base64.b64encode(b"\x07" * 32).decode()
PRODUCTION = {
    "MODE": "production",
    "SECRET_KEY": SECRET,
    "FIELD_KEY": FIELD_KEY,
    "BASE_URL": "https://qol.example.org",
    "SMTP_URL": "smtp://user:pw-canary@mail.example.org:25",
    "MAIL_FROM": "no-reply@qol.example.org",
}
END_SECONDS = 60
WAITRESS = (sys.executable, "-m", "waitress", f"--listen={LOOPBACK}:0", "app:app")
FLASK = (sys.executable, "-m", "flask")
JOBS = (*FLASK, "jobs", "run")


@dataclass(frozen=True)
class Start:
    """One way to start the program that must not work, and what the one line must name."""

    says: str
    settings: dict[str, str]
    command: tuple[str, ...] = WAITRESS
    folder: Path = field(default=ROOT)

    def failure(self) -> str:
        """What is wrong with the refusal; empty when it is right."""
        ended = subprocess.run(
            self.command,
            cwd=self.folder,
            env=environment(self.settings),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=END_SECONDS,
            check=False,
        )
        lines = ended.stderr.splitlines()
        told = [value for name, value in self.settings.items() if name.endswith("_KEY") and value in ended.stderr]
        if ended.returncode in {0, None} or len(lines) != 1 or not re.search(self.says, lines[0]) or told:
            return f"{self.says}: exit {ended.returncode}, {len(lines)} lines: {ended.stderr[-400:]}"
        return ""


def refusals(starts: list[Start]) -> list[str]:
    """Try them side by side; what did not go as it must."""
    with ThreadPoolExecutor(3) as pool:
        return [failure for failure in pool.map(Start.failure, starts) if failure]


def without(*names: str) -> dict[str, str]:
    """The settings of a good production start without some."""
    return {name: value for name, value in PRODUCTION.items() if name not in names}


@pytest.fixture
def wrong_definition(tmp_path: Path) -> Path:
    """A copy of the program with one wrong letter in one questionnaire."""
    copy = tmp_path / "program"
    copy.mkdir()
    for name in ("lrrc_qol", "templates", "instruments"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "app.py", copy / "app.py")
    definition = next((copy / "instruments" / "distress_nrs").rglob("instrument.toml"))
    definition.write_text(definition.read_text(encoding="utf-8").replace("method =", "methud =", 1), encoding="utf-8")
    return copy


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the database does not matter here
def test_a_wrong_set_up_stops_every_process(runtime: Runtime, database_url: str, wrong_definition: Path) -> None:
    good = PRODUCTION | {"DATABASE_URL": database_url}
    wrong = {"MODE": "test", "DATABASE_URL": database_url}
    nowhere = "postgresql+psycopg://user:pw-canary@127.0.0.1:1/nothing"
    starts = [
        Start("LRRC_QOL_SECRET_KEY is not set", without("SECRET_KEY")),
        Start(
            "LRRC_QOL_BASE_URL must start with https",
            PRODUCTION | {"BASE_URL": "http://qol.example.org"},
            (*FLASK, "run"),
        ),
        Start(r"distress_nrs/.*instrument\.toml: .*methud", wrong, folder=wrong_definition),
        Start("the database does not answer", good | {"DATABASE_URL": nowhere}),
        Start("LRRC_QOL_FIELD_KEY has 16 bytes", good | {"FIELD_KEY": FIELD_KEY[:22] + "=="}, JOBS),
    ]
    assert refusals(starts) == []


UNFIT = (
    ("UPDATE alembic_version SET version_num = '9999'", "is at revision 9999.* flask db upgrade"),
    ("DROP TABLE alembic_version", "is empty.* flask db upgrade"),
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_does_not_fit_stops_every_process(runtime: Runtime, database_url: str) -> None:
    make_patient(runtime, make_staff(runtime))
    settings = {"MODE": "test", "DATABASE_URL": database_url}
    other_key = settings | {"FIELD_KEY": FIELD_KEY}
    assert refusals([Start("LRRC_QOL_FIELD_KEY", other_key), Start("LRRC_QOL_FIELD_KEY", other_key, JOBS)]) == []
    with runtime.database.engine.begin() as connection:
        connection.execute(text(UNFIT[0][0]))
    assert refusals([Start(UNFIT[0][1], settings), Start("flask db upgrade", settings, JOBS)]) == []


def test_a_database_that_does_not_fit_is_named(runtime: Runtime) -> None:
    make_patient(runtime, make_staff(runtime))
    with pytest.raises(StartRefused, match="LRRC_QOL_FIELD_KEY"):
        create_app(replace(runtime.settings, field_key=bytes(32)))
    for statement, says in UNFIT:
        with runtime.database.engine.begin() as connection:
            connection.execute(text(statement))
        with pytest.raises(StartRefused, match=says):
            create_app(runtime.settings)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "x" * 49}, "SECRET_KEY must be your own"),
        ({"SECRET_KEY": OPEN_SECRET}, "SECRET_KEY must be your own"),
        ({"FIELD_KEY": ""}, "FIELD_KEY is not set"),
        ({"FIELD_KEY": "not base64!"}, "FIELD_KEY is not valid base64"),
        ({"FIELD_KEY": base64.b64encode(b"x" * 31).decode()}, "FIELD_KEY has 31 bytes"),
        ({"FIELD_KEY": base64.b64encode(OPEN_FIELD_KEY).decode()}, "published demo key"),
        ({"BASE_URL": ""}, "BASE_URL is not set"),
        ({"BASE_URL": "http://qol.example.org"}, "must start with https"),
        ({"BASE_URL": "//qol.example.org"}, "BASE_URL"),
        ({"BASE_URL": "https://["}, "BASE_URL"),
        ({"BASE_URL": "https://qol.example.org:70000"}, "BASE_URL"),
        ({"BASE_URL": "https://qol.example.org/forms"}, "without a path"),
        ({"BASE_URL": "https://name@qol.example.org"}, "without a path"),
        ({"SMTP_URL": ""}, "SMTP_URL is not set"),
        ({"SMTP_URL": "mail.example.org"}, "SMTP_URL must look like"),
        ({"SMTP_URL": "smtp://["}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://mail.example.org:port"}, "SMTP_URL"),
        ({"MAIL_FROM": ""}, "MAIL_FROM is not set"),
        ({"MAIL_FROM": "a@b.example\r\nBcc: c@d.example"}, "MAIL_FROM must be one plain address"),
        ({"MODE": "Production"}, "LRRC_QOL_MODE"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL must look like"),
        ({"DATABASE_URL": "mysql://user:pw-canary@host/name"}, "DATABASE_URL must look like"),
        ({"DATABASE_URL": "postgresql+psycopg://user:pw-canary@host:port/name"}, "DATABASE_URL must look like"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(changes: Mapping[str, str], says: str) -> None:
    variables = {f"LRRC_QOL_{name}": value for name, value in (PRODUCTION | changes).items()}
    with pytest.raises(SettingsError, match=says) as refusal:
        load_settings(variables)
    assert "\n" not in str(refusal.value)
    assert not [value for value in (SECRET, FIELD_KEY, "pw-canary") if value in str(refusal.value)]


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:////srv/data/lrrc_qol.sqlite3",
        "sqlite://",
        "postgresql+psycopg://lrrc_qol:pass/w[o]rd@localhost/lrrc_qol",
        "postgresql+psycopg://lrrc_qol@/lrrc_qol?host=/var/run/postgresql",
        "postgresql://lrrc_qol:x@[::1]:5432/lrrc_qol",
    ],
)
def test_a_good_database_address_is_taken(address: str) -> None:
    variables = {f"LRRC_QOL_{name}": value for name, value in (PRODUCTION | {"DATABASE_URL": address}).items()}
    assert load_settings(variables).database_url == address
