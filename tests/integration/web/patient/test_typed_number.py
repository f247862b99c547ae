"""A question whose answer is a number that is typed: a field with its range, and the same promises as a tap."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.runtime import Runtime
from tests.integration.web.patient.visitor import Visitor, save_body
from tests.number_question import ITEM, PLACE, with_number
from tests.patient_links import check_in_link, stored


@pytest.fixture(scope="module")
def catalogue(catalogue: Catalogue) -> Catalogue:
    """The definitions with one typed number."""
    return with_number(catalogue)


def question(visitor: Visitor, runtime: Runtime) -> str:
    """The path of the question."""
    return f"{visitor.enter(check_in_link(runtime))}/item/{PLACE}"


def test_the_field_is_empty_and_says_its_range(client: FlaskClient, runtime: Runtime) -> None:
    page = client.get(question(Visitor(client), runtime)).text
    assert "A whole number from 0 to 100" in page
    assert "0 = worst" in page
    assert "100 = best" in page
    assert 'name="answer" value="" inputmode="numeric"' in page


@pytest.mark.parametrize(("typed", "value"), [("73", 73), ("0", 0), (" 100 ", 100), ("٧٣", 73), ("７３", 73)])
def test_a_number_is_saved_whatever_digits_it_is_typed_in(
    client: FlaskClient, runtime: Runtime, typed: str, value: int
) -> None:
    visitor = Visitor(client)
    path = question(visitor, runtime)
    assert visitor.answer(path, answer=typed).status_code == 303
    assert stored(runtime) == [(ITEM, "value", value)]
    assert f'value="{value}" inputmode' in client.get(path).text
    review = client.get(path.split("/item/")[0] + "/review").text
    assert f'<p class="given">{value}{" – " if value in (0, 100) else "</p>"}' in review


@pytest.mark.parametrize("typed", ["", "101", "-1", "7.5", "a lot", "9999999999"])
def test_what_is_no_number_of_the_range_is_asked_again(client: FlaskClient, runtime: Runtime, typed: str) -> None:
    visitor = Visitor(client)
    answer = visitor.answer(question(visitor, runtime), answer=typed)
    assert answer.status_code == 422
    assert "Please type a whole number from 0 to 100" in answer.text
    assert stored(runtime) == []


def test_it_can_be_left_out(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    path = question(visitor, runtime)
    visitor.answer(path, action="leave_out", answer="73")
    assert stored(runtime) == [(ITEM, "declined", None)]
    assert "You left this one out" in client.get(path).text


def test_a_page_with_javascript_saves_it_like_any_other(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = question(visitor, runtime).split("/item/")[0]
    csrf = visitor.csrf(form)
    refused = visitor.send(f"{form}/save", save_body({"item_id": ITEM, "value": 101}, key="too-much"), csrf=csrf)
    assert (refused.status_code, refused.json["error"]) == (422, "invalid")
    assert visitor.send(f"{form}/save", save_body({"item_id": ITEM, "value": 73}), csrf=csrf).status_code == 200
    assert stored(runtime) == [(ITEM, "value", 73)]
    assert 'data-value="73"' in client.get(form).text
