"""What patients choose and say: it holds at once, it reaches the nurses, and stopping mails is not withdrawing."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.models import AuditEntry, EpisodeEvent, Patient, Task, TopicList, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.close_task import close_task
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.own_settings import Choices, change_settings, hidden_address
from lrrc_qol.services.talk_topics import LONGEST_WORDS, read_topics
from tests.clock import FixedClock
from tests.factories import make_link, make_patient, make_staff, take_seat, visit_id
from tests.integration.web.patient.visitor import CSRF, Visitor
from tests.patient_links import baseline_link
from tests.staff_browser import signed_in

WORDS = "How long will this last?"


def post(client: FlaskClient, page: str, **fields: object) -> int:
    """Fill in a page of the patient's own and send it; the status."""
    token = CSRF.search(client.get(page).text)
    assert token is not None
    return client.post(page, data=fields | {"csrf_token": token[1]}).status_code


def next_look(runtime: Runtime, visit: int) -> datetime:
    """When the visit is looked at next, in the patient's time."""
    with runtime.reading(COMMAND) as work:
        at = work.session.scalars(select(Visit.next_reminder_at).where(Visit.id == visit)).one()
    assert at is not None
    return at.astimezone(ZoneInfo("Europe/London"))


def test_language_and_size_hold_from_the_next_page(client: FlaskClient, runtime: Runtime) -> None:
    Visitor(client).open_link(baseline_link(runtime))
    assert post(client, "/my/settings", language="nl", text_size="larger", reminder_hour="") == 303
    page = client.get("/my/settings").text
    assert '<html lang="nl" dir="ltr" class="larger">' in page
    assert 'value="nl" checked' in page
    with runtime.reading(COMMAND) as work:
        assert "changed_own_settings" in work.session.scalars(select(AuditEntry.action)).all()


@pytest.mark.parametrize(
    "wrong", [{"language": "xx"}, {"text_size": "huge"}, {"reminder_hour": 3}], ids=["language", "size", "hour"]
)
def test_what_is_not_offered_is_not_kept(runtime: Runtime, wrong: dict[str, object]) -> None:
    phone = take_seat(runtime, make_patient(runtime, make_staff(runtime)))
    choices = Choices(**({"language": "nl", "text_size": "", "reminder_hour": None} | wrong))  # type: ignore[arg-type] # one of them is wrong
    with pytest.raises(InvalidInput), runtime.writing(phone.actor) as work:
        change_settings(work, phone.seat, choices)
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Patient.language)).one() == "en"


def test_the_chosen_hour_moves_the_mails_that_wait(client: FlaskClient, runtime: Runtime, clock: FixedClock) -> None:
    patient = make_patient(runtime, make_staff(runtime))
    visit = visit_id(runtime, patient, "BL1")
    with runtime.writing(COMMAND) as work:
        row = work.session.get_one(Visit, visit)
        row.next_reminder_at = clock.now().replace(day=5, hour=9)
    Visitor(client).open_link(make_link(runtime, patient))
    assert next_look(runtime, visit).hour == 9
    assert post(client, "/my/settings", language="en", text_size="", reminder_hour="18") == 303
    assert (next_look(runtime, visit).day, next_look(runtime, visit).hour) == (5, 18)


def test_topics_reach_the_nurses_and_go_when_the_task_is_closed(
    app: Flask, client: FlaskClient, runtime: Runtime, clock: FixedClock
) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    Visitor(client).open_link(make_link(runtime, patient))
    assert post(client, "/my/topics", topics=["pain", "intimacy"], words=WORDS) == 303
    assert "your nurses will read this" in client.get("/my/topics").text
    staff = signed_in(app, "nurse@north.example")
    page = staff.get(f"/staff/patients/{patient}").text
    assert [words in page for words in ("Wants to talk about", "Closeness and sexuality", WORDS)] == [True] * 3
    assert "Wants to talk about something" in staff.get("/staff/").text
    with runtime.reading(COMMAND) as work:
        task = work.session.scalars(select(Task).where(Task.kind == "talk_topics")).one()
        kept = work.session.scalars(select(TopicList)).one()
        assert WORDS.encode() not in (kept.words_sealed or b"")
    clock.advance(minutes=5)
    with runtime.writing(nurse) as work:
        close_task(work, task.public_id, "Talked about it.")
        assert not read_topics(work, task.episode_id, centre_id=nurse.centre())
    assert "Wants to talk about" not in staff.get(f"/staff/patients/{patient}").text
    assert WORDS not in client.get("/my/topics").text


def test_the_same_list_twice_is_one_and_too_many_words_stay_on_the_page(client: FlaskClient, runtime: Runtime) -> None:
    Visitor(client).open_link(baseline_link(runtime))
    for _ in range(2):
        assert post(client, "/my/topics", topics=["pain"], words="") == 303
    assert post(client, "/my/topics", topics=["no such topic"], words="") == 422
    token = CSRF.search(client.get("/my/topics").text)
    assert token is not None
    long = "x" * (LONGEST_WORDS + 1)
    answer = client.post("/my/topics", data={"topics": "mood", "words": long, "csrf_token": token[1]})
    assert (answer.status_code, long in answer.text, 'value="mood" checked' in answer.text) == (422, True, True)
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(TopicList.codes)).all() == [["pain"]]


def test_what_was_said_cannot_be_changed_in_the_database(client: FlaskClient, runtime: Runtime) -> None:
    Visitor(client).open_link(baseline_link(runtime))
    assert post(client, "/my/topics", topics=["pain"], words="") == 303
    for statement in ("UPDATE topic_list SET id = id", "DELETE FROM topic_list"):
        with pytest.raises(DBAPIError, match="only ever added"), runtime.database.write() as session:
            session.execute(text(statement))


def test_stopping_the_mails_from_the_page_is_no_withdrawal(client: FlaskClient, runtime: Runtime) -> None:
    Visitor(client).open_link(baseline_link(runtime))
    token = CSRF.search(client.get("/my/settings").text)
    assert token is not None
    assert client.post("/my/stop-mails", data={"csrf_token": token[1]}).status_code == 303
    page = client.get("/my/settings").text
    assert ("You still take part." in page, "Yes, stop the e-mails" in page) == (True, False)
    with runtime.reading(COMMAND) as work:
        assert [(event.kind, event.detail) for event in work.session.scalars(select(EpisodeEvent))] == [
            ("opt_out", {"from": "own page"})
        ]


def test_an_address_shows_its_ends_only() -> None:
    assert hidden_address("ada.lovelace@example.org") == "a***e@example.org"
