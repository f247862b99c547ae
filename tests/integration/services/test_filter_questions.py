"""On a form the answer of a filter question wins over the record: what is asked, stored, scored and kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.instrument import ANATOMY
from lrrc_qol.persistence.models import Answer, Episode, Response, ScoreRow, Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import SaveRequest, open_form, save_answers, submit_response
from lrrc_qol.services.change_anatomy import change_anatomy, read_anatomy
from lrrc_qol.services.context import COMMAND
from tests.clock import FixedClock
from tests.factories import Phone, answer, assignment, make_patient, make_staff, save, set_dates, take_seat
from tests.filter_form import BOWEL, HAS_BAG, NO_BAG, with_filter_form
from tests.shipped import shipped_catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The shipped definitions with the invented questionnaire at every visit."""
    return with_filter_form(shipped_catalogue())


def a_phone(runtime: Runtime, **anatomy: bool | None) -> tuple[Phone, str]:
    """A phone at the baseline visit of a woman with this anatomy, and the form."""
    phone = take_seat(runtime, make_patient(runtime, make_staff(runtime), **anatomy))
    return phone, assignment(runtime, phone, BOWEL.id)


def keys(runtime: Runtime, phone: Phone, form: str) -> list[str]:
    """The wordings asked now, in order."""
    with runtime.reading(phone.actor) as work:
        return [item.key for item in open_form(work, phone.seat, form).items]


def send(runtime: Runtime, phone: Phone, form: str, version: int = 1) -> dict[str, Any]:
    """Send the form; it must go through."""
    with runtime.writing(phone.actor) as work:
        result = submit_response(work, phone.seat, form, key="send", version=version)
    assert result.status == 200, result.body
    return result.body


def kept(runtime: Runtime) -> tuple[Response, dict[str, list[tuple[str, int | None]]]]:
    """The one response, and every version of its answers in the order of reading."""
    with runtime.reading(COMMAND) as work:
        response = work.session.scalars(select(Response)).one()
        versions: dict[str, list[tuple[str, int | None]]] = {}
        for row in work.session.scalars(select(Answer).order_by(Answer.given_at, Answer.seq)):
            versions.setdefault(row.item_id, []).append((row.kind, row.value))
    return response, versions


def scores(runtime: Runtime) -> dict[str, tuple[float | None, str | None, int, int]]:
    """Value, reason, answered and expected of each scale."""
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(ScoreRow)).all()
    return {row.scale_id: (row.value, row.reason, row.answered, row.expected) for row in rows}


def tasks(runtime: Runtime) -> list[Task]:
    """All tasks."""
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(Task)))


def test_the_record_decides_until_the_filter_is_answered(runtime: Runtime) -> None:
    phone, form = a_phone(runtime, stoma=True)
    assert keys(runtime, phone, form) == ["bag", "leaks@stoma", "skin@stoma", "care"]
    save(runtime, phone, form, answer("bag", NO_BAG), key="a")
    assert keys(runtime, phone, form) == ["bag", "leaks", "skin", "toilet"]
    save(runtime, phone, form, answer("bag", None), key="b", version=1)
    assert keys(runtime, phone, form) == ["bag", "leaks@stoma", "skin@stoma", "care"]


def test_the_whole_form_holds_what_any_answer_may_bring_up(runtime: Runtime) -> None:
    phone, form = a_phone(runtime, stoma=True)
    with runtime.reading(phone.actor) as work:
        view = open_form(work, phone.seat, form)
    assert [(step.key, step.conditions) for step in view.steps] == [
        ("bag", ()),
        ("leaks@stoma", ("stoma",)),
        ("leaks", ("no_stoma",)),
        ("skin@stoma", ("stoma",)),
        ("skin", ("no_stoma",)),
        ("care", ("stoma",)),
        ("toilet", ("no_stoma",)),
    ]
    assert view.facts == ("stoma",)


def test_an_item_that_may_come_to_apply_is_kept_and_one_that_never_can_is_refused(runtime: Runtime) -> None:
    phone, form = a_phone(runtime, stoma=False)
    assert save(runtime, phone, form, answer("care", 2), key="a")[0] == 200
    status, body = save(runtime, phone, form, answer("shave", 2), key="b", version=1)
    assert (status, body["fields"]) == (422, {"shave": "is not asked on this form"})


def test_what_the_answer_took_away_is_not_applicable_and_its_history_stays(runtime: Runtime) -> None:
    phone, form = a_phone(runtime, stoma=True)
    save(runtime, phone, form, answer("bag", HAS_BAG), answer("leaks", 2), answer("care", 4), key="a")
    save(runtime, phone, form, answer("bag", NO_BAG), answer("toilet", 3), key="b", version=1)
    send(runtime, phone, form, version=2)
    response, versions = kept(runtime)
    assert response.facts == ["female", "vagina"]
    assert versions["care"] == [("value", 4), ("not_applicable", None)]
    assert versions["bag"] == [("value", HAS_BAG), ("value", NO_BAG)]
    assert versions["shave"] == versions["numb"] == [("not_applicable", None)]
    assert "skin" not in versions
    assert scores(runtime) == {
        "BOTHER": (2.0, None, 1, 2),
        "CARE": (None, "not_applicable", 0, 0),
        "DAY": (3.0, None, 1, 1),
    }


def test_what_was_taken_away_stays_away_whatever_the_clocks_say(runtime: Runtime) -> None:
    phone, form = a_phone(runtime, stoma=True)
    save(runtime, phone, form, answer("care", 4), key="a")
    # Another process, whose clock is two seconds behind.
    with runtime.writing(phone.actor, now=runtime.clock.now() - timedelta(seconds=2)) as work:
        save_answers(work, phone.seat, form, SaveRequest(key="b", version=1, answers=(answer("bag", NO_BAG),)))
        assert submit_response(work, phone.seat, form, key="send", version=2).status == 200
    assert kept(runtime)[1]["care"] == [("value", 4), ("not_applicable", None)]


def test_the_review_counts_only_what_is_asked(runtime: Runtime) -> None:
    phone, form = a_phone(runtime, stoma=None)
    save(runtime, phone, form, answer("bag", HAS_BAG), answer("leaks", 1), key="a")
    body = send(runtime, phone, form)
    assert body["unanswered"] == ["skin", "care"]


@pytest.mark.parametrize(
    ("record", "said", "expected"),
    [(False, HAS_BAG, 1), (True, NO_BAG, 1), (None, HAS_BAG, 0), (True, HAS_BAG, 0), (False, None, 0)],
)
def test_a_contradiction_is_a_task_and_leaves_the_record(
    runtime: Runtime, clock: FixedClock, record: bool | None, said: int | None, expected: int
) -> None:
    phone, form = a_phone(runtime, stoma=record)
    save(runtime, phone, form, answer("bag", said), key="a")
    assert tasks(runtime) == []
    send(runtime, phone, form)
    found = tasks(runtime)
    assert [(task.kind, task.due_on) for task in found] == [("check_anatomy", clock.now().date())] * expected
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Episode.stoma)).one() is record


def test_a_second_contradiction_does_not_double_the_open_task(runtime: Runtime, clock: FixedClock) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse, stoma=False)
    for key in ("BL1", "M1"):
        if key == "M1":
            operated, home = clock.advance(days=20).date(), clock.advance(days=10).date()
            set_dates(runtime, nurse, patient, surgery_on=operated, discharged_on=home, stoma=False)
            clock.advance(days=20)
        phone = take_seat(runtime, patient, key)
        form = assignment(runtime, phone, BOWEL.id)
        save(runtime, phone, form, answer("bag", HAS_BAG), key="a")
        send(runtime, phone, form)
    assert len(tasks(runtime)) == 1


def test_a_form_that_was_sent_keeps_its_facts_and_answers(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse, stoma=True)
    phone = take_seat(runtime, patient)
    form = assignment(runtime, phone, BOWEL.id)
    save(runtime, phone, form, answer("leaks", 2), answer("care", 3), key="a")
    send(runtime, phone, form)
    before = kept(runtime)[1], scores(runtime), kept(runtime)[0].facts
    with runtime.writing(nurse) as work:
        version = read_anatomy(work, patient).patient.episode_version
        assert change_anatomy(work, patient, dict.fromkeys(ANATOMY, False), expected_version=version)
    assert (kept(runtime)[1], scores(runtime), kept(runtime)[0].facts) == before
    assert before[2] == ["female", "stoma", "vagina"]


def test_an_open_form_asks_by_the_changed_record(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse, nerve_resection=None)
    with runtime.writing(nurse) as work:
        version = read_anatomy(work, patient).patient.episode_version
        change_anatomy(work, patient, {"nerve_resection": True, "stoma": True}, expected_version=version)
    phone = take_seat(runtime, patient)
    assert keys(runtime, phone, assignment(runtime, phone, BOWEL.id)) == [
        "bag",
        "leaks@stoma",
        "skin@stoma",
        "care",
        "numb",
    ]
