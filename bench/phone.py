"""What each page of the patient weighs on a phone: with everything it needs, and with the assets kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask.testing import FlaskClient

from bench.report import Report
from bench.site import temporary_site
from tests.integration.web.patient.visitor import Visitor
from tests.patient_links import baseline_link, check_in_link

FIRST_LOAD = 15 * 1024
ASSETS_KEPT = 4 * 1024
SCRIPT = 10 * 1024
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def run(report: Report) -> None:
    """Weigh the pages of a check-in and of a long visit in English, packed with gzip."""
    report.part(f"Patient pages, gzip, bodies in bytes: first load <= {FIRST_LOAD:,}, assets kept <= {ASSETS_KEPT:,}")
    for visit, make_link in (("check-in", check_in_link), ("long visit", baseline_link)):
        with temporary_site() as site:
            client = site.app().test_client()
            for page, path in _pages(client, make_link(site.runtime)):
                _weigh(report, client, f"{visit}: {page}", path)


def weight(client: FlaskClient, path: str, *, encoding: str = "gzip") -> tuple[int, dict[str, int]]:
    """Bytes of the packed page itself, and of each asset it names."""
    headers = {"Accept-Encoding": encoding}
    page = client.get(path)
    if page.status_code != 200:
        raise RuntimeError(f"{path} answered {page.status}")
    assets = {asset: len(client.get(asset, headers=headers).data) for asset in ASSET.findall(page.text)}
    return len(client.get(path, headers=headers).data), assets


def _pages(client: FlaskClient, token: str) -> Iterator[tuple[str, str]]:
    """Every page that can be opened before anything is sent, by name and path."""
    yield "landing", f"/l/{token}"
    form = Visitor(client).enter(token)
    yield "whole form", form
    yield "one question", f"{form}/item/1"
    yield "review", f"{form}/review"
    yield "what there is to do", "/form"
    yield "call me", "/form/call-me"


def _weigh(report: Report, client: FlaskClient, name: str, path: str) -> None:
    page, assets = weight(client, path)
    report.promise(f"{name}: first load", page + sum(assets.values()), at_most=FIRST_LOAD)
    report.promise(f"{name}: assets kept", page, at_most=ASSETS_KEPT)
    script = sum(size for asset, size in assets.items() if ".js" in asset)
    report.promise(f"{name}: script", script, at_most=SCRIPT)
