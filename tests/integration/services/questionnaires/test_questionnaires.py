"""A centre's own choice of questionnaires: checked, audited, listed with what it lacks, and honoured by forms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.persistence.models import Assignment, AuditEntry, CentreQuestionnaire, ScoreRow
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import list_parts, open_form, submit_response
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.questionnaires import (
    QuestionnaireLine,
    centre_options,
    clear_questionnaire,
    list_questionnaires,
    preview_questionnaire,
    set_questionnaire,
    value_set_of,
)
from lrrc_qol.services.read_form import read_form
from lrrc_qol.services.wordings import VisitCounts
from tests.clock import FixedClock
from tests.factories import answer, assignment, make_patient, make_staff, save, take_seat
from tests.statement_count import counted_statements
from tests.wording_packs import QLQ, approved, draft, in_production, until

EQ, PRO, SHELL = "eq5d5l", "pro_ctcae", "lrrc_qol"


@pytest.fixture
def coordinator(runtime: Runtime) -> Actor:
    return make_staff(runtime, role="coordinator")


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    return make_staff(runtime)


def choose(runtime: Runtime, actor: Actor, instrument: str, *kinds: str, **options: Any) -> VisitCounts:
    with runtime.writing(actor) as work:
        return set_questionnaire(work, instrument, visit_kinds=kinds, options=options)


def line(runtime: Runtime, actor: Actor, instrument: str) -> QuestionnaireLine:
    with runtime.reading(actor) as work:
        return next(one for one in list_questionnaires(work) if one.instrument.id == instrument)


@pytest.mark.parametrize(
    ("instrument", "kinds", "options", "field"),
    [
        (SHELL, ["baseline"], {}, "instrument"),
        (QLQ, ["sometimes"], {}, "visit_kinds"),
        (QLQ, ["baseline"], {"colour": "red"}, "options"),
        (EQ, ["baseline"], {}, "value_set"),
        (EQ, ["baseline"], {"value_set": "Atlantis"}, "value_set"),
        (PRO, ["baseline"], {"groups": []}, "groups"),
        (PRO, ["baseline"], {"groups": ["8", "999"]}, "groups"),
        (PRO, ["baseline"], {"groups": "8"}, "groups"),
    ],
)
def test_what_cannot_be_chosen_is_refused_by_field(
    runtime: Runtime, coordinator: Actor, instrument: str, kinds: list[str], options: dict[str, Any], field: str
) -> None:
    for act in (set_questionnaire, preview_questionnaire):
        with pytest.raises(InvalidInput) as refused, runtime.writing(coordinator) as work:
            act(work, instrument, visit_kinds=kinds, options=options)
        assert set(refused.value.fields) == {field}
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(CentreQuestionnaire)).all() == []


def test_an_unknown_instrument_and_a_choice_that_was_never_made_are_not_found(
    runtime: Runtime, coordinator: Actor
) -> None:
    with pytest.raises(NotFound), runtime.writing(coordinator) as work:
        set_questionnaire(work, "nothing", visit_kinds=[], options={})
    with pytest.raises(NotFound), runtime.writing(coordinator) as work:
        clear_questionnaire(work, QLQ)


def test_a_choice_is_audited_with_what_it_was_before(runtime: Runtime, coordinator: Actor) -> None:
    choose(runtime, coordinator, EQ, "follow_up", "baseline", value_set="Denmark")
    choose(runtime, coordinator, EQ, value_set="China")
    with runtime.writing(coordinator) as work:
        clear_questionnaire(work, EQ)
    with runtime.reading(COMMAND) as work:
        entries = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "changed_questionnaire")).all()
    first = {"visit_kinds": ["baseline", "follow_up"], "options": {"value_set": "Denmark"}}
    second = {"visit_kinds": [], "options": {"value_set": "China"}}
    assert [(one.detail["before"], one.detail["after"]) for one in entries] == [
        (None, first),
        (first, second),
        (second, None),
    ]


def test_a_preview_says_what_would_change_and_changes_nothing(
    runtime: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    later = runtime.clock.now().date() + timedelta(days=60)
    make_patient(runtime, nurse, planned_surgery_on=later)
    with runtime.reading(coordinator) as work:
        on = preview_questionnaire(work, EQ, visit_kinds=["baseline"], options={"value_set": "Denmark"})
        off = preview_questionnaire(work, "pain_nrs", visit_kinds=[], options={})
        back = preview_questionnaire(work, "pain_nrs", visit_kinds=None, options={})
    assert (on, off, back) == (VisitCounts(1, 0, 0), VisitCounts(0, 1, 0), VisitCounts(0, 0, 0))
    with runtime.reading(COMMAND) as work:
        assert EQ not in set(work.session.scalars(select(Assignment.instrument_id)))
    assert choose(runtime, coordinator, EQ, "baseline", value_set="Denmark") == on


def test_the_list_says_where_each_is_asked_by_whose_choice_and_what_it_lacks(
    runtime: Runtime, coordinator: Actor, clock: FixedClock
) -> None:
    kinds = (VisitKind.BASELINE, VisitKind.DISCHARGE, VisitKind.FOLLOW_UP)
    pain = line(runtime, coordinator, "pain_nrs")
    assert (pain.asked_at, pain.source_of_choice, pain.obstacles) == (kinds, "protocol", ())
    assert "en" in pain.own_languages
    shell = line(runtime, coordinator, SHELL)
    assert (shell.asked_at, shell.source_of_choice, len(shell.obstacles)) == ((), "", 1)
    assert "No wording is installed." in line(runtime, coordinator, QLQ).obstacles
    draft(runtime, coordinator)
    assert line(runtime, coordinator, QLQ).obstacles == ("Its wording is not approved yet.",)
    approved(runtime, coordinator, says="Other", licence=until(clock.now().date()))
    assert line(runtime, coordinator, QLQ).obstacles == ()
    clock.advance(days=1)
    assert "has ended" in line(runtime, coordinator, QLQ).obstacles[0]
    assert [pack.ordinal for pack in line(runtime, coordinator, QLQ).packs] == [2, 1]
    assert any("value set" in one for one in line(runtime, coordinator, EQ).obstacles)
    choose(runtime, coordinator, EQ, "check_in", value_set="Denmark")
    chosen = line(runtime, coordinator, EQ)
    assert (chosen.asked_at, chosen.source_of_choice, dict(chosen.options)) == (
        (VisitKind.CHECK_IN,),
        "centre",
        {"value_set": "Denmark"},
    )
    assert not any("value set" in one for one in chosen.obstacles)
    default = line(runtime, coordinator, PRO).options["groups"]
    assert default == list(line(runtime, coordinator, PRO).instrument.default_groups)


def test_the_list_costs_the_same_statements_whatever_is_in_it(runtime: Runtime, coordinator: Actor) -> None:
    def cost() -> int:
        with counted_statements(runtime) as statements, runtime.reading(coordinator) as work:
            list_questionnaires(work)
        return len(statements)

    before = cost()
    for says in ("One", "Other"):
        approved(runtime, coordinator, says=says)
    choose(runtime, coordinator, EQ, "check_in", value_set="Denmark")
    assert cost() == before


def test_the_choices_of_another_centre_are_its_own(runtime: Runtime, coordinator: Actor, nurse: Actor) -> None:
    stranger = make_staff(runtime, code="SOUTH", role="coordinator")
    choose(runtime, stranger, "pain_nrs")
    choose(runtime, stranger, EQ, "baseline", value_set="Denmark")
    phone = take_seat(runtime, make_patient(runtime, nurse))
    with runtime.reading(phone.actor) as work:
        asked = [part.instrument[0] for part in list_parts(work, phone.seat)]
        assert centre_options(work, coordinator.centre()) == {}
        assert centre_options(work, stranger.centre())[EQ] == {"value_set": "Denmark"}
        assert value_set_of(work, coordinator.centre(), work.catalogue.instrument(EQ)) is None
    assert "pain_nrs" in asked
    assert EQ not in asked
    assert line(runtime, coordinator, EQ).source_of_choice == ""


def test_a_form_asks_saves_scores_and_shows_only_the_selected_terms(
    runtime: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    choose(runtime, coordinator, PRO, "baseline", groups=["12", "8"])
    patient = make_patient(runtime, nurse)
    choose(runtime, coordinator, PRO, "baseline", groups=["9"])
    phone = take_seat(runtime, patient)
    form = assignment(runtime, phone, PRO)
    with runtime.reading(phone.actor) as work:
        view = open_form(work, phone.seat, form)
        instrument = work.catalogue.instrument(PRO)
    wanted = [item for item in instrument.items if item.group in {"8", "12"}]
    other = next(item for item in instrument.items if item.group == "9")
    assert [item.id for item in view.items] == [item.id for item in wanted]
    assert save(runtime, phone, form, answer(other.id, other.codes[0]), key="other")[0] == 422
    given = [answer(item.id, item.codes[1]) for item in wanted]
    assert save(runtime, phone, form, *given, key="all")[0] == 200
    with runtime.writing(phone.actor) as work:
        assert submit_response(work, phone.seat, form, key="send", version=1).status == 200
    with runtime.reading(nurse) as work:
        scores = work.session.scalars(select(ScoreRow)).all()
        record = read_form(work, patient, scores[0].response_id)
    assert {item.topic for item in record.items} == {item.topic for item in wanted}
    narrowed = instrument.with_groups(["8", "12"])
    assert {score.scale_id for score in scores} == {scale.id for scale in narrowed.scales}


def test_unopened_visits_follow_a_changed_selection_and_opened_ones_keep_theirs(
    runtime: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    choose(runtime, coordinator, PRO, "baseline", groups=["8"])
    make_patient(runtime, nurse)
    later = runtime.clock.now().date() + timedelta(days=60)
    make_patient(runtime, nurse, hospital_number="H-2", planned_surgery_on=later)
    assert choose(runtime, coordinator, PRO, "baseline", groups=["9"]) == VisitCounts(0, 0, 1)
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(Assignment).where(Assignment.instrument_id == PRO).order_by(Assignment.id))
        assert [row.options for row in rows] == [{"groups": ["8"]}, {"groups": ["9"]}]


def test_the_index_is_scored_by_the_value_set_of_the_centre_and_says_so(
    runtime: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    choose(runtime, coordinator, EQ, "baseline", value_set="Denmark")
    phone = take_seat(runtime, make_patient(runtime, nurse))
    form = assignment(runtime, phone, EQ)
    with runtime.reading(phone.actor) as work:
        items = work.catalogue.instrument(EQ).items
    save(runtime, phone, form, *(answer(item.id, item.codes[0]) for item in items), key="all")
    with runtime.writing(phone.actor) as work:
        submit_response(work, phone.seat, form, key="send", version=1)
    with runtime.reading(COMMAND) as work:
        scores = {row.scale_id: row for row in work.session.scalars(select(ScoreRow))}
    assert (scores["index"].value, scores["index"].inputs["value_set"]) == (1.0, "Denmark")
    assert "value_set" not in scores["VAS"].inputs


def test_a_shell_is_never_planned_even_with_a_choice_that_slipped_in(
    runtime: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    with runtime.writing(COMMAND) as work:
        work.session.add(
            CentreQuestionnaire(
                centre_id=coordinator.centre(),
                instrument_id=SHELL,
                visit_kinds=["baseline"],
                options={},
                changed_at=work.now,
            )
        )
    make_patient(runtime, nurse)
    with runtime.reading(COMMAND) as work:
        assert SHELL not in set(work.session.scalars(select(Assignment.instrument_id)))


def test_production_does_not_plan_a_chosen_questionnaire_without_words(
    runtime: Runtime, coordinator: Actor, nurse: Actor
) -> None:
    production = in_production(runtime)
    choose(production, coordinator, EQ, "baseline", value_set="Denmark")
    make_patient(production, nurse)
    with production.reading(COMMAND) as work:
        assert work.session.scalars(select(Assignment).where(Assignment.instrument_id == EQ)).all() == []
    approved(production, coordinator, instrument_id=EQ)
    make_patient(production, nurse, hospital_number="H-2")
    with production.reading(COMMAND) as work:
        assert len(work.session.scalars(select(Assignment).where(Assignment.instrument_id == EQ)).all()) == 2
