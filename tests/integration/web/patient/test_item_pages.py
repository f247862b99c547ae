"""One question per page without JavaScript: save, leave out, advice, review, send, thanks."""

from __future__ import annotations

from flask.testing import FlaskClient

from lrrc_qol.runtime import Runtime
from tests.integration.web.patient.visitor import Visitor, hidden_fields, save_body
from tests.patient_links import baseline_link, check_in_link, stored, submitted


def test_an_answer_is_saved_and_the_next_question_comes(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = visitor.enter(baseline_link(runtime))
    answer = visitor.answer(f"{form}/item/1", answer=2)
    assert answer.headers["Location"] == f"{form}/item/2"
    assert stored(runtime) == [("q1", "value", 2)]
    assert 'value="2" checked' in client.get(f"{form}/item/1").text


def test_nothing_is_chosen_beforehand_and_nothing_chosen_is_a_message(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = visitor.enter(baseline_link(runtime))
    assert " checked" not in client.get(f"{form}/item/1").text
    answer = visitor.answer(f"{form}/item/1")
    assert answer.status_code == 422
    assert "Please choose an answer" in answer.text
    assert stored(runtime) == []


def test_leaving_out_is_stored_as_declined(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = visitor.enter(baseline_link(runtime))
    visitor.answer(f"{form}/item/1", action="leave_out")
    assert stored(runtime) == [("q1", "declined", None)]
    assert "You left this one out" in client.get(f"{form}/item/1").text


def test_the_link_resumes_at_the_first_open_question(client: FlaskClient, runtime: Runtime) -> None:
    token = baseline_link(runtime)
    visitor = Visitor(client)
    form = visitor.enter(token)
    visitor.answer(f"{form}/item/1", answer=2)
    visitor.answer(f"{form}/item/2", action="leave_out")
    other = Visitor(client.application.test_client())
    assert other.open_link(token).headers["Location"] == f"{form}/item/3"


def test_a_question_that_is_not_there_is_not_found(client: FlaskClient, runtime: Runtime) -> None:
    form = Visitor(client).enter(baseline_link(runtime))
    assert client.get(f"{form}/item/0").status_code == 404
    assert client.get(f"{form}/item/31").status_code == 404


def test_an_invented_code_is_refused(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = visitor.enter(baseline_link(runtime))
    assert visitor.answer(f"{form}/item/1", answer=9).status_code == 422
    assert stored(runtime) == []


def test_severe_pain_shows_what_to_do_before_the_next_question(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = visitor.enter(check_in_link(runtime))
    answer = visitor.answer(f"{form}/item/1", answer=9)
    assert answer.headers["Location"] == f"{form}/advice"
    page = client.get(f"{form}/advice").text
    assert 'href="tel:02079460111"' in page
    assert f'href="{form}/item/2"' in page


def test_what_cannot_wait_stands_above_the_review_and_the_thanks(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = visitor.enter(check_in_link(runtime))
    visitor.answer(f"{form}/item/1", answer=9)
    assert "Call now. Do not wait for us." in client.get(f"{form}/review").text
    client.post(f"{form}/submit", data=hidden_fields(client.get(f"{form}/review").text))
    thanks = client.get("/form/thanks").text
    assert thanks.index("Call now. Do not wait for us.") < thanks.index("Your answers have arrived")
    assert 'class="button danger" href="tel:02079460111"' in thanks


def test_amber_advice_does_not_look_like_red(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = visitor.enter(check_in_link(runtime))
    visitor.answer(f"{form}/item/1", answer=7)
    advice = client.get(f"{form}/advice").text
    assert '<section class="advice">' in advice
    assert "danger" not in advice
    client.post(f"{form}/submit", data=hidden_fields(client.get(f"{form}/review").text))
    assert 'class="advice' not in client.get("/form/thanks").text


def test_the_form_is_checked_changed_and_sent_once(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = visitor.enter(check_in_link(runtime))
    visitor.answer(f"{form}/item/1", answer=1)
    review = client.get(f"{form}/review").text
    assert review.index("Not answered yet") < review.index("Your answers")
    changed = visitor.answer(f"{form}/item/1?review=1", answer=2, review="1")
    assert changed.headers["Location"] == f"{form}/review"
    fields = hidden_fields(client.get(f"{form}/review").text)
    for _ in range(2):
        assert client.post(f"{form}/submit", data=fields).headers["Location"] == "/form/thanks"
    assert submitted(runtime) == 1
    thanks = client.get("/form/thanks").text
    assert "Your answers have arrived" in thanks
    assert "Monday to Friday, 08:00 to 16:00" in thanks
    assert client.get(f"{form}/item/1").headers["Location"] == "/form/thanks"


def test_an_empty_form_is_not_sent(client: FlaskClient, runtime: Runtime) -> None:
    form = Visitor(client).enter(check_in_link(runtime))
    answer = client.post(f"{form}/submit", data=hidden_fields(client.get(f"{form}/review").text))
    assert answer.status_code == 409
    assert "no answer to send" in answer.text


def test_a_change_on_another_device_stops_the_sending_of_an_old_page(client: FlaskClient, runtime: Runtime) -> None:
    token = check_in_link(runtime)
    visitor = Visitor(client)
    form = visitor.enter(token)
    visitor.answer(f"{form}/item/1", answer=1)
    old = hidden_fields(client.get(f"{form}/review").text)
    other = Visitor(client.application.test_client())
    other.enter(token)
    other.answer(f"{form}/item/1", answer=3)
    answer = client.post(f"{form}/submit", data=old)
    assert answer.status_code == 409
    assert "changed on another page or device" in answer.text
    assert submitted(runtime) == 0


def test_two_devices_on_one_question_are_told_which_answer_counts(client: FlaskClient, runtime: Runtime) -> None:
    token = baseline_link(runtime)
    visitor = Visitor(client)
    form = visitor.enter(token)
    old = hidden_fields(client.get(f"{form}/item/1").text)
    other = Visitor(client.application.test_client())
    other.enter(token)
    other.answer(f"{form}/item/1", answer=4)
    answer = client.post(f"{form}/item/1", data=old | {"action": "continue", "answer": "2"})
    assert answer.status_code == 409
    assert "two answers to this question" in answer.text
    assert stored(runtime) == [("q1", "value", 4), ("q1", "value", 2)]


def test_the_next_part_follows_on_the_thanks_page(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = visitor.enter(baseline_link(runtime))
    csrf = visitor.csrf(form)
    visitor.send(f"{form}/save", save_body({"item_id": "q1", "value": 2}), csrf=csrf)
    sent = visitor.send(f"{form}/submit", {"key": "submit-key", "version": 1}, csrf=csrf).json
    assert sent is not None
    thanks = client.get("/form/thanks").text
    assert "1 of 4 parts sent" in thanks
    assert "There are 3 more parts. Next: Your pain (about 1 minute)." in thanks
    assert "What happens next" not in thanks
    assert f'href="/form/{sent["next"]}"' in thanks
