"""A centre decides whether unsent answers wait on its patients' devices; what the site forbids no centre can allow."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.config import Settings
from lrrc_qol.persistence.models import AuditEntry, Centre
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.factories import make_staff
from tests.integration.web.patient.visitor import Visitor
from tests.mailbox import Mailbox
from tests.patient_links import check_in_link
from tests.settings import make_settings
from tests.staff_browser import StaffBrowser, signed_in

PAGE = "/admin/device-store"


@pytest.fixture
def settings(database_url: str, mailbox: Mailbox, request: pytest.FixtureRequest) -> Settings:
    """The device store of the site as the test wants it."""
    return make_settings(database_url, SMTP_URL=mailbox.url, DEVICE_STORE=getattr(request, "param", "on"))


@pytest.fixture
def admin(app: Flask, runtime: Runtime) -> StaffBrowser:
    """The administrator of the centre NORTH; another centre is there too."""
    make_staff(runtime, role="admin")
    make_staff(runtime, role="admin", code="SOUTH")
    return signed_in(app, "admin@north.example")


def off_since(runtime: Runtime) -> dict[str, object]:
    """Since when each centre has switched it off."""
    with runtime.reading(COMMAND) as work:
        return {centre.code: centre.device_store_off_since for centre in work.session.scalars(select(Centre))}


def noted(runtime: Runtime) -> list[dict[str, object] | None]:
    """What the audit trail says of the switch."""
    with runtime.reading(COMMAND) as work:
        query = select(AuditEntry.detail).where(AuditEntry.action == "switched_device_store").order_by(AuditEntry.id)
        return list(work.session.scalars(query))


def form_page(app: Flask, runtime: Runtime) -> str:
    """What a phone of a patient of the centre NORTH gets."""
    client = app.test_client()
    return client.get(Visitor(client).enter(check_in_link(runtime))).text


def test_it_is_on_as_the_site_has_it_until_the_centre_switches_it_off(
    app: Flask, runtime: Runtime, admin: StaffBrowser
) -> None:
    assert "Keep nothing on devices" in admin.get(PAGE).text
    assert admin.press(PAGE, on="no").status_code == 303
    assert off_since(runtime) == {"NORTH": runtime.clock.now(), "SOUTH": None}
    assert "Off since" in admin.get(PAGE).text
    page = form_page(app, runtime)
    assert 'data-ends="1"' in page  # what waits on the phone already can still be opened and sent
    admin.press(PAGE, on="yes")
    assert off_since(runtime) == {"NORTH": None, "SOUTH": None}
    assert noted(runtime) == [{"on": False}, {"on": True}]


def test_switched_twice_it_is_noted_once(runtime: Runtime, admin: StaffBrowser) -> None:
    admin.press(PAGE, on="no")
    admin.press(PAGE, on="no")
    assert noted(runtime) == [{"on": False}]


@pytest.mark.parametrize("settings", ["off"], indirect=True)
def test_what_the_site_forbids_no_centre_can_allow(app: Flask, runtime: Runtime, admin: StaffBrowser) -> None:
    admin.press(PAGE, on="no")
    page = admin.get(PAGE).text
    assert "Off for the whole site" in page
    assert "<button" not in page.split("<h1>")[1].split("</main>")[0]
    refused = admin.press(PAGE, on="yes")
    assert "whoever runs it decides that" in admin.get(refused.headers["Location"]).text
    assert off_since(runtime)["NORTH"] is not None
    assert "data-key" not in form_page(app, runtime)


def test_a_form_of_another_centre_is_not_concerned(app: Flask, runtime: Runtime, admin: StaffBrowser) -> None:
    signed_in(app, "admin@south.example").press(PAGE, on="no")
    page = form_page(app, runtime)
    assert "data-key" in page
    assert "data-ends" not in page
