"""How the site answers before any page: its host, the proxies in front, its health."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lrrc_qol.config import Mode, SettingsError, load_settings
from lrrc_qol.factory import StartRefused, create_app
from lrrc_qol.jobs.periodic import TICK_JOBS
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.models import JobRun, Throttle
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.staff_accounts import NewCentre, add_centre
from tests.clock import FixedClock
from tests.factories import make_patient, make_staff


def in_production(runtime: Runtime, **changes: object) -> Runtime:
    """The same process with production settings."""
    settings = replace(runtime.settings, mode=Mode.PRODUCTION, base_url="https://qol.example.org", **changes)  # type: ignore[arg-type]
    return replace(runtime, settings=settings)


def test_only_the_configured_host_is_answered_in_production(runtime: Runtime) -> None:
    client = create_app(runtime=in_production(runtime)).test_client()
    assert client.get("/healthz", headers={"Host": "qol.example.org"}).status_code == 200
    answer = client.get("/login", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_wrong_method_says_which_are_right(runtime: Runtime) -> None:
    answer = create_app(runtime=runtime).test_client().get("/logout")
    assert (answer.status_code, "POST" in answer.headers["Allow"]) == (405, True)


@pytest.mark.parametrize(("proxies", "source"), [(0, "127.0.0.1"), (1, "203.0.113.7")])
def test_a_forwarded_address_counts_only_from_our_own_proxy(runtime: Runtime, proxies: int, source: str) -> None:
    settings = replace(runtime.settings, trusted_proxies=proxies)
    client = create_app(runtime=replace(runtime, settings=settings)).test_client()
    client.get("/l/no-such-link")
    page = client.get("/login").text
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
    client.post(
        "/l/no-such-link",
        data={"year": "1958", "csrf_token": token},
        headers={"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "evil.example"},
    )
    with runtime.reading(COMMAND) as work:
        keys = [row.key for row in work.session.query(Throttle)]
    assert keys == [f"link-source:{source}"]


def test_a_number_of_proxies_that_cannot_be_is_refused() -> None:
    with pytest.raises(SettingsError, match="LRRC_QOL_TRUSTED_PROXIES"):
        load_settings({"LRRC_QOL_MODE": "test", "LRRC_QOL_TRUSTED_PROXIES": "all"})


def test_ready_only_while_every_job_keeps_running(runtime: Runtime, clock: FixedClock) -> None:
    client = create_app(runtime=runtime).test_client()
    assert client.get("/readyz").status_code == 503
    run_tick(runtime)
    assert client.get("/readyz").status_code == 200
    clock.advance(minutes=4)
    with runtime.writing(COMMAND) as work:
        for name in TICK_JOBS[1:]:
            row = work.session.get_one(JobRun, name)
            row.finished_at = work.now
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["last_tick_seconds"]) == (503, 240)


def test_production_refuses_a_centre_without_numbers_to_call(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    with runtime.writing(COMMAND) as work:
        add_centre(work, NewCentre(code="BARE", name="Bare", timezone="Europe/London"))
    monkeypatch.setattr("lrrc_qol.factory.build_runtime", lambda _: in_production(runtime))
    with pytest.raises(StartRefused, match="BARE"):
        create_app(settings=in_production(runtime).settings)


def test_a_key_that_does_not_open_the_database_stops_the_start(runtime: Runtime) -> None:
    make_patient(runtime, make_staff(runtime))
    with pytest.raises(StartRefused, match="LRRC_QOL_FIELD_KEY"):
        create_app(settings=replace(runtime.settings, field_key=bytes(32)))
