"""The save and submit requests are read strictly: nothing unknown, nothing oversized, no wrong type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.answer_form import AnswerInput, SaveRequest
from lrrc_qol.web.patient.save_request import MOST_ANSWERS, read_save, read_submit, small_int

GOOD = {"key": "a-good-key-1", "version": 0, "answers": [{"item_id": "q1", "value": 3, "age_seconds": 1.5}]}


def packed(**changes: Any) -> bytes:
    """The good request with changes."""
    return json.dumps(GOOD | changes).encode()


def with_answer(**changes: Any) -> bytes:
    """The good request with a changed answer."""
    return packed(answers=[GOOD["answers"][0] | changes])


def test_a_good_request_is_read() -> None:
    answer = AnswerInput(item_id="q1", value=3, declined=False, age_seconds=1.5)
    assert read_save(packed()) == SaveRequest(key="a-good-key-1", version=0, answers=(answer,))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"not json", "body"),
        (b"[]", "body"),
        (b"[" * 100_000, "body"),
        (b"\xff\xfe\x00", "body"),
        (packed(score=100), "score"),
        (json.dumps({"key": "a-good-key-1"}).encode(), "answers"),
        (packed(key="short"), "key"),
        (packed(key="k" * 65), "key"),
        (packed(key="with space in it"), "key"),
        (packed(key=12345678), "key"),
        (packed(version="0"), "version"),
        (packed(version=True), "version"),
        (packed(version=-1), "version"),
        (packed(version=10**12), "version"),
        (packed(answers=[]), "answers"),
        (packed(answers={}), "answers"),
        (packed(answers=["q1"]), "answers"),
        (packed(answers=GOOD["answers"] * (MOST_ANSWERS + 1)), "answers"),
        (with_answer(patient_id=1), "patient_id"),
        (with_answer(item_id=["q1"]), "item_id"),
        (with_answer(item_id="q1" * 40), "item_id"),
        (with_answer(value="3"), "q1"),
        (with_answer(value=3.0), "q1"),
        (with_answer(value=True), "q1"),
        (with_answer(value=10**12), "q1"),
        (with_answer(declined="yes"), "q1"),
        (with_answer(age_seconds=-1), "age_seconds"),
        (with_answer(age_seconds="1"), "age_seconds"),
        (with_answer(age_seconds=True), "age_seconds"),
        (packed().replace(b"1.5", b"NaN"), "age_seconds"),
        (packed().replace(b"1.5", b"Infinity"), "age_seconds"),
    ],
)
def test_a_wrong_request_names_its_fault(body: bytes, field: str) -> None:
    with pytest.raises(InvalidInput) as fault:
        read_save(body)
    assert field in fault.value.fields


def test_a_submit_takes_key_and_version_only() -> None:
    assert read_submit(b'{"key": "a-good-key-1", "version": 4}') == ("a-good-key-1", 4)
    with pytest.raises(InvalidInput, match="submitted_at"):
        read_submit(b'{"key": "a-good-key-1", "version": 4, "submitted_at": "2026-01-01"}')


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("-1", -1), ("", None), ("7.0", None), ("٧", None), ("9" * 10, None)]
)
def test_a_form_field_is_a_plain_number_or_nothing(text: str, number: int | None) -> None:
    assert small_int(text) == number
