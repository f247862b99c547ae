"""A pack's way from proposal to approval and out of use; what stands in the way is named, everything is audited."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.domain.instrument import ItemWording
from lrrc_qol.interchange import Problem
from lrrc_qol.persistence.models import AuditEntry, WordingPack
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.wordings import (
    Licence,
    PackState,
    PackView,
    Source,
    TextChange,
    approve_pack,
    change_licence,
    choose_wordings,
    compare_pack,
    compare_packs,
    correct_pack,
    expiring_packs,
    list_packs,
    propose_pack,
    read_pack,
    retire_pack,
)
from tests.clock import FixedClock
from tests.factories import make_staff
from tests.wording_packs import LICENCE, QLQ, SOURCE, approved, compared, draft, in_production, proposal, until


@pytest.fixture
def coordinator(runtime: Runtime) -> Actor:
    return make_staff(runtime, role="coordinator")


def view(runtime: Runtime, actor: Actor, pack: str) -> PackView:
    with runtime.reading(actor) as work:
        return read_pack(work, pack)


def states(runtime: Runtime, actor: Actor) -> list[tuple[int, str]]:
    with runtime.reading(actor) as work:
        return [(line.ordinal, line.state.value) for line in list_packs(work)]


def audited(runtime: Runtime) -> list[str]:
    with runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "wording_pack"))
        return [row.action for row in rows]


def test_a_proposal_is_compared_then_approved_and_everybody_is_named(runtime: Runtime, coordinator: Actor) -> None:
    pack = draft(runtime, coordinator)
    assert view(runtime, coordinator, pack).line.state is PackState.DRAFT
    with runtime.writing(coordinator) as work:
        compare_pack(work, pack, compared_with="  printed form of 2001 ")
    assert view(runtime, coordinator, pack).line.state is PackState.COMPARED
    with runtime.writing(coordinator) as work:
        approve_pack(work, pack)
    seen = view(runtime, coordinator, pack)
    assert (seen.line.state, seen.wording.approved, seen.obstacles[0]) == (
        PackState.APPROVED,
        True,
        "This pack is approved already.",
    )
    assert {seen.line.proposed_by, seen.compared_by, seen.approved_by} == {"Coordinator of NORTH"}
    assert (seen.compared_with, seen.licence, seen.source) == ("printed form of 2001", LICENCE, SOURCE)
    assert seen.wording.items["q1"].text == "Words 1"
    assert audited(runtime) == ["proposed_wording", "compared_wording", "approved_wording"]


def test_everything_that_stands_in_the_way_of_an_approval_is_named(
    runtime: Runtime, coordinator: Actor, clock: FixedClock
) -> None:
    yesterday = clock.now().date() - timedelta(days=1)
    with runtime.reading(coordinator) as work:
        items = dict(proposal(work.catalogue).items)
    del items["q3"]
    pack = draft(
        runtime,
        coordinator,
        items=items,
        missing=("q3",),
        problems=(Problem("row 7", "is odd", ("q7",)),),
        licence=Licence("", " ", (), yesterday),
    )
    with pytest.raises(InvalidInput) as refused, runtime.writing(coordinator) as work:
        approve_pack(work, pack)
    assert refused.value.fields == {
        "items": "q3: there is no text",
        "problems": "row 7: is odd",
        "compared_with": "Nobody has compared these words with the printed form yet.",
        "licence_holder": "Say who holds the rights to these words.",
        "licence_reference": "Give the number or the date of the licence or permission.",
        "permitted_modes": "Choose at least one way of answering that the licence permits.",
        "expires_on": f"The licence ended on {yesterday}.",
    }
    seen = view(runtime, coordinator, pack)
    assert seen.obstacles == tuple(refused.value.fields.values())
    assert seen.line.open_problems == 2


def test_what_is_incomplete_cannot_be_compared(runtime: Runtime, coordinator: Actor) -> None:
    pack = draft(runtime, coordinator, problems=(Problem("the file", "is another questionnaire"),))
    with pytest.raises(InvalidInput, match="another questionnaire"), runtime.writing(coordinator) as work:
        compare_pack(work, pack, compared_with="printed form")
    pack = draft(runtime, coordinator, says="Other")
    with pytest.raises(InvalidInput, match="Name the printed form"), runtime.writing(coordinator) as work:
        compare_pack(work, pack, compared_with=" ")


def test_words_typed_in_make_the_next_version_and_settle_what_they_are_about(
    runtime: Runtime, coordinator: Actor
) -> None:
    with runtime.reading(coordinator) as work:
        items = dict(proposal(work.catalogue).items)
    typed = {key: replace(items[key], text=f"Typed {key}") for key in ("q3", "q7", "q8")}
    del items["q3"]
    pack = draft(
        runtime,
        coordinator,
        items=items,
        problems=(Problem("rows 7, 8", "have no code", ("q7", "q8")),),
        missing=("q3",),
    )
    with runtime.writing(coordinator) as work:
        second = correct_pack(work, pack, {key: typed[key] for key in ("q3", "q7")})
    half = view(runtime, coordinator, second)
    assert [one.keys for one in half.report.problems] == [("q8",)]
    assert half.report.missing == ()
    with runtime.writing(coordinator) as work:
        third = correct_pack(work, second, {"q8": typed["q8"]}, title=" Another title ")
    seen = view(runtime, coordinator, third)
    assert (seen.line.ordinal, seen.line.open_problems, seen.wording.title) == (3, 0, "Another title")
    assert [seen.wording.items[key].text for key in typed] == ["Typed q3", "Typed q7", "Typed q8"]
    assert (seen.source, seen.licence) == (SOURCE, LICENCE)
    assert [line.ordinal for line in seen.versions] == [3, 2, 1]
    with runtime.reading(coordinator) as work:
        changes = compare_packs(work, second, third)
    assert changes == (
        TextChange("", "title", "Words title", "Another title"),
        TextChange("q8", "text", "Words 8", "Typed q8"),
    )


@pytest.mark.parametrize(
    ("key", "wording", "field"),
    [
        ("q99", ItemWording("Words", {}), "q99"),
        ("q1", ItemWording("Wo\0rds", {}), "q1"),
        ("q1", ItemWording("x" * 5000, {}), "q1"),
    ],
)
def test_words_that_cannot_be_are_refused(
    runtime: Runtime, coordinator: Actor, key: str, wording: ItemWording, field: str
) -> None:
    pack = draft(runtime, coordinator)
    with pytest.raises(InvalidInput) as refused, runtime.writing(coordinator) as work:
        correct_pack(work, pack, {key: wording})
    assert set(refused.value.fields) == {field}
    assert states(runtime, coordinator) == [(1, "draft")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"instrument_id": "nothing"}, "instrument"),
        ({"version": "9.9"}, "instrument"),
        ({"language": "English"}, "language"),
        ({"title": "x" * 300}, "title"),
    ],
)
def test_a_proposal_that_cannot_be_kept_is_refused_by_field(
    runtime: Runtime, coordinator: Actor, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused, runtime.writing(coordinator) as work:
        propose_pack(work, replace(proposal(work.catalogue), **changes), SOURCE, LICENCE)
    assert field in refused.value.fields
    assert states(runtime, coordinator) == []


@pytest.mark.parametrize(
    ("source", "licence", "field"),
    [
        (Source("pdf", "words.pdf", SOURCE.sha256), LICENCE, "source_kind"),
        (Source("csv", "", SOURCE.sha256), LICENCE, "source_name"),
        (Source("csv", "words.csv", "none"), LICENCE, "source_sha256"),
        (SOURCE, replace(LICENCE, holder="x" * 201), "licence_holder"),
        (SOURCE, replace(LICENCE, reference="two\nlines"), "licence_reference"),
        (SOURCE, replace(LICENCE, permitted_modes=("telepathy",)), "permitted_modes"),
    ],
)
def test_source_and_licence_are_checked_by_field(
    runtime: Runtime, coordinator: Actor, source: Source, licence: Licence, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused, runtime.writing(coordinator) as work:
        propose_pack(work, proposal(work.catalogue), source, licence)
    assert set(refused.value.fields) == {field}


def test_the_same_words_are_not_kept_twice_unless_they_were_retired(runtime: Runtime, coordinator: Actor) -> None:
    pack = draft(runtime, coordinator)
    with pytest.raises(InvalidInput, match="as number 1"):
        draft(runtime, coordinator)
    with runtime.writing(coordinator) as work:
        retire_pack(work, pack, reason="Mistake.")
    draft(runtime, coordinator)
    assert states(runtime, coordinator) == [(2, "draft"), (1, "retired")]


def test_the_pack_approved_last_replaces_the_others(runtime: Runtime, coordinator: Actor, clock: FixedClock) -> None:
    first, _ = approved(runtime, coordinator)
    clock.advance(minutes=1)
    second, _ = approved(runtime, coordinator, says="Better")
    assert states(runtime, coordinator) == [(2, "approved"), (1, "replaced")]
    with runtime.writing(coordinator) as work:
        retire_pack(work, second, reason="A wrong word.")
    assert states(runtime, coordinator) == [(2, "retired"), (1, "approved")]
    seen = view(runtime, coordinator, second)
    assert (seen.retired_by, seen.retire_reason) == ("Coordinator of NORTH", "A wrong word.")
    with pytest.raises(InvalidInput, match="retired already"), runtime.writing(coordinator) as work:
        retire_pack(work, second, reason="Again.")
    with pytest.raises(InvalidInput, match="Say why"), runtime.writing(coordinator) as work:
        retire_pack(work, first, reason=" ")


def test_a_licence_counts_through_its_last_day_and_warns_sixty_days_ahead(
    runtime: Runtime, coordinator: Actor, clock: FixedClock
) -> None:
    today = clock.now().date()
    pack, _ = approved(runtime, coordinator, licence=until(today + timedelta(days=61)))
    draft(runtime, coordinator, language="nl", licence=until(today))
    clock.advance(minutes=1)
    approved(runtime, coordinator, language="de", licence=until(None))

    def warned(ahead: int) -> list[tuple[str, int | None]]:
        with runtime.reading(coordinator) as work:
            lines = expiring_packs(work, today=today + timedelta(days=ahead))
        return [(line.public_id, line.days_left) for line in lines]

    assert [warned(ahead) for ahead in (0, 1, 61, 62)] == [[], [(pack, 60)], [(pack, 0)], [(pack, -1)]]
    clock.advance(days=61)
    assert view(runtime, coordinator, pack).line.state is PackState.APPROVED
    clock.advance(days=1)
    assert view(runtime, coordinator, pack).line.state is PackState.EXPIRED
    approved(runtime, coordinator, says="Renewed", licence=until(None))
    assert warned(62) == []


def test_a_replaced_pack_does_not_come_back_when_its_successor_ends(
    runtime: Runtime, coordinator: Actor, clock: FixedClock
) -> None:
    production = in_production(runtime)
    first, _ = approved(production, coordinator, says="Old")
    clock.advance(seconds=1)
    today = clock.now().date()
    newer, _ = approved(production, coordinator, says="New", licence=until(today))
    clock.advance(days=2)
    with production.reading(coordinator) as work:
        assert [read_pack(work, one).line.state for one in (first, newer)] == [PackState.REPLACED, PackState.EXPIRED]
        chosen = choose_wordings(work, coordinator.centre(), [(QLQ, "3.0")], "en", mode="own_phone")
    assert chosen[QLQ, "3.0"] is None


def test_a_renewed_licence_brings_an_expired_pack_back(runtime: Runtime, coordinator: Actor, clock: FixedClock) -> None:
    today = clock.now().date()
    pack, _ = approved(runtime, coordinator, licence=until(today))
    clock.advance(days=3)
    with pytest.raises(InvalidInput) as refused, runtime.writing(coordinator) as work:
        change_licence(work, pack, Licence("", "", (), None))
    assert set(refused.value.fields) == {"licence_holder", "licence_reference", "permitted_modes"}
    with runtime.writing(coordinator) as work:
        change_licence(work, pack, until(date(2030, 1, 1)))
    seen = view(runtime, coordinator, pack)
    assert (seen.line.state, seen.licence.expires_on) == (PackState.APPROVED, date(2030, 1, 1))
    with runtime.reading(COMMAND) as work:
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "changed_wording_licence")).one()
    assert (entry.detail["before"]["expires_on"], entry.detail["after"]["expires_on"]) == (str(today), "2030-01-01")
    with runtime.writing(coordinator) as work:
        retire_pack(work, pack, reason="Not renewed.")
    with pytest.raises(InvalidInput, match="retired"), runtime.writing(coordinator) as work:
        change_licence(work, pack, LICENCE)


def test_words_changed_in_the_database_are_not_approved(runtime: Runtime, coordinator: Actor) -> None:
    pack = compared(runtime, coordinator)
    with runtime.writing(COMMAND) as work:
        row = work.session.scalars(select(WordingPack)).one()
        row.content = row.content | {"title": "Slipped in"}
    with pytest.raises(InvalidInput, match="not those that were proposed"), runtime.writing(coordinator) as work:
        approve_pack(work, pack)


def test_packs_of_another_centre_do_not_exist(runtime: Runtime, coordinator: Actor) -> None:
    pack = compared(runtime, coordinator)
    stranger = make_staff(runtime, code="SOUTH", role="coordinator")
    with runtime.reading(stranger) as work:
        assert list_packs(work) == ()
        assert expiring_packs(work, today=date(2030, 1, 1)) == ()
        with pytest.raises(NotFound):
            read_pack(work, pack)
    for act in (
        lambda work: compare_pack(work, pack, compared_with="form"),
        lambda work: approve_pack(work, pack),
        lambda work: retire_pack(work, pack, reason="Mine."),
        lambda work: change_licence(work, pack, LICENCE),
        lambda work: correct_pack(work, pack, {}),
        lambda work: compare_packs(work, pack, pack),
    ):
        with pytest.raises(NotFound), runtime.writing(stranger) as work:
            act(work)
    other = draft(runtime, stranger)
    assert view(runtime, stranger, other).line.ordinal == 1


def test_packs_of_two_instruments_are_not_compared(runtime: Runtime, coordinator: Actor) -> None:
    one, other = draft(runtime, coordinator), draft(runtime, coordinator, instrument_id="pain_nrs")
    with pytest.raises(InvalidInput, match="different instruments"), runtime.reading(coordinator) as work:
        compare_packs(work, one, other)


def test_the_line_that_the_holder_wants_shown_is_part_of_the_words(runtime: Runtime, coordinator: Actor) -> None:
    plain, credited = draft(runtime, coordinator), draft(runtime, coordinator, credit=" © The holder ")
    seen = view(runtime, coordinator, credited)
    assert seen.wording.credit == "© The holder"
    assert seen.wording.digest != view(runtime, coordinator, plain).wording.digest
    assert seen.instrument.id == QLQ
