"""The clinical record is saved in versions, checked, scoped to its centre, and the anatomy follows the operation."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import AuditEntry, ClinicalEntry
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.change_anatomy import change_anatomy, read_anatomy
from lrrc_qol.services.clinical_record import store
from lrrc_qol.services.clinical_record.edit import NeedsConfirmation, remove_row
from lrrc_qol.services.clinical_record.store import Entry, StaleWrite, entry_history, save_entry
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.record_event import record_event
from tests.clinical_rows import a_complication, an_operation, record_of, save
from tests.factories import answers_for, make_patient, make_staff, set_dates


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    return make_staff(runtime)


@pytest.fixture
def today(runtime: Runtime) -> date:
    return runtime.clock.now().date()


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor, today: date) -> str:
    """A woman who was operated on today."""
    patient = make_patient(runtime, nurse, planned_surgery_on=today)
    set_dates(runtime, nurse, patient, planned_surgery_on=today, surgery_on=today)
    return patient


def anatomy(runtime: Runtime, actor: Actor, patient: str) -> dict[str, bool | None]:
    with runtime.reading(actor) as work:
        return dict(read_anatomy(work, patient).patient.anatomy)


def entries(runtime: Runtime) -> int:
    with runtime.reading(COMMAND) as work:
        return work.session.scalar(select(func.count()).select_from(ClinicalEntry)) or 0


def test_a_row_is_stored_tidy_and_the_same_again_writes_nothing(runtime: Runtime, nurse: Actor, patient: str) -> None:
    given = an_operation(stomas=["urostomy", "colostomy", "urostomy"], nodes="")
    saved = save(runtime, nurse, patient, "operation", given)
    assert (saved.ordinal, saved.content) == (1, an_operation())
    again = save(runtime, nurse, patient, "operation", given, expected_ordinal=1)
    assert (again.ordinal, entries(runtime)) == (1, 1)


def test_the_same_new_row_sent_twice_is_one(runtime: Runtime, nurse: Actor, patient: str, today: date) -> None:
    given = a_complication(today, resolved_on=None)
    first = save(runtime, nurse, patient, "complication", given)
    assert save(runtime, nurse, patient, "complication", given).row_key == first.row_key
    assert first.content is not None
    assert first.content["eps"] is True
    other = save(runtime, nurse, patient, "complication", given | {"grade": "ii"}, confirmed=True)
    assert [one.row_key for one in record_of(runtime, nurse, patient).rows("complication")] == [
        first.row_key,
        other.row_key,
    ]


def test_what_cannot_be_is_refused_beside_its_field(runtime: Runtime, nurse: Actor, patient: str, today: date) -> None:
    late = a_complication(today + timedelta(days=1), type="nonsense", resolved_on=None)
    with pytest.raises(InvalidInput) as refused:
        save(runtime, nurse, patient, "complication", late)
    assert list(refused.value.fields) == ["type"]
    with pytest.raises(InvalidInput) as refused:
        save(runtime, nurse, patient, "complication", late | {"type": "sepsis"}, confirmed=True)
    assert refused.value.fields == {"happened_on": "This day has not come yet."}
    assert entries(runtime) == 0


def test_a_doubt_is_stored_once_it_is_confirmed(runtime: Runtime, nurse: Actor, patient: str) -> None:
    given = an_operation(stomas=["colostomy"])
    with pytest.raises(NeedsConfirmation) as doubted:
        save(runtime, nurse, patient, "operation", given)
    assert [one.fields for one in doubted.value.warnings] == [("stomas", "structures")]
    assert entries(runtime) == 0
    assert save(runtime, nurse, patient, "operation", given, confirmed=True).ordinal == 1


def test_grade_v_goes_with_a_recorded_death(runtime: Runtime, nurse: Actor, patient: str, today: date) -> None:
    fatal = a_complication(today, grade="v", resolved_on=None)
    with pytest.raises(NeedsConfirmation):
        save(runtime, nurse, patient, "complication", fatal)
    with runtime.writing(nurse) as work:
        detail = answers_for(runtime, EventKind.DEATH)
        record_event(work, patient, kind=EventKind.DEATH, happened_on=today, detail=detail)
    assert save(runtime, nurse, patient, "complication", fatal).ordinal == 1


def test_the_anatomy_follows_the_operation(runtime: Runtime, nurse: Actor, patient: str) -> None:
    operation = an_operation(nerves=["sciatic_left_total"])
    save(runtime, nurse, patient, "operation", operation)
    known = {"stoma", "urostomy", "rectum_removed", "bladder_removed", "nerve_resection"}
    assert {fact for fact, holds in anatomy(runtime, nurse, patient).items() if holds} == known
    assert anatomy(runtime, nurse, patient)["vagina"] is None
    with runtime.writing(nurse) as work:
        version = read_anatomy(work, patient).patient.episode_version
        change_anatomy(work, patient, {"urostomy": False, "vagina": False}, expected_version=version)
    save(runtime, nurse, patient, "operation", operation | {"margin": "r1"}, expected_ordinal=1)
    corrected = anatomy(runtime, nurse, patient)
    assert (corrected["urostomy"], corrected["vagina"], corrected["stoma"]) == (False, False, True)
    changed = operation | {"stomas": ["ileostomy"], "structures": ["uterus"], "margin": "r1"}
    save(runtime, nurse, patient, "operation", changed, expected_ordinal=2)
    after = anatomy(runtime, nurse, patient)
    assert (after["urostomy"], after["bladder_removed"], after["rectum_removed"]) == (False, False, None)


def test_an_operation_taken_back_leaves_the_anatomy_open(runtime: Runtime, nurse: Actor, patient: str) -> None:
    save(runtime, nurse, patient, "operation", an_operation())
    with pytest.raises(InvalidInput), runtime.writing(nurse) as work:
        remove_row(work, patient, "operation", expected_ordinal=1, reason=" ")
    with runtime.writing(nurse) as work:
        remove_row(work, patient, "operation", expected_ordinal=1, reason="Another patient.")
    assert set(anatomy(runtime, nurse, patient).values()) == {None}
    assert record_of(runtime, nurse, patient).row("operation") is None
    assert save(runtime, nurse, patient, "operation", an_operation()).ordinal == 3


def test_an_older_version_is_not_written_over(runtime: Runtime, nurse: Actor, patient: str) -> None:
    save(runtime, nurse, patient, "operation", an_operation())
    save(runtime, nurse, patient, "operation", an_operation(margin="r1"), expected_ordinal=1)
    with pytest.raises(StaleWrite) as stale:
        save(runtime, nurse, patient, "operation", an_operation(margin_mm=1), expected_ordinal=1)
    assert stale.value.present is not None
    assert stale.value.present.content == an_operation(margin="r1")
    with pytest.raises(StaleWrite):
        save(runtime, nurse, patient, "operation", an_operation(margin_mm=1))


def test_a_row_removed_meanwhile_is_told(runtime: Runtime, nurse: Actor, patient: str, today: date) -> None:
    given = a_complication(today, resolved_on=None)
    key = save(runtime, nurse, patient, "complication", given).row_key
    with runtime.writing(nurse) as work:
        remove_row(work, patient, "complication", row_key=key, expected_ordinal=1, reason="By mistake.")
    with pytest.raises(StaleWrite) as stale:
        save(runtime, nurse, patient, "complication", given, row_key=key, expected_ordinal=1)
    assert stale.value.present is None


def test_what_is_not_theirs_does_not_exist(runtime: Runtime, nurse: Actor, patient: str, today: date) -> None:
    south = make_staff(runtime, code="SOUTH")
    for actor, section, key in ((south, "operation", ""), (nurse, "weather", ""), (nurse, "operation", "x")):
        with pytest.raises(NotFound):
            save(runtime, actor, patient, section, an_operation(), row_key=key)
    with pytest.raises(NotFound):
        save(runtime, nurse, patient, "complication", a_complication(today, resolved_on=None), row_key="made-up")
    with pytest.raises(NotFound):
        record_of(runtime, south, patient)


def test_the_audit_names_fields_and_no_values(runtime: Runtime, nurse: Actor, patient: str) -> None:
    save(runtime, nurse, patient, "operation", an_operation(), reason=None)
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "changed_clinical_record")).all()
        assert [row.detail["fields"] for row in rows] == [sorted(an_operation())]
        assert "colostomy" not in str([row.detail for row in rows])


def test_of_two_people_in_one_moment_one_is_told_what_the_other_saved(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    second = make_staff(runtime, email="second@north.example")
    save(runtime, nurse, patient, "operation", an_operation())
    gate = threading.Barrier(2)

    def act(actor: Actor, millimetres: int) -> Entry | StaleWrite:
        gate.wait()
        try:
            return save(runtime, actor, patient, "operation", an_operation(margin_mm=millimetres), expected_ordinal=1)
        except StaleWrite as stale:
            return stale

    with ThreadPoolExecutor(2) as pool:
        results: list[Any] = [pool.submit(act, nurse, 1), pool.submit(act, second, 2)]
        results = [one.result() for one in results]
    won = next(one for one in results if isinstance(one, Entry))
    lost = next(one for one in results if isinstance(one, StaleWrite))
    assert lost.present is not None
    assert (lost.present.ordinal, lost.present.content) == (2, won.content)
    assert entries(runtime) == 2


def test_a_race_that_only_the_database_sees_carries_what_stands_now(
    runtime: Runtime, nurse: Actor, patient: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(runtime, nurse, patient, "operation", an_operation())
    real, reads = entry_history, []

    def late(*arguments: Any) -> tuple[Entry, ...]:
        reads.append(arguments)
        return real(*arguments) if len(reads) > 1 else ()

    monkeypatch.setattr(store, "entry_history", late)
    with pytest.raises(StaleWrite) as stale, runtime.writing(nurse) as work:
        save_entry(work, patient, "operation", content=an_operation(margin="r2"), expected_ordinal=0)
    assert stale.value.present is not None
    assert stale.value.present.content == an_operation()
