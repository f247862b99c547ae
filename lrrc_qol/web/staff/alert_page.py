"""What the alert page shows: the answers in words, the rule behind it, what the patient was told, the history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from lrrc_qol.domain.alerts import (
    CALLS_BEFORE_NEXT_STEP,
    AlertLevel,
    AlertRuleSet,
    AlertState,
    AlertStepKind,
    AnyRule,
    alert_state,
    calls_without_answer,
)
from lrrc_qol.domain.errors import UnknownInstrument
from lrrc_qol.domain.instrument import Confidence, Instrument, Item, ItemKind, Missing, Wording
from lrrc_qol.persistence.queries.alert import AlertPage, AnswerRow, StepRow
from lrrc_qol.services.clinic.calendar import calendar_of
from lrrc_qol.services.clinic.duty import Team, read_team
from lrrc_qol.services.context import Work
from lrrc_qol.services.move_alert import latest_day
from lrrc_qol.services.patient_session import contact_of
from lrrc_qol.services.raise_alerts import placeholders
from lrrc_qol.services.rules_in_force import rules_that_raised
from lrrc_qol.services.wordings import wording_seen
from lrrc_qol.web.staff.alert_evidence import evidence_words
from lrrc_qol.web.staff.work_words import ACTIONS, MISSING, STEPS, clock_of, state_words
from lrrc_qol.web.staff_frame import centre_timezone, day_and_time

STAFF_LANGUAGE = "en"
NO_FORM = ("", "")


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer in words; `later` is the present answer when the patient changed it after the alert."""

    question: str
    answer: str
    later: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the patient saw at once, and which number the page offered to call."""

    title: str
    text: str
    phone: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the history in words."""

    words: str
    who: str
    note: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote who handed the alert over or put it off."""

    by: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AlertView:
    """The alert page. `unseen`: nobody has looked since it was raised; `left`: the owner is no longer in the team.

    `colleagues` are those it can be handed to, each with the words of the choice. `handed`: the owner was given it and
    has not done anything about it yet; `put_off`: why it waits.
    """

    alert: AlertPage
    form_title: str
    state: str
    clock: str
    late: bool
    fired: tuple[AnswerLine, ...]
    others: tuple[AnswerLine, ...]
    rule_source: str
    provisional: bool
    rules_owner: str
    told: Told | None
    history: tuple[StepLine, ...]
    unseen: bool
    day_of_surgery: int | None
    day_home: int | None
    planned_surgery_on: date | None = None
    waits_until: datetime | None = None
    next_step: bool = False
    owner_cover: str | None = None
    left: bool = False
    surgeon: str = ""
    colleagues: tuple[tuple[str, str], ...] = ()
    handed: Said | None = None
    put_off: Said | None = None
    latest_day: date | None = None


def build_view(work: Work, alert: AlertPage) -> AlertView:
    """Put the page together from the stored alert and the definitions it was made with."""
    instrument = _instrument(work, alert)
    wording = _wording(work, alert)
    current = {answer.item_id: answer for answer in alert.answers}
    fired = [_fired_line(instrument, wording, item, value, current) for item, value in _evidence(alert)]
    fired += [AnswerLine(*words) for words in evidence_words(alert.evidence, instrument)]
    rule_set = rules_that_raised(work, alert.centre_id, alert.protocol, alert.rule_version)
    rule = _rule(alert, rule_set)
    kinds = [step.kind for step in alert.steps]
    clock, late = clock_of(kinds, alert.target_at, work.now, centre_timezone())
    state = alert_state(kinds)
    team = read_team(work, alert.centre_id)
    waits = alert.snoozed_until if alert.snoozed_until is not None and alert.snoozed_until > work.now else None
    today = work.today_in(alert.centre.timezone)
    return AlertView(
        alert=alert,
        form_title=instrument.short_title if instrument else alert.instrument[0],
        state="Put off" if waits else state_words(kinds),
        clock="" if waits else clock,
        late=late,
        fired=tuple(fired),
        others=_others(instrument, wording, alert),
        rule_source=rule.source if rule else "",
        provisional=rule is None or rule.confidence is not Confidence.VERIFIED,
        rules_owner=rule_set.owner if rule_set else "",
        told=_told(work, alert, rule_set, rule),
        history=tuple(_history(alert, team)),
        unseen=state is AlertState.NEW and not waits,
        day_of_surgery=_days(alert.surgery_on, today),
        day_home=_days(alert.discharged_on, today),
        waits_until=waits,
        next_step=alert.closed_at is None and calls_without_answer(kinds) >= CALLS_BEFORE_NEXT_STEP,
        owner_cover=_cover(alert, team),
        surgeon=team.name(team.duty.stand_in(team.surgeon_id)),
        left=alert.owner_id is not None and alert.owner_id not in team.duty.active,
        colleagues=tuple(_colleagues(alert, team, work.actor.id)),
        handed=_handed(alert),
        put_off=_last_said(alert, AlertStepKind.SNOOZED) if waits else None,
        latest_day=latest_day(calendar_of(alert.centre), AlertLevel(alert.level), work.now),
    )


def _cover(alert: AlertPage, team: Team) -> str | None:
    """Who stands in for an owner who is away, empty for nobody; None while the owner is there or there is none."""
    if alert.owner_id is None or alert.closed_at is not None or not team.duty.is_away(alert.owner_id):
        return None
    return team.name(team.duty.stand_in(alert.owner_id))


def _evidence(alert: AlertPage) -> list[tuple[str, int]]:
    return [(str(item), int(value)) for item, value in alert.evidence.get("items", {}).items()]


def _instrument(work: Work, alert: AlertPage) -> Instrument | None:
    try:
        return work.catalogue.instrument(*alert.instrument)
    except UnknownInstrument:
        return None


def _wording(work: Work, alert: AlertPage) -> Wording | None:
    """The words that the patient saw; of our own questionnaires those in the language of these pages."""
    if alert.instrument == NO_FORM:
        return None
    own = work.catalogue.wordings.get((*alert.instrument, STAFF_LANGUAGE))
    return own or wording_seen(work, alert.centre_id, alert.instrument, alert.wording_digest)


def _item(instrument: Instrument | None, item_id: str) -> Item | None:
    return next((item for item in instrument.items if item.id == item_id), None) if instrument else None


def _fired_line(
    instrument: Instrument | None, wording: Wording | None, item_id: str, value: int, current: dict[str, AnswerRow]
) -> AnswerLine:
    item = _item(instrument, item_id)
    now = current.get(item_id)
    changed = now is not None and now.value != value
    return AnswerLine(
        question=_question(item, wording, item_id),
        answer=value_words(item, wording, value),
        later=_answer_words(item, wording, now) if changed and now else "",
    )


def _others(instrument: Instrument | None, wording: Wording | None, alert: AlertPage) -> tuple[AnswerLine, ...]:
    fired = set(alert.evidence.get("items", {}))
    rows = {row.item_id: row for row in alert.answers if row.item_id not in fired}
    order = [item.id for item in instrument.items] if instrument else sorted(rows)
    return tuple(
        AnswerLine(
            _question(_item(instrument, item_id), wording, item_id),
            _answer_words(_item(instrument, item_id), wording, rows[item_id]),
        )
        for item_id in order
        if item_id in rows
    )


def _question(item: Item | None, wording: Wording | None, item_id: str) -> str:
    if wording is None or item_id not in wording.items:
        return item.topic.capitalize() if item else item_id
    text = wording.items[item_id].text
    return f"{text} ({item.topic})" if item and wording.language != STAFF_LANGUAGE else text


def _answer_words(item: Item | None, wording: Wording | None, row: AnswerRow) -> str:
    return MISSING[Missing(row.kind)] if row.value is None else value_words(item, wording, row.value)


def value_words(item: Item | None, wording: Wording | None, value: int) -> str:
    """A value as staff read it: the option's text, or the number on its scale with the words at both ends."""
    labels = wording.items[item.id].labels if item and wording and item.id in wording.items else {}
    if item is not None and item.kind is not ItemKind.CHOICE:
        low, high = (f"{end} ({labels[end]})" if end in labels else str(end) for end in (item.codes[0], item.codes[-1]))
        return f"{value} on a scale from {low} to {high}"
    if value not in labels:
        return f"code {value}"
    foreign = wording is not None and wording.language != STAFF_LANGUAGE
    return f"{labels[value]} (code {value})" if foreign else labels[value]


def _rule(alert: AlertPage, rule_set: AlertRuleSet | None) -> AnyRule | None:
    return next((rule for rule in rule_set.every if rule.id == alert.rule_id), None) if rule_set else None


def _told(work: Work, alert: AlertPage, rule_set: AlertRuleSet | None, rule: AnyRule | None) -> Told | None:
    if rule_set is None or rule is None or rule.instruction is None:
        return None
    instruction = rule_set.instruction(rule.instruction, STAFF_LANGUAGE)
    contact = contact_of(alert.centre)
    phone = str(getattr(contact, f"{instruction.call}_phone")) if instruction.call else ""
    values = placeholders(work.catalogue.translations(STAFF_LANGUAGE), contact)
    return Told(instruction.title, instruction.text.format_map(values), phone)


def _history(alert: AlertPage, team: Team) -> list[StepLine]:
    return [
        StepLine(
            words=_step_words(step, team),
            who=step.who or "",
            note=step.note or "",
            taken_at=step.taken_at,
        )
        for step in alert.steps
    ]


def _step_words(step: StepRow, team: Team) -> str:
    words = STEPS[AlertStepKind(step.kind)]
    if step.action in ACTIONS:
        return f"{words}: {ACTIONS[step.action]}"
    if "to" in step.detail:
        return f"{words} to {team.name(step.detail['to']) or 'all nurses'}"
    if step.kind == AlertStepKind.SNOOZED:
        return f"{words} until {day_and_time(datetime.fromisoformat(step.detail['until']))}"
    return words


def _colleagues(alert: AlertPage, team: Team, viewer_id: int | None) -> Iterator[tuple[str, str]]:
    """Everybody else who can have it; who is away says so before it is tried."""
    for each in team.people:
        if each.active and each.id not in (viewer_id, alert.owner_id):
            away = ", away" if team.duty.is_away(each.id) else ""
            yield each.public_id, f"{each.name} ({each.role}{away})"


def _last_said(alert: AlertPage, kind: AlertStepKind) -> Said | None:
    steps = [step for step in alert.steps if step.kind == kind]
    return Said(steps[-1].who or "", steps[-1].note or "", steps[-1].taken_at) if steps else None


def _handed(alert: AlertPage) -> Said | None:
    if alert.closed_at is not None:
        return None
    for step in reversed(alert.steps):
        if step.kind == AlertStepKind.HANDED_OVER:
            return _last_said(alert, AlertStepKind.HANDED_OVER) if step.detail.get("to") == alert.owner_id else None
        if step.staff_id == alert.owner_id and step.kind != AlertStepKind.SEEN:
            return None
    return None


def _days(since: date | None, today: date) -> int | None:
    return None if since is None or since > today else (today - since).days
