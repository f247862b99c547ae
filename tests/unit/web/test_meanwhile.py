"""Three values of a field: the one seen, the one stored by now, the one typed."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, StringField

from lrrc_qol.web.meanwhile import seen_before, seen_now, take_over
from lrrc_qol.web.staff_form import StaffForm


class Form(StaffForm):
    word = StringField("Word")
    choice = RadioField("Choice", choices=[("a", "First"), ("b", "Second")])


@pytest.mark.parametrize(
    ("seen", "stored", "typed", "kept", "told"),
    [
        ("x", "x", "z", "z", None),
        ("x", "y", "x", "y", ("x", "y", None)),
        ("x", "y", "z", "z", ("x", "y", "z")),
        ("x", "y", "y", "y", ("x", "y", None)),
        ("", "y", "", "y", ("nothing", "y", None)),
        ("x", "", "z", "z", ("x", "nothing", "z")),
    ],
)
def test_what_was_left_alone_follows_and_what_was_typed_stays(
    seen: str, stored: str, typed: str, kept: str, told: tuple[str, str, str | None] | None
) -> None:
    form = Form(MultiDict({"word": typed}))
    changes = take_over(form, stored=Form(None, data={"word": stored}), sent={"seen-word": seen})
    assert form.word.data == kept
    assert [(one.was, one.now, one.typed) for one in changes] == ([] if told is None else [told])


def test_a_choice_is_told_in_its_words() -> None:
    form = Form(MultiDict({"choice": "a"}))
    (change,) = take_over(form, stored=Form(None, data={"choice": "b"}), sent={"seen-choice": "a"})
    assert (change.field_id, change.label, change.was, change.now) == ("choice-0", "Choice", "First", "Second")
    assert form.choice.data == "b"


def test_a_page_shown_again_sends_what_it_was_sent() -> None:
    seen = seen_now(Form(None, data={"word": "x"}), version=3)
    assert seen == {"seen-word": "x", "seen-choice": "", "version": "3"}
    assert seen_before({"word": "typed", **seen}) == seen
