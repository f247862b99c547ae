"""One patient's sheet in words, ready for the page and for the file: both show the same strings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lrrc_qol.charts.axes import DayNote
from lrrc_qol.charts.printed_curve import PrintedCurve, printed_curve
from lrrc_qol.charts.recovery import drawable, recovery_figure
from lrrc_qol.charts.recovery_table import CurveRow, curve_rows
from lrrc_qol.charts.wording import day_month, day_short, range_words, score_words
from lrrc_qol.domain.baseline import BaselineKind
from lrrc_qol.domain.clinical_record import RecordRules, day_of
from lrrc_qol.domain.instrument import Direction
from lrrc_qol.persistence.queries.care import SHOWN, ContactRow
from lrrc_qol.persistence.queries.happenings import OpenAlertRow
from lrrc_qol.services.curves import Curve
from lrrc_qol.services.patient_sheet import SheetFacts
from lrrc_qol.services.read_record import PatientRecord
from lrrc_qol.web.guards import runtime
from lrrc_qol.web.staff.care_forms import WITH_WHOM_WORDS
from lrrc_qol.web.staff.curve_panels import curve_frame, provisional_words, reference_words
from lrrc_qol.web.staff.patient_words import anatomy_lines, contact_badges, event_strip
from lrrc_qol.web.staff.record_words import record_lines, record_notes
from lrrc_qol.web.staff.recovery_words import state_or_reason
from lrrc_qol.web.staff.sheet_fit import Heights, room_for, taken
from lrrc_qol.web.staff.sheet_text import Cut, Written, cut_list, cut_words, printed_width, written

# The room of each text, in letters: one line for most, a few for what a person wrote. Design figures.
ROOM = {
    "name": 50,
    "line": 170,
    "scale": 46,
    "state": 100,
    "event": 30,
    "alert": 90,
    "topic": 48,
    "own": 200,
    "note": 90,
}
STAFF_ROOM = 26
# How many letters stand in one printed line of each place.
IN_LINE = {"line": 104, "caption": 54, "scale": 30, "state": 33, "latest": 19, "events": 105, "problem": 44, "half": 52}
OPEN_RECORD = "in the clinical record"
PATIENT_PAGE = "on the patient's page"


@dataclass(frozen=True, slots=True)
class SheetCurve:
    """One curve with its caption."""

    name: str
    drawing: PrintedCurve
    spoken: str
    reference: str


@dataclass(frozen=True, slots=True)
class SheetScale:
    """One scale as a row; `provisional`: its important difference or problem limit is not signed by anybody yet."""

    name: str
    way: str
    baseline: str
    latest: str
    latest_on: str
    change: str
    verdict: str
    state: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class SheetEvent:
    """Something that happened, its date, and its day since the operation."""

    words: str
    on: str
    day: str


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """Something that is open: a level or grade, what it is, since when."""

    mark: str
    words: str
    since: str


@dataclass(frozen=True, slots=True)
class SheetContact:
    """A contact in words, and what was noted."""

    at: str
    words: str
    note: Written


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that stands on the page of one patient."""

    name: str
    name_rtl: bool
    identity: str
    number: str
    course: str
    operation: tuple[tuple[str, str], ...]
    badges: tuple[str, ...]
    curves: tuple[SheetCurve, ...]
    scales: Cut[SheetScale]
    events: Cut[SheetEvent]
    alerts: Cut[SheetProblem]
    complications: Cut[SheetProblem]
    topics: Cut[str]
    own_words: Written
    told: str
    contacts: Cut[SheetContact]
    centre: str
    printed: str


def sheet_of(facts: SheetFacts) -> Sheet:
    """Put one patient's facts into words, cut to what one page holds."""
    record, patient, catalogue = facts.record, facts.record.patient, runtime().catalogue
    notes = record_notes(catalogue.record, facts.entries, patient.surgery_on or record.counted_from)
    name = written(patient.name, ROOM["name"])
    operation = tuple((head, cut_words(words, ROOM["line"])) for head, words in _operation(facts, catalogue.record))
    badges = tuple(words for words, _ in contact_badges(record.contact))
    curves = tuple(_curves(record, notes))
    scales = [_scale(one, record) for one in _primary(record)]
    events = _events(record, notes)
    alerts = [_alert(one, facts.read_at) for one in record.alerts]
    complications = list(_complications(facts, catalogue.record))
    topics = [cut_words(catalogue.topics.label(code), ROOM["topic"]) for code in facts.topics.codes]
    own_words = written(facts.topics.words, ROOM["own"])
    contacts = [_contact(one, record) for one in facts.contacts]
    shown = room_for(
        Heights(
            above=_above(operation, badges, curves),
            said=taken(own_words.words, IN_LINE["half"]),
            lists={
                "scales": [_rows(one) for one in scales],
                "events": [(printed_width(one.words + one.on + one.day) + 6) / IN_LINE["events"] for one in events],
                "alerts": [_problem_lines(one) for one in alerts],
                "complications": [_problem_lines(one) for one in complications],
                "topics": [(printed_width(one) + 3) / IN_LINE["half"] for one in topics],
                "contacts": [_contact_lines(one) for one in contacts],
            },
        )
    )
    return Sheet(
        name=name.words,
        name_rtl=name.rtl,
        identity=f"Born {day_month(patient.born_on)} · {patient.sex.capitalize()}",
        number=cut_words(patient.hospital_number, ROOM["name"]),
        course=_course(record),
        operation=operation,
        badges=badges,
        curves=curves,
        scales=cut_list(scales, shown["scales"], what="scale", where=PATIENT_PAGE),
        events=cut_list(events, shown["events"], what="event", where=f"before these, {PATIENT_PAGE}"),
        alerts=cut_list(alerts, shown["alerts"], what="alert", where=PATIENT_PAGE),
        complications=cut_list(complications, shown["complications"], what="complication", where=OPEN_RECORD),
        topics=cut_list(topics, shown["topics"], what="topic", where=PATIENT_PAGE),
        own_words=own_words,
        told="" if facts.topics.told_at is None else _local_day(facts.topics.told_at, record),
        contacts=cut_list(
            contacts,
            shown["contacts"],
            what="contact",
            where="under Calls and notes",
            at_least=len(contacts) >= SHOWN,
        ),
        centre=cut_words(facts.centre_name, ROOM["name"]),
        printed=f"Printed {_local(facts.read_at, record):%H:%M} on {_local_day(facts.read_at, record)} by "
        f"{cut_words(facts.read_by, STAFF_ROOM)}",
    )


def _above(operation: Sequence[tuple[str, str]], badges: Sequence[str], curves: Sequence[SheetCurve]) -> float:
    """Lines of the head and of the captions, which stand side by side."""
    captions = [taken(f"{one.name} {one.reference}", IN_LINE["caption"]) for one in curves]
    lines = [taken(words, IN_LINE["line"]) for _, words in operation]
    return sum(lines) + taken(" · ".join(badges), IN_LINE["line"]) + max(captions, default=0)


def _rows(one: SheetScale) -> float:
    """Lines of a row of the table: its tallest cell, and the rule below it."""
    cells = (
        taken(one.name, IN_LINE["scale"]) + 1,
        taken(one.latest, IN_LINE["latest"]) + taken(one.latest_on, IN_LINE["latest"]),
        taken(one.state, IN_LINE["state"]),
    )
    return max(cells) + 0.4


def _problem_lines(one: SheetProblem) -> int:
    return taken(f"{one.words} {one.since}", IN_LINE["problem"])


def _contact_lines(one: SheetContact) -> int:
    return taken(f"{one.at} {one.words}", IN_LINE["half"]) + taken(one.note.words, IN_LINE["half"])


def _local(instant: datetime, record: PatientRecord) -> datetime:
    return instant.astimezone(ZoneInfo(record.patient.centre_timezone))


def _local_day(instant: datetime, record: PatientRecord) -> str:
    return day_short(_local(instant, record).date())


def _course(record: PatientRecord) -> str:
    """Where the patient is: day counts at the centre, or what stands in their place."""
    patient = record.patient
    if record.ending is not None:
        words = "Died" if record.ending.died else "Takes part no more since"
        return f"{words} {'on ' if record.ending.died else ''}{day_month(record.ending.happened_on)}"
    if patient.surgery_on is not None:
        home = "not yet home" if patient.discharged_on is None else f"day {record.day_since_discharge} at home"
        return f"Day {record.day_since_surgery} after the operation, {home}"
    if record.not_operated:
        return "Not operated on"
    if patient.planned_surgery_on is None:
        return "Operation: no date yet"
    return f"Operation planned for {day_month(patient.planned_surgery_on)}"


def _operation(facts: SheetFacts, rules: RecordRules) -> Iterator[tuple[str, str]]:
    """What was done, in one line, and what is there now, in another."""
    patient = facts.record.patient
    lines = dict(record_lines(rules, facts.entries))
    if patient.surgery_on is not None:
        done = lines.get("Exenteration", "Extent not recorded")
        parts = [done, f"margin {lines['Margin']}" if "Margin" in lines else "", day_month(patient.surgery_on)]
        if patient.discharged_on is not None:
            parts.append(f"home on {day_month(patient.discharged_on)}")
        yield "Operation", " · ".join(part for part in parts if part)
    anatomy = dict(anatomy_lines(patient))
    there = [anatomy.get("Yes", ""), f"not known: {anatomy['Not known']}" if "Not known" in anatomy else ""]
    if any(there):
        yield "Anatomy", "; ".join(part for part in there if part)
    baseline = facts.record.baseline
    said_on = "" if baseline.answered_on is None else f"{day_month(baseline.answered_on)}: "
    yield "Baseline", said_on + baseline.why


def _primary(record: PatientRecord) -> list[Curve]:
    """The primary scale of each questionnaire: functioning first, then symptoms, check-ins last."""
    found = [curve for curve in record.curves if curve.trajectory.scale.primary]
    return sorted(found, key=lambda one: (one.check_in, one.trajectory.scale.direction is not Direction.BETTER))


def _curves(record: PatientRecord, notes: Sequence[DayNote]) -> Iterator[SheetCurve]:
    """The first curve of functioning and the first of symptoms that can be drawn."""
    frame = curve_frame(record, notes, check_in=False)
    able = [
        one for one in _primary(record) if not one.check_in and one.trajectory.scale.drawn and drawable(one.trajectory)
    ]
    for direction in (Direction.BETTER, Direction.WORSE):
        curve = next((one for one in able if one.trajectory.scale.direction is direction), None)
        if curve is not None:
            scale = curve.trajectory.scale
            yield SheetCurve(
                name=_scale_name(curve),
                drawing=printed_curve(recovery_figure(curve.trajectory, frame)),
                spoken=f"Curve of {scale.name}, {range_words(scale)}; its newest figures are in the table.",
                reference=reference_words(
                    curve.trajectory, asked_before=True, without_operation=record.counted_from is not None
                ),
            )


def _scale_name(curve: Curve) -> str:
    return cut_words(f"{curve.trajectory.scale.name} ({curve.instrument.short_title})", ROOM["scale"])


def _scale(curve: Curve, record: PatientRecord) -> SheetScale:
    trajectory = curve.trajectory
    rows = curve_rows(trajectory, {})
    scored = [
        row for row in rows if row.number is not None and row.response_id not in (None, trajectory.baseline.response_id)
    ]
    latest = scored[-1] if scored else None
    return SheetScale(
        name=_scale_name(curve),
        way=range_words(trajectory.scale),
        baseline=_baseline(curve),
        latest="none yet" if latest is None else latest.value + (" – problem" if latest.problem else ""),
        latest_on="" if latest is None else _latest_on(latest, rows),
        change="" if latest is None or not latest.change else f"{latest.glyph} {latest.change}".strip(),
        verdict="" if latest is None or not latest.change else latest.verdict,
        state=cut_words(
            "; ".join(part for part in (state_or_reason(curve, record), latest.caution if latest else "") if part),
            ROOM["state"],
        ),
        provisional=any(provisional_words(trajectory.scale)),
    )


def _latest_on(latest: CurveRow, rows: Sequence[CurveRow]) -> str:
    """When the latest score was given and how, and what did not come since."""
    since = [row for row in rows if row.on > latest.on and row.number is None]
    parts = [
        f"day {latest.day_words}" if latest.day is not None else day_short(latest.on),
        latest.remark,
        f"then {len(since)} without a score" if since else "",
    ]
    return ", ".join(part for part in parts if part)


def _baseline(curve: Curve) -> str:
    trajectory = curve.trajectory
    kind, value = trajectory.baseline.kind, trajectory.baseline_value
    if curve.check_in:
        return "not asked"
    if kind is BaselineKind.NONE:
        return "none"
    words = "no score" if value is None else score_words(trajectory.scale, value)
    return {
        BaselineKind.PROSPECTIVE: f"{words}, before surgery",
        BaselineKind.STALE: f"{words}, before surgery (old)",
        BaselineKind.RECALLED: f"{words}, recalled",
    }[kind]


def _events(record: PatientRecord, notes: Sequence[DayNote]) -> list[SheetEvent]:
    """What happened, newest first: dates, events, and what the clinical record says of a day."""
    begins_on = record.patient.surgery_on or record.counted_from
    found: list[tuple[date, str]] = [(mark.on, mark.words) for mark in event_strip(record)]
    if begins_on is not None:
        found += [(begins_on + timedelta(days=note.day), f"◆ {note.words}") for note in notes]
    return [
        SheetEvent(cut_words(words, ROOM["event"]), day_short(on), _day(on, record.patient.surgery_on))
        for on, words in sorted(found, key=lambda one: one[0], reverse=True)
    ]


def _day(on: date, surgery_on: date | None) -> str:
    if surgery_on is None:
        return ""
    day = (on - surgery_on).days
    return f"day {day}" if day >= 0 else f"{-day} days before"


def _alert(alert: OpenAlertRow, now: datetime) -> SheetProblem:
    owner = f", {cut_words(alert.owner, STAFF_ROOM)} has it" if alert.owner else ", nobody has it"
    return SheetProblem(
        alert.level.capitalize(), cut_words(alert.reason, ROOM["alert"]), _age(now - alert.raised_at) + owner
    )


def _age(passed: timedelta) -> str:
    hours = int(passed.total_seconds() // 3600)
    if hours < 1:
        return "open for less than an hour"
    count, unit = (hours, "hour") if hours < 48 else (hours // 24, "day")
    return f"open for {count} {unit}{'' if count == 1 else 's'}"


def _complications(facts: SheetFacts, rules: RecordRules) -> Iterator[SheetProblem]:
    """Complications of the clinical record that have no day on which they were over, newest first."""
    section, open_ones = rules.section("complication"), []
    for row in facts.entries.get("complication", ()):
        content, began = row.content or {}, day_of(row.content or {}, "happened_on")
        if began is not None and day_of(content, "resolved_on") is None:
            words = section.field("type").label_of(str(content.get("type")))
            grade = section.field("grade").label_of(str(content.get("grade")))
            open_ones.append((began, SheetProblem(grade, cut_words(words, ROOM["alert"]), f"since {day_short(began)}")))
    yield from (problem for _, problem in sorted(open_ones, key=lambda one: one[0], reverse=True))


def _contact(one: ContactRow, record: PatientRecord) -> SheetContact:
    way = "They called" if one.direction == "in" else "We called"
    words = f"{way}: {WITH_WHOM_WORDS[one.with_whom].lower()}{'' if one.reached else ', no answer'}"
    if one.by:
        words += f", by {cut_words(one.by, STAFF_ROOM)}"
    return SheetContact(
        f"{_local_day(one.at, record)}, {_local(one.at, record):%H:%M}", words, written(one.note, ROOM["note"])
    )
