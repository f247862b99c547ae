"""A site with real browsers: Chromium on a phone and a desktop, real SMTP, both databases."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.factory import create_app
from lrrc_qol.runtime import Runtime, build_runtime
from scripts.system_packages import find_chromium
from tests.clock import FixedClock
from tests.databases import cluster, database_url, migrated_postgresql, migrated_sqlite
from tests.live_server import serving
from tests.mailbox import LOOPBACK, Mailbox, free_port, running_mailbox
from tests.settings import make_settings
from tests.shipped import shipped_catalogue

# Fixtures shared with the integration tests; pytest finds them here by name.
__all__ = ["cluster", "database_url", "migrated_postgresql", "migrated_sqlite"]

FLAGS = [
    "--no-sandbox",  # Chromium refuses to run as root with it; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {LOOPBACK}",
]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
SCREENSHOTS = Path(__file__).resolve().parents[2] / "test-output"
FAILED = pytest.StashKey[bool]()
# Chromium reports every 4xx and 5xx answer as an error; tests judge those by what the page shows.
STATUS_NOTE = "Failed to load resource"


@dataclass(frozen=True)
class LiveSite:
    """The running site: its address, its insides, the clock the test sets and the mails that went out."""

    url: str
    runtime: Runtime
    clock: FixedClock
    mailbox: Mailbox


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Remember a failure for the fixture that takes the screenshots."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session; without it skip by name, or fail where it is required."""
    program = find_chromium()
    if program is None:
        message = "Chromium is not installed: `make test` installs it"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    """The shipped definitions, read once."""
    return shipped_catalogue()


@pytest.fixture
def definitions(shipped: Catalogue) -> Catalogue:
    """The shipped ones; a test file that needs others has a fixture of this name."""
    return shipped


@contextmanager
def running_site(
    database_url: str, definitions: Catalogue | None = None, prepare: Callable[[Flask], None] = lambda _: None
) -> Iterator[LiveSite]:
    """The whole site on loopback with its own database, clock and mailbox; `prepare` may add to it before it starts."""
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    clock = FixedClock()
    with running_mailbox() as mailbox:
        settings = make_settings(database_url, BASE_URL=url, SMTP_URL=mailbox.url)
        runtime = build_runtime(settings, clock=clock, catalogue=definitions)
        app = create_app(runtime=runtime)
        prepare(app)
        with serving(app, host=LOOPBACK, port=port):
            yield LiveSite(url, runtime, clock, mailbox)
        runtime.database.dispose()


@pytest.fixture
def live(database_url: str, definitions: Catalogue) -> Iterator[LiveSite]:
    """A site for one test."""
    with running_site(database_url, definitions) as site:
        yield site


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """A function that opens a page of a new context; script errors fail the test, failures leave screenshots."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(STATUS_NOTE):
            errors.append(message.text)

    def open_one(**options: Any) -> Page:
        context = browser.new_context(locale="en-GB", **options)
        contexts.append(context)
        context.on("console", note)
        context.on("weberror", lambda found: errors.append(str(found.error)))
        return context.new_page()

    yield open_one
    if request.node.stash.get(FAILED, False):
        _take_screenshots(request.node.nodeid, contexts)
    for context in contexts:
        context.close()
    assert errors == [], "the browser reported errors"


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A 360 px touch phone."""
    return open_page(**PHONE)


@pytest.fixture
def phone_without_javascript(open_page: Callable[..., Page]) -> Page:
    """The same phone with scripts switched off."""
    return open_page(**PHONE, java_script_enabled=False)


@pytest.fixture
def desktop(open_page: Callable[..., Page]) -> Page:
    """A nurse's screen."""
    return open_page(**DESKTOP)


def _take_screenshots(test: str, contexts: list[BrowserContext]) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9]+", "-", test.removeprefix("tests/browser/")).strip("-")
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages, start=1):
        page.screenshot(path=SCREENSHOTS / f"{name}-{number}.png", full_page=True)
