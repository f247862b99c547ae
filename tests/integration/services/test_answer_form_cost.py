"""What a form costs the database: a few statements a save, whatever was answered or raised before."""

from __future__ import annotations

import pytest

from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import AnswerInput, open_form, submit_response
from tests.factories import Phone, answer, assignment, make_patient, make_staff, save, take_seat
from tests.statement_count import counted_statements

STATEMENTS_OF_A_SAVE = 9
STATEMENTS_OF_A_SUBMIT = 22  # five of them judge the scores, two are the locks of planning


@pytest.fixture
def phone(runtime: Runtime) -> Phone:
    """A patient's phone at the baseline visit."""
    return take_seat(runtime, make_patient(runtime, make_staff(runtime)))


def cost_of_save(runtime: Runtime, phone: Phone, form: str, given: AnswerInput, *, version: int) -> int:
    """The statements of one save that the service answers with 200."""
    with counted_statements(runtime) as statements:
        status, body = save(runtime, phone, form, given, key=f"save-{version}", version=version)
    assert status == 200, body
    return len(statements)


def test_every_save_costs_the_same_few_statements(runtime: Runtime, phone: Phone) -> None:
    form = assignment(runtime, phone, "qlq_c30")
    costs = [cost_of_save(runtime, phone, form, answer(f"q{number}", 1), version=number - 1) for number in range(1, 12)]
    assert len(set(costs[1:])) == 1
    assert costs[-1] <= STATEMENTS_OF_A_SAVE


def test_alerts_that_stand_are_looked_up_together(runtime: Runtime, phone: Phone) -> None:
    form = assignment(runtime, phone, "pain_nrs")
    quiet = max(cost_of_save(runtime, phone, form, answer("pain_now", value), version=value) for value in (0, 1))
    save(runtime, phone, form, answer("pain_worst", 10), answer("pain_average", 10), key="severe", version=2)
    assert cost_of_save(runtime, phone, form, answer("pain_now", 2), version=3) <= quiet + 1


def test_many_answers_and_scores_are_written_together(runtime: Runtime, phone: Phone) -> None:
    form = assignment(runtime, phone, "qlq_c30")
    with counted_statements(runtime) as saving:
        save(runtime, phone, form, *(answer(f"q{number}", 1) for number in range(1, 31)), key="all")
    with counted_statements(runtime) as sending, runtime.writing(phone.actor) as work:
        assert submit_response(work, phone.seat, form, key="send", version=1).status == 200
    assert len(saving) <= STATEMENTS_OF_A_SAVE + 1  # the first save makes the response
    assert len(sending) <= STATEMENTS_OF_A_SUBMIT


def test_opening_a_form_reads_the_visit_once(runtime: Runtime, phone: Phone) -> None:
    form = assignment(runtime, phone, "qlq_c30")
    save(runtime, phone, form, answer("q1", 1), key="one")
    with counted_statements(runtime) as statements, runtime.reading(phone.actor) as work:
        open_form(work, phone.seat, form)
    assert sum("BEGIN" not in statement for statement in statements) == 4  # visit, packs, answers, alert rules
