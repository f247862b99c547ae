"""A centre's own alert rules: bounded, owned, followed from the instant they are switched on, and never altered."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.persistence.models import Alert, AlertRuleVersion, AlertStep, AuditEntry, Response
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import submit_response
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.raise_missed_alerts import raise_missed_alerts
from lrrc_qol.services.rule_versions import (
    Signature,
    Typed,
    discard_rules,
    make_rule_draft,
    read_rule_version,
    read_rules,
    save_rules,
    switch_on_rules,
    would_have_fired,
)
from lrrc_qol.services.rules_in_force import rules_that_raised
from tests.clock import FixedClock
from tests.factories import (
    Phone,
    answer,
    assignment,
    complete_visit,
    make_centre,
    make_patient,
    make_staff,
    save,
    set_dates,
    take_seat,
)
from tests.raised_alerts import answer_pain

PLAN = ("pe12", "1.0")


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    return make_staff(runtime)


@pytest.fixture
def admin(runtime: Runtime, nurse: Actor) -> Actor:
    return make_staff(runtime, role="admin", email="boss@example.org")


@pytest.fixture
def draft(runtime: Runtime, admin: Actor) -> str:
    with runtime.writing(admin) as work:
        return make_rule_draft(work)


def change(
    runtime: Runtime, admin: Actor, draft: str, *off: str, red_reason: str = "", confirmed: bool = False, **texts: str
) -> None:
    """Store the form of the draft with some fields changed and some rules switched off."""
    with runtime.writing(admin) as work:
        view = read_rule_version(work, draft)
        form = {f"on-{line.id}": "on" for line in view.lines if line.enabled and line.id not in off}
        form |= {f"l-{line.id}": line.level for line in view.lines}
        form |= {f"r-{line.id}": line.reason for line in view.lines}
        targets = [figure for figure, _ in view.targets]
        figures = [*(figure for line in view.lines for figure in line.figures), *view.windows, *targets]
        form |= {figure.name: str(figure.value) for figure in figures}
        assert set(texts) <= set(form)
        save_rules(work, draft, Typed(form | texts, red_reason, confirmed), revision=view.head.revision)


def switch_on(runtime: Runtime, admin: Actor, draft: str, **changes: Any) -> None:
    signature: dict[str, Any] = {
        "owner": "Dr Owner",
        "signed_on": date(2026, 3, 1),
        "note": "Pain.",
        "confirmed": False,
    }
    with runtime.writing(admin) as work:
        revision = read_rule_version(work, draft).head.revision
        switch_on_rules(work, draft, Signature(**signature | changes), revision=revision)


def pain_from(runtime: Runtime, admin: Actor, draft: str, figure: int) -> None:
    changes = {"f-pain_high-minimum": str(figure), "r-pain_high": f"Pain {figure} or more"}
    change(runtime, admin, draft, **changes)


def open_alerts(runtime: Runtime, phone: Phone) -> list[tuple[str, str, str]]:
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(Alert).where(Alert.episode_id == phone.seat.episode_id).order_by(Alert.id))
        return [(row.rule_id, row.level, row.rule_version) for row in rows]


def test_nobody_follows_a_draft_and_everybody_follows_it_once_it_is_on(
    runtime: Runtime, admin: Actor, nurse: Actor, draft: str
) -> None:
    shipped = runtime.catalogue.alert_rules("pe12").version
    pain_from(runtime, admin, draft, 6)
    before, after = (take_seat(runtime, make_patient(runtime, nurse, hospital_number=one)) for one in ("A1", "A2"))
    answer_pain(runtime, before, 6, key="before")
    assert open_alerts(runtime, before) == []
    switch_on(runtime, admin, draft)
    answer_pain(runtime, after, 6, key="after")
    assert open_alerts(runtime, after) == [("pain_high", "amber", f"{shipped}.1.0.1")]
    with runtime.reading(admin) as work:
        overview = read_rules(work)
        assert (overview.version, overview.owner) == (f"{shipped}.1.0.1", "Dr Owner")


def test_an_open_alert_keeps_the_version_that_raised_it(
    runtime: Runtime, admin: Actor, nurse: Actor, draft: str
) -> None:
    phone = take_seat(runtime, make_patient(runtime, nurse))
    answer_pain(runtime, phone, 7, key="seven")
    ((_, _, raised),) = open_alerts(runtime, phone)
    change(runtime, admin, draft, "pain_high")
    switch_on(runtime, admin, draft)
    answer_pain(runtime, phone, 8, key="eight", version=1)
    assert open_alerts(runtime, phone) == [("pain_high", "amber", raised)]
    with runtime.reading(admin) as work:
        centre = work.actor.centre()
        old, new = (rules_that_raised(work, centre, PLAN, one) for one in (raised, read_rules(work).version))
        assert old is not None
        assert new is not None
        assert [rule.enabled for one in (old, new) for rule in one.rules if rule.id == "pain_high"] == [True, False]
        assert rules_that_raised(work, centre, PLAN, "0.9") is None


def test_another_centre_follows_its_own(runtime: Runtime, admin: Actor, draft: str) -> None:
    pain_from(runtime, admin, draft, 6)
    switch_on(runtime, admin, draft)
    make_centre(runtime, code="SOUTH")
    stranger = make_staff(runtime, code="SOUTH", role="admin", email="south@example.org")
    with runtime.writing(stranger) as work:
        assert read_rules(work).own is None
        for act in (read_rule_version, would_have_fired):
            with pytest.raises(NotFound):
                act(work, draft)
        with pytest.raises(NotFound):
            discard_rules(work, draft, revision=1)


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({"f-pain_high-minimum": "0"}, "f-pain_high-minimum"),
        ({"f-pain_high-minimum": "11"}, "f-pain_high-minimum"),
        ({"f-pain_rise_large-max_age_days": "15"}, "f-pain_rise_large-max_age_days"),
        ({"f-pain_rise_large-min_rise": "x"}, "f-pain_rise_large-min_rise"),
        ({"f-two_amber-count": "1"}, "f-two_amber-count"),
        ({"f-pain_high-minimum": "6"}, "r-pain_high"),
        ({"l-score_clear_fall": "red"}, "l-score_clear_fall"),
        ({"l-breathing_a_bit": "amber"}, "l-breathing_a_bit"),
        ({"l-pain_high": ""}, "l-pain_high"),
        ({"r-pain_high": ""}, "r-pain_high"),
        ({"w-first_14_days_home-to_day": "400"}, "w-first_14_days_home-to_day"),
        ({"t-red": "14"}, "t-red"),
        ({"t-amber": "481"}, "t-amber"),
        ({"t-yellow": "239"}, "t-yellow"),
        ({"t-amber": "45"}, "t-amber"),
    ],
)
def test_what_is_out_of_bounds_is_refused_by_name(
    runtime: Runtime, admin: Actor, draft: str, texts: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        change(runtime, admin, draft, **texts)
    assert list(refusal.value.fields) == [field]


@pytest.mark.parametrize(
    ("off", "texts"),
    [
        (("temperature_red",), {}),
        ((), {"l-temperature_red": "amber"}),
        ((), {"f-pain_severe-minimum": "10", "r-pain_severe": "Worst pain 10"}),
        (("two_amber",), {}),
        ((), {"t-red": "61"}),
    ],
)
def test_a_red_rule_is_weakened_only_with_a_reason_and_confirmed_twice(
    runtime: Runtime, admin: Actor, draft: str, off: tuple[str, ...], texts: dict[str, str]
) -> None:
    for missing in ({"confirmed": True}, {"red_reason": "Other way here."}):
        with pytest.raises(InvalidInput):
            change(runtime, admin, draft, *off, **missing, **texts)  # type: ignore[arg-type]
    change(runtime, admin, draft, *off, red_reason="Other way here.", confirmed=True, **texts)
    with pytest.raises(InvalidInput) as refusal:
        switch_on(runtime, admin, draft)
    assert list(refusal.value.fields) == ["confirm_red"]
    switch_on(runtime, admin, draft, confirmed=True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"owner": " "}, "owner"),
        ({"note": ""}, "note"),
        ({"signed_on": None}, "signed_on"),
        ({"signed_on": date(2026, 3, 3)}, "signed_on"),
    ],
)
def test_nothing_is_switched_on_without_a_named_owner_and_a_day(
    runtime: Runtime, admin: Actor, draft: str, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        switch_on(runtime, admin, draft, **changes)
    assert list(refusal.value.fields) == [field]


def test_who_changed_what_and_switched_it_on_is_in_the_audit(runtime: Runtime, admin: Actor, draft: str) -> None:
    pain_from(runtime, admin, draft, 6)
    switch_on(runtime, admin, draft)
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(
            select(AuditEntry).where(AuditEntry.subject_kind == "alert_rules").order_by(AuditEntry.id)
        ).all()
    assert [row.action for row in rows] == ["made_rule_draft", "changed_rule_draft", "switched_on_rules"]
    assert rows[1].detail == {
        "pain_high.minimum": [7, 6],
        "pain_high.reason": ["Pain 7 or more", "Pain 6 or more"],
    }
    assert {row.actor_id for row in rows} == {admin.id}
    assert rows[2].detail["signed_on"] == "2026-03-01"


def test_two_administrators_do_not_overwrite_each_other_and_what_is_on_is_frozen(
    runtime: Runtime, admin: Actor, draft: str
) -> None:
    pain_from(runtime, admin, draft, 6)
    with runtime.writing(admin) as work, pytest.raises(StaleWrite):
        discard_rules(work, draft, revision=1)
    switch_on(runtime, admin, draft)
    with pytest.raises(NotFound):
        pain_from(runtime, admin, draft, 5)


def test_rules_altered_behind_our_back_are_not_followed_and_patients_are_still_heard(
    runtime: Runtime, admin: Actor, nurse: Actor, draft: str, caplog: pytest.LogCaptureFixture
) -> None:
    pain_from(runtime, admin, draft, 6)
    switch_on(runtime, admin, draft)
    with runtime.writing(COMMAND) as work:
        row = work.session.scalars(select(AlertRuleVersion)).one()
        changed = update(AlertRuleVersion).values(content={**row.content, "rules": []}, digest="0" * 64)
        work.session.execute(changed)
    phone = take_seat(runtime, make_patient(runtime, nurse))
    answer_pain(runtime, phone, 7, key="seven")
    assert open_alerts(runtime, phone) == [("pain_high", "amber", runtime.catalogue.alert_rules("pe12").version)]
    assert "cannot be followed" in caplog.text


def targets_of(runtime: Runtime) -> list[tuple[str, float]]:
    """Each alert's minutes from the start of its clock to its target; the clinic is open all that time."""
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(Alert).order_by(Alert.id)).all()
        return [(row.rule_id, (row.target_at - row.clock_from) / timedelta(minutes=1)) for row in rows]


def test_a_new_time_to_the_first_call_counts_from_the_switch_on_and_running_clocks_keep_theirs(
    runtime: Runtime, admin: Actor, nurse: Actor, draft: str, clock: FixedClock
) -> None:
    clock.set(datetime(2026, 3, 2, 9, tzinfo=UTC))
    phones = [take_seat(runtime, make_patient(runtime, nurse, hospital_number=one)) for one in ("A1", "A2")]
    answer_pain(runtime, phones[0], 7, key="before")
    change(runtime, admin, draft, **{"t-red": "30", "t-amber": "120", "t-yellow": "480"})
    with runtime.reading(admin) as work:
        effect = would_have_fired(work, draft)
    assert effect.draft == effect.now
    switch_on(runtime, admin, draft)
    assert targets_of(runtime) == [("pain_high", 240)]
    answer_pain(runtime, phones[1], 7, key="after")
    assert targets_of(runtime) == [("pain_high", 240), ("pain_high", 120)]
    with runtime.reading(COMMAND) as work:
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "changed_rule_draft")).one()
        assert entry.detail["amber.target_minutes"] == [240, 120]


# ---- would have fired -----------------------------------------------------------------------------------------------


def raised_steps(runtime: Runtime) -> tuple[Counter[str], Counter[str]]:
    """How often each level and rule was really raised, once for a form and rule."""
    with runtime.reading(COMMAND) as work:
        rows = work.session.execute(
            select(Alert.level, Alert.rule_id).join(AlertStep, AlertStep.alert_id == Alert.id)
        ).all()
    return Counter(level for level, _ in rows), Counter(rule for _, rule in rows)


def live_through(runtime: Runtime, clock: FixedClock, nurse: Actor) -> None:
    """A patient with a bad course and a silent one, both from the baseline to two months at home."""
    patients = [make_patient(runtime, nurse, hospital_number=one) for one in ("A1", "A2")]
    for patient in patients:
        complete_visit(runtime, take_seat(runtime, patient))
    clock.advance(days=30)
    dates = {"surgery_on": date(2026, 3, 22), "planned_surgery_on": date(2026, 3, 22)}
    for patient in patients:
        set_dates(runtime, nurse, patient, **dates, discharged_on=date(2026, 4, 1))
    steps = {2: "CHK-D002", 5: "CHK-D005", 20: "M1", 28: "CHK-D028", 35: "CHK-D035", 80: "M3"}
    for day in range(1, 90):
        clock.advance(days=1)
        with runtime.writing(COMMAND) as work:
            raise_missed_alerts(work, after=0, limit=100)
        if day in steps:
            complete_visit(runtime, take_seat(runtime, patients[0], steps[day]), low=False)


def test_what_would_have_fired_is_what_really_fired(
    runtime: Runtime, clock: FixedClock, admin: Actor, nurse: Actor, draft: str
) -> None:
    live_through(runtime, clock, nurse)
    levels, rules = raised_steps(runtime)
    assert {"two_amber", "score_clear_fall", "check_in_missed_early", "check_ins_missed"} <= set(rules)
    with runtime.reading(admin) as work:
        effect = would_have_fired(work, draft)
        forms = len(work.session.scalars(select(Response.id).where(Response.submitted_at.is_not(None))).all())
    assert effect.now.rules == rules
    assert effect.now.levels == levels
    assert effect.draft == effect.now  # an unchanged draft changes nothing
    assert (effect.forms, effect.episodes, effect.nurses, effect.complete) == (forms, 2, 1, True)


def test_a_changed_draft_is_counted_beside_the_rules_of_now(
    runtime: Runtime, clock: FixedClock, admin: Actor, nurse: Actor, draft: str
) -> None:
    for number, pain in enumerate((6, 6, 7)):
        phone = take_seat(runtime, make_patient(runtime, nurse, hospital_number=f"A{number}"))
        form = assignment(runtime, phone, "pain_nrs")
        save(runtime, phone, form, answer("pain_now", pain), key="pain")
        send(runtime, phone, form)
    pain_from(runtime, admin, draft, 6)
    clock.advance(days=14)
    with runtime.reading(admin) as work:
        effect = would_have_fired(work, draft)
    assert (effect.now.rules["pain_high"], effect.draft.rules["pain_high"]) == (1, 3)
    assert effect.per_week(effect.draft.levels["amber"]) == pytest.approx(1.5)


def send(runtime: Runtime, phone: Phone, form: str) -> None:
    with runtime.writing(phone.actor) as work:
        assert submit_response(work, phone.seat, form, key="send", version=1).status == 200


def test_only_the_last_twelve_months_of_the_own_centre_count(
    runtime: Runtime, clock: FixedClock, admin: Actor, nurse: Actor, draft: str
) -> None:
    phone = take_seat(runtime, make_patient(runtime, nurse))
    answer_pain(runtime, phone, 9, key="pain")
    send(runtime, phone, assignment(runtime, phone, "pain_nrs"))
    with runtime.reading(admin) as work:
        assert would_have_fired(work, draft).forms == 1
    clock.advance(days=366)
    with runtime.reading(admin) as work:
        effect = would_have_fired(work, draft)
    assert (effect.forms, effect.now.rules) == (0, Counter())
    assert effect.since == clock.now().date() - timedelta(days=365)
