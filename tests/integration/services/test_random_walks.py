"""Random walks of phones that lose line, replies, tabs and sessions: what is stored is what was acknowledged.

Meanwhile the patient changes the language and the site is renewed, with other words in it. `Device` keeps its queue by
the rules of the page's script: one request at a time, repeated with its key until answered.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.config import Settings
from lrrc_qol.persistence.models import Answer, Patient
from lrrc_qol.runtime import Runtime, build_runtime
from lrrc_qol.services.answer_form import AnswerInput, SaveRequest, list_parts, open_form, save_answers
from lrrc_qol.services.context import COMMAND, Work
from lrrc_qol.services.own_settings import Choices, change_settings
from lrrc_qol.services.patient_session import Seat
from tests.clock import FixedClock
from tests.factories import Phone, make_patient, make_staff, take_seat

pytestmark = pytest.mark.thorough

BATCHES, WALKS, STEPS = 20, 25, 14
Given = dict[tuple[str, str], tuple[datetime, int | None]]


@dataclass
class Site:
    """What answers the phones: one release of the program, or the next one."""

    runtime: Runtime
    following: Runtime

    def renew(self) -> None:
        """Put the other release in its place; the database stays."""
        self.runtime, self.following = self.following, self.runtime


@dataclass
class Device:
    """A phone with one form open: answers that wait, and the request that was not answered yet.

    `words` and `language` are those of the page as it was loaded.
    """

    site: Site
    clock: FixedClock
    patient: str
    form: str
    chance: random.Random
    seat: Phone = field(init=False)
    version: int = 0
    words: str = ""
    language: str = ""
    waiting: dict[str, tuple[datetime, int | None]] = field(default_factory=dict)
    flight: tuple[str, int, dict[str, tuple[datetime, int | None]]] | None = None

    def __post_init__(self) -> None:
        self.enter()

    def enter(self) -> None:
        """Through the link with the year of birth: a new session, the old queue."""
        self.seat = take_seat(self.site.runtime, self.patient)
        self.reload()

    def expire(self) -> None:
        """Away for longer than a session lasts, then through the link again."""
        self.clock.advance(minutes=31)
        self.enter()

    def reload(self) -> None:
        """The page anew: with a queue it keeps the version that its answers were given at."""
        with self.site.runtime.reading(self.seat.actor) as work:
            self.seat = replace(self.seat, seat=same_seat(work, self.seat.seat))
            view = open_form(work, self.seat.seat, self.form)
        there, self.words, self.language = view.version, view.words, self.seat.seat.language
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
        with self.site.runtime.writing(self.seat.actor) as work:
            seat = same_seat(work, self.seat.seat)
            result = save_answers(work, seat, self.form, SaveRequest(key, version, inputs, self.words))
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

    def speak(self, language: str) -> None:
        """Choose another language on the page of settings, in another tab: the form stays as it was loaded."""
        with self.site.runtime.writing(self.seat.actor) as work:
            change_settings(work, self.seat.seat, Choices(language, "", None))


def same_seat(work: Work, seat: Seat) -> Seat:
    """The seat as the next request of its session finds it."""
    return replace(seat, language=work.session.get_one(Patient, seat.patient_id).language)


def walk(
    devices: list[Device],
    items: dict[str, tuple[int, ...]],
    chance: random.Random,
    acknowledged: Given,
    languages: tuple[str, ...],
) -> None:
    """Some steps on both devices, then the line comes back for good."""
    for _ in range(STEPS):
        device = chance.choice(devices)
        device.clock.advance(seconds=chance.randint(1, 400))
        act = chance.choice(("give", "give", "give", "send", "lose", "reload", "expire", "speak", "renew"))
        if act == "give":
            item = chance.choice(list(items))
            device.give(item, chance.choice((None, *items[item])))
        elif act == "speak":
            device.speak(chance.choice(languages))
        elif act in {"send", "lose"}:
            device.send(acknowledged, reply_lost=act == "lose")
        else:
            {"reload": device.reload, "expire": device.expire, "renew": device.site.renew}[act]()
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


@pytest.fixture
def site(runtime: Runtime, settings: Settings, clock: FixedClock, catalogue: Catalogue) -> Iterator[Site]:
    """Two releases on one database; the words of our own questionnaires differ between them."""
    wordings = {key: replace(one, digest=one.digest[::-1]) for key, one in catalogue.wordings.items()}
    following = build_runtime(settings, clock=clock, catalogue=replace(catalogue, wordings=wordings))
    yield Site(runtime, following)
    following.database.dispose()


def spoken(runtime: Runtime, instrument: tuple[str, str]) -> tuple[str, ...]:
    """The languages in which a questionnaire can be shown."""
    return tuple(language for *key, language in runtime.catalogue.wordings if tuple(key) == instrument) or ("en",)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_stored_answers_are_the_acknowledged_ones(runtime: Runtime, site: Site, clock: FixedClock, batch: int) -> None:
    chance = random.Random(batch)  # noqa: S311 - the walks must be the same each time
    patient = make_patient(runtime, make_staff(runtime))
    seat = take_seat(runtime, patient)
    with runtime.reading(seat.actor) as work:
        parts = list_parts(work, seat.seat)
    acknowledged: Given = {}
    for number in range(WALKS):
        part = parts[number % len(parts)]
        form = part.assignment_public_id
        with runtime.reading(seat.actor) as work:
            steps = open_form(work, seat.seat, form).steps
        items = {step.id: tuple(code for code, _ in step.options) for step in steps[:6]}
        devices = [Device(site, clock, patient, form, chance) for _ in range(2)]
        walk(devices, items, chance, acknowledged, spoken(runtime, part.instrument))
        wanted = {item: value for (of, item), (_, value) in acknowledged.items() if of == form}
        assert stored(site.runtime, patient, form) == wanted, f"walk {number} of batch {batch}"
        devices[0].speak("en")  # the licensed questionnaire of the next walk may have no other words
    with runtime.reading(COMMAND) as work:
        versions = {(row.item_id, row.value) for row in work.session.scalars(select(Answer))}
    assert {(item, value) for (_, item), (_, value) in acknowledged.items()} <= versions
