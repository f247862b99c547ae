"""Every route states who it is for, and a site with one that does not refuses to start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from lrrc_qol.factory import create_app
from lrrc_qol.runtime import build_runtime
from lrrc_qol.web.guards import ALL_PERMISSIONS, audience, audience_of, refuse_unmarked_routes
from tests.settings import make_settings

AUDIENCES = {"public", "patient", "signed_in", *(f"staff:{permission}" for permission in ALL_PERMISSIONS)}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """The site on a database that is never opened: its routes are looked at, not called."""
    runtime = build_runtime(make_settings(f"sqlite:///{tmp_path / 'never-used.sqlite3'}"))
    yield create_app(runtime=runtime)
    runtime.database.dispose()


def test_every_route_declares_a_known_audience(app: Flask) -> None:
    unknown = {
        rule.rule: audience_of(app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        if audience_of(app.view_functions[rule.endpoint]) not in AUDIENCES
    }
    assert unknown == {}


def test_the_site_has_its_promised_addresses(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    promised = {"/", "/staff/", "/staff/patients", "/admin/", "/login", "/healthz", "/readyz", "/metrics"}
    assert promised - rules == set()


def test_a_route_without_an_audience_stops_the_start() -> None:
    site = Flask("unmarked", static_folder=None)
    site.add_url_rule("/open", view_func=audience.public(lambda: "for all"), endpoint="open")
    refuse_unmarked_routes(site)
    site.add_url_rule("/forgotten", view_func=lambda: "for whom?", endpoint="forgotten")
    with pytest.raises(RuntimeError, match="/forgotten"):
        refuse_unmarked_routes(site)
