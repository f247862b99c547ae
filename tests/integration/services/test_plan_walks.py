"""Random walks of one patient's record: whatever is done in whichever order, the plan is the one that the facts give.

Each walk goes through the real services on the real database: dates, events and their taking back, forms that are begun
or sent by patient and staff, versions of the plan. After every step what is stored is compared with planning anew.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.domain.events import EventKind
from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Assignment, EpisodeEvent, Patient, Response, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import submit_response
from lrrc_qol.services.change_plan import change_plan, preview_version, read_versions
from lrrc_qol.services.context import COMMAND, Actor, Work
from lrrc_qol.services.due_now import visits_due
from lrrc_qol.services.find_episode import find_episode
from lrrc_qol.services.plan_episode import anchors_of, preview_plan, protocol_of
from lrrc_qol.services.plan_labels import draw
from lrrc_qol.services.record_event import correct_event_day, record_event, revoke_event
from lrrc_qol.services.selfcheck import CHECKS
from lrrc_qol.services.staff_entry import read_entry_visits
from tests.clock import FixedClock
from tests.factories import (
    Phone,
    answer,
    answers_for,
    make_patient,
    make_staff,
    save,
    set_dates,
    take_seat,
)
from tests.plan_versions import MADE, publish, without_three_months
from tests.staff_entry import nurse_seat

STEPS = 12
WALKS_OF_A_BATCH = 25
BATCHES = 12
OTHER_FOLLOW_UP = frozenset({EventKind.RE_EXENTERATION})
FormKey = tuple[int, int, str]


@dataclass
class Walk:
    """One patient and what may be done next; `forms` has every answered form with the assignment it was sent for."""

    runtime: Runtime
    clock: FixedClock
    nurse: Actor
    chance: random.Random
    patient: str
    forms: set[FormKey]

    @property
    def today(self) -> date:
        """The day of the clock."""
        return self.clock.now().date()

    def step(self) -> str:
        """One act, or one that is refused; says which."""
        self.clock.advance(days=self.chance.choice((0, 0, 1, 5, 12, 30)))
        acts: tuple[Callable[[], None], ...] = (
            *(self.dates, self.dates, self.event, self.event, self.take_back, self.move_event),
            *(self.begin, self.send, self.send, self.type_in, self.version),
        )
        act = self.chance.choice(acts)
        try:
            act()
        except InvalidInput as refusal:
            return f"{act.__name__} (refused: {refusal})"
        except NotFound:
            return f"{act.__name__} (nothing there)"
        return act.__name__

    def dates(self) -> None:
        """Any operation, discharge and planned day near today."""
        operated = self.chance.choice((None, *(self._day(-120, 0) for _ in range(3))))
        home = self.chance.choice((None, operated and operated + timedelta(days=self.chance.randint(0, 60))))
        set_dates(
            self.runtime,
            self.nurse,
            self.patient,
            planned_surgery_on=self.chance.choice((None, self._day(-30, 60))),
            surgery_on=operated,
            discharged_on=home,
        )

    def event(self) -> None:
        """Any event but one that begins another follow-up."""
        kind = self.chance.choice([one for one in EventKind if one not in OTHER_FOLLOW_UP])
        detail = answers_for(self.runtime, kind)
        with self.runtime.writing(self.nurse) as work:
            record_event(work, self.patient, kind=kind, happened_on=self._day(-40, 0), detail=detail)

    def take_back(self) -> None:
        """Take back one that stands; death and withdrawal come first, so that the walk goes on."""
        with self.runtime.writing(self.nurse) as work:
            _, episode = find_episode(work, self.patient)
            standing = work.session.scalars(
                select(EpisodeEvent)
                .where(EpisodeEvent.episode_id == episode.id, EpisodeEvent.revoked_at.is_(None))
                .order_by(EpisodeEvent.id)
            ).all()
            if not standing:
                raise NotFound
            ending = [one for one in standing if one.kind.startswith(("death", "withdrawal"))]
            event = self.chance.choice(ending or standing)
            revoke_event(work, self.patient, event.public_id, reason="A mistake.")

    def move_event(self) -> None:
        """Another day for one that stands."""
        with self.runtime.writing(self.nurse) as work:
            _, episode = find_episode(work, self.patient)
            standing = select(EpisodeEvent.public_id).where(
                EpisodeEvent.episode_id == episode.id, EpisodeEvent.revoked_at.is_(None)
            )
            events = work.session.scalars(standing.order_by(EpisodeEvent.id)).all()
            if not events:
                raise NotFound
            event = self.chance.choice(events)
            correct_event_day(work, self.patient, event, happened_on=self._day(-40, 0), reason="Another day.")

    def begin(self) -> None:
        """Save one answer of one form and leave."""
        self._save_one(self._phone())

    def send(self) -> None:
        """Send one form of what is due, or all of them."""
        phone = self._phone()
        self._send_one(phone)
        while self.chance.random() < 0.6 and self._left(phone):
            self._send_one(phone)

    def type_in(self) -> None:
        """A nurse types in paper of some day."""
        with self.runtime.reading(self.nurse) as work:
            _, visits = read_entry_visits(work, self.patient)
        if not visits:
            raise NotFound
        visit = self.chance.choice(visits).public_id
        seat = nurse_seat(
            self.runtime, self.nurse, self.patient, visit=visit, answered_on=self._day(-20, 0), any_day=True
        )
        self._send_one(seat)

    def version(self) -> None:
        """The other version of the plan."""
        with self.runtime.writing(self.nurse) as work:
            running = read_versions(work, self.patient).running
            wanted = "1.0" if running == MADE else MADE
            seen = preview_version(work, self.patient, wanted).episode_version
            change_plan(work, self.patient, wanted, expected_version=seen, reason="Another one.")

    def check(self, done: list[str]) -> None:
        """Nothing is lost, nothing overlaps, and planning anew would change nothing."""
        with self.runtime.reading(COMMAND) as work:
            patient = work.session.scalars(select(Patient).where(Patient.public_id == self.patient)).one()
        scoped = self.nurse
        with self.runtime.reading(scoped) as work:
            _, episode = find_episode(work, self.patient)
            protocol = protocol_of(work, episode.id)
            anchors = anchors_of(work, episode)
            assert preview_plan(work, episode, anchors).changes == (), done
            drawn = draw(work, episode, anchors, protocol)
            rows = work.session.scalars(select(Visit).where(Visit.episode_id == episode.id)).all()
            _as_drawn(rows, drawn.settled.labels, {visit.key for visit in drawn.settled.unanswered}, done)
            _apart(rows, done)
            forms = self._sent(work, episode.id)
        assert self.forms <= forms, (patient.id, done)
        self.forms = forms

    def _sent(self, work: Work, episode_id: int) -> set[FormKey]:
        query = (
            select(Response.id, Assignment.visit_id, Assignment.instrument_id)
            .join(Assignment, Assignment.id == Response.assignment_id)
            .where(Assignment.episode_id == episode_id, Response.submitted_at.is_not(None))
        )
        return {(one, visit, instrument) for one, visit, instrument in work.session.execute(query)}

    def _phone(self) -> Phone:
        with self.runtime.reading(self.nurse) as work:
            _, episode = find_episode(work, self.patient)
            if episode.closed_on is not None:
                raise NotFound
            due = [visit.key for visit in visits_due(work, episode.id)]
        if not due:
            raise NotFound
        try:
            return take_seat(self.runtime, self.patient, self.chance.choice(due))
        except AssertionError:
            raise NotFound from None  # who died or withdrew has no seat

    def _left(self, phone: Phone) -> tuple[str, str, int | None] | None:
        """The first form of the seat that is left, its instrument and the version of its draft."""
        query = (
            select(Assignment.public_id, Assignment.instrument_id, Response.version)
            .outerjoin(Response, Response.assignment_id == Assignment.id)
            .where(Assignment.visit_id == phone.seat.visit_id, Response.submitted_at.is_(None))
            .order_by(Assignment.position)
        )
        with self.runtime.reading(phone.actor) as work:
            row = work.session.execute(query).first()
        return None if row is None else (row[0], row[1], row[2])

    def _save_one(self, phone: Phone) -> tuple[str, int]:
        """One answer of the first form that is left: the form and its version."""
        left = self._left(phone)
        if left is None:
            raise NotFound
        form, instrument, version = left
        item = self.runtime.catalogue.instrument(instrument).applicable_items(phone.seat.facts)[0]
        given = answer(item.id, item.codes[0])
        _, body = save(self.runtime, phone, form, given, key=new_public_id(), version=version or 0)
        return form, body["version"]

    def _send_one(self, phone: Phone) -> None:
        form, version = self._save_one(phone)
        with self.runtime.writing(phone.actor) as work:
            sent = submit_response(work, phone.seat, form, key=new_public_id(), version=version)
        assert sent.status == 200, sent.body

    def _day(self, first: int, last: int) -> date:
        return self.today + timedelta(days=self.chance.randint(first, last))


def _as_drawn(rows: list[Visit], labels: dict[int, str], asked: set[str], done: list[str]) -> None:
    """Stored and planned from scratch are the same."""
    by_id = {row.id: row for row in rows}
    assert {number: by_id[number].key for number in labels} == labels, done
    assert all(row.home_key and row.name.strip() for row in rows if row.id in labels), done
    assert {row.key for row in rows if row.planned and row.id not in labels} == asked, done


def _apart(rows: list[Visit], done: list[str]) -> None:
    """Windows of one kind, as far as they are planned, never overlap."""
    for kind in VisitKind:
        planned = sorted((row for row in rows if row.planned and row.kind == kind), key=lambda row: row.opens_on)
        for first, second in pairwise(planned):
            assert first.closes_on < second.opens_on, (first.key, second.key, done)


def walk(runtime: Runtime, clock: FixedClock, *, seed: int, walks: int) -> None:
    """Some walks, each with a patient of its own, and the self-check at the end."""
    chance = random.Random(seed)  # noqa: S311 - the walks must be the same each time
    nurse = make_staff(runtime)
    publish(runtime, nurse, without_three_months)
    for number in range(walks):
        patient = make_patient(runtime, nurse, hospital_number=f"H-{number}", email=f"p{number}@example.org")
        one = Walk(runtime, clock, nurse, chance, patient, set())
        done = [f"seed {seed}, walk {number}"]
        for _ in range(STEPS):
            done.append(one.step())
            one.check(done)
    for name in ("orphans", "centres", "visits"):
        assert list(CHECKS[name](lambda: runtime.reading(COMMAND))) == []


def test_a_few_walks_end_where_the_facts_lead(runtime: Runtime, clock: FixedClock) -> None:
    walk(runtime, clock, seed=1000, walks=4)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(BATCHES))
def test_many_walks_end_where_the_facts_lead(runtime: Runtime, clock: FixedClock, seed: int) -> None:
    few = 4 if runtime.settings.database_url.startswith("postgresql") else WALKS_OF_A_BATCH
    walk(runtime, clock, seed=seed, walks=few)
