"""Files that cannot be used: one clear sentence each, and never another exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrrc_qol.domain.errors import LrrcQolError
from lrrc_qol.interchange import MAXIMUM_BYTES, ImportRefused, Proposal, csv_template, read_wording
from lrrc_qol.interchange.read import Kind
from tests.wording_sources import fixture, make_instrument, question, questionnaire

GARDEN = make_instrument()
COMPANION = fixture("valueset-translations.json")
FHIR_SEEDS = [fixture(f"r4-{name}.json") for name in ("ordinal", "contained-lists", "translations", "hostile")]
FHIR_SEEDS.append(fixture("r5-coding.json"))
REDCAP_SEEDS = [fixture("redcap-garden.csv"), fixture("redcap-qlq-c30-placeholder.csv")]
CSV_SEEDS = [csv_template(GARDEN).encode()]
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
KINDS: tuple[Kind, ...] = ("fhir", "redcap", "csv")


def outcome(kind: Kind, raw: bytes, **named: Any) -> Proposal | str:
    """The proposal, or the sentence by which the file was refused; any other exception passes through."""
    try:
        return read_wording(kind, raw, GARDEN, "en", **named)
    except ImportRefused as refusal:
        return str(refusal)


def is_proposal_or_sentence(found: Proposal | str) -> bool:
    return isinstance(found, Proposal) or (len(found) < 1000 and found.endswith((".", ")")))


def refused(raw: bytes) -> str:
    with pytest.raises(ImportRefused) as caught:
        read_wording("fhir", raw, GARDEN, "en")
    return str(caught.value)


def test_a_refusal_is_safe_to_show_to_staff() -> None:
    assert issubclass(ImportRefused, LrrcQolError)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"\x00" * 100,
        b"\xff\xfe{\x00}\x00",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04" + b"\x00" * 40,
        b"%PDF-1.7",
        b"{" * 100,
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"<html></html>",
        b'"' + b"a," * 1000,
        b"1" * 10_000,
        b"x" * (MAXIMUM_BYTES + 1),
    ],
    ids=lambda raw: repr(raw[:8]),
)
def test_rubbish_is_refused_in_every_format(kind: Kind, raw: bytes) -> None:
    found = outcome(kind, raw)
    assert isinstance(found, str)
    assert is_proposal_or_sentence(found)


def test_fifty_megabytes_are_refused_before_anything_reads_them() -> None:
    assert refused(b'{"resourceType":"Questionnaire"}' + b" " * (50 * 1024 * 1024)).startswith("The file has 50.0 MB")
    with pytest.raises(ImportRefused, match="The file has 50"):
        read_wording("fhir", FHIR_SEEDS[0], GARDEN, "en", companions=[b" " * (50 * 1024 * 1024)])


def test_too_many_companions_are_refused() -> None:
    with pytest.raises(ImportRefused, match="At most 10 companion files"):
        read_wording("fhir", FHIR_SEEDS[0], GARDEN, "en", companions=[COMPANION] * 11)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"resourceType": "Questionnaire",\n"item": [}', "The file is no valid JSON: line 2, column 10: "),
        (b"[" * 100_000, "The file is nested too deeply to be a questionnaire."),
        (b'{"a": 1, "a": 2}', "The key 'a' stands twice in one JSON object."),
        (b'{"a": NaN}', "The file holds NaN, which JSON does not know."),
        (b'{"a": ' + b"9" * 5000 + b"}", "The file holds a number that is too long."),
        (b"[]", "The file must hold one JSON object, a FHIR resource."),
        (
            b'{"resourceType": "Patient"}',
            "resourceType: the file must hold exactly one Questionnaire; it holds 0 (Patient)",
        ),
        (questionnaire(), "The file holds no question."),
        (questionnaire(question("w1"), question("w1")), "linkId 'w1' stands there twice."),
        (questionnaire(question("")), "Questionnaire: an item has no linkId."),
        (questionnaire(question("x" * 300)), "linkId 'xxx"),
        (questionnaire(question("w1", text=7)), "linkId 'w1': text must be a text."),
        (questionnaire(question("w1", answerOption={})), "linkId 'w1': answerOption must be a list of objects."),
        (
            questionnaire(question("w1", answerOption=[{"valueCoding": 1}])),
            "linkId 'w1': valueCoding must be an object.",
        ),
        (questionnaire(question("w1", extension=["x"])), "linkId 'w1': extension must be a list of objects."),
        (questionnaire(item={"linkId": "w1"}), "Questionnaire: item must be a list of objects."),
        (questionnaire(*(question(f"x{number}") for number in range(2001))), "The file has more than 2000 items"),
    ],
)
def test_a_questionnaire_of_the_wrong_shape_is_refused_by_its_element(raw: bytes, message: str) -> None:
    assert refused(raw).startswith(message)


def test_bottomless_groups_are_refused() -> None:
    inner = question("w1")
    for depth in range(13):
        inner = {"linkId": f"g{depth}", "type": "group", "item": [inner]}
    assert refused(questionnaire(inner)) == "linkId 'g1': groups are nested more than 12 deep. Flatten them."


def cut_and_changed(draw: st.DrawFn, raw: bytes) -> bytes:
    """`raw` with a few bytes replaced, and a piece taken out or doubled."""
    changed = bytearray(raw)
    for place, byte in draw(st.lists(st.tuples(st.integers(0, len(raw) - 1), st.integers(0, 255)), max_size=6)):
        changed[place] = byte
    start = draw(st.integers(0, len(raw) - 1))
    length = draw(st.integers(0, 40))
    piece = bytes(changed[start : start + length]) * draw(st.sampled_from([0, 1, 2]))
    return bytes(changed[:start]) + piece + bytes(changed[start + length :])


@FUZZ
@given(st.data())
@pytest.mark.parametrize(
    ("kind", "seeds"), [("fhir", FHIR_SEEDS), ("redcap", REDCAP_SEEDS), ("csv", CSV_SEEDS)], ids=KINDS
)
def test_changed_bytes_raise_nothing_but_refusals(kind: Kind, seeds: list[bytes], data: st.DataObject) -> None:
    raw = data.draw(st.composite(cut_and_changed)(data.draw(st.sampled_from(seeds))))
    assert is_proposal_or_sentence(outcome(kind, raw))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats()
    | st.sampled_from(["w1", "", "en", "choice", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every element below a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, one in inside for found in places(one, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of a JSON value with one element replaced."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@FUZZ
@given(st.data())
@pytest.mark.parametrize("as_companion", [False, True], ids=["questionnaire", "answer list"])
def test_elements_of_any_shape_raise_nothing_but_refusals(as_companion: bool, data: st.DataObject) -> None:
    seed = json.loads(COMPANION if as_companion else data.draw(st.sampled_from(FHIR_SEEDS)))
    path = data.draw(st.sampled_from(places(seed)))
    raw = json.dumps(replaced(seed, path, data.draw(JSON))).encode()
    if as_companion:
        found = outcome("fhir", fixture("r4-translations.json"), companions=[raw])
    else:
        found = outcome("fhir", raw, companions=[COMPANION])
    assert is_proposal_or_sentence(found)
