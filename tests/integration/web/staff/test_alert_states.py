"""Every state of an alert: the words for it and the buttons that fit it, on its page and in the worklist."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask

from lrrc_qol.persistence.models import Staff
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.clinic.duty import note_absence, set_chain
from lrrc_qol.services.context import COMMAND, Actor, Work
from lrrc_qol.services.handle_alert import close_alert, log_contact, see_alert, take_alert
from lrrc_qol.services.move_alert import bring_back, hand_over, reopen, snooze
from lrrc_qol.services.notify_staff import queue_staff_mails
from lrrc_qol.services.overdue_alerts import pass_on_overdue
from lrrc_qol.services.staff_accounts import set_active
from tests.clock import FixedClock
from tests.factories import make_patient, make_staff, take_seat
from tests.raised_alerts import answer_pain, open_alert, step_kinds
from tests.staff_browser import signed_in

Look = Callable[[str], str]
BUTTONS = (
    "Take it",
    "Take over",
    "Mark as seen",
    "Save the call",
    "Close the alert",
    "Hand over",
    "Put off",
    "Bring it back now",
    "Reopen the alert",
)
ALWAYS = {"Save the call"}
OPEN = ALWAYS | {"Close the alert", "Hand over", "Put off"}


@dataclass
class Ward:
    """Two nurses, one patient, and what can be done with the patient's alert."""

    runtime: Runtime
    clock: FixedClock
    nurse: Actor
    colleague: Actor

    def __post_init__(self) -> None:
        self.patient = make_patient(self.runtime, self.nurse)
        self.phone = take_seat(self.runtime, self.patient)
        self.version = 0
        self.answer(9)
        self.alert = open_alert(self.runtime, self.phone)

    def answer(self, pain: int) -> None:
        """The patient says how bad the pain is."""
        answer_pain(self.runtime, self.phone, pain, key=f"pain{self.version}", version=self.version)
        self.version += 1

    def by(self, who: Actor, what: Callable[[Work], object]) -> None:
        """One act in a transaction of its own, a minute after the one before."""
        self.clock.advance(minutes=1)
        with self.runtime.writing(who) as work:
            what(work)

    def mine(self, what: Callable[[Work], object]) -> None:
        """An act of the nurse."""
        self.by(self.nurse, what)

    def public_id(self, who: Actor) -> str:
        """The public id of an account."""
        with self.runtime.reading(COMMAND) as work:
            return work.session.get_one(Staff, who.id).public_id

    def seen(self) -> None:
        """A colleague has looked."""
        self.by(self.colleague, lambda work: see_alert(work, self.alert))

    def taken(self) -> None:
        """The nurse has it."""
        self.mine(lambda work: take_alert(work, self.alert))

    def taken_by_the_other(self) -> None:
        """The colleague has it."""
        self.by(self.colleague, lambda work: take_alert(work, self.alert))

    def owner_away(self) -> None:
        """The colleague has it and is on leave."""
        self.taken_by_the_other()
        who, today = self.public_id(self.colleague), self.clock.now().date()
        self.mine(lambda work: note_absence(work, who=who, cover="", first_day=today, last_day=today))

    def owner_left(self) -> None:
        """The colleague had it and has no account any more."""
        self.taken_by_the_other()
        who = self.public_id(self.colleague)
        boss = make_staff(self.runtime, role="admin")
        self.by(boss, lambda work: set_active(work, who, active=False))

    def called(self, times: int = 1) -> None:
        """The nurse called and nobody answered."""
        for _ in range(times):
            self.mine(lambda work: log_contact(work, self.alert, reached=False, note=""))

    def reached(self) -> None:
        """The nurse spoke to the patient."""
        self.mine(lambda work: log_contact(work, self.alert, reached=True, note=""))

    def put_off(self) -> None:
        """The alert waits until tomorrow."""
        tomorrow = self.clock.now().date() + timedelta(days=1)
        self.mine(lambda work: snooze(work, self.alert, until=tomorrow, reason="Sees the doctor."))

    def put_off_and_back(self) -> None:
        """The alert waited and its day has come."""
        self.put_off()
        self.clock.advance(days=1)

    def brought_back(self) -> None:
        """The nurse did not wait for the day."""
        self.put_off()
        self.mine(lambda work: bring_back(work, self.alert))

    def handed_to_me(self) -> None:
        """The colleague gave it to the nurse."""
        self.taken_by_the_other()
        to = self.public_id(self.nurse)
        self.by(self.colleague, lambda work: hand_over(work, self.alert, to=to, note="My shift ends."))

    def handed_on(self) -> None:
        """The nurse gave it to the colleague."""
        to = self.public_id(self.colleague)
        self.mine(lambda work: hand_over(work, self.alert, to=to, note="My shift ends."))

    def passed_on(self) -> None:
        """Nobody looked in time."""
        second = self.public_id(self.colleague)
        self.mine(lambda work: set_chain(work, second=second, surgeon=""))
        self.clock.advance(hours=2)
        with self.runtime.writing(COMMAND) as work:
            assert pass_on_overdue(work) == 1

    def closed(self) -> None:
        """Dealt with."""
        self.mine(lambda work: close_alert(work, self.alert, action="advice", note="Called."))

    def reopened(self) -> None:
        """Closed by mistake."""
        self.closed()
        self.mine(lambda work: reopen(work, self.alert, reason="The wrong patient."))

    def recurred(self) -> None:
        """The same rule fired again after it was closed."""
        self.closed()
        self.answer(10)
        self.alert = open_alert(self.runtime, self.phone)

    def raised_again(self) -> None:
        """A newer answer to an open alert that the nurse has."""
        self.reached()
        self.answer(10)


@pytest.fixture
def ward(runtime: Runtime, clock: FixedClock) -> Ward:
    return Ward(runtime, clock, make_staff(runtime), make_staff(runtime, email="second@north.example"))


@pytest.fixture
def look(app: Flask, ward: Ward) -> Look:
    """What the nurse sees, freshly signed in, because time passes in these tests."""
    return lambda path: signed_in(app, "nurse@north.example").get(path).text


def buttons(page: str) -> set[str]:
    found = re.findall(r"<button[^>]*>(.*?)</button>", page, re.DOTALL)
    return {name for name in BUTTONS if any(re.sub(r"<.*", "", text).strip() == name for text in found)}


@pytest.mark.parametrize(
    ("state", "words", "more"),
    [
        ("new", "New", OPEN | {"Take it", "Mark as seen"}),
        ("seen", "Seen", OPEN | {"Take it"}),
        ("taken", "You have taken it", OPEN),
        ("taken_by_the_other", "Taken by", OPEN - {"Hand over"} | {"Take over"}),
        ("called", "No answer, 1 of 3 calls", OPEN),
        ("reached", "Patient reached", OPEN),
        ("put_off", "Put off until", OPEN - {"Put off"} | {"Bring it back now"}),
        ("put_off_and_back", "Back: it was put off", OPEN | {"Take it"}),
        ("brought_back", "You have taken it", OPEN),
        ("handed_to_me", "It was handed to you", OPEN),
        ("handed_on", "Handed to", OPEN - {"Hand over"} | {"Take over"}),
        ("owner_away", "is away. Nobody stands in", OPEN - {"Hand over"} | {"Take over"}),
        ("owner_left", "has left the team. Nobody stands in", OPEN - {"Hand over"} | {"Take over"}),
        ("passed_on", "Nobody looked in time: passed on", OPEN | {"Take it", "Mark as seen"}),
        ("recurred", "Recurred", OPEN | {"Take it", "Mark as seen"}),
        ("raised_again", "New", OPEN | {"Mark as seen"}),
        ("closed", "The alert stays closed", ALWAYS | {"Reopen the alert"}),
        ("reopened", "Reopened", OPEN),
    ],
)
def test_the_buttons_of_the_page_fit_the_state(ward: Ward, look: Look, state: str, words: str, more: set[str]) -> None:
    if state != "new":
        getattr(ward, state)()
    page = look(f"/staff/alerts/{ward.alert}")
    assert words in page
    assert buttons(page) == more


@pytest.mark.parametrize(
    ("state", "words", "takes"),
    [
        ("new", "– New", "Take it"),
        ("called", "– No answer, 1 of 3 calls", ""),
        ("put_off_and_back", "– Back: it was put off", "Take it"),
        ("handed_to_me", "– Handed over", ""),
        ("passed_on", "– Nobody looked in time: passed on", "Take it"),
        ("taken_by_the_other", "– Seen", ""),
        ("owner_away", "away", "Take over"),
        ("owner_left", "away", "Take over"),
    ],
)
def test_the_row_of_the_worklist_says_the_state_and_offers_what_fits(
    ward: Ward, look: Look, state: str, words: str, takes: str
) -> None:
    if state != "new":
        getattr(ward, state)()
    row = look("/staff/?kind=alert").partition('<tbody id="rows">')[2].partition("</tbody>")[0]
    assert words in row
    assert buttons(row) == ({takes} if takes else set())


def test_the_clock_is_no_longer_shown_once_the_patient_was_reached(ward: Ward, look: Look) -> None:
    assert "Call within" in look("/staff/")
    ward.reached()
    ward.clock.advance(hours=3)
    for path in ("/staff/", f"/staff/alerts/{ward.alert}"):
        page = look(path)
        assert "Patient reached" in page
        assert "over target" not in page


def test_who_writes_down_a_call_has_the_alert_unless_somebody_has_it(ward: Ward) -> None:
    ward.called()
    ward.by(ward.colleague, lambda work: log_contact(work, ward.alert, reached=True, note=""))
    assert step_kinds(ward.runtime, ward.alert) == ["raised", "seen", "taken", "no_answer", "seen", "contacted"]


def test_a_fourth_call_is_not_one_of_three(ward: Ward, look: Look) -> None:
    ward.called(times=4)
    page = look(f"/staff/alerts/{ward.alert}")
    assert "No answer, 3 calls or more" in page
    assert "Decide now what comes next" in page


def test_not_reached_is_offered_after_three_calls(ward: Ward, look: Look) -> None:
    choice = 'value="not_reached"'
    assert choice not in look(f"/staff/alerts/{ward.alert}")
    ward.called(times=3)
    assert choice in look(f"/staff/alerts/{ward.alert}")


def test_an_alert_that_a_colleague_put_off_is_not_taken_unseen(app: Flask, ward: Ward, look: Look) -> None:
    tomorrow = ward.clock.now().date() + timedelta(days=1)
    ward.by(ward.colleague, lambda work: snooze(work, ward.alert, until=tomorrow, reason="x"))
    browser = signed_in(app, "nurse@north.example")
    answer = browser.press(f"/staff/alerts/{ward.alert}/take")
    assert "Bring it back if you want to work on it now." in browser.get(answer.headers["Location"]).text
    assert "taken" not in step_kinds(ward.runtime, ward.alert)
    assert "put off until" in look(f"/staff/patients/{ward.patient}")


def test_what_was_handed_over_is_told_on_top_until_the_owner_acts(ward: Ward, look: Look) -> None:
    ward.handed_to_me()
    page = look(f"/staff/alerts/{ward.alert}")
    head = page.partition("What was answered")[0]
    assert "Handed over</strong> by Nurse of NORTH" in head
    assert "My shift ends." in head
    ward.reached()
    assert "My shift ends." not in look(f"/staff/alerts/{ward.alert}").partition("What was answered")[0]


def test_a_colleague_who_is_away_is_named_so_before_it_is_tried(ward: Ward, look: Look) -> None:
    who, today = ward.public_id(ward.colleague), ward.clock.now().date()
    ward.mine(lambda work: note_absence(work, who=who, cover="", first_day=today, last_day=today))
    assert "(nurse, away)" in look(f"/staff/alerts/{ward.alert}")


def test_who_was_handed_an_alert_that_waits_is_told_when_it_is_back(ward: Ward) -> None:
    ward.put_off()
    ward.handed_on()
    with ward.runtime.writing(COMMAND) as work:
        assert queue_staff_mails(work) == 0
    ward.clock.advance(days=1)
    with ward.runtime.writing(COMMAND) as work:
        assert queue_staff_mails(work) == 2
        assert queue_staff_mails(work) == 0
