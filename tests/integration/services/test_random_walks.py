"""Random walks of phones that lose line, replies, tabs and sessions: what is stored is what was acknowledged.

`Device` keeps its queue by the rules of the page's script: one request at a time, repeated with its key until answered.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from sqlalchemy import select

from lrrc_qol.persistence.models import Answer
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import AnswerInput, SaveRequest, list_parts, open_form, save_answers
from lrrc_qol.services.context import COMMAND
from tests.clock import FixedClock
from tests.factories import Phone, make_patient, make_staff, take_seat

pytestmark = pytest.mark.thorough

BATCHES, WALKS, STEPS = 20, 25, 14
Given = dict[tuple[str, str], tuple[datetime, int | None]]


@dataclass
class Device:
    """A phone with one form open: answers that wait, and the request that was not answered yet."""

    runtime: Runtime
    clock: FixedClock
    patient: str
    form: str
    chance: random.Random
    seat: Phone = field(init=False)
    version: int = 0
    waiting: dict[str, tuple[datetime, int | None]] = field(default_factory=dict)
    flight: tuple[str, int, dict[str, tuple[datetime, int | None]]] | None = None

    def __post_init__(self) -> None:
        self.enter()

    def enter(self) -> None:
        """Through the link with the year of birth: a new session, the old queue."""
        self.seat = take_seat(self.runtime, self.patient)
        self.reload()

    def reload(self) -> None:
        """The page anew: with a queue it keeps the version that its answers were given at."""
        with self.runtime.reading(self.seat.actor) as work:
            there = open_form(work, self.seat.seat, self.form).version
        self.version = min(self.version, there) if self.waiting or self.flight else there

    def give(self, item: str, value: int | None) -> None:
        """Answer or leave out."""
        self.waiting.pop(item, None)
        self.waiting[item] = (self.clock.now(), value)

    def send(self, acknowledged: Given, *, reply_lost: bool) -> None:
        """One request; a lost reply leaves it to be repeated although the server has stored it."""
        if self.flight is None:
            if not self.waiting:
                return
            self.flight = (f"key-{self.chance.getrandbits(64):016x}", self.version, self.waiting)
            self.waiting = {}
        key, version, answers = self.flight
        inputs = tuple(
            AnswerInput(item, value, value is None, (self.clock.now() - at).total_seconds())
            for item, (at, value) in answers.items()
        )
        with self.runtime.writing(self.seat.actor) as work:
            result = save_answers(work, self.seat.seat, self.form, SaveRequest(key, version, inputs))
        assert result.body["saved"], result.body
        if reply_lost:
            return
        self.flight = None
        for item, given in answers.items():
            kept = acknowledged.get((self.form, item))
            if kept is None or kept[0] < given[0]:
                acknowledged[self.form, item] = given
        if not result.body["changed_elsewhere"] and not ("items" in result.body and self.waiting):
            self.version = result.body["version"]


def walk(devices: list[Device], items: dict[str, tuple[int, ...]], chance: random.Random, acknowledged: Given) -> None:
    """Some steps on both devices, then the line comes back for good."""
    for _ in range(STEPS):
        device = chance.choice(devices)
        device.clock.advance(seconds=chance.randint(1, 400))
        act = chance.choice(("give", "give", "give", "send", "lose", "reload", "expire"))
        if act == "give":
            item = chance.choice(list(items))
            device.give(item, chance.choice((None, *items[item])))
        elif act == "expire":
            device.clock.advance(minutes=31)
            device.enter()
        elif act == "reload":
            device.reload()
        else:
            device.send(acknowledged, reply_lost=act == "lose")
    for device in devices:
        while device.flight or device.waiting:
            device.clock.advance(seconds=1)
            device.send(acknowledged, reply_lost=False)


def stored(runtime: Runtime, patient: str, form: str) -> dict[str, int | None]:
    """What counts now."""
    seat = take_seat(runtime, patient)
    with runtime.reading(seat.actor) as work:
        view = open_form(work, seat.seat, form)
        return {item.id: item.value for item in view.steps if item.state != "none"}


@pytest.mark.parametrize("batch", range(BATCHES))
def test_stored_answers_are_the_acknowledged_ones(runtime: Runtime, clock: FixedClock, batch: int) -> None:
    chance = random.Random(batch)  # noqa: S311 - the walks must be the same each time
    patient = make_patient(runtime, make_staff(runtime))
    seat = take_seat(runtime, patient)
    with runtime.reading(seat.actor) as work:
        parts = list_parts(work, seat.seat)
    acknowledged: Given = {}
    for number in range(WALKS):
        form = parts[number % len(parts)].assignment_public_id
        with runtime.reading(seat.actor) as work:
            steps = open_form(work, seat.seat, form).steps
        items = {step.id: tuple(code for code, _ in step.options) for step in steps[:6]}
        devices = [Device(runtime, clock, patient, form, chance) for _ in range(2)]
        walk(devices, items, chance, acknowledged)
        wanted = {item: value for (of, item), (_, value) in acknowledged.items() if of == form}
        assert stored(runtime, patient, form) == wanted, f"walk {number} of batch {batch}"
    with runtime.reading(COMMAND) as work:
        versions = {(row.item_id, row.value) for row in work.session.scalars(select(Answer))}
    assert {(item, value) for (_, item), (_, value) in acknowledged.items()} <= versions
