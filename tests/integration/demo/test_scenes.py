"""The demo shows what a nurse meets: alerts in their states, a locked link, consents to renew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from lrrc_qol.config import SmsGateway
from lrrc_qol.demo.population import populate
from lrrc_qol.demo.scenes import SCENES
from lrrc_qol.persistence.models import Alert, AlertStep, Patient, Staff, Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from lrrc_qol.web.staff.work_words import TASKS
from tests.clock import FixedClock

# Who is made does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TUESDAY = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)


def test_a_small_demo_has_its_first_scenes(runtime: Runtime, clock: FixedClock) -> None:
    clock.set(TUESDAY)
    gateway = SmsGateway(url="http://localhost:9/sms", token="", sender="")
    site = replace(runtime, settings=replace(runtime.settings, sms=gateway))
    populate(site, patients=5, seed=7, now=TUESDAY)
    with site.reading(COMMAND) as work:
        steps = work.session.scalars(
            select(AlertStep.kind)
            .join(Alert, Alert.id == AlertStep.alert_id)
            .where(Alert.rule_id == SCENES[4].rule, Alert.closed_at.is_(None))
            .order_by(AlertStep.id)
        ).all()
        tasks = set(work.session.scalars(select(Task.kind).where(Task.done_at.is_(None))))
        channels = work.session.scalars(select(Patient.channel).order_by(Patient.id)).all()
        left = work.session.scalars(select(Staff.active).where(Staff.email == "former.nurse@demo.example")).one()
    assert steps[:2] == ["raised", "escalated"]
    assert "link_locked" in tasks
    assert tasks <= set(TASKS)
    assert channels == [None, None, "sms", None, None]
    assert not left


def test_each_scene_is_about_a_rule_that_its_answers_fire(runtime: Runtime) -> None:
    rules = {rule.id: rule for rule in runtime.catalogue.alert_rules("pe12").rules}
    for scene in SCENES.values():
        rule = rules[scene.rule]
        (item, value), *more = scene.answers.items()
        assert more == []
        assert item in rule.watched["pe_checkin"]
        assert value in rule.values or value >= rule.minimum > 0
