"""Further kinds of work on the worklist, its filters, the mark that says whether it changed, what was done today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from lrrc_qol.persistence.models import Episode, JobRun, Response, Task, Visit
from lrrc_qol.persistence.queries.work_news import DoneToday, done_since, work_mark
from lrrc_qol.persistence.queries.worklist import Choice, Viewer, WorkKind, WorkRow, parse_cursor, read_worklist
from lrrc_qol.persistence.queries.worklist_rows import RANKS
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.add_task import add_task
from lrrc_qol.services.close_task import close_task
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.handle_alert import close_alert, log_contact, take_alert
from lrrc_qol.services.house_work import house_rows
from lrrc_qol.services.read_form import mark_reviewed
from lrrc_qol.services.work_trends import read_standings
from tests.clock import FixedClock
from tests.factories import complete_visit, make_patient, make_staff, set_dates, take_seat
from tests.raised_alerts import pain_alert
from tests.statement_count import counted_statements


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """The nurse who looks."""
    return make_staff(runtime)


def viewer_of(runtime: Runtime, nurse: Actor, *, house: tuple[WorkRow, ...] = ()) -> Viewer:
    """The nurse now, without looking for missing baselines."""
    return Viewer(
        centre_id=nurse.centre(),
        staff_id=nurse.id or 0,
        handles_alerts=True,
        now=runtime.clock.now(),
        today=runtime.clock.now().date(),
        lacking_baseline=frozenset(),
        house=house,
    )


def rows(
    runtime: Runtime, nurse: Actor, choice: Choice | None = None, house: tuple[WorkRow, ...] = (), size: int = 50
) -> list[WorkRow]:
    """All rows of all pages."""
    found: list[WorkRow] = []
    after = None
    while True:
        with runtime.reading(nurse) as work:
            page = read_worklist(
                work.session,
                viewer_of(runtime, nurse, house=house),
                cipher=work.cipher,
                rules=work.catalogue.events,
                choice=choice or Choice(),
                after=after,
                size=size,
            )
        found += page.rows
        if page.following is None:
            return found
        after = parse_cursor(str(page.following))


def leave_tasks(runtime: Runtime, patient: str, *kinds: str) -> None:
    """Open tasks of these kinds for the patient."""
    with runtime.writing(COMMAND) as work:
        visit = work.session.scalars(select(Visit).join(Episode).order_by(Visit.id)).first()
        assert visit is not None, patient
        for kind in kinds:
            add_task(work, visit, kind=kind, due_on=work.now.date())


def far(clock: FixedClock) -> date:
    """An operation so far away that nothing presses, and whose first form is open."""
    return clock.now().date() + timedelta(days=25)


def test_tasks_stand_in_kinds_of_their_own_and_pages_show_each_once(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=far(clock), phone="+44 20 7946 0999")
    leave_tasks(
        runtime,
        patient,
        "check_anatomy",
        "mail_failed",
        "link_locked",
        "call_request",
        "address_problem",
        "link_wanted",
    )
    expected = ["call_request", "locked", "address", "address", "address", "task"]
    for size in (1, 2, 50):
        found = rows(runtime, nurse, size=size)
        assert [row.kind for row in found] == expected
        assert len({row.public_id for row in found}) == len(expected)
    assert [row.subject for row in rows(runtime, nurse, Choice(kind=WorkKind.LOCKED))] == ["link_locked"]
    assert rows(runtime, nurse)[0].phone == "+44 20 7946 0999"


def test_a_task_for_a_later_day_waits_for_that_day(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=far(clock))
    leave_tasks(runtime, patient, "own")
    with runtime.writing(COMMAND) as work:
        work.session.execute(update(Task).values(due_on=clock.now().date() + timedelta(days=2)))
    assert rows(runtime, nurse) == []
    clock.advance(days=2)
    assert [row.kind for row in rows(runtime, nurse)] == ["task"]


def test_forms_that_nobody_has_read_are_one_row_for_each_visit_until_all_are_read(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    patient = make_patient(runtime, nurse, planned_surgery_on=clock.now().date() + timedelta(days=10))
    complete_visit(runtime, take_seat(runtime, patient))
    with runtime.reading(COMMAND) as work:
        forms = list(work.session.scalars(select(Response.id).order_by(Response.id)))
    found = rows(runtime, nurse)
    assert [(row.kind, row.forms, row.response_id) for row in found] == [(WorkKind.REVIEW, len(forms), forms[0])]
    for left, form in enumerate(forms):
        assert rows(runtime, nurse)[0].forms == len(forms) - left
        with runtime.writing(nurse) as work:
            mark_reviewed(work, patient, form)
    assert rows(runtime, nurse) == []
    stranger = make_staff(runtime, code="SOUTH")
    assert rows(runtime, stranger) == []


def test_alerts_are_filtered_by_level_and_owner(runtime: Runtime, nurse: Actor) -> None:
    red = pain_alert(runtime, nurse, hospital_number="red")
    amber = pain_alert(runtime, nurse, pain=7, hospital_number="amber")
    with runtime.writing(nurse) as work:
        take_alert(work, red)

    def found(**choice: object) -> list[str]:
        return [row.public_id for row in rows(runtime, nurse, Choice(**choice))]  # type: ignore[arg-type]

    assert found(level="amber") == [amber]
    assert found(unowned=True) == [amber]
    assert found(mine=True) == [red]
    assert found(mine=True, level="amber") == []
    assert found(unowned=True, kind=WorkKind.DUE) == []


def test_failed_jobs_stand_in_the_list_until_they_run_again(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    with runtime.writing(COMMAND) as work:
        now = work.now
        work.session.add(JobRun(name="send", started_at=now, finished_at=now, failed_at=None, counts={}))
        work.session.add(JobRun(name="seal", started_at=now, finished_at=None, failed_at=now, failure="E", counts={}))
    with runtime.reading(nurse) as work:
        house = house_rows(work, ())
    pain_alert(runtime, nurse)
    assert [row.subject for row in rows(runtime, nurse, house=house, size=1)][1] == "seal"
    assert [row.rank for row in rows(runtime, nurse, house=house)] == sorted(
        row.rank for row in rows(runtime, nurse, house=house)
    )
    assert rows(runtime, nurse, Choice(kind=WorkKind.JOB), house)[0].rank == RANKS[WorkKind.JOB]
    clock.advance(minutes=1)
    with runtime.writing(COMMAND) as work:
        work.session.get_one(JobRun, "seal").finished_at = work.now
    with runtime.reading(nurse) as work:
        assert house_rows(work, ()) == ()


def test_the_mark_changes_with_every_act_on_the_list_and_only_then(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    marks: list[str] = []

    def note() -> None:
        with runtime.reading(nurse) as work, counted_statements(runtime) as statements:
            marks.append(work_mark(work.session, viewer_of(runtime, nurse)))
        assert len([one for one in statements if "BEGIN" not in one]) == 1

    note()
    alert = pain_alert(runtime, nurse, planned_surgery_on=far(clock))
    note()
    with runtime.writing(nurse) as work:
        take_alert(work, alert)
    note()
    with runtime.writing(nurse) as work:
        log_contact(work, alert, reached=True, note="")
    note()
    with runtime.writing(nurse) as work:
        close_alert(work, alert, action="advice", note="Done.")
    note()
    assert len(set(marks)) == len(marks) - (marks[0] == marks[-1])
    clock.advance(minutes=1)
    note()
    assert marks[-1] == marks[-2]


def test_what_was_done_today_is_counted(runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    alert = pain_alert(runtime, nurse, planned_surgery_on=far(clock))
    leave_tasks(runtime, alert, "mail_failed")
    midnight = clock.now()
    clock.advance(minutes=5)
    with runtime.writing(nurse) as work:
        log_contact(work, alert, reached=False, note="")
        close_alert(work, alert, action="advice", note="Done.")
        close_task(work, work.session.scalars(select(Task.public_id)).one(), "Done.")

    def done(of: Actor) -> DoneToday:
        with runtime.reading(of) as work:
            return done_since(work.session, centre_id=of.centre(), since=midnight)

    assert done(nurse) == DoneToday(alerts_closed=1, calls=1, tasks_closed=1, forms_read=0)
    assert done(make_staff(runtime, code="SOUTH")) == DoneToday(0, 0, 0, 0)


def test_trends_are_told_against_the_last_form_and_the_baseline_at_a_fixed_cost(
    runtime: Runtime, nurse: Actor, clock: FixedClock
) -> None:
    surgery = clock.now().date() + timedelta(days=10)
    patient = make_patient(runtime, nurse, planned_surgery_on=surgery)
    complete_visit(runtime, take_seat(runtime, patient))
    episodes = episode_ids(runtime)
    with runtime.reading(nurse) as work:
        [standing] = read_standings(work, episodes).values()
    assert standing.last_form is not None
    assert {trend.topic for trend in standing.trends} >= {"Pain"}
    assert all(trend.last is None and trend.baseline is None for trend in standing.trends)

    clock.advance(days=10)
    set_dates(runtime, nurse, patient, planned_surgery_on=surgery, surgery_on=surgery, discharged_on=surgery)
    clock.advance(days=30)
    complete_visit(runtime, take_seat(runtime, patient, "M1"), low=False)
    with runtime.reading(nurse) as work:
        pain = next(one for one in read_standings(work, episodes)[episodes[0]].trends if one.topic == "Pain")
    assert pain.last == pain.baseline != pain.value
    assert (pain.last_class, pain.baseline_class) == ("worse", "worse")

    def cost() -> int:
        with runtime.reading(nurse) as work, counted_statements(runtime) as statements:
            read_standings(work, episode_ids(runtime))
        return len(statements)

    one = cost()
    for number in range(5):
        complete_visit(runtime, take_seat(runtime, make_patient(runtime, nurse, hospital_number=f"more-{number}")))
    assert cost() == one
    assert one <= 13  # SQLite's BEGIN is one of them
    with runtime.reading(make_staff(runtime, code="SOUTH")) as work:
        assert read_standings(work, episodes) == {}


def episode_ids(runtime: Runtime) -> list[int]:
    """All episodes there are."""
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(Episode.id).order_by(Episode.id)))
