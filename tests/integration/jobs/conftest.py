"""A centre with a nurse and one patient whose form before the operation is open, and mail that stays in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.mail import MemoryMailer
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Alert, Message, Response, Task, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.factories import answer, answers_for, assignment, make_patient, make_staff, save, take_seat

NINE = 9


@pytest.fixture
def mailer() -> MemoryMailer:
    """Keeps the mails in memory."""
    return MemoryMailer()


@pytest.fixture
def site(runtime: Runtime, mailer: MemoryMailer) -> Runtime:
    """The runtime with that mailer."""
    return replace(runtime, mailer=mailer)


@pytest.fixture
def nurse(site: Runtime) -> Actor:
    """A nurse."""
    return make_staff(site)


@dataclass(frozen=True)
class Follow:
    """One patient under follow-up, the jobs, and the clock: tests move the days and look at what went out."""

    runtime: Runtime
    mailer: MemoryMailer
    clock: FixedClock
    nurse: Actor
    patient: str

    def tick(self, **later: float) -> None:
        """Let time pass, then let every job run once; none may fail."""
        self.clock.advance(**later)
        assert None not in run_tick(self.runtime).values()

    def each_morning(self, days: int) -> None:
        """Let the jobs run at nine on each of the next days."""
        for _ in range(days):
            self.at_nine(self.clock.now() + timedelta(days=1))
            self.tick()

    def at_nine(self, day: datetime) -> None:
        """Stand at nine o'clock of that day."""
        self.clock.set(day.replace(hour=NINE, minute=0))

    def happen(self, kind: EventKind) -> None:
        """The event is recorded today."""
        with self.runtime.writing(self.nurse) as work:
            record_event(
                work,
                self.patient,
                kind=kind,
                happened_on=self.clock.now().date(),
                detail=answers_for(self.runtime, kind),
            )

    def messages(self) -> list[Message]:
        """The outbox, oldest first."""
        with self.runtime.reading(COMMAND) as work:
            return list(work.session.scalars(select(Message).order_by(Message.id)))

    def outcomes(self) -> list[tuple[str, int, str, str | None]]:
        """Kind, ordinal, status and outcome of every message."""
        return [(row.kind, row.ordinal, row.status, row.outcome) for row in self.messages()]

    def tasks(self) -> list[str]:
        """The kinds of all tasks."""
        with self.runtime.reading(COMMAND) as work:
            return list(work.session.scalars(select(Task.kind).order_by(Task.id)))

    def visit(self, key: str = "BL1") -> Visit:
        """A visit as it stands."""
        with self.runtime.reading(COMMAND) as work:
            return work.session.scalars(select(Visit).where(Visit.key == key)).one()


@pytest.fixture
def follow(site: Runtime, mailer: MemoryMailer, clock: FixedClock, nurse: Actor) -> Follow:
    """A patient to be operated on in 20 days; the form is open, due in 13 days and closes the day before."""
    return Follow(site, mailer, clock, nurse, make_patient(site, nurse))


@pytest.fixture
def queue_only(site: Runtime) -> Callable[[], None]:
    """Queue what is due without sending it, so that something can happen in between."""

    def queue() -> None:
        broken = replace(site, mailer=_Unreachable())
        run_tick(broken)

    return queue


class _Unreachable(MemoryMailer):
    """A mail server that is down."""

    def __init__(self) -> None:
        super().__init__()
        self.down = True


@pytest.fixture
def raise_alert(follow: Follow) -> Callable[..., None]:
    """Make an open alert of a rule for the patient."""

    def make(rule: str = "rule", *, level: str = "red") -> None:
        phone = take_seat(follow.runtime, follow.patient)
        save(follow.runtime, phone, assignment(follow.runtime, phone, "pain_nrs"), answer("pain_now", 0), key=rule)
        with follow.runtime.writing(phone.actor) as work:
            response = work.session.scalars(select(Response)).one()
            work.session.add(
                Alert(
                    public_id=new_public_id(),
                    centre_id=response.centre_id,
                    episode_id=response.episode_id,
                    response_id=response.id,
                    rule_id=rule,
                    rule_version="1",
                    level=level,
                    reason="Example.",
                    evidence={},
                    raised_at=work.now,
                )
            )

    return make
