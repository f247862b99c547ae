"""The audit trail: every change of it shows."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from lrrc_qol.runtime import Runtime
from lrrc_qol.services import audit
from lrrc_qol.services.context import COMMAND
from tests.clock import FixedClock
from tests.factories import complete_visit, make_patient, make_staff, take_seat

UNPROTECT = {
    "sqlite": ["DROP TRIGGER audit_entry_no_update", "DROP TRIGGER audit_entry_no_delete"],
    "postgresql": ["DROP TRIGGER audit_entry_append_only ON audit_entry"],
}


@pytest.fixture
def sealed(runtime: Runtime, clock: FixedClock) -> Runtime:
    """A trail with entries, sealed."""
    complete_visit(runtime, take_seat(runtime, make_patient(runtime, make_staff(runtime))))
    clock.advance(minutes=2)
    with runtime.writing(COMMAND) as work:
        assert audit.seal(work) > 5
    return runtime


def breaches(runtime: Runtime) -> list[str]:
    """What the check finds."""
    with runtime.reading(COMMAND) as work:
        return audit.verify(work)


def tamper(runtime: Runtime, statement: str) -> None:
    """Do what somebody with the database password could do."""
    with runtime.database.write() as session:
        for line in UNPROTECT[session.get_bind().dialect.name]:
            session.execute(text(line))
        session.execute(text(statement))


def test_an_untouched_trail_verifies_and_a_young_tail_waits(sealed: Runtime) -> None:
    assert breaches(sealed) == []
    make_staff(sealed, role="clinician")
    with sealed.writing(COMMAND) as work:
        assert audit.seal(work) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'nothing' WHERE id = 3",
        "UPDATE audit_entry SET actor_id = 99 WHERE id = 3",
        "DELETE FROM audit_entry WHERE id = 3",
        "DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)",
    ],
)
def test_tampering_shows(sealed: Runtime, statement: str) -> None:
    tamper(sealed, statement)
    assert breaches(sealed)
