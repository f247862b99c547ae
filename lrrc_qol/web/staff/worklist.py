"""The worklist: everything that calls for a person, most urgent first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.alerts import AlertState, alert_state
from lrrc_qol.persistence.queries.worklist import (
    Cursor,
    Viewer,
    WorkKind,
    Worklist,
    WorkRow,
    parse_cursor,
    read_worklist,
)
from lrrc_qol.services.baseline.pressing import without_baseline
from lrrc_qol.services.context import Work
from lrrc_qol.web.guards import audience, current_actor, has_permission, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.work_words import HELD, KINDS, clock_words, due_words, span_words, state_words, task_words
from lrrc_qol.web.staff_frame import centre_timezone


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
    held: tuple[str, ...]
    day_of_surgery: int | None
    day_home: int | None
    planned_surgery_on: date | None
    days_to_surgery: int | None
    proposal: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter with its count."""

    words: str
    count: int
    url: str
    current: bool


@blueprint.get("/")
@audience.staff("view_patients")
def worklist() -> ResponseReturnValue:
    """One list for the centre, filtered by kind and by owner through the address."""
    kind = _kind(request.args.get("kind", ""))
    mine = request.args.get("mine") == "1"
    with runtime().reading(current_actor()) as work:
        lacking = without_baseline(work)
        viewer = _viewer(work, lacking)
        found = read_worklist(
            work.session,
            viewer,
            cipher=work.cipher,
            rules=work.catalogue.events,
            kind=kind,
            mine=mine,
            after=parse_cursor(request.args.get("after", "")),
        )
    return render_template(
        "staff/worklist.html",
        active="staff.worklist",
        lines=[_line(row, viewer, lacking) for row in found.rows],
        chips=_chips(found, kind=kind, mine=mine, alerts=viewer.handles_alerts),
        red=found.counts["red"] if viewer.handles_alerts else 0,
        now=viewer.now,
        first_page=_address(kind, mine=mine, after=None),
        paged="after" in request.args,
        next_page=_address(kind, mine=mine, after=found.following) if found.following else None,
    )


def _kind(text: str) -> WorkKind | None:
    return WorkKind(text) if text in tuple(WorkKind) else None


def _viewer(work: Work, lacking: Collection[int]) -> Viewer:
    actor = work.actor
    return Viewer(
        centre_id=actor.centre(),
        staff_id=actor.id or 0,
        handles_alerts=has_permission("handle_alerts"),
        now=work.now,
        today=work.today_in(centre_timezone()),
        lacking_baseline=frozenset(lacking),
    )


def _line(row: WorkRow, viewer: Viewer, lacking: Mapping[int, str]) -> Line:
    clock, late = (
        clock_words(row.target_at, viewer.now, centre_timezone()) if row.kind is WorkKind.ALERT else ("", False)
    )
    before = row.surgery_on is None
    return Line(
        row=row,
        title=task_words(row.subject) if row.kind is WorkKind.TASK else row.subject,
        age=_age(row, viewer),
        state=state_words(row.steps) if row.kind is WorkKind.ALERT else "",
        clock=clock,
        late=late and alert_state(row.steps) is not AlertState.CONTACTED,
        mine=row.owner_id == viewer.staff_id,
        held=tuple(HELD[name] for name in row.held),
        day_of_surgery=_days(row.surgery_on, viewer.today),
        day_home=_days(row.discharged_on, viewer.today),
        planned_surgery_on=row.planned_surgery_on if before else None,
        days_to_surgery=(row.planned_surgery_on - viewer.today).days if before and row.planned_surgery_on else None,
        proposal=lacking.get(row.episode_id, "") if row.kind is WorkKind.NO_BASELINE else "",
    )


def _age(row: WorkRow, viewer: Viewer) -> str:
    if isinstance(row.since, datetime):
        return span_words(viewer.now - row.since)
    return due_words(row.due_on, viewer.today) if row.due_on else ""


def _days(since: date | None, today: date) -> int | None:
    return None if since is None or since > today else (today - since).days


def _chips(found: Worklist, *, kind: WorkKind | None, mine: bool, alerts: bool) -> list[Chip]:
    shown = [each for each in WorkKind if alerts or each is not WorkKind.ALERT]
    total = sum(found.counts[each] for each in shown)
    chips = [Chip("All", total, url_for("staff.worklist"), kind is None and not mine)]
    if alerts:
        chips.append(Chip("Mine", found.counts["mine"], url_for("staff.worklist", mine="1"), mine))
    for each in shown:
        current = kind is each and not mine
        chips.append(Chip(KINDS[each], found.counts[each], url_for("staff.worklist", kind=each.value), current))
    return chips


def _address(kind: WorkKind | None, *, mine: bool, after: Cursor | None) -> str:
    parts = {"kind": kind.value if kind else "", "mine": "1" if mine else "", "after": str(after) if after else ""}
    query = urlencode({name: value for name, value in parts.items() if value})
    return url_for("staff.worklist") + (f"?{query}" if query else "")
