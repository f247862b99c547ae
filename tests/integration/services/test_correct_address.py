"""A corrected address: old links die, the new address gets a link to what is open."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.models import Patient
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import ANONYMOUS_PATIENT, COMMAND
from lrrc_qol.services.correct_address import correct_address
from lrrc_qol.services.enter_by_link import describe_link
from tests.factories import make_link, make_patient, make_staff
from tests.mailbox import Mailbox


def test_the_new_address_gets_a_link_and_the_old_links_die(runtime: Runtime, mailbox: Mailbox) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    run_tick(runtime)
    old = make_link(runtime, patient)
    with runtime.writing(nurse) as work:
        correct_address(work, patient, "ada.new@example.org")
    run_tick(runtime)
    assert [len(mailbox.sent_to(address)) for address in ("ada@example.org", "ada.new@example.org")] == [1, 1]
    with runtime.reading(ANONYMOUS_PATIENT) as work:
        assert describe_link(work, old).state == "ended"


def test_an_address_that_cannot_be_changes_nothing(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    with pytest.raises(InvalidInput), runtime.writing(nurse) as work:
        correct_address(work, patient, "ada@@example.org")
    with runtime.reading(COMMAND) as work:
        row = work.session.scalars(select(Patient)).one()
        assert row.email_sealed is not None
        assert work.cipher.open(row.email_sealed, field="patient.email") == "ada@example.org"
