"""A filter question without JavaScript: the questions after it follow the answer, and no answer goes astray."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.runtime import Runtime
from tests.factories import make_link, make_patient, make_staff
from tests.filter_form import HAS_BAG, NO_BAG, with_filter_form
from tests.integration.web.patient.visitor import Visitor, hidden_fields
from tests.patient_links import stored, submitted
from tests.shipped import shipped_catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The shipped definitions with the invented questionnaire at every visit."""
    return with_filter_form(shipped_catalogue())


@pytest.fixture
def token(runtime: Runtime) -> str:
    """A link of a woman of whom the record knows that she has no bag."""
    return make_link(runtime, make_patient(runtime, make_staff(runtime), stoma=False))


def question(client: FlaskClient, path: str) -> str:
    found = re.search(r'<h1 class="question"[^>]*>([^<]+)</h1>', client.get(path).text)
    assert found is not None
    return found[1]


def test_the_next_questions_follow_the_answer(client: FlaskClient, token: str) -> None:
    visitor = Visitor(client)
    form = visitor.enter(token)
    assert question(client, f"{form}/item/2") == "How about leaks from below?"
    assert visitor.answer(f"{form}/item/1", answer=HAS_BAG).headers["Location"] == f"{form}/item/2"
    assert question(client, f"{form}/item/2") == "How about leaks around the bag?"
    assert question(client, f"{form}/item/4") == "How about care of the bag?"
    assert "Question 2 of 4" in client.get(f"{form}/item/2").text


def test_a_filter_changed_on_the_review_shows_what_is_now_open(
    client: FlaskClient, runtime: Runtime, token: str
) -> None:
    visitor = Visitor(client)
    form = visitor.enter(token)
    for number, value in ((1, NO_BAG), (2, 1), (3, 1), (4, 3)):
        visitor.answer(f"{form}/item/{number}", answer=value)
    assert "Not answered yet" not in client.get(f"{form}/review").text
    changed = visitor.answer(f"{form}/item/1?review=1", answer=HAS_BAG, review="1")
    assert changed.headers["Location"] == f"{form}/review"
    review = client.get(f"{form}/review").text
    assert review.index("Not answered yet") < review.index("care of the bag") < review.index("Your answers")
    assert "way to the toilet" not in review
    assert "leaks around the bag" in review
    client.post(f"{form}/submit", data=hidden_fields(review))
    assert submitted(runtime) == 1
    assert ("toilet", "value", 3) in stored(runtime)
    assert ("toilet", "not_applicable", None) in stored(runtime)


def test_an_answer_stays_with_its_question_when_another_device_moved_it(
    client: FlaskClient, runtime: Runtime, token: str
) -> None:
    visitor = Visitor(client)
    form = visitor.enter(token)
    fourth = hidden_fields(client.get(f"{form}/item/4").text)  # the way to the toilet
    other = Visitor(client.application.test_client())
    other.enter(token)
    other.answer(f"{form}/item/1", answer=HAS_BAG)
    done = client.post(f"{form}/item/4", data=fourth | {"action": "continue", "answer": "3"})
    assert done.headers["Location"] == f"{form}/item/2"  # it is not asked any more: on to what is open
    assert [row for row in stored(runtime) if row[0] in {"care", "toilet"}] == []


def test_an_answer_to_the_other_wording_is_not_taken_for_this_one(
    client: FlaskClient, runtime: Runtime, token: str
) -> None:
    visitor = Visitor(client)
    form = visitor.enter(token)
    second = hidden_fields(client.get(f"{form}/item/2").text)
    other = Visitor(client.application.test_client())
    other.enter(token)
    other.answer(f"{form}/item/1", answer=HAS_BAG)
    client.post(f"{form}/item/2", data=second | {"action": "continue", "answer": "3"})
    assert [row for row in stored(runtime) if row[0] == "leaks"] == []
