"""The site is up on both databases and tells truthfully whether it can work."""

from __future__ import annotations

from flask.testing import FlaskClient

from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.runtime import Runtime
from tests.clock import FixedClock


def test_process_is_up(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200


def test_not_ready_before_the_first_tick(client: FlaskClient) -> None:
    assert client.get("/readyz").status_code == 503


def test_ready_after_a_tick(client: FlaskClient, runtime: Runtime) -> None:
    run_tick(runtime)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["migrations"]) == (200, "current")


def test_not_ready_when_the_jobs_stand_still(client: FlaskClient, runtime: Runtime, clock: FixedClock) -> None:
    run_tick(runtime)
    clock.advance(minutes=10)
    assert client.get("/readyz").status_code == 503


def test_an_unknown_address_is_a_plain_page(client: FlaskClient) -> None:
    answer = client.get("/no-such-page")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
