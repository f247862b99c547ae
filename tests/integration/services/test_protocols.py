"""Versions that a centre made are followed everywhere, are built once, and are refused loudly once altered."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from lrrc_qol.catalogue.centre_versions import KEPT, BuiltVersions, content_digest
from lrrc_qol.domain.errors import DefinitionError, UnknownProtocol
from lrrc_qol.domain.schedule import Protocol
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Alert, Centre, Plan, ProtocolVersion, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import SYSTEM, Actor
from lrrc_qol.services.list_patients import patient_page
from lrrc_qol.services.protocols import protocol_at, protocol_for_new, protocols_at, rules_at, versions_of
from lrrc_qol.services.read_record import read_record
from tests.factories import answer, assignment, make_centre, make_patient, make_staff, save, take_seat

MADE = "1.0.1.1"


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    make_centre(runtime)
    return make_staff(runtime)


def content(runtime: Runtime) -> dict[str, Any]:
    """The shipped version with a baseline that opens a week earlier and an alert from 5 on."""
    source = runtime.catalogue.protocol_sources["pe12", "1.0"]
    parts = {name: copy.deepcopy(file.data) for name, file in source.files.items()}
    parts["schedule"]["version"] = parts["alerts"]["version"] = MADE
    next(visit for visit in parts["schedule"]["visits"] if visit["key"] == "BL1")["open"] = -35
    next(rule for rule in parts["alerts"]["rules"] if rule["id"] == "pain_high")["minimum"] = 6
    return {"shipped": "1.0", **parts}


def publish(runtime: Runtime, nurse: Actor, *, use: bool = True, published: bool = True) -> None:
    made = content(runtime)
    with runtime.writing(nurse) as work:
        work.session.add(
            ProtocolVersion(
                public_id=new_public_id(),
                centre_id=nurse.centre(),
                protocol_id="pe12",
                version=MADE,
                based_on="1.0",
                content=made,
                digest=content_digest(made),
                note="Earlier baseline.",
                clinical_owner="Dr Owner",
                created_at=work.now,
                published_at=work.now if published else None,
            )
        )
        if use:
            work.session.get_one(Centre, nurse.centre()).protocol_version = MADE


@contextmanager
def statements(runtime: Runtime) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*args: Any) -> None:
        seen.append(args[2])

    engine = runtime.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def followed(runtime: Runtime, nurse: Actor, patient: str) -> Protocol:
    with runtime.reading(nurse) as work:
        return read_record(work, patient).protocol


def test_who_was_enrolled_before_keeps_the_plan_and_who_comes_after_gets_the_new_one(
    runtime: Runtime, nurse: Actor
) -> None:
    planned = runtime.clock.now().date() + timedelta(days=60)
    early = make_patient(runtime, nurse, planned_surgery_on=planned)
    publish(runtime, nurse)
    late = make_patient(runtime, nurse, planned_surgery_on=planned, hospital_number="LATE-1")

    assert followed(runtime, nurse, early).version == "1.0"
    assert followed(runtime, nurse, late).version == MADE
    with runtime.reading(nurse) as work:
        opens = [
            visit.opens_on for visit in work.session.scalars(select(Visit).where(Visit.key == "BL1").order_by(Visit.id))
        ]
        plans = work.session.scalars(select(Plan.protocol_version).order_by(Plan.id)).all()
        listed = patient_page(work).lines
    assert opens == [planned - timedelta(days=28), planned - timedelta(days=35)]
    assert list(plans) == ["1.0", MADE]
    assert len(listed) == 2


def test_alerts_follow_the_version_of_the_plan_and_name_it(runtime: Runtime, nurse: Actor) -> None:
    publish(runtime, nurse)
    patient = make_patient(runtime, nurse)
    phone = take_seat(runtime, patient)
    save(runtime, phone, assignment(runtime, phone, "pain_nrs"), answer("pain_worst", 6), key="one")

    with runtime.reading(nurse) as work:
        raised = work.session.scalars(select(Alert)).all()
    assert [(alert.rule_id, alert.rule_version) for alert in raised] == [("pain_high", MADE)]


def test_a_draft_is_nothing_that_can_be_followed(runtime: Runtime, nurse: Actor) -> None:
    publish(runtime, nurse, use=False, published=False)
    with runtime.reading(nurse) as work:
        assert [one.version for one in versions_of(work, "pe12")] == ["1.0"]
        with pytest.raises(UnknownProtocol, match=MADE):
            protocol_at(work, "pe12", MADE)


def test_versions_of_are_the_shipped_and_those_of_the_own_centre(runtime: Runtime, nurse: Actor) -> None:
    publish(runtime, nurse, use=False)
    make_centre(runtime, code="SOUTH")
    other = make_staff(runtime, code="SOUTH", email="south@example.org")
    with runtime.reading(nurse) as work:
        assert [(one.version, one.shipped) for one in versions_of(work, "pe12")] == [("1.0", True), (MADE, False)]
        assert protocol_for_new(work, work.session.get_one(Centre, nurse.centre())).version == "1.0"
    with runtime.reading(other) as work:
        assert [one.version for one in versions_of(work, "pe12")] == ["1.0"]


def test_an_altered_version_is_refused_loudly(runtime: Runtime, nurse: Actor, caplog: pytest.LogCaptureFixture) -> None:
    publish(runtime, nurse)
    altered = content(runtime)
    altered["reminders"]["limits"]["cap"] = 4
    altered["schedule"]["name"] = "Altered"
    with runtime.writing(nurse) as work:
        work.session.execute(
            update(ProtocolVersion).values(content=altered, digest=content_digest({"of": "something else"}))
        )
    with runtime.reading(SYSTEM) as work:
        with pytest.raises(DefinitionError, match="is not what was published"):
            rules_at(work, "pe12", MADE)
        # A sweep for all centres goes on with the others, and says what it leaves out.
        assert set(protocols_at(work, {("pe12", MADE), ("pe12", "1.0")})) == {("pe12", "1.0")}
    assert "is not what was published" in caplog.text


def test_a_built_version_costs_one_statement_per_transaction_and_a_shipped_one_none(
    runtime: Runtime, nurse: Actor
) -> None:
    publish(runtime, nurse)
    with runtime.reading(SYSTEM) as work:
        first = protocol_at(work, "pe12", MADE)
    with runtime.reading(SYSTEM) as work, statements(runtime) as seen:
        assert protocol_at(work, "pe12", MADE) is first
        rules_at(work, "pe12", MADE)
        protocol_at(work, "pe12", "1.0")
    assert len([text for text in seen if "protocol_version" in text]) == 1


def test_the_shelf_of_built_versions_is_bounded() -> None:
    shelf = BuiltVersions()
    built: Any = object()
    for number in range(KEPT + 1):
        shelf.keep(str(number), lambda: built)
    assert shelf.find("0") is None
    assert shelf.find(str(KEPT)) is built


def test_the_digest_does_not_hang_on_the_order_of_keys() -> None:
    one = {"b": [1, {"y": 2, "x": "ü"}], "a": 1}
    assert content_digest(one) == content_digest(json.loads(json.dumps(one, sort_keys=True)))
