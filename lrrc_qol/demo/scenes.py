"""Alerts of the demo in every state, left as a day on a ward leaves them; messages and links that went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from lrrc_qol.domain.message_report import Report, ReportKind
from lrrc_qol.services.answer_form import AnswerInput
from lrrc_qol.services.context import ANONYMOUS_PATIENT, SYSTEM, Actor, Work
from lrrc_qol.services.demo_history import issue_link, newest_alert, public_id_of, sent_message_ids, visits_of
from lrrc_qol.services.enter_by_link import enter_by_link
from lrrc_qol.services.handle_alert import close_alert, log_contact, take_alert
from lrrc_qol.services.move_alert import hand_over, reopen, snooze
from lrrc_qol.services.patient_session import find_seat
from lrrc_qol.services.request_call import request_call
from lrrc_qol.services.take_reports import take_reports

WRONG_YEAR, TRIES_TO_LOCK = "1900", 5
GATEWAY: Final = "hook"


@dataclass(frozen=True, slots=True)
class Crew:
    """The two nurses of the demo, and one who has left since."""

    nurse: Actor
    second: Actor
    left: Actor


@dataclass(frozen=True, slots=True)
class Scene:
    """What one patient ticks on the newest check-in, and what became of the alert of `rule` since then."""

    rule: str
    answers: Mapping[str, int]
    act: Callable[[Work, str, Crew], None]


def _nothing(work: Work, alert: str, crew: Crew) -> None:
    """Nobody has looked."""


def _three_calls(work: Work, alert: str, crew: Crew) -> None:
    mine = replace(work, actor=crew.second)
    take_alert(mine, alert)
    for _ in range(3):
        log_contact(mine, alert, reached=False, note="")


def _handed_over(work: Work, alert: str, crew: Crew) -> None:
    mine = replace(work, actor=crew.second)
    take_alert(mine, alert)
    to = public_id_of(work, crew.nurse.id)
    hand_over(mine, alert, to=to, note="Asked to be called after two. My shift ends: please call.")


def _put_off(work: Work, alert: str, crew: Crew) -> None:
    day = work.today_in("Europe/London") + timedelta(days=2)
    snooze(replace(work, actor=crew.nurse), alert, until=day, reason="Sees the family doctor tomorrow; ask afterwards.")


def _reached(work: Work, alert: str, crew: Crew) -> None:
    mine = replace(work, actor=crew.nurse)
    log_contact(mine, alert, reached=True, note="Has two days of tablets left. Prescription asked for; not here yet.")


def _owner_left(work: Work, alert: str, crew: Crew) -> None:
    take_alert(replace(work, actor=crew.left), alert)


def _reopened(work: Work, alert: str, crew: Crew) -> None:
    mine = replace(work, actor=crew.nurse)
    close_alert(mine, alert, action="advice", note="Advice on the phone.")
    reopen(mine, alert, reason="That note was about another patient.")


# By the number of the patient: one who is followed at home, whose check-in is due (`people.SCENE_DAYS`).
SCENES: Mapping[int, Scene] = MappingProxyType(
    {
        4: Scene("calf_swollen", {"leg": 2}, _nothing),
        6: Scene("temperature_red", {"temperature": 3}, _nothing),
        18: Scene("wound_infected", {"wound": 2}, _three_calls),
        22: Scene("distress_high", {"distress": 8}, _handed_over),
        24: Scene("vomiting_or_not_eating", {"eating": 2}, _put_off),
        26: Scene("breathing_or_chest", {"breathing": 2}, _nothing),
        38: Scene("pain_medicine", {"pain_medicine": 1}, _reached),
        46: Scene("fall", {"sudden_change": 1}, _owner_left),
        58: Scene("wound_leak", {"wound": 1}, _reopened),
    }
)
# The same trouble on the check-in before, so that it recurs today.
RECURS = frozenset({26})
WANTS_CALL, LOCKED_OUT = 16, 5
BOUNCED, FULL_MAILBOX, UNWANTED, DEAD_NUMBER = 11, 13, 15, 31


def worsened(number: int, answers: tuple[AnswerInput, ...]) -> tuple[AnswerInput, ...]:
    """The answers with what the scene of that patient has instead."""
    wanted = SCENES[number].answers
    return tuple(
        AnswerInput(item_id=one.item_id, value=wanted[one.item_id], declined=False) if one.item_id in wanted else one
        for one in answers
    )


def play(work: Work, patient: str, number: int, *, crew: Crew, year: int) -> None:
    """What happened around the patient of that number besides the forms; `year` is the year of birth."""
    if number in SCENES:
        scene = SCENES[number]
        alert = newest_alert(work, patient, rule=scene.rule)
        if alert is not None:
            scene.act(work, alert, crew)
    if number == WANTS_CALL:
        _ask_for_call(work, patient, year)
    if number == LOCKED_OUT:
        _lock_out(work, patient)
    _report(work, patient, number)


def _ask_for_call(work: Work, patient: str, year: int) -> None:
    """From the page of the form that is open."""
    token = issue_link(work, patient, visits_of(work, patient)[0].id)
    as_anybody = replace(work, actor=ANONYMOUS_PATIENT)
    seat = find_seat(as_anybody, enter_by_link(as_anybody, token, year=str(year), source="demo").session_token)
    if seat is not None:
        as_patient = Actor(kind="patient", id=seat.patient_id, centre_id=seat.centre_id, role=None)
        request_call(replace(work, actor=as_patient), seat)


def _lock_out(work: Work, patient: str) -> None:
    """Somebody who does not know the year of birth tries."""
    token = issue_link(work, patient, visits_of(work, patient)[0].id)
    for _ in range(TRIES_TO_LOCK):
        enter_by_link(replace(work, actor=ANONYMOUS_PATIENT), token, year=WRONG_YEAR, source="demo wrong year")


def _report(work: Work, patient: str, number: int) -> None:
    """What mail servers and the gateway said about what was sent: short messages arrive, some mails do not."""
    mails, short = sent_message_ids(work, patient)
    reports = [Report(one, ReportKind.DELIVERED, "", "arrived") for one in short]
    if number == BOUNCED:
        reports += [Report(one, ReportKind.HARD, "5.1.1", "bounced") for one in mails[-1:]]
    if number == FULL_MAILBOX:
        reports += [Report(one, ReportKind.SOFT, "4.2.2", "full") for one in mails[-3:]]
    if number == UNWANTED:
        reports += [Report(one, ReportKind.COMPLAINT, "", "unwanted") for one in mails[-1:]]
    if number == DEAD_NUMBER and short:
        reports[-1] = Report(short[-1], ReportKind.HARD, "", "no such number")
    if reports:
        take_reports(replace(work, actor=SYSTEM), reports, source=GATEWAY)
