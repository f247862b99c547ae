"""A patient corrects their address: both mailboxes are told, and only a press in the new one changes anything."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.models import AuditEntry, Patient, Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.own_address import REQUESTS, ask_for_change
from tests.clock import FixedClock
from tests.factories import Phone, make_patient, make_staff, take_seat
from tests.integration.web.patient.visitor import hidden_fields
from tests.mailbox import Mailbox

OLD, NEW = "ada@example.org", "ada.new@example.org"
LINK = re.compile(r"https?://[^/\s]+(/[ex]/\S+)")


@pytest.fixture
def phone(runtime: Runtime) -> Phone:
    """A patient whose first invitation has gone out."""
    phone = take_seat(runtime, make_patient(runtime, make_staff(runtime)))
    run_tick(runtime)
    return phone


def ask(runtime: Runtime, phone: Phone, email: str = NEW) -> None:
    """Ask for another address."""
    with runtime.writing(phone.actor) as work:
        ask_for_change(work, phone.seat, email)


def stored(runtime: Runtime) -> str:
    """The address that mails go to."""
    with runtime.reading(COMMAND) as work:
        sealed = work.session.scalars(select(Patient.email_sealed)).one()
        assert sealed is not None
        return work.cipher.open(sealed, field="patient.email")


def link_in(mailbox: Mailbox, address: str) -> str:
    """The path of the link in the newest mail to an address that asks something about the address."""
    for mail in reversed(mailbox.sent_to(address)):
        body = mail.get_body(("plain",))
        found = LINK.search(str(body.get_content())) if body is not None else None
        if found is not None:
            return found[1]
    raise AssertionError(f"no such mail to {address}")


def press(client: FlaskClient, path: str) -> tuple[int, str]:
    """Open a link and press its button; status and page."""
    page = client.get(path)
    if page.status_code != 200:
        return page.status_code, page.text
    answer = client.post(path, data=hidden_fields(page.text))
    return answer.status_code, answer.text


def test_only_a_press_in_the_new_mailbox_changes_the_address(
    client: FlaskClient, runtime: Runtime, phone: Phone, mailbox: Mailbox
) -> None:
    ask(runtime, phone)
    run_tick(runtime)
    confirm, stop = link_in(mailbox, NEW), link_in(mailbox, OLD)
    for _ in range(3):  # a mail scanner
        assert client.get(confirm).status_code == client.head(stop).status_code == 200
    assert stored(runtime) == OLD
    status, page = press(client, confirm)
    assert (status, "your new address is confirmed" in page) == (200, True)
    assert stored(runtime) == NEW
    assert press(client, confirm)[0] == press(client, stop)[0] == 404
    run_tick(runtime)
    assert len(mailbox.sent_to(NEW)) == 2  # and the link to what is open
    with runtime.reading(COMMAND) as work:
        actions = set(work.session.scalars(select(AuditEntry.action)))
    assert {"asked_address_change", "confirmed_address_change", "corrected_address"} <= actions


def test_the_old_mailbox_can_stop_it_and_the_nurses_are_told(
    client: FlaskClient, runtime: Runtime, phone: Phone, mailbox: Mailbox
) -> None:
    ask(runtime, phone)
    run_tick(runtime)
    confirm = link_in(mailbox, NEW)
    status, page = press(client, link_in(mailbox, OLD))
    assert (status, "The change is stopped" in page) == (200, True)
    assert press(client, confirm)[0] == 404
    assert stored(runtime) == OLD
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Task.kind)).all() == ["address_disputed"]


def test_a_link_for_one_thing_is_nothing_for_the_other(
    client: FlaskClient, runtime: Runtime, phone: Phone, mailbox: Mailbox
) -> None:
    ask(runtime, phone)
    run_tick(runtime)
    assert client.get(link_in(mailbox, OLD).replace("/x/", "/e/")).status_code == 404
    assert client.get(link_in(mailbox, NEW)[:-1] + "_").status_code == 404


def test_it_has_to_be_confirmed_within_two_days_and_only_the_newest_counts(
    client: FlaskClient, runtime: Runtime, phone: Phone, mailbox: Mailbox, clock: FixedClock
) -> None:
    ask(runtime, phone)
    run_tick(runtime)
    first = link_in(mailbox, NEW)
    clock.advance(minutes=5)
    ask(runtime, phone, "ada.third@example.org")
    run_tick(runtime)
    assert client.get(first).status_code == 404
    second = link_in(mailbox, "ada.third@example.org")
    assert client.get(second).status_code == 200
    clock.advance(days=2)
    assert client.get(second).status_code == 404
    assert stored(runtime) == OLD


@pytest.mark.parametrize(("email", "fault"), [("nowhere", "not_an_address"), (OLD.upper(), "same")])
def test_what_cannot_be_asked_for(runtime: Runtime, phone: Phone, email: str, fault: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(runtime, phone, email)
    assert refused.value.fields == {"email": fault}


def test_strangers_are_not_written_to_again_and_again(runtime: Runtime, phone: Phone) -> None:
    for number in range(REQUESTS):
        ask(runtime, phone, f"ada.{number}@example.org")
    with pytest.raises(InvalidInput) as refused:
        ask(runtime, phone)
    assert refused.value.fields == {"email": "too_often"}
