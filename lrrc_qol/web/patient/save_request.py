"""Strict reading of the save and submit requests: known fields, known types, bounded sizes, nothing else."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Set
from typing import Any, TypeGuard

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.answer_form import AnswerInput, SaveRequest

LONGEST_BODY = 32 * 1024
MOST_ANSWERS = 60
LARGEST_NUMBER = 10**9
KEY_SHAPE = re.compile(r"[A-Za-z0-9_-]{8,64}")
WORDS_SHAPE = re.compile(r"(?:[0-9a-f]{16})?")
ITEM_SHAPE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def read_save(body: bytes) -> SaveRequest:
    """A save request; InvalidInput naming the field that is missing, unknown or of the wrong type or size."""
    data = _object(body, required={"key", "version", "answers"}, optional={"words"})
    answers = data["answers"]
    if not isinstance(answers, list) or not 1 <= len(answers) <= MOST_ANSWERS:
        raise InvalidInput({"answers": f"must be a list of 1 to {MOST_ANSWERS} answers"})
    return SaveRequest(
        key=_key(data["key"]),
        version=_version(data["version"]),
        answers=tuple(map(_answer, answers)),
        words=read_words(data.get("words", "")),
    )


def read_submit(body: bytes) -> tuple[str, int]:
    """Key and version of a submit request; InvalidInput as for a save."""
    data = _object(body, required={"key", "version"})
    return check_submit(data["key"], data["version"])


def check_submit(key: object, version: object) -> tuple[str, int]:
    """The two fields of a submit request, whichever way they came; InvalidInput naming the wrong one."""
    return _key(key), _version(version)


def known_words(text: str) -> str:
    """The name of the words from a form field; empty when it is none."""
    return text if WORDS_SHAPE.fullmatch(text) else ""


def read_words(value: object) -> str:
    """The name of the words that the page shows, empty when it does not say; InvalidInput for anything else."""
    if not isinstance(value, str) or not WORDS_SHAPE.fullmatch(value):
        raise InvalidInput({"words": "must be the name that the page came with"})
    return value


def small_int(text: str) -> int | None:
    """A whole number from a form field; None when it is not one or absurdly long."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None


def _object(body: bytes, *, required: set[str], optional: Set[str] = frozenset()) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidInput({"body": "must be JSON"}) from None
    if not isinstance(data, dict):
        raise InvalidInput({"body": "must be a JSON object"})
    _check_fields(data, required=required, optional=optional)
    return data


def _check_fields(data: dict[str, Any], *, required: set[str], optional: Set[str]) -> None:
    faults = {name: "is missing" for name in sorted(required - data.keys())}
    faults |= {name[:64]: "is not a known field" for name in sorted(data.keys() - required - optional)}
    if faults:
        raise InvalidInput(faults)


def _key(value: object) -> str:
    if not isinstance(value, str) or not KEY_SHAPE.fullmatch(value):
        raise InvalidInput({"key": "must be 8 to 64 letters, digits, hyphens or underscores"})
    return value


def _version(value: object) -> int:
    if not _whole(value) or not 0 <= value <= LARGEST_NUMBER:
        raise InvalidInput({"version": "must be a whole number, 0 or more"})
    return value


def _answer(value: object) -> AnswerInput:
    if not isinstance(value, dict):
        raise InvalidInput({"answers": "must be objects"})
    _check_fields(value, required={"item_id"}, optional={"value", "declined", "age_seconds"})
    item_id, code, declined = value["item_id"], value.get("value"), value.get("declined", False)
    if not isinstance(item_id, str) or not ITEM_SHAPE.fullmatch(item_id):
        raise InvalidInput({"item_id": "must be the id of an item"})
    if code is not None and (not _whole(code) or abs(code) > LARGEST_NUMBER):
        raise InvalidInput({item_id: "needs a whole number or null as value"})
    if not isinstance(declined, bool):
        raise InvalidInput({item_id: "needs true or false as declined"})
    return AnswerInput(item_id=item_id, value=code, declined=declined, age_seconds=_age(value.get("age_seconds", 0)))


def _age(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput({"age_seconds": "must be a number of seconds"})
    if not 0 <= value <= LARGEST_NUMBER or not math.isfinite(value):
        raise InvalidInput({"age_seconds": "must be 0 or more"})
    return float(value)


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
