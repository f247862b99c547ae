"""One patient session through the web application: statements, commits, bytes and CPU of each step."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import brotli
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from bench.measure import DatabaseUse, cpu_seconds, database_use
from bench.report import Report
from bench.site import Site, temporary_site
from lrrc_qol.persistence.models import Assignment, Visit
from lrrc_qol.services.context import COMMAND, Actor
from tests.factories import make_link, make_patient, make_staff
from tests.integration.web.patient.visitor import CSRF, FORM_PATH, hidden_fields
from tests.patient_links import YEAR

ITEMS = 30
SESSIONS = 12
BARE_REQUESTS = 300
# What every phone asks for over https.
PACKING = "br"
SAVES = f"{ITEMS} saves"
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


@dataclass
class Step:
    """What one step of one session took."""

    requests: int = 0
    down: int = 0
    cpu: float = 0.0
    use: DatabaseUse = field(default_factory=DatabaseUse)


class Phone:
    """A browser that takes brotli and notes what each step costs."""

    def __init__(self, site: Site, client: FlaskClient) -> None:
        self._site, self._client = site, client
        self.steps: dict[str, Step] = defaultdict(Step)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Everything asked for in the block belongs to this step."""
        step = self.steps[name]
        with database_use(self._site.runtime) as use:
            start = time.process_time()
            yield step
            step.cpu += time.process_time() - start
        step.use.statements += use.statements
        step.use.commits += use.commits

    def ask(self, step: Step, send: Callable[..., TestResponse], path: str, **what: object) -> TestResponse:
        """One request; the answer must be a good one."""
        headers = {"Accept-Encoding": PACKING} | dict(what.pop("headers", {}))  # type: ignore[call-overload]
        answer = send(path, headers=headers, **what)
        if answer.status_code not in {200, 303}:
            raise RuntimeError(f"{path} answered {answer.status}")
        step.requests += 1
        step.down += len(answer.data) + sum(len(name) + len(value) + 4 for name, value in answer.headers) + 17
        return answer

    def session(self, token: str) -> None:
        """From the link in the mail to the end."""
        client = self._client
        with self.step("landing") as step:
            page = _text(self.ask(step, client.get, f"/l/{token}"))
        with self.step("styles and script") as step:
            for asset in ASSET.findall(page):
                self.ask(step, client.get, asset)
        with self.step("year of birth") as step:
            fields = hidden_fields(page) | {"year": YEAR, "js": "1"}
            found = FORM_PATH.search(self.ask(step, client.post, f"/l/{token}", data=fields).headers["Location"])
        form = found[0] if found else ""
        with self.step("form") as step:
            page = _text(self.ask(step, client.get, form))
        csrf = CSRF.search(page)
        headers = {"X-CSRFToken": csrf[1] if csrf else ""}
        with self.step(SAVES) as step:
            for number in range(ITEMS):
                answers = [{"item_id": f"q{number + 1}", "value": 1 + number % 4, "age_seconds": 0}]
                body = {"key": f"save-{number:03}", "version": number, "answers": answers}
                self.ask(step, client.post, f"{form}/save", json=body, headers=headers)
        with self.step("submit") as step:
            body = {"key": "submit-1", "version": ITEMS}
            answer = self.ask(step, client.post, f"{form}/submit", json=body, headers=headers)
        if b'"next": null' not in _body(answer) and b'"next":null' not in _body(answer):
            raise RuntimeError("the visit did not end")


def run(report: Report) -> None:
    """Measure some sessions and print one, with the CPU time of the quickest."""
    report.part(f"One patient session: QLQ-C30, {ITEMS} saves, SQLite (CPU in views of a bare Flask site)")
    with temporary_site() as site:
        app, bare = site.app(), _bare_view()
        nurse = make_staff(site.runtime)
        phones = [_one_session(site, app, nurse, number) for number in range(SESSIONS)]
    last = phones[-1].steps
    quickest = {name: min(phone.steps[name].cpu for phone in phones[1:]) for name in last}
    print(f"  {'step':<22}{'requests':>9}{'statements':>12}{'commits':>9}{'bytes down':>12}{'CPU':>8}")
    for name, step in last.items():
        use = step.use
        print(
            f"  {name:<22}{step.requests:>9}{use.statements:>12}{use.commits:>9}{step.down:>12,}"
            f"{quickest[name] / bare:>8.1f}"
        )
    _promises(report, last)
    report.figure("CPU of a session / a bare view", f"{sum(quickest.values()) / bare:.0f}", f"{bare * 1e6:.0f} us each")
    report.figure("CPU of a save / a bare view", f"{quickest[SAVES] / ITEMS / bare:.1f}")


def _promises(report: Report, steps: dict[str, Step]) -> None:
    pages = [step for name, step in steps.items() if name not in {SAVES, "submit"}]
    cold = sum(step.down for step in pages)
    saves = steps[SAVES]
    report.promise("statements a save", saves.use.statements / ITEMS, at_most=10)
    report.promise("commits a save", saves.use.commits / ITEMS, at_least=1, at_most=1, note="the answer is on disk")
    report.promise("statements of the submit", steps["submit"].use.statements, at_most=20)
    report.promise("statements of the session", sum(step.use.statements for step in steps.values()), at_most=350)
    report.promise("requests besides saves and submit", sum(step.requests for step in pages), at_most=5)
    report.promise("bytes down, first time, all assets", cold, at_most=20_000)
    report.promise("bytes down, assets kept", cold - steps["styles and script"].down, at_most=5_000)


def _one_session(site: Site, app: Flask, nurse: Actor, number: int) -> Phone:
    patient = make_patient(site.runtime, nurse, hospital_number=f"H-{number}")
    with site.runtime.writing(COMMAND) as work:
        visits = select(Visit.id).where(Visit.key == "BL1")
        others = delete(Assignment).where(Assignment.visit_id.in_(visits), Assignment.instrument_id != "qlq_c30")
        work.session.execute(others.execution_options(synchronize_session=False))
    phone = Phone(site, app.test_client())
    phone.session(make_link(site.runtime, patient))
    return phone


def _bare_view() -> float:
    """The CPU time of a view that returns a word, asked by the same kind of client."""
    app = Flask("bare")
    app.add_url_rule("/", view_func=lambda: "ok")
    client = app.test_client()

    def ask() -> None:
        for _ in range(BARE_REQUESTS):
            client.get("/")

    return cpu_seconds(ask) / BARE_REQUESTS


def _body(answer: TestResponse) -> bytes:
    return brotli.decompress(answer.data) if answer.headers.get("Content-Encoding") == PACKING else answer.data


def _text(answer: TestResponse) -> str:
    return _body(answer).decode()
