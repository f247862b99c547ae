"""Two people at once: one pack is approved once, and a patient enrolled meanwhile does not miss it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.models import Assignment, AuditEntry, Visit, WordingPack
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.wordings import approve_pack
from tests.factories import make_patient, make_staff
from tests.wording_packs import QLQ, compared, draft, in_production


@pytest.fixture
def production(runtime: Runtime) -> Runtime:
    return in_production(runtime)


@pytest.fixture
def coordinator(production: Runtime) -> Actor:
    return make_staff(production, role="coordinator")


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """The results in order; a refusal is a result."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return act()
        except InvalidInput as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def approve(runtime: Runtime, actor: Actor, pack: str) -> Any:
    with runtime.writing(actor) as work:
        return approve_pack(work, pack)


def test_one_of_two_approvals_is_told_that_it_is_done(production: Runtime, coordinator: Actor) -> None:
    make_patient(production, make_staff(production))
    pack = compared(production, coordinator)
    results = at_once([lambda: approve(production, coordinator, pack)] * 2)
    assert sum(isinstance(one, InvalidInput) for one in results) == 1
    with production.reading(COMMAND) as work:
        approvals = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "approved_wording")).all()
    assert len(approvals) == 1


def test_two_imports_at_once_get_two_numbers(production: Runtime, coordinator: Actor) -> None:
    at_once([lambda says=says: draft(production, coordinator, says=says) for says in ("One", "Other")])
    with production.reading(COMMAND) as work:
        assert sorted(work.session.scalars(select(WordingPack.ordinal))) == [1, 2]


def test_patients_enrolled_during_an_approval_get_the_questionnaire(production: Runtime, coordinator: Actor) -> None:
    nurse = make_staff(production)
    pack = compared(production, coordinator)
    later = production.clock.now().date() + timedelta(days=60)
    acts = [
        lambda number=number: make_patient(production, nurse, hospital_number=f"H-{number}", planned_surgery_on=later)
        for number in range(6)
    ]
    at_once([*acts[:3], lambda: approve(production, coordinator, pack), *acts[3:]])
    with production.reading(COMMAND) as work:
        visits = work.session.scalar(select(func.count()).select_from(Visit).where(Visit.opens_at > work.now))
        assigned = work.session.scalar(select(func.count()).where(Assignment.instrument_id == QLQ))
    assert (visits, assigned) == (6, 6)
