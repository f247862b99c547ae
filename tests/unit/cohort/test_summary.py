"""One small cohort by hand: who counts where, at which visit, and that nobody falls out of the denominator."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lrrc_qol.cohort.headline import standings
from lrrc_qol.cohort.rows import CohortForm, CohortPatient, CohortVisit, ScaleFacts
from lrrc_qol.cohort.summary import by_level, summarise, veils_of
from lrrc_qol.domain.recovery_states import Ending, RecoveryState, TimeToEvent

M1, M3 = CohortVisit("M1", "1 month", 30, 44), CohortVisit("M3", "3 months", 91, 119)
FACTS = ScaleFacts(better_up=True, improvement=10, deterioration=10)


def patient(
    gains: Sequence[tuple[str, int, float | None]] = (),
    *,
    followed: int = 400,
    died: int | None = None,
    baseline: float | None = 60.0,
    recovery: TimeToEvent | None = None,
    **strata: str,
) -> CohortPatient:
    return CohortPatient(
        strata={"all": "everybody"} | strata,
        followed=followed,
        died_day=died,
        baseline=baseline,
        state=RecoveryState.NEVER_DECLINED,
        forms=tuple(CohortForm((visit,), day, gain, gain) for visit, day, gain in gains),
        recovery=recovery,
        deterioration=None,
    )


def test_everyone_operated_on_is_counted_once() -> None:
    cohort = [
        patient([("M1", 30, -9.9)]),
        patient([("M1", 30, -10.0)]),
        patient([("M1", 30, None)]),
        patient(),
        patient(died=20),
        patient(died=100),
        patient([("M1", 30, 0.0)], died=40),
        patient(followed=44),
        patient(died=20, followed=30),
    ]
    (first, second) = standings(cohort, (M1, M3), 10)
    assert (first.operated, first.back, first.not_back, first.not_compared, first.no_form, first.died) == (
        7,
        2,
        1,
        1,
        2,
        1,
    )
    assert (second.operated, second.no_form, second.died) == (7, 4, 3)


def test_every_figure_of_a_level_can_be_recomputed() -> None:
    cohort = [
        patient([("M1", 28 + number % 5, number - 20.0), ("M3", 90, number - 10.0)], baseline=50.0 + number)
        for number in range(20)
    ]
    (figures,) = summarise(by_level(cohort, "all"), (M1, M3), FACTS).values()
    assert figures["patients"] == 20
    first, second = figures["change"]
    assert (first["count"], first["mean"], first["median"]) == (20, -10.5, -10.5)
    assert second["mean"] == -0.5
    assert figures["headline"][0]["back"] == 9
    assert figures["headline"][0]["not_back"] == 11
    assert figures["visit_model"]["converged"]
    assert [one["value"] for one in figures["visit_model"]["points"]] == pytest.approx([-10.5, -0.5])
    assert len(figures["lines"]) == 20


def test_below_twenty_there_is_no_curve_and_no_model() -> None:
    cohort = [patient([("M1", 30, -5.0)], recovery=TimeToEvent(30, Ending.EVENT)) for _ in range(19)]
    (figures,) = summarise(by_level(cohort, "all"), (M1,), FACTS).values()
    assert figures["lines"] == []
    assert figures["visit_model"] is None
    assert figures["survival"]["points"] == figures["recovery"]["points"] == []
    assert figures["change"][0]["count"] == 19
    assert "percentiles" not in figures["change"][0]


def test_a_group_of_a_few_shows_nothing() -> None:
    cohort = [patient(sex="female") for _ in range(30)] + [patient(sex="male") for _ in range(2)]
    assert summarise(by_level(cohort, "sex"), (M1,), FACTS) == {
        "female": {"patients": None},
        "male": {"patients": None},
    }


def test_the_baseline_in_thirds() -> None:
    cohort = [patient(baseline=float(value)) for value in range(30)] + [patient(baseline=None)]
    levels = by_level(cohort, "baseline")
    assert {name: len(some) for name, some in levels.items()} == {"lowest": 10, "middle": 10, "highest": 10}


def test_a_share_that_a_few_events_made_is_hidden() -> None:
    back = [patient(recovery=TimeToEvent(33, Ending.EVENT)) for _ in range(4)]
    waiting = [patient(recovery=TimeToEvent(91, Ending.CENSORED)) for _ in range(26)]
    (few,) = summarise(by_level([*back, *waiting], "all"), (M1, M3), FACTS).values()
    assert [row["value"] for row in few["recovery"]["points"]] == [None, None]
    (more,) = summarise(by_level([*back, back[0], *waiting], "all"), (M1, M3), FACTS).values()
    assert more["recovery"]["points"][0]["value"] == pytest.approx(5 / 31)


def test_what_is_hidden_of_all_does_not_follow_from_the_groups() -> None:
    def group(sex: str, **counts: int) -> list[CohortPatient]:
        back = patient([("M1", 30, 0.0)], sex=sex)
        kinds = {"back": back, "no_form": patient(sex=sex), "died": patient(died=20, sex=sex)}
        return [kinds[kind] for kind, count in counts.items() for _ in range(count)]

    # Of all, 3 died, and the 14 without a form are hidden with them. Alone the groups would hide those who are back in
    # their place, because 4 men are; the sum of those without a form would then give the deaths away.
    cohort = group("female", back=30, no_form=7, died=2) + group("male", back=4, no_form=7, died=1)
    wider = veils_of(cohort, (M1,), FACTS)
    (everybody,) = summarise(by_level(cohort, "all"), (M1,), FACTS, wider=wider).values()
    sexes = summarise(by_level(cohort, "sex"), (M1,), FACTS, wider=wider)
    alone = summarise(by_level(cohort, "sex"), (M1,), FACTS)

    assert [part for part, count in everybody["headline"][0].items() if count is None] == ["no_form", "died"]
    assert [one["headline"][0]["no_form"] for one in alone.values()] == [7, 7]
    assert [one["headline"][0]["no_form"] for one in sexes.values()] == [None, None]
    assert [one["headline"][0]["died"] for one in sexes.values()] == [None, None]
