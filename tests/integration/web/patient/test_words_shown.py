"""What the page shows is what the response keeps; a line of credit stands there; without words there is a kind page."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from lrrc_qol.persistence.models import Assignment, Response, WordingPack
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from tests.clock import FixedClock
from tests.factories import make_staff
from tests.integration.web.patient.visitor import Visitor, save_body
from tests.patient_links import baseline_link
from tests.wording_packs import approved

CREDIT = "© The holder of the rights"


@pytest.fixture
def coordinator(runtime: Runtime) -> Actor:
    return make_staff(runtime, role="coordinator")


def kept(runtime: Runtime) -> str:
    with runtime.reading(COMMAND) as work:
        return work.session.scalars(select(Response)).one().wording_digest


def digest_of(runtime: Runtime, ordinal: int) -> str:
    with runtime.reading(COMMAND) as work:
        return work.session.scalars(select(WordingPack.digest).where(WordingPack.ordinal == ordinal)).one()


def words_on(page: str) -> str:
    return page.partition('data-words="')[2][:16]


@pytest.mark.parametrize("script", [True, False])
def test_a_pack_approved_while_the_page_is_open_is_not_what_the_patient_saw(
    client: FlaskClient, runtime: Runtime, coordinator: Actor, clock: FixedClock, *, script: bool
) -> None:
    approved(runtime, coordinator, says="Seen")
    visitor = Visitor(client)
    form = visitor.enter(baseline_link(runtime))
    page = client.get(form).text
    name = words_on(page)
    if script:
        csrf = visitor.csrf(form)
        clock.advance(minutes=1)
        approved(runtime, coordinator, says="Later")
        body = save_body({"item_id": "q1", "value": 1}) | {"words": name}
        assert visitor.send(f"{form}/save", body, csrf=csrf).status_code == 200
    else:
        fields = {"csrf_token": visitor.csrf(f"{form}/item/1"), "version": "0", "words": name, "answer": "1"}
        clock.advance(minutes=1)
        approved(runtime, coordinator, says="Later")
        assert client.post(f"{form}/item/1", data=fields | {"action": "continue"}).status_code == 303
    assert kept(runtime) == digest_of(runtime, 1)
    assert "Seen 2" in client.get(form).text


@pytest.mark.parametrize("name", ["", "0" * 16])
def test_without_a_name_that_is_known_the_present_words_are_kept(
    client: FlaskClient, runtime: Runtime, coordinator: Actor, name: str
) -> None:
    approved(runtime, coordinator)
    visitor = Visitor(client)
    form = visitor.enter(baseline_link(runtime))
    body = save_body({"item_id": "q1", "value": 1}) | {"words": name}
    assert visitor.send(f"{form}/save", body, csrf=visitor.csrf(form)).status_code == 200
    assert kept(runtime) == digest_of(runtime, 1)


def test_the_words_of_another_centre_cannot_be_named(client: FlaskClient, runtime: Runtime) -> None:
    stranger = make_staff(runtime, code="SOUTH", role="coordinator")
    approved(runtime, stranger)
    visitor = Visitor(client)
    form = visitor.enter(baseline_link(runtime))
    body = save_body({"item_id": "q1", "value": 1}) | {"words": digest_of(runtime, 1)[:16]}
    assert visitor.send(f"{form}/save", body, csrf=visitor.csrf(form)).status_code == 200
    assert kept(runtime) != digest_of(runtime, 1)


@pytest.mark.parametrize("words", [17, "x" * 16, "0" * 17, None])
def test_a_name_of_another_shape_is_refused(client: FlaskClient, runtime: Runtime, words: object) -> None:
    visitor = Visitor(client)
    form = visitor.enter(baseline_link(runtime))
    body = save_body({"item_id": "q1", "value": 1}) | {"words": words}
    answer = visitor.send(f"{form}/save", body, csrf=visitor.csrf(form))
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["words"])


def test_the_holders_line_stands_with_the_questions(client: FlaskClient, runtime: Runtime, coordinator: Actor) -> None:
    visitor = Visitor(client)
    approved(runtime, coordinator, credit=CREDIT)
    form = visitor.enter(baseline_link(runtime))
    for path in (form, f"{form}/item/1"):
        assert client.get(path).text.count(CREDIT) == 1


def test_a_visit_without_questions_says_so_and_whom_to_call(client: FlaskClient, runtime: Runtime) -> None:
    link = baseline_link(runtime)
    with runtime.writing(COMMAND) as work:
        work.session.execute(delete(Assignment))
    for script in (True, False):
        answer = Visitor(client).open_link(link, script=script)
        page = client.get(answer.headers["Location"], follow_redirects=True)
        assert (page.status_code, page.request.path) == (200, "/form/thanks")
        assert "There is nothing to answer today, Ada" in page.text
        assert "020 7946 0222" in page.text
    assert client.get("/form", follow_redirects=True).status_code == 200
