"""What a page gives a device to keep unsent answers with, and when it gives nothing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from lrrc_qol.config import Settings
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import list_parts, open_form
from tests.factories import make_patient, make_staff, take_seat
from tests.integration.web.patient.visitor import Visitor
from tests.mailbox import Mailbox
from tests.patient_links import baseline_link, check_in_link
from tests.settings import make_settings

KEY = re.compile(r'data-key="([^"]+)"')


@pytest.fixture
def settings(database_url: str, mailbox: Mailbox, request: pytest.FixtureRequest) -> Settings:
    """The device store as the test wants it."""
    store = getattr(request, "param", "on")
    return make_settings(database_url, SMTP_URL=mailbox.url, DEVICE_STORE=store)


def test_each_form_has_a_key_of_its_own_that_stays(client: FlaskClient, runtime: Runtime) -> None:
    form = Visitor(client).enter(baseline_link(runtime))
    keys = KEY.findall(client.get(form).text)
    assert len(set(keys)) == 2
    assert KEY.findall(client.get(form).text) == keys


def test_answers_that_mean_call_now_are_known_to_the_page(client: FlaskClient, runtime: Runtime) -> None:
    page = client.get(Visitor(client).enter(check_in_link(runtime))).text
    urgent = dict(re.findall(r'data-item="([^"]+)"[^>]*data-urgent="([^"]+)"', page))
    assert urgent["pain_worst"].split()[-1] == "10"


@pytest.mark.parametrize("settings", ["off"], indirect=True)
def test_a_site_that_switched_it_off_gives_no_key(client: FlaskClient, runtime: Runtime) -> None:
    page = client.get(Visitor(client).enter(check_in_link(runtime))).text
    assert KEY.findall(page) == []
    assert "data-urgent" not in page


def test_a_tablet_of_the_ward_keeps_nothing(runtime: Runtime) -> None:
    phone = take_seat(runtime, make_patient(runtime, make_staff(runtime)))
    tablet = replace(phone.seat, mode="ward_tablet")
    with runtime.reading(phone.actor) as work:
        form = list_parts(work, phone.seat)[0].assignment_public_id
        assert open_form(work, phone.seat, form).device_key
        assert open_form(work, tablet, form).device_key == ""
