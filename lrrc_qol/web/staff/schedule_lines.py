"""The lines of the schedule page: one for each thing that was planned or happened, in words and on its day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lrrc_qol.charts.wording import MODES, RESPONDENTS
from lrrc_qol.domain.events import EventKind
from lrrc_qol.domain.schedule import VisitState
from lrrc_qol.persistence.queries.happenings import EventRow
from lrrc_qol.persistence.queries.schedule import CallLine, FormLine, MailLine
from lrrc_qol.services.read_schedule import Schedule, ScheduledVisit, ToCome
from lrrc_qol.web.staff.patient_words import MESSAGE_KINDS, MESSAGE_STATES, OUTCOMES, VISIT_STATES, event_words
from lrrc_qol.web.staff.work_words import TASKS

FORMS, MESSAGES, EVENTS = "forms", "messages", "events"
WAITING = ("queued", "sending")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing on one day of the centre's calendar.

    `clock` is the centre's, `clock_there` the patient's where it differs; both are empty for what has only a day.
    `short` are the words of a calendar cell; `link` is an endpoint with its values.
    `planned` is what is still to come if nothing changes.
    """

    day: date
    clock: str
    clock_there: str
    theme: str
    words: str
    short: str
    detail: str = ""
    badge: tuple[str, str] | None = None
    link: tuple[str, Mapping[str, object]] | None = None
    planned: bool = False


class LineMaker:
    """Makes the lines of one schedule; holds the two time zones and the names of visits and questionnaires."""

    def __init__(self, schedule: Schedule, titles: Mapping[str, str]) -> None:
        self.schedule = schedule
        self.titles = titles
        self.here = ZoneInfo(schedule.patient.centre_timezone)
        self.there = ZoneInfo(schedule.patient.timezone)
        self.visits = {visit.id: visit for visit in schedule.visits}

    def lines(self) -> list[Line]:
        """All of them, by day, then by the clock; what has only a day comes first."""
        every = [
            *self._dates(),
            *(self._event_lines()),
            *(line for visit in self.schedule.visits for line in self._visit(visit) if self._before_the_end(line)),
            *(self._mail(mail) for mail in self.schedule.mails),
            *self._opened(),
            *(line for form in self.schedule.forms for line in self._form(form)),
            *(line for call in self.schedule.calls for line in self._call(call)),
            *(self._to_come(one) for one in self.schedule.to_come),
        ]
        return sorted(every, key=lambda line: (line.day, line.clock))

    def _at(self, instant: datetime) -> tuple[date, str, str]:
        here, there = instant.astimezone(self.here), instant.astimezone(self.there)
        if here.replace(tzinfo=None) == there.replace(tzinfo=None):
            return here.date(), f"{here:%H:%M}", ""
        elsewhere = f"{there:%H:%M}" if here.date() == there.date() else f"{there:%H:%M} on {there.day} {there:%b}"
        return here.date(), f"{here:%H:%M}", elsewhere

    def _label(self, visit_id: int | None) -> tuple[str, str]:
        """The name of a visit with its second label, and its key; empty for none."""
        visit = self.visits.get(visit_id) if visit_id is not None else None
        return ("", "") if visit is None else (visit_label(visit), visit.key)

    def _dates(self) -> Iterator[Line]:
        patient = self.schedule.patient
        yield Line(patient.enrolled_on, "", "", EVENTS, "Enrolled", "Enrolled")
        if patient.surgery_on:
            yield Line(patient.surgery_on, "", "", EVENTS, "Operation", "Operation")
        elif patient.planned_surgery_on:
            yield Line(patient.planned_surgery_on, "", "", EVENTS, "Operation", "Operation", planned=True)
        if patient.discharged_on:
            yield Line(patient.discharged_on, "", "", EVENTS, "Went home", "Home")

    def _event_lines(self) -> Iterator[Line]:
        for event in self.schedule.events:
            words = event_words(event.kind)
            if event.revoked_at is None and not self._stands_with_the_dates(event):
                by = f"recorded by {event.recorded_by}" if event.recorded_by else ""
                yield Line(event.happened_on, "", "", EVENTS, words, words, detail=by)

    def _stands_with_the_dates(self, event: EventRow) -> bool:
        return event.kind == EventKind.DISCHARGE and event.happened_on == self.schedule.patient.discharged_on

    def _visit(self, visit: ScheduledVisit) -> Iterator[Line]:
        if not self._is_asked(visit):
            return
        label = visit_label(visit)
        if visit.opens_on == visit.due_on:
            yield self._edge(visit.due_on, visit, f"{label}: opens and is due", f"{visit.key} due")
        else:
            yield self._edge(visit.opens_on, visit, f"{label}: opens", f"{visit.key} opens")
            yield self._edge(visit.due_on, visit, f"{label}: due", f"{visit.key} due")
        if visit.state is VisitState.CLOSED:
            yield self._missed(visit, label)
        elif visit.state is not VisitState.ANSWERED:
            yield self._edge(visit.closes_on, visit, f"{label}: last day", f"{visit.key} last day")

    def _before_the_end(self, line: Line) -> bool:
        ended_on = self.schedule.ended_on
        return ended_on is None or line.day <= ended_on

    def _is_asked(self, visit: ScheduledVisit) -> bool:
        """Whether the visit belongs on the page: planned, and due before the patient died, withdrew or stopped."""
        if visit.state is VisitState.ANSWERED:
            return True
        ended_on = self.schedule.ended_on
        return visit.planned and (ended_on is None or visit.due_on < ended_on)

    def _edge(self, day: date, visit: ScheduledVisit, words: str, short: str) -> Line:
        to_come = day > self.schedule.today and visit.state is not VisitState.ANSWERED
        badge = VISIT_STATES[visit.state] if not to_come else None
        return Line(day, "", "", FORMS, words, short, badge=badge, planned=to_come)

    def _missed(self, visit: ScheduledVisit, label: str) -> Line:
        missed = visit.missed
        reason = f"Reason: {visit.reason}" if missed else "No reason recorded"
        detail = f"{reason} ({missed.by})" if missed and missed.by else reason
        words, short = f"{label}: closed without an answer", f"{visit.key} missed"
        return Line(visit.closes_on, "", "", FORMS, words, short, detail=detail, badge=VISIT_STATES[visit.state])

    def _mail(self, mail: MailLine) -> Line:
        name, _ = self._label(mail.visit_id)
        kind = MESSAGE_KINDS.get(mail.kind, mail.kind)
        moment = mail.sent_at or (mail.available_at if mail.status in WAITING else mail.created_at)
        held = mail.outcome is not None and mail.status in ("failed", "suppressed")
        why = OUTCOMES.get(mail.outcome or "", (mail.outcome or "").replace("_", " ")) if held else ""
        short = {"sent": "Mail", "failed": "Mail failed", "suppressed": "Mail held"}.get(mail.status, "Mail waits")
        words = f"{kind}: {name}" if name else kind
        return Line(*self._at(moment), MESSAGES, words, short, detail=why, badge=MESSAGE_STATES[mail.status])

    def _opened(self) -> Iterator[Line]:
        for one in self.schedule.opened:
            name, key = self._label(one.visit_id)
            by = f"by {one.staff}" if one.staff else "by the patient's link"
            yield Line(*self._at(one.opened_at), MESSAGES, f"Opened: {name}", f"{key} opened", detail=by)

    def _form(self, form: FormLine) -> Iterator[Line]:
        name, key = self._label(form.visit_id)
        title = self.titles.get(form.instrument_id, form.instrument_id)
        link = ("staff.form", {"public_id": self.schedule.patient.public_id, "response_id": form.response_id})
        started = self._at(form.started_at)
        sent = self._at(form.submitted_at) if form.submitted_at else None
        if sent is None or sent[0] != started[0]:
            yield Line(*started, FORMS, f"Started: {title}, {name}", f"{key} started", detail=how(form), link=link)
        if sent is not None:
            badge = ("In the window", "badge-good") if in_window(form) else ("Outside the window", "badge-yellow")
            words = f"Sent: {title}, {name}"
            yield Line(*sent, FORMS, words, f"{key} sent", detail=how(form), badge=badge, link=link)

    def _call(self, call: CallLine) -> Iterator[Line]:
        name, _ = self._label(call.visit_id)
        words = TASKS.get(call.kind, call.kind.replace("_", " "))
        link = ("staff.task", {"public_id": call.public_id})
        yield Line(*self._at(call.created_at), MESSAGES, words, "Task", detail=name, link=link)
        if call.done_at:
            by = f"by {call.done_by}" if call.done_by else ""
            yield Line(*self._at(call.done_at), MESSAGES, f"Done: {words}", "Task done", detail=by, link=link)

    def _to_come(self, one: ToCome) -> Line:
        name, _ = self._label(one.visit_id)
        if one.ordinal is None:
            words, short = f"A nurse is asked to call: {name}", "Call"
        else:
            words, short = f"{'Invitation' if one.ordinal == 0 else 'Reminder'}: {name}", "Mail"
        return Line(*self._at(one.at), MESSAGES, words, short, detail="unless the form is sent before", planned=True)


def visit_label(visit: ScheduledVisit) -> str:
    """The name and key of a visit, with the second label its forms stand for: One month (M1, also discharge)."""
    second = "discharge" if visit.also_key == "DC" else visit.also_key
    also = f", also {second}" if second else ""
    return f"{visit.name} ({visit.key}{also})"


def how(form: FormLine) -> str:
    """How a form was answered, by whom, and who typed it in."""
    who = RESPONDENTS.get(form.respondent, form.respondent)
    if form.respondent_relation:
        who += f" ({form.respondent_relation})"
    typed = f", entered by {form.entered_by}" if form.entered_by else ""
    return f"{MODES.get(form.mode, form.mode)}, {who}{typed}"


def in_window(form: FormLine) -> bool:
    """Whether the day that was answered lies in the window of the visit."""
    return form.answered_on is None or form.opens_on <= form.answered_on <= form.closes_on


def of_theme(lines: Iterable[Line], theme: str) -> list[Line]:
    """Only forms or only messages, with what happened to the patient beside them; all for any other word."""
    if theme not in (FORMS, MESSAGES):
        return list(lines)
    return [line for line in lines if line.theme in (theme, EVENTS)]
