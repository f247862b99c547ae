"""`make lighthouse`: the pages of a patient, looked at by Lighthouse on a site of its own on this machine.

Optional: it needs Node, and fetches Lighthouse by `npx` unless one is installed or named in LIGHTHOUSE.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from bench.report import Report
from bench.site import Site, temporary_site
from lrrc_qol.services.show_results import show_results
from scripts.system_packages import find_chromium
from tests.factories import complete_visit, make_link, make_patient, make_staff, set_dates, take_seat
from tests.integration.web.patient.visitor import hidden_fields
from tests.live_server import serving
from tests.mailbox import LOOPBACK, free_port
from tests.patient_links import YEAR

VERSION = "lighthouse@12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices")
BEST = 100
# A page that takes longer than this hangs.
PATIENCE_SECONDS = 300
FLAGS = "--headless=new --no-sandbox --disable-gpu"
MISSING = """Lighthouse is not here. It is optional and needs Node 18.16 or later: install Node, then `make lighthouse`
fetches it by npx; or install it (`npm install --global {version}`), or name its program in LIGHTHOUSE."""


def main() -> int:
    """Print the marks of each page; 1 when one is below 100, 2 when Lighthouse or Chromium is missing."""
    lighthouse, chromium = find_lighthouse(), find_chromium()
    if not lighthouse or not chromium:
        print("Chromium is not here: `make test` installs it." if lighthouse else MISSING.format(version=VERSION))
        return 2
    report = Report()
    with TemporaryDirectory(prefix="lrrc_qol_lighthouse_") as folder, site_with_answers() as (url, token):
        cookie, form = enter(url, token)
        for name, path, sent in (
            ("landing", f"/l/{token}", ""),
            ("form", form, cookie),
            ("item", f"{form}/item/1", cookie),
            ("review", f"{form}/review", cookie),
            ("results", "/my/results", cookie),
        ):
            report.part(name)
            file = Path(folder) / f"{name}.json"
            ask(lighthouse, chromium, url + path, sent, file)
            tell(report, name, json.loads(file.read_text(encoding="utf-8")))
    return 1 if report.broken else 0


def find_lighthouse() -> list[str]:
    """How to start it; empty when nothing on this machine can."""
    program = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    if program:
        return [program]
    npx = shutil.which("npx")
    return [npx, "--yes", VERSION] if npx else []


@contextmanager
def site_with_answers() -> Iterator[tuple[str, str]]:
    """The address of a site, and a link of somebody who answered before and after the operation and is asked again."""
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    with temporary_site(BASE_URL=url) as site:
        token = recovering(site)
        with serving(site.app(), host=LOOPBACK, port=port):
            yield url, token


def recovering(site: Site) -> str:
    """The link to the visit after three months, in a centre that shows patients their results."""
    runtime, nurse = site.runtime, make_staff(site.runtime)
    with runtime.writing(make_staff(runtime, role="admin")) as work:
        show_results(work, shown=True)
    patient = make_patient(runtime, nurse)
    complete_visit(runtime, take_seat(runtime, patient))
    surgery = site.clock.advance(days=15).date()
    set_dates(runtime, nurse, patient, planned_surgery_on=surgery, surgery_on=surgery)
    site.clock.advance(days=30)
    complete_visit(runtime, take_seat(runtime, patient, "M1"), low=False)
    site.clock.advance(days=60)
    return make_link(runtime, patient, "M3")


def enter(url: str, token: str) -> tuple[str, str]:
    """Go through the link as a patient does: the cookies to send from now on, and the path of the form."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    landing = f"{url}/l/{token}"
    page = browser.open(landing).read().decode()
    sent = browser.open(landing, urlencode(hidden_fields(page) | {"year": YEAR, "js": "1"}).encode())
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar), sent.geturl().removeprefix(url)


def ask(lighthouse: list[str], chromium: str, address: str, cookie: str, file: Path) -> None:
    """Let Lighthouse look at a page as a phone on a slow connection and write what it found into the file."""
    headers = json.dumps({"Cookie": cookie} if cookie else {})
    options = ["--quiet", "--output=json", f"--output-path={file}", f"--extra-headers={headers}"]
    options += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={FLAGS}"]
    command, environ = [*lighthouse, address, *options], os.environ | {"CHROME_PATH": chromium}
    try:
        subprocess.run(command, check=True, env=environ, timeout=PATIENCE_SECONDS)
    except subprocess.CalledProcessError:  # its browser's trace sometimes lacks the beginning: once more, and only once
        subprocess.run(command, check=True, env=environ, timeout=PATIENCE_SECONDS)


def tell(report: Report, name: str, found: dict[str, Any]) -> None:
    """The marks of a page, and under a mark below 100 what took it down."""
    for category in CATEGORIES:
        marked = found["categories"][category]
        report.promise(f"{name}: {category}", round(BEST * (marked["score"] or 0)), at_least=BEST, at_most=BEST)
        for one in marked["auditRefs"]:
            audit = found["audits"][one["id"]]
            if one["weight"] and audit["score"] is not None and audit["score"] < 1:
                print(f"    {audit['score']:.2f}  {audit['title']}  {audit.get('displayValue', '')}".rstrip())


if __name__ == "__main__":
    sys.exit(main())
