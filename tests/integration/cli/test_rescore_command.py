"""`flask rescore`: shows before it writes, keeps the old scores, can be repeated, interrupted, run beside patients."""

from __future__ import annotations

import csv
import importlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.cli import command_runtime
from lrrc_qol.cli.export import export
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.persistence.models import AuditEntry, CentreQuestionnaire, Response, ScoreRow
from lrrc_qol.runtime import Runtime, build_runtime
from lrrc_qol.services.answer_form import submit_response
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.rescore import Batch, Figures, ScoreChange
from tests.factories import Phone, answer, assignment, make_patient, make_staff, save, take_seat
from tests.filter_form import BOWEL, with_filter_form
from tests.shipped import shipped_catalogue

# The package re-exports the command under the module's name, so the module has to be asked for by its full name.
rescore_command = importlib.import_module("lrrc_qol.cli.rescore")

STRICTER = replace(
    BOWEL,
    scoring_version="2",
    scales=(replace(BOWEL.scales[0], parameters={"missing": "all"}), *BOWEL.scales[1:]),
)


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return shipped_catalogue()


@pytest.fixture(scope="module")
def catalogue(shipped: Catalogue) -> Catalogue:
    """What the forms are answered and first scored by."""
    return with_filter_form(shipped)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("LRRC_QOL_MODE", "test")
    monkeypatch.setenv("LRRC_QOL_DATABASE_URL", database_url)


@pytest.fixture
def defined_as(monkeypatch: pytest.MonkeyPatch, shipped: Catalogue) -> Callable[[Instrument], None]:
    """Let the command find another definition of the questionnaire than the one that was answered."""

    def define(instrument: Instrument) -> None:
        changed = with_filter_form(shipped, instrument)
        monkeypatch.setattr(
            command_runtime, "build_runtime", lambda settings: build_runtime(settings, catalogue=changed)
        )

    define(BOWEL)
    return define


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rescore_command.rescore_command, list(arguments))


def sent(runtime: Runtime, *, code: str = "NORTH", number: str = "H-1", **answers: int) -> Phone:
    """A patient who sent one form with these answers."""
    nurse = make_staff(runtime, code=code, email=f"{number.lower()}@{code.lower()}.example")
    phone = take_seat(runtime, make_patient(runtime, nurse, hospital_number=number))
    form = assignment(runtime, phone, BOWEL.id)
    save(runtime, phone, form, *(answer(item, value) for item, value in answers.items()), key="a")
    with runtime.writing(phone.actor) as work:
        assert submit_response(work, phone.seat, form, key="send", version=1).status == 200
    return phone


def rows(runtime: Runtime) -> list[tuple[int, str, int, float | None, str]]:
    """Form, scale, generation, value and version of every stored score."""
    with runtime.reading(COMMAND) as work:
        found = work.session.scalars(select(ScoreRow).order_by(ScoreRow.id))
        return [(row.response_id, row.scale_id, row.generation, row.value, row.scoring_version) for row in found]


def audited(runtime: Runtime) -> list[tuple[str, dict[str, Any]]]:
    with runtime.reading(COMMAND) as work:
        found = work.session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("rescored")))
        return [(entry.action, entry.detail) for entry in found]


def test_scores_as_they_would_be_computed_now_are_left_alone(
    runtime: Runtime, defined_as: Callable[[Instrument], None]
) -> None:
    sent(runtime, leaks=2, skin=3)
    before = rows(runtime)
    for arguments in ([], ["--apply"]):
        result = run(*arguments)
        assert result.exit_code == 0, result.output
        assert "1 form looked at; 0 differ, in 0 scores." in result.output
        assert "Nothing to do" in result.output
    assert rows(runtime) == before
    assert audited(runtime) == []


def test_differences_are_shown_and_nothing_is_written(
    runtime: Runtime, defined_as: Callable[[Instrument], None]
) -> None:
    sent(runtime, leaks=2)
    sent(runtime, number="H-2", leaks=2, skin=4)
    before = rows(runtime)
    defined_as(replace(STRICTER, scoring_version="1"))
    result = run()
    assert result.exit_code == 0, result.output
    assert "bowel_test 1.0, BOTHER: 1 of 2 forms differ" in result.output
    assert "     1  2, filled up" in result.output
    assert "no score (too_few_answered), not filled up" in result.output
    assert "DAY" not in result.output
    assert "Nothing was written" in result.output
    assert "Ada" not in result.output
    assert (rows(runtime), audited(runtime)) == (before, [])


def test_applying_adds_the_next_generation_and_keeps_the_old(
    runtime: Runtime, defined_as: Callable[[Instrument], None]
) -> None:
    sent(runtime, leaks=2)
    before = rows(runtime)
    defined_as(STRICTER)
    result = run("--apply")
    assert result.exit_code == 0, result.output
    assert "1 form scored anew. The old scores are kept." in result.output
    form = before[0][0]
    assert rows(runtime) == [
        *before,
        (form, "BOTHER", 2, None, "2"),
        (form, "CARE", 2, None, "2"),
        (form, "DAY", 2, None, "2"),
    ]
    assert audited(runtime) == [
        (
            "rescored_response",
            {
                "instrument": "bowel_test 1.0",
                "scoring_version": {"before": "1", "after": "2"},
                "generation": 2,
                "scales": ["BOTHER", "CARE", "DAY"],
            },
        ),
        ("rescored", {"instrument": None, "version": None, "forms": 1, "scores": 3}),
    ]
    assert "Nothing to do" in run("--apply").output
    assert len(rows(runtime)) == 6


def test_a_new_version_alone_is_a_difference(runtime: Runtime, defined_as: Callable[[Instrument], None]) -> None:
    sent(runtime, leaks=2, skin=2)
    defined_as(replace(BOWEL, scoring_version="2"))
    assert "2, version 1  2, version 2" in run().output


def test_a_scale_that_is_new_gets_its_first_score(runtime: Runtime, defined_as: Callable[[Instrument], None]) -> None:
    sent(runtime, leaks=2, skin=4)
    defined_as(replace(BOWEL, scales=(*BOWEL.scales, replace(BOWEL.scales[0], id="NEW", primary=False))))
    assert "bowel_test 1.0, NEW: 1 of 1 form differ" in run("--apply").output
    assert rows(runtime)[-1][1:4] == ("NEW", 2, 3.0)


def test_only_the_first_differences_are_listed(runtime: Runtime, defined_as: Callable[[Instrument], None]) -> None:
    for number in range(3):
        sent(runtime, number=f"H-{number}", leaks=2)
    defined_as(replace(STRICTER, scoring_version="1"))
    output = run("--show", "1").output
    assert "BOTHER: 3 of 3 forms differ" in output
    assert output.count("too_few_answered") == 1
    assert "  and 2 more" in output
    assert "form  stored" not in run("--show", "0").output


def test_the_run_can_be_limited_to_a_questionnaire_and_a_centre(
    runtime: Runtime, defined_as: Callable[[Instrument], None]
) -> None:
    sent(runtime, leaks=2)
    sent(runtime, code="SOUTH", number="H-2", leaks=2)
    defined_as(STRICTER)
    assert "0 forms looked at" in run("--instrument", "pain_nrs", "--apply").output
    assert "1 form scored anew" in run("--instrument", "bowel_test@1.0", "--centre", "SOUTH", "--apply").output
    with runtime.reading(COMMAND) as work:
        newest = dict(Counter(work.session.scalars(select(ScoreRow.generation))))
    assert newest == {1: 6, 2: 3}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--instrument", "nothing"], "There is no instrument nothing."),
        (["--instrument", "bowel_test@9.9"], "There is no instrument bowel_test@9.9."),
        (["--centre", "WEST"], "There is no centre 'WEST'."),
    ],
)
def test_what_does_not_exist_is_told(
    runtime: Runtime, defined_as: Callable[[Instrument], None], arguments: list[str], words: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert words in result.output


def test_a_form_whose_questionnaire_is_gone_is_left_and_named(
    runtime: Runtime, defined_as: Callable[[Instrument], None], monkeypatch: pytest.MonkeyPatch, shipped: Catalogue
) -> None:
    sent(runtime, leaks=2)
    monkeypatch.setattr(command_runtime, "build_runtime", lambda settings: build_runtime(settings, catalogue=shipped))
    result = run("--apply")
    assert "1 form of bowel_test 1.0 left as they are" in result.output
    assert len(rows(runtime)) == 3


def test_drafts_are_not_scored(runtime: Runtime, defined_as: Callable[[Instrument], None]) -> None:
    phone = take_seat(runtime, make_patient(runtime, make_staff(runtime)))
    save(runtime, phone, assignment(runtime, phone, BOWEL.id), answer("leaks", 2), key="a")
    assert "0 forms looked at" in run("--apply").output
    assert rows(runtime) == []


def test_an_interrupted_run_is_whole_so_far_and_the_next_one_goes_on(
    runtime: Runtime, defined_as: Callable[[Instrument], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        sent(runtime, number=f"H-{number}", leaks=2)
    defined_as(STRICTER)
    monkeypatch.setattr(rescore_command, "FORMS_PER_BATCH", 1)
    real, calls = rescore_command.rescore, []

    def interrupted(*arguments: Any, **named: Any) -> Batch:
        calls.append(named["after"])
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    monkeypatch.setattr(rescore_command, "rescore", interrupted)
    assert run("--apply").exit_code != 0
    assert Counter(generation for _, _, generation, _, _ in rows(runtime)) == {1: 9, 2: 6}
    assert audited(runtime)[-1][1]["forms"] == 2
    monkeypatch.setattr(rescore_command, "rescore", real)
    assert "1 form scored anew" in run("--apply").output
    assert Counter(generation for _, _, generation, _, _ in rows(runtime)) == {1: 9, 2: 9}


def test_two_runs_at_once_add_nothing_twice(
    runtime: Runtime, defined_as: Callable[[Instrument], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        sent(runtime, number=f"H-{number}", leaks=2)
    defined_as(STRICTER)
    both, write = Barrier(2), rescore_command._apply

    def together(*arguments: Any) -> None:
        both.wait(10)
        write(*arguments)

    monkeypatch.setattr(rescore_command, "_apply", together)
    with ThreadPoolExecutor(2) as pool:
        results = [one.result() for one in [pool.submit(run, "--apply") for _ in range(2)]]
    assert [result.exit_code for result in results] == [0, 0]
    assert Counter(generation for _, _, generation, _, _ in rows(runtime)) == {1: 12, 2: 12}


def test_a_run_beside_sending_forms_disturbs_neither(
    runtime: Runtime, defined_as: Callable[[Instrument], None]
) -> None:
    sent(runtime, number="H-0", leaks=2)
    waiting = []
    for number in range(1, 6):
        phone = take_seat(
            runtime,
            make_patient(runtime, make_staff(runtime, email=f"n{number}@north.example"), hospital_number=f"H-{number}"),
        )
        form = assignment(runtime, phone, BOWEL.id)
        save(runtime, phone, form, answer("leaks", 2), key="a")
        waiting.append((phone, form))
    defined_as(STRICTER)

    def send(phone: Phone, form: str) -> int:
        with runtime.writing(phone.actor) as work:
            return submit_response(work, phone.seat, form, key="send", version=1).status

    with ThreadPoolExecutor(3) as pool:
        rescoring = pool.submit(run, "--apply")
        assert [one.result() for one in [pool.submit(send, *pair) for pair in waiting]] == [200] * 5
        assert rescoring.result().exit_code == 0
    run("--apply")
    per_form = Counter((form, generation) for form, _, generation, _, _ in rows(runtime))
    assert set(per_form.values()) == {3}
    assert len(per_form) == 12


def test_another_value_set_is_a_difference(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, shipped: Catalogue, tmp_path: Path
) -> None:
    index = shipped.instrument("eq5d5l")
    scale = replace(index.scale("index"), items=("leaks", "skin", "care", "toilet", "numb"))
    with_index = replace(BOWEL, scales=(*BOWEL.scales, scale), tables=index.tables)
    first, second = "Germany", "Netherlands"  # full health is 1 in both: only the value set differs
    everything = tuple(replace(item, applies_if=(), codes=(1, 2, 3, 4, 5)) for item in with_index.items)
    changed = with_filter_form(shipped, replace(with_index, items=everything))
    phone = sent(replace(runtime, catalogue=changed), leaks=1, skin=1, care=1, toilet=1, numb=1)
    monkeypatch.setattr(command_runtime, "build_runtime", lambda settings: build_runtime(settings, catalogue=changed))
    for chosen in (first, second):
        with runtime.writing(COMMAND) as work:
            row = work.session.scalars(select(CentreQuestionnaire)).first() or CentreQuestionnaire(
                centre_id=phone.seat.centre_id, instrument_id=BOWEL.id, visit_kinds=["baseline"], changed_at=work.now
            )
            row.options = {"value_set": chosen}
            work.session.add(row)
        output = run("--apply").output
        assert f"value set {chosen}" in output
        assert "bowel_test 1.0, index: 1 of 1 form differ" in output
    assert f"value set {first}" in output
    with runtime.reading(COMMAND) as work:
        index_rows = work.session.scalars(select(ScoreRow).where(ScoreRow.scale_id == "index").order_by(ScoreRow.id))
        assert [row.inputs.get("value_set") for row in index_rows] == [None, first, second]
    CliRunner().invoke(export, ["scores", "--out", str(tmp_path)])
    with (tmp_path / "scores.csv").open(newline="", encoding="utf-8") as file:
        exported = {row["scale"]: (row["value_set"], row["band"]) for row in csv.DictReader(file)}
    assert exported == {"BOTHER": ("", ""), "CARE": ("", ""), "DAY": ("", ""), "index": (second, "")}


def test_what_is_remembered_does_not_grow_with_what_differs() -> None:
    figures = Figures(1.0, None, 1, 1, prorated=False, scoring_version="1", items=("q1",), label="", value_set="")
    found = rescore_command.Findings(show=2)
    for number in range(50):
        changes = tuple(ScoreChange(number, "x 1.0", scale, figures, figures) for scale in ("A", "B"))
        found.add(Batch(number, Counter({"x 1.0": 1}), Counter(), changes))
    assert {key: len(examples) for key, examples in found.examples.items()} == {("x 1.0", "A"): 2, ("x 1.0", "B"): 2}
    assert (found.forms, found.by_scale["x 1.0", "A"], found.looked_at["x 1.0"]) == (50, 50, 50)


def test_a_form_that_was_sent_stays_sent(runtime: Runtime, defined_as: Callable[[Instrument], None]) -> None:
    sent(runtime, leaks=2)
    with runtime.reading(COMMAND) as work:
        before = [(one.version, one.submitted_at, one.facts) for one in work.session.scalars(select(Response))]
    defined_as(STRICTER)
    run("--apply")
    with runtime.reading(COMMAND) as work:
        assert [(one.version, one.submitted_at, one.facts) for one in work.session.scalars(select(Response))] == before
