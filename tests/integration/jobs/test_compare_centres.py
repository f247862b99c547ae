"""Centres read together: only those that agreed, nobody by name, gone at once when they leave, and once a week."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.jobs.centres import compare_all
from lrrc_qol.jobs.cohort import compute_all
from lrrc_qol.persistence.models import AuditEntry, Centre, CohortResult, Consent, ConsentText, Episode
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.cohort_strata import CENTRES
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.read_cohort_figures import read_cohort_figures
from lrrc_qol.services.read_expected import read_expected
from lrrc_qol.services.share_cohort import share_cohort
from tests.clock import FixedClock
from tests.cohort_people import BEFORE, Person, add_people
from tests.factories import make_staff
from tests.staff_browser import signed_in

OPERATED = date(2024, 9, 2)
SCALE = "fact_c.FACT_C"
ADDRESS = f"/staff/cohort?scale={SCALE}&by=centre"
SIZES = {"NORTH": 21, "SOUTH": 22, "EAST": 23, "WEST": 8}


def fill(runtime: Runtime, centre: str, size: int) -> list[int]:
    person = Person(scores={BEFORE: {"FACT_C": 90.0}, "M1": {"FACT_C": 85.0 - size}})
    with runtime.database.write() as session:
        instrument = runtime.catalogue.instrument("fact_c")
        return add_people(
            session, [person] * size, centre=centre, instrument=instrument, operated=OPERATED, visits=(BEFORE, "M1")
        )


def compare(runtime: Runtime) -> int:
    return compare_all(runtime, runtime.clock.now(), lambda: False)["scales"]


def switch(runtime: Runtime, actor: Actor, *, shared: bool) -> None:
    with runtime.writing(actor) as work:
        assert share_cohort(work, shared=shared)


def levels(runtime: Runtime, actor: Actor) -> dict[str, Any] | None:
    """What a centre reads of all; None while it cannot choose it."""
    with runtime.reading(actor) as work:
        if CENTRES not in read_cohort_figures(work, scale=SCALE, stratum="").strata:
            return None
        found = read_cohort_figures(work, scale=SCALE, stratum=CENTRES).figures
    assert found is not None
    return dict(found.levels)


@pytest.fixture
def actors(runtime: Runtime) -> dict[str, Actor]:
    """A researcher of each of four centres with a cohort; the last is small."""
    found = {code: make_staff(runtime, code=code, role="researcher") for code in SIZES}
    for code, size in SIZES.items():
        fill(runtime, code, size)
    compute_all(runtime, runtime.clock.now(), lambda: False)
    return found


def test_nobody_takes_part_unless_switched_on_and_two_are_too_few(runtime: Runtime, actors: dict[str, Actor]) -> None:
    assert compare(runtime) == 0
    assert levels(runtime, actors["NORTH"]) is None
    for code in ("NORTH", "SOUTH", "WEST"):
        switch(runtime, actors[code], shared=True)
    assert compare(runtime) == 1
    assert levels(runtime, actors["NORTH"]) == {}
    assert levels(runtime, actors["EAST"]) is None


def test_those_who_take_part_see_each_other_by_letters(
    app: Flask, runtime: Runtime, clock: FixedClock, actors: dict[str, Actor]
) -> None:
    for code in ("NORTH", "SOUTH", "EAST"):
        switch(runtime, actors[code], shared=True)
    assert compare(runtime) == 1
    found = levels(runtime, actors["SOUTH"])
    assert found is not None
    assert [*found] == ["your centre", "all participating centres", "centre A", "centre B"]
    assert found["your centre"]["headline"][0]["operated"] == 22
    assert {found[f"centre {letter}"]["patients"] for letter in "AB"} == {21, 23}
    assert found["all participating centres"]["change"][0]["count"] == 66

    page = signed_in(app, "researcher@south.example").get(ADDRESS).text
    assert "3 centres of this site agreed" in page
    assert "Your centre, M1: of 22 operated on" in page
    # Of the names that a centre has, none but the reader's own is on the page.
    with runtime.reading(COMMAND) as work:
        others = [one for one in work.session.scalars(select(Centre)) if one.code != "SOUTH"]
    assert [one.code for one in others if one.code in page or f"{one.name}<" in page] == []
    table = signed_in(app, "researcher@south.example").get(f"/staff/cohort/change.csv?scale={SCALE}&by=centre").text
    assert table.startswith("level,visit,day,count,mean,low,high,scale")
    assert "your centre,M1,30,22,-27.0" in table
    for code, address in (("south", "lines"), ("south", "survival"), ("west", "change")):
        browser = signed_in(app, f"researcher@{code}.example")
        assert browser.get(f"/staff/cohort/{address}.csv?scale={SCALE}&by=centre").status_code == 404

    clock.advance(minutes=30)
    fill(runtime, "SOUTH", 5)
    assert compute_all(runtime, clock.now(), lambda: False)["scales"] == 1
    assert compare(runtime) == 0
    assert levels(runtime, actors["SOUTH"]) == found
    clock.advance(days=7)
    assert compare(runtime) == 1
    assert levels(runtime, actors["SOUTH"]) != found


def test_who_leaves_is_gone_from_every_page_at_once(runtime: Runtime, actors: dict[str, Actor]) -> None:
    for actor in actors.values():
        switch(runtime, actor, shared=True)
    compare(runtime)
    switch(runtime, actors["EAST"], shared=False)
    assert [levels(runtime, actor) for actor in actors.values()] == [None] * 4
    assert compare(runtime) == 1
    assert levels(runtime, actors["EAST"]) is None
    assert levels(runtime, actors["NORTH"]) == {}  # of those that are left only two are large enough
    with runtime.reading(COMMAND) as work:
        noted = list(
            work.session.scalars(
                select(AuditEntry.detail).where(
                    AuditEntry.action == "switched_shared_cohort", AuditEntry.centre_id == actors["EAST"].centre_id
                )
            )
        )
    assert noted == [{"shared": True}, {"shared": False}]


def test_a_centre_that_leaves_while_figures_are_computed_is_not_stored(
    runtime: Runtime, actors: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    for actor in actors.values():
        switch(runtime, actor, shared=True)

    def then_one_leaves(*_: object, **__: object) -> bool:
        switch(runtime, actors["EAST"], shared=False)
        return False

    compare_all(runtime, runtime.clock.now(), then_one_leaves)
    with runtime.reading(COMMAND) as work:
        assert list(work.session.scalars(select(CohortResult.id).where(CohortResult.stratum == CENTRES))) == []


def test_a_small_centre_reads_the_course_of_all(runtime: Runtime, actors: dict[str, Actor]) -> None:
    for actor in actors.values():
        switch(runtime, actor, shared=True)
    compare(runtime)
    with runtime.reading(actors["WEST"]) as work:
        course = read_expected(work)["fact_c", "FACT_C"]
    assert (course.together, [window.patients for window in course.windows]) == (True, [66])
    assert course.known
    with runtime.reading(actors["NORTH"]) as work:
        own = read_expected(work)["fact_c", "FACT_C"]
    assert (own.together, [window.patients for window in own.windows]) == (False, [21])


def test_who_refused_to_be_shared_is_left_out(runtime: Runtime, actors: dict[str, Actor]) -> None:
    for code in ("NORTH", "SOUTH", "EAST"):
        switch(runtime, actors[code], shared=True)
    (refusing, *_) = fill(runtime, "SOUTH", 3)
    with runtime.database.write() as session:
        episode = session.get_one(Episode, refusing)
        made = {"centre_id": episode.centre_id, "recorded_at": runtime.clock.now()}
        text = {"version": "1", "title": "Consent", "scopes": ["sharing"], "effective_on": OPERATED, "renew": False}
        session.add(ConsentText(id=1, public_id="text", **text, **made))
        session.flush()
        given = {"given_on": OPERATED, "scopes": [], "form": "paper"}
        session.add(Consent(patient_id=episode.patient_id, text_id=1, **given, **made))
    compare(runtime)
    found = levels(runtime, actors["SOUTH"])
    assert found is not None
    own = found["your centre"]
    assert (own["patients"], own["headline"][0]["operated"], own["completion"][0]["expected"]) == (24, 24, 24)
