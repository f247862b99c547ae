"""The worklist: everything that calls for a person, most urgent first."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask import Response, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.persistence.queries.work_news import DoneToday, done_since, work_mark
from lrrc_qol.persistence.queries.worklist import (
    Choice,
    Viewer,
    WorkKind,
    Worklist,
    parse_cursor,
    read_worklist,
)
from lrrc_qol.persistence.queries.worklist_rows import ALERT_RANKS, WorkRow
from lrrc_qol.services.baseline.pressing import without_baseline
from lrrc_qol.services.clinic.duty import read_team
from lrrc_qol.services.context import Work
from lrrc_qol.services.house_work import house_rows
from lrrc_qol.services.wordings import expiring_packs
from lrrc_qol.services.work_trends import read_standings
from lrrc_qol.web.guards import audience, current_actor, has_permission, runtime
from lrrc_qol.web.staff.blueprint import blueprint
from lrrc_qol.web.staff.work_filters import address_of, filters_of
from lrrc_qol.web.staff.work_lines import Around, line_of
from lrrc_qol.web.staff_frame import centre_timezone


@blueprint.get("/")
@audience.staff("view_patients")
def worklist() -> ResponseReturnValue:
    """One list for the centre, filtered by kind, level and owner through the address."""
    choice = _choice()
    with runtime().reading(current_actor()) as work:
        lacking = without_baseline(work)
        viewer = _viewer(work, lacking=frozenset(lacking), house=_house(work))
        found = read_worklist(
            work.session,
            viewer,
            cipher=work.cipher,
            rules=work.catalogue.events,
            choice=choice,
            after=parse_cursor(request.args.get("after", "")),
        )
        standings = read_standings(work, [row.episode_id for row in found.rows if row.episode_id])
        around = Around(viewer, read_team(work, viewer.centre_id).duty, lacking, standings)
        mark = work_mark(work.session, viewer)
        done = _done_today(work)
    return render_template(
        "staff/worklist.html",
        active="staff.worklist",
        lines=[line_of(row, around) for row in found.rows],
        filters=filters_of(found.counts, choice, alerts=viewer.handles_alerts),
        mark=mark,
        done=done,
        now=viewer.now,
        filtered=choice != Choice(),
        **_pages(found, choice),
    )


@blueprint.get("/work-mark")
@audience.staff("view_patients")
def work_mark_now() -> ResponseReturnValue:
    """Whether the list changed: a mark as JSON and as the entity tag, so that asking again costs next to nothing."""
    with runtime().reading(current_actor()) as work:
        mark = work_mark(work.session, _viewer(work))
    answer: Response = jsonify(mark=mark)
    answer.set_etag(mark)
    answer.headers["Cache-Control"] = "no-cache, private"
    return answer.make_conditional(request)


def _choice() -> Choice:
    kind, level = request.args.get("kind", ""), request.args.get("level", "")
    return Choice(
        kind=WorkKind(kind) if kind in tuple(WorkKind) else None,
        level=level if level in ALERT_RANKS else "",
        mine=request.args.get("mine") == "1",
        unowned=request.args.get("unowned") == "1",
    )


def _viewer(work: Work, *, lacking: frozenset[int] = frozenset(), house: tuple[WorkRow, ...] = ()) -> Viewer:
    actor = work.actor
    return Viewer(
        centre_id=actor.centre(),
        staff_id=actor.id or 0,
        handles_alerts=has_permission("handle_alerts"),
        now=work.now,
        today=work.today_in(centre_timezone()),
        lacking_baseline=lacking,
        house=house,
    )


def _house(work: Work) -> tuple[WorkRow, ...]:
    """Rows that belong to no patient, for whoever can renew a licence or see to the jobs."""
    if not has_permission("manage_wording"):
        return ()
    ending = expiring_packs(work, today=work.today_in(centre_timezone()))
    g.licences_ending = 0  # they stand in the list, the frame need not name them again
    return house_rows(work, ending)


def _done_today(work: Work) -> DoneToday:
    zone = ZoneInfo(centre_timezone())
    midnight = datetime.combine(work.now.astimezone(zone).date(), time.min, zone)
    return done_since(work.session, centre_id=work.actor.centre(), since=midnight)


def _pages(found: Worklist, choice: Choice) -> dict[str, object]:
    return {
        "first_page": address_of(choice),
        "paged": "after" in request.args,
        "next_page": address_of(choice, after=found.following) if found.following else None,
        "start": url_for("staff.worklist"),
    }
