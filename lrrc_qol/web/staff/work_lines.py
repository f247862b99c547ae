"""One row of the worklist as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from lrrc_qol.charts.wording import day_short, number
from lrrc_qol.domain.clinic_clock import Duty
from lrrc_qol.persistence.queries.trends import LastForm
from lrrc_qol.persistence.queries.worklist import Viewer, WorkKind, WorkRow
from lrrc_qol.services.work_trends import Standing, Trend
from lrrc_qol.web.staff.work_words import (
    BADGES,
    HELD,
    change_words,
    clock_of,
    due_words,
    span_words,
    state_words,
    task_words,
)
from lrrc_qol.web.staff_frame import centre_timezone

TASK_LIKE = frozenset({WorkKind.CALL_REQUEST, WorkKind.LOCKED, WorkKind.ADDRESS, WorkKind.TASK})


@dataclass(frozen=True, slots=True)
class Compared:
    """The newest value against an earlier one: an arrow for eyes, words for everybody."""

    arrow: str
    words: str
    worse: bool


@dataclass(frozen=True, slots=True)
class TrendLine:
    """One scale in a row: its value, when it was given, against the last form, against the baseline."""

    topic: str
    value: str
    on: str
    compared: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the page shows it."""

    row: WorkRow
    title: str
    age: str
    state: str
    clock: str
    late: bool
    mine: bool
    owner_away: bool
    held: tuple[str, ...]
    day_of_surgery: int | None
    day_home: int | None
    planned_surgery_on: date | None
    days_to_surgery: int | None
    proposal: str
    badge: tuple[str, str] | None
    task: bool
    last_form: LastForm | None
    last_form_age: str
    trends: tuple[TrendLine, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What rows are read with: the viewer, who is there today, what to do about missing baselines, where the patients
    stand."""

    viewer: Viewer
    duty: Duty
    lacking: Mapping[int, str]
    standings: Mapping[int, Standing]


def line_of(row: WorkRow, around: Around) -> Line:
    """The row in words."""
    viewer = around.viewer
    standing = around.standings.get(row.episode_id, Standing())
    alert = row.kind is WorkKind.ALERT
    clock, late = clock_of(row.steps, row.target_at, viewer.now, centre_timezone()) if alert else ("", False)
    before = row.surgery_on is None
    last = standing.last_form
    return Line(
        row=row,
        title=_title(row),
        age=_age(row, viewer),
        state=state_words(row.steps) if alert else "",
        clock=clock,
        late=late,
        mine=row.owner_id == viewer.staff_id,
        owner_away=row.owner_id is not None and around.duty.is_away(row.owner_id),
        held=tuple(HELD[name] for name in row.held),
        day_of_surgery=_days(row.surgery_on, viewer.today),
        day_home=_days(row.discharged_on, viewer.today),
        planned_surgery_on=row.planned_surgery_on if before else None,
        days_to_surgery=(row.planned_surgery_on - viewer.today).days if before and row.planned_surgery_on else None,
        proposal=around.lacking.get(row.episode_id, "") if row.kind is WorkKind.NO_BASELINE else "",
        badge=BADGES.get(row.kind),
        task=row.kind in TASK_LIKE,
        last_form=last,
        last_form_age=span_words(viewer.now - last.sent_at) if last else "",
        trends=tuple(trend_line(trend) for trend in standing.trends),
    )


def trend_line(trend: Trend) -> TrendLine:
    """A trend in words: "Average pain 7 (3 May 2026), ↑ worse than last form (4), ↑ worse than baseline (2)"."""
    pairs = (("last form", trend.last, trend.last_class), ("baseline", trend.baseline, trend.baseline_class))
    compared = []
    for what, other, judged in pairs:
        if other is None:
            continue
        arrow, words = change_words(trend.value, other, judged)
        joined = f"{words} as" if words in ("about the same", "the same") else f"{words} than"
        value = number(other, trend.scale.decimals)
        compared.append(Compared(arrow, f"{joined} {what} ({value})", judged.value == "worse"))
    on = day_short(trend.answered_on)
    return TrendLine(
        topic=trend.scale.name,
        value=number(trend.value, trend.scale.decimals),
        on=f"baseline, {on}" if trend.is_baseline else on,
        compared=tuple(compared),
    )


def _title(row: WorkRow) -> str:
    if row.kind in TASK_LIKE:
        return row.words or task_words(row.subject)
    if row.kind is WorkKind.REVIEW:
        return f"{row.subject}: {'one form' if row.forms == 1 else f'{row.forms} forms'} that nobody has read"
    if row.kind is WorkKind.JOB and row.owner_name:
        return f"Mails about alerts to {row.owner_name} cannot be delivered: check the address"
    if row.kind is WorkKind.JOB:
        return f"The job “{row.subject.replace('_', ' ')}” failed when it last ran"
    if row.kind is WorkKind.WORDING:
        return f"The licence of {row.subject} ends or has ended"
    return row.subject


def _age(row: WorkRow, viewer: Viewer) -> str:
    if isinstance(row.since, datetime):
        return span_words(viewer.now - row.since)
    return due_words(row.due_on, viewer.today) if row.due_on else ""


def _days(since: date | None, today: date) -> int | None:
    return None if since is None or since > today else (today - since).days
