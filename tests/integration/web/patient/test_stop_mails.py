"""Stopping the reminder mails: looking changes nothing, a press or a mail program's POST does, once."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select

from lrrc_qol.mail.unsubscribe import make_token
from lrrc_qol.persistence.models import EpisodeEvent
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.factories import make_patient, make_staff


def link_of(runtime: Runtime) -> str:
    """The address in a new patient's mails."""
    patient = make_patient(runtime, make_staff(runtime))
    return f"/u/{make_token(runtime.settings.secret_key, patient)}"


def events(runtime: Runtime) -> list[str]:
    """The kinds of all recorded events."""
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(EpisodeEvent.kind)))


def test_looking_changes_nothing_and_names_nobody(client: FlaskClient, runtime: Runtime) -> None:
    link = link_of(runtime)
    page = client.get(link)
    assert page.status_code == 200
    assert "Ada" not in page.text
    assert client.head(link).status_code == 200
    assert events(runtime) == []


def test_one_click_from_a_mail_program_stops_the_mails_once(client: FlaskClient, runtime: Runtime) -> None:
    link = link_of(runtime)
    for _ in range(2):
        answer = client.post(link, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "You still take part" in answer.text
    assert events(runtime) == ["opt_out"]


def test_a_made_up_link_is_not_found(client: FlaskClient, runtime: Runtime) -> None:
    link = link_of(runtime)
    for path in ("/u/nobody.AAAA", "/u/x", link[:-1]):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    assert events(runtime) == []
