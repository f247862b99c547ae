"""A database that is locked, full, crowded or gone: the site says "not saved", stays alive, and heals by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from lrrc_qol.persistence import db
from lrrc_qol.runtime import Runtime
from tests.clock import FixedClock
from tests.factories import make_staff
from tests.integration.promises.world import YEAR, Record, make_record
from tests.integration.web.patient.visitor import Visitor, save_body
from tests.patient_links import stored
from tests.postgres import OWNER, Cluster
from tests.staff_browser import CSRF, StaffBrowser, signed_in

PAIN = {"item_id": "pain_average", "value": 4}
Trouble = Callable[[], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shorter wait for locks; what it really is has a test of its own below."""
    monkeypatch.setattr(db, "LOCK_SECONDS", 0.2)


@pytest.fixture
def record(runtime: Runtime) -> Record:
    """A patient in the middle of the baseline visit."""
    owner = make_staff(runtime, email="owner@north.example")
    return make_record(runtime, owner, colleague=owner)


@pytest.fixture
def patient(app: Flask, record: Record) -> Visitor:
    """The patient at the form."""
    visitor = Visitor(app.test_client())
    assert visitor.open_link(record.link, year=YEAR, script=True).status_code == 303
    return visitor


@pytest.fixture
def nurse(app: Flask, runtime: Runtime) -> StaffBrowser:
    """A nurse, signed in."""
    make_staff(runtime)
    return signed_in(app, "nurse@north.example")


@pytest.fixture
def locked(runtime: Runtime) -> Trouble:
    """Somebody else holds what every save needs: the write lock, or the rows of the forms."""

    @contextmanager
    def hold() -> Iterator[None]:
        with runtime.database.engine.connect() as connection:
            connection.execute(
                text("SELECT 1" if runtime.database.is_sqlite else "SELECT 1 FROM assignment FOR UPDATE")
            )
            yield
            connection.rollback()

    return hold


@pytest.fixture
def gone(runtime: Runtime, cluster: Cluster) -> Trouble:
    """PostgreSQL ends all our connections and takes no new one."""
    name = str(runtime.database.url.database)

    @contextmanager
    def take_away() -> Iterator[None]:
        _allow_connections(cluster, name, allowed=False)
        try:
            yield
        finally:
            _allow_connections(cluster, name, allowed=True)

    return take_away


def _allow_connections(cluster: Cluster, name: str, *, allowed: bool) -> None:
    with psycopg.connect(host=str(cluster.socket_folder), user=OWNER, dbname="postgres", autocommit=True) as admin:
        admin.execute(
            sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}").format(sql.Identifier(name), sql.Literal(allowed))
        )
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def refused(answer: TestResponse) -> bool:
    """Whether this is our own page or body of a refusal that may be tried again."""
    return (answer.status_code, "Retry-After" in answer.headers, "Content-Security-Policy" in answer.headers) == (
        503,
        True,
        True,
    )


def not_saved(answer: TestResponse) -> bool:
    """The same for a page's script."""
    body = answer.json or {}
    return refused(answer) and (body["error"], body["saved"]) == ("not_saved", False)


def test_a_save_that_meets_a_lock_says_not_saved_and_works_again(
    patient: Visitor, record: Record, runtime: Runtime, locked: Trouble
) -> None:
    form = f"/form/{record.seat_form}"
    token = patient.csrf(form)
    before = stored(runtime)
    with locked():
        assert not_saved(patient.send(f"{form}/save", save_body(PAIN, version=1), csrf=token))
        assert not_saved(patient.send(f"{form}/submit", {"key": "send-it-off", "version": 1}, csrf=token))
        page = patient.answer(f"{form}/item/2", answer="3")
        assert refused(page)
        assert "Not saved" in page.text
    assert stored(runtime) == before
    assert patient.send(f"{form}/save", save_body(PAIN, version=1), csrf=token).status_code == 200
    assert len(stored(runtime)) == len(before) + 1


def test_reading_goes_on_while_somebody_else_writes(
    app: Flask, patient: Visitor, record: Record, nurse: StaffBrowser, clock: FixedClock, locked: Trouble
) -> None:
    clock.advance(minutes=3)  # long enough for both sessions to want to note that they are in use
    with locked():
        for page in ("/form", f"/form/{record.seat_form}", f"/l/{record.link}"):
            assert patient.client.get(page).status_code == 200, page
        assert nurse.get("/staff/").status_code == 200
        assert app.test_client().get("/login").status_code == 200


def test_staff_learn_that_nothing_was_saved(nurse: StaffBrowser, record: Record, runtime: Runtime) -> None:
    token = nurse.csrf("/account/password")
    with ExitStack() as held:
        other = held.enter_context(runtime.database.engine.connect())
        if not runtime.database.is_sqlite:
            other.execute(text("SELECT 1 FROM alert FOR UPDATE"))
        else:
            other.execute(text("SELECT 1"))
        address = f"/staff/alerts/{record.places['alert']}/take"
        assert refused(nurse.client.post(address, data={"csrf_token": token}))
        other.rollback()
    assert nurse.client.post(address, data={"csrf_token": token}).status_code == 303


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has no connection to refuse
def test_while_the_database_is_gone_everything_says_so_and_then_works_again(
    app: Flask, patient: Visitor, record: Record, nurse: StaffBrowser, gone: Trouble
) -> None:
    form, stranger = f"/form/{record.seat_form}", app.test_client()
    token, staff_token = patient.csrf(form), nurse.csrf("/account/password")
    with gone():
        assert not_saved(patient.send(f"{form}/save", save_body(PAIN, version=1), csrf=token))
        for page in ("/form", form, f"/l/{record.link}"):
            assert refused(patient.client.get(page)), page
        for page in ("/staff/", f"/staff/patients/{record.patient}", "/account/password", "/login"):
            answer = nurse.get(page)
            assert refused(answer), (page, answer.status_code, answer.text[:200])
        assert refused(nurse.client.post("/logout", data={"csrf_token": staff_token}))
        assert refused(_try_to_sign_in(stranger))
        assert stranger.get("/healthz").status_code == 200
        assert stranger.get("/").status_code == 200
        assert stranger.get("/metrics").status_code == 503
        ready = stranger.get("/readyz")
        assert (ready.status_code, ready.json) == (503, {"status": "not ready", "database": "no answer"})
    assert patient.send(f"{form}/save", save_body(PAIN, version=1), csrf=token).status_code == 200
    assert nurse.get("/staff/").status_code == 200


def _try_to_sign_in(client: FlaskClient) -> TestResponse:
    found = CSRF.search(client.get("/login").text)
    assert found is not None
    return client.post("/login", data={"csrf_token": found[1], "email": "a@b.example", "password": "some password"})


def test_when_every_connection_is_taken_the_next_one_is_told_to_wait(
    patient: Visitor, record: Record, runtime: Runtime
) -> None:
    form = f"/form/{record.seat_form}"
    token = patient.csrf(form)
    pool: Any = runtime.database.engine.pool
    pool._timeout = 0.1
    with ExitStack() as taken:
        for _ in range(pool.size() + pool._max_overflow):
            taken.enter_context(runtime.database.engine.connect())
        assert not_saved(patient.send(f"{form}/save", save_body(PAIN, version=1), csrf=token))
    assert patient.send(f"{form}/save", save_body(PAIN, version=1), csrf=token).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL cannot be told that its disk is full
def test_a_full_disk_is_told_and_survived(patient: Visitor, record: Record, runtime: Runtime) -> None:
    form = f"/form/{record.seat_form}"
    token = patient.csrf(form)

    def fill(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA max_page_count=1")

    event.listen(runtime.database.engine, "connect", fill)
    runtime.database.dispose()
    try:
        # A few saves fit into pages that are there already; long before the hundredth one they are full.
        answers = [_save_again(patient, form, token, number) for number in range(100)]
        told = [answer for answer in answers if answer.status_code not in {200, 409}]
        kept = stored(runtime)
    finally:
        event.remove(runtime.database.engine, "connect", fill)
        runtime.database.dispose()
    assert told
    assert all(not_saved(answer) for answer in told)
    assert _save_again(patient, form, token, 100).status_code in {200, 409}
    assert stored(runtime)[: len(kept)] == kept


def _save_again(patient: Visitor, form: str, token: str, number: int) -> TestResponse:
    body = save_body(PAIN | {"value": number % 8}, key=f"on-a-full-disk-{number}", version=0)
    return patient.send(f"{form}/save", body, csrf=token)


def test_every_connection_has_its_time_limits(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    fresh = db.Database(runtime.settings.database_url)
    try:
        with fresh.read() as session:
            if fresh.is_sqlite:
                limits = [session.scalar(text("PRAGMA busy_timeout"))]
            else:
                limits = [session.scalar(text(f"SHOW {name}")) for name in ("lock_timeout", "statement_timeout")]
    finally:
        fresh.dispose()
    assert limits == ([3000] if fresh.is_sqlite else ["3s", "5s"])
