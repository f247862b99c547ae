"""The patient's own results: only where the centre shows them, only the own curve, in words, picture and table."""

from __future__ import annotations

import re

import brotli
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lrrc_qol.mail import forbidden_words
from lrrc_qol.persistence.models import AuditEntry
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.show_results import show_results
from tests.clock import FixedClock
from tests.factories import complete_visit, make_link, make_patient, make_staff, set_dates, take_seat
from tests.integration.web.patient.visitor import Visitor

FORBIDDEN = ("percentile", "survival", "other patients", "<script>", "style=", "Depression", "Anxiety")


@pytest.fixture
def admin(runtime: Runtime) -> Actor:
    """An administrator of the centre NORTH."""
    return make_staff(runtime, role="admin")


def recovering(runtime: Runtime, clock: FixedClock, **changes: object) -> str:
    """A patient who answered before the operation (at best) and a month after it (at worst); a link."""
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse, **changes)
    complete_visit(runtime, take_seat(runtime, patient))
    surgery = clock.advance(days=15).date()
    set_dates(runtime, nurse, patient, planned_surgery_on=surgery, surgery_on=surgery)
    clock.advance(days=30)
    complete_visit(runtime, take_seat(runtime, patient, "M1"), low=False)
    return make_link(runtime, patient, "M1")


def switch(runtime: Runtime, admin: Actor, *, shown: bool) -> None:
    """The team decides."""
    with runtime.writing(admin) as work:
        show_results(work, shown=shown)


def test_nobody_sees_results_until_the_centre_says_so(
    client: FlaskClient, runtime: Runtime, clock: FixedClock, admin: Actor
) -> None:
    assert Visitor(client).open_link(recovering(runtime, clock)).status_code == 303
    assert "over time" not in client.get("/my").text
    assert client.get("/my/results").status_code == 404
    switch(runtime, admin, shown=True)
    assert "over time" in client.get("/my").text
    assert client.get("/my/results").status_code == 200
    switch(runtime, admin, shown=False)
    assert client.get("/my/results").status_code == 404


def test_a_curve_says_in_words_how_it_stands_to_the_time_before(
    client: FlaskClient, runtime: Runtime, clock: FixedClock, admin: Actor
) -> None:
    switch(runtime, admin, shown=True)
    Visitor(client).open_link(recovering(runtime, clock))
    page = client.get("/my/results").text
    pain = page[page.index(">Worst pain<") :]
    pain = pain[: pain.index("</section>")]
    assert "<strong>worse than before your operation</strong>" in pain
    assert "call your nurse" in pain
    assert pain.count("<circle") == 2
    assert 'aria-labelledby="title-' in pain
    assert "A lower number is better." in pain
    assert "What this cannot tell" in page
    assert [word for word in FORBIDDEN if word in page] == []


def test_that_somebody_looked_is_written_down(
    client: FlaskClient, runtime: Runtime, clock: FixedClock, admin: Actor
) -> None:
    switch(runtime, admin, shown=True)
    Visitor(client).open_link(recovering(runtime, clock))
    client.get("/my/results")
    with runtime.reading(COMMAND) as work:
        actions = work.session.scalars(select(AuditEntry.action)).all()
    assert (actions.count("viewed_own_results"), actions.count("switched_own_results")) == (1, 1)


def test_in_arabic_time_runs_from_right_to_left(
    client: FlaskClient, runtime: Runtime, clock: FixedClock, admin: Actor
) -> None:
    switch(runtime, admin, shown=True)
    Visitor(client).open_link(recovering(runtime, clock, language="ar"))
    page = client.get("/my/results").text
    first, last = (part.split('"')[0] for part in page.split(' cx="')[1:3])
    assert float(first) > float(last)


OWN_PAGES = ("/my", "/my/results", "/my/topics", "/my/settings", "/my/address")
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
TITLE = re.compile(r"<title>([^<]*)</title>")


@pytest.mark.parametrize("language", ["en", "nl", "de", "ar", "zh-Hans"])
def test_own_pages_are_light_and_their_titles_tell_nothing(
    client: FlaskClient, runtime: Runtime, clock: FixedClock, admin: Actor, language: str
) -> None:
    switch(runtime, admin, shown=True)
    Visitor(client).open_link(recovering(runtime, clock, language=language))
    for path in OWN_PAGES:
        page = client.get(path, headers={"Accept-Encoding": "br"})
        text = brotli.decompress(page.data).decode()
        assets = [client.get(asset, headers={"Accept-Encoding": "br"}) for asset in ASSET.findall(text)]
        assert (page.status_code, len(assets)) == (200, 3)
        assert len(page.data) + sum(len(asset.data) for asset in assets) <= 15 * 1024, path
        title = TITLE.search(text)
        assert title is not None
        assert forbidden_words(title[1], language) == [], path
