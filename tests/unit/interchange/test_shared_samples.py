"""Published FHIR files, read where they lie beside the repository; they are never copied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lrrc_qol.domain.instrument import Instrument, Item
from lrrc_qol.interchange import ImportRefused, Proposal, read_wording
from tests.shipped import shipped_catalogue
from tests.source_tree import ROOT
from tests.wording_sources import make_instrument, make_item

FOLDER = ROOT.parent / "shared" / "fhir-samples"
FILES = sorted(FOLDER.glob("*.json"))
ANSWER_LIST = "valueset-phq9-ll358-3-de-en.json"
LOINC = {
    **{"44250-9": "p1", "44255-8": "p2", "44259-0": "p3", "44254-1": "p4", "44251-7": "p5"},
    **{"44258-2": "p6", "44252-5": "p7", "44253-3": "p8", "44260-8": "p9"},
}
PHQ = make_instrument(*(make_item(f"p{number}", str(number), f"topic {number}") for number in range(1, 10)), id="phq9")
GAD = make_instrument(*(make_item(f"g{number}", str(number), f"topic {number}") for number in range(1, 8)), id="gad7")
WHOLE = [
    ("r4-phq9-loinc-ordinal.json", PHQ, "en", ()),
    ("r4-phq9-argonaut-contained-valueset.json", PHQ, "en", ()),
    ("r4-phq9-de-en-translations.json", PHQ, "de", (ANSWER_LIST,)),
    ("r4-phq9-de-en-translations.json", PHQ, "en", (ANSWER_LIST,)),
    ("r4-gad7-sdc-group-calculated.json", GAD, "en", (ANSWER_LIST,)),
]
NO_WEIGHT = "none of its {} options has a weight"
REDUCED = [
    ("r4-synthetic-contained-valueset-itemweight.json", ["link-1.1.1", "link-1.1.2"], (1, 10, 2, 20), ""),
    ("r5-synthetic-coding-optionsorstring.json", ["valueCoding-group3-item1"], (1, 2, 3), ""),
    (
        "r5-synthetic-coding-optionsorstring.json",
        ["valueCoding-group3-item2"],
        (1, 2, 3),
        "lets several answers be given",
    ),
    ("r4-synthetic-hostile-xhtml-options.json", ["valueString-group1-item1"], (0, 1, 2), NO_WEIGHT.format(3)),
    ("r4-synthetic-all-item-types.json", ["Item-attachment"], (0, 1), "the type attachment is not supported"),
    ("r4-synthetic-all-item-types.json", ["Item-rb"], (0, 1), "the answer list http://fhir.telstrahealth.com.au/tcm"),
    ("r4-synthetic-all-item-types.json", ["Item-rb-local"], (0, 1), NO_WEIGHT.format(2)),
    ("r4-mypain-groups-html-text.json", ["1.9", "1.10", "1.11"], tuple(range(6)), NO_WEIGHT.format(6)),
    ("r4-mypain-groups-html-text.json", ["6.10"], (0, 1), "the type text is not supported"),
]


def there(rows: list[tuple[str, ...]] | list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Only the cases whose file is there."""
    return [row for row in rows if (FOLDER / str(row[0])).is_file()]


def read(name: str, instrument: Instrument, language: str = "en", companions: tuple[str, ...] = ()) -> Proposal:
    beside = [(FOLDER / one).read_bytes() for one in companions]
    return read_wording("fhir", (FOLDER / name).read_bytes(), instrument, language, companions=beside, codes=LOINC)


def outcome(file: Path, instrument: Instrument) -> tuple[str, str]:
    """The sentence of a refusal, or all words that a patient would read; the other one is empty."""
    try:
        proposal = read(file.name, instrument)
    except ImportRefused as refusal:
        return str(refusal), ""
    words = [[one.text, one.help, *one.labels.values()] for one in proposal.items.values()]
    return "", json.dumps([proposal.title, proposal.recall, words])


def for_links(link_ids: list[str], codes: tuple[int, ...]) -> Instrument:
    items: list[Item] = [make_item(one, f"n{place}", codes=codes) for place, one in enumerate(link_ids)]
    return make_instrument(*items)


if FILES:

    @pytest.mark.parametrize(("name", "instrument", "language", "companions"), there(WHOLE))  # type: ignore[arg-type]
    def test_a_published_questionnaire_comes_in_whole(
        name: str, instrument: Instrument, language: str, companions: tuple[str, ...]
    ) -> None:
        proposal = read(name, instrument, language, companions)
        assert (proposal.missing, proposal.problems) == ((), ())
        assert set(proposal.items) == {item.id for item in instrument.items}
        assert all(set(one.labels) == {0, 1, 2, 3} for one in proposal.items.values())
        assert all(one.text for one in proposal.items.values())

    @pytest.mark.parametrize(("name", "stand_in", "language", "companions"), there(WHOLE))  # type: ignore[arg-type]
    def test_every_scored_question_of_the_shipped_definition_comes_in_whole(
        name: str, stand_in: Instrument, language: str, companions: tuple[str, ...]
    ) -> None:
        instrument = shipped_catalogue().instrument(stand_in.id)
        scored = {item_id for scale in instrument.scales for item_id in scale.items}
        proposal = read(name, instrument, language, companions)
        assert not scored & {*proposal.missing, *(key for problem in proposal.problems for key in problem.keys)}
        assert {one.how for one in proposal.matched if one.key in scored} <= {"code", "number"}
        assert all(problem.keys for problem in proposal.problems)

    @pytest.mark.parametrize("short", ["phq2", "phq4", "gad2"])
    @pytest.mark.parametrize("language", ["de", "en"])
    def test_a_longer_questionnaire_is_no_source_by_number(short: str, language: str) -> None:
        instrument = shipped_catalogue().instrument(short)
        raw, beside = ((FOLDER / name).read_bytes() for name in ("r4-phq9-de-en-translations.json", ANSWER_LIST))
        try:
            matched = read_wording("fhir", raw, instrument, language, companions=[beside]).matched
        except ImportRefused:
            matched = ()
        assert {one.how for one in matched} <= {"topic"}

    def test_both_languages_of_one_file_differ() -> None:
        german, english = (read("r4-phq9-de-en-translations.json", PHQ, one, (ANSWER_LIST,)) for one in ("de", "en"))
        assert all(german.items[key].text != english.items[key].text for key in german.items)
        assert german.recall.startswith("Wie oft")
        assert english.recall.startswith("Over the last two weeks")

    @pytest.mark.parametrize("language", ["fr", "de-AT"])
    def test_a_language_that_a_file_lacks_is_refused(language: str) -> None:
        with pytest.raises(ImportRefused, match=f"the file holds de, en, not {language}"):
            read("r4-phq9-de-en-translations.json", PHQ, language, (ANSWER_LIST,))

    @pytest.mark.parametrize(
        ("name", "instrument", "missing"),
        [
            ("r4-gad7-sdc-group-calculated.json", GAD, "http://loinc.org/vs/LL358-3"),
            ("r4-phq9-de-en-translations.json", PHQ, "mii-vs-pro-phq-9-answer-list-ll358-3"),
        ],
    )
    def test_a_list_that_a_file_does_not_hold_is_named(name: str, instrument: Instrument, missing: str) -> None:
        (problem,) = read(name, instrument).problems
        assert f"{missing} is not in the file" in problem.what
        assert problem.place.startswith("linkId ")

    @pytest.mark.parametrize(("name", "link_ids", "codes", "fault"), there(REDUCED))  # type: ignore[arg-type]
    def test_what_cannot_be_used_is_reduced_by_name(
        name: str, link_ids: list[str], codes: tuple[int, ...], fault: str
    ) -> None:
        proposal = read(name, for_links(link_ids, codes))
        assert [one.place for one in proposal.matched] == [f"linkId '{one}'" for one in link_ids]
        found = [one.what for one in proposal.problems]
        assert found[0].startswith(fault) if fault else found == []

    @pytest.mark.parametrize("instrument", [PHQ, GAD], ids=["phq9", "gad7"])
    @pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
    def test_every_file_is_read_without_markup_or_refused_by_an_element(file: Path, instrument: Instrument) -> None:
        refusal, words = outcome(file, instrument)
        assert words or "linkId '" in refusal or "resourceType: " in refusal
        assert "<" not in words
        assert "script" not in words

    def test_scripts_and_pictures_of_the_hostile_file_do_not_survive() -> None:
        proposal = read("r4-synthetic-hostile-xhtml-options.json", for_links(["valueString-group1-item1"], (0, 1, 2)))
        assert dict(proposal.items["valueString-group1-item1"].labels) == {}
        assert any(one.startswith("Formatting instructions were ignored: linkId") for one in proposal.notes)

    def test_dotted_names_keep_the_order_of_the_document() -> None:
        links = [f"1.{number}" for number in range(1, 16)]
        proposal = read("r4-mypain-groups-html-text.json", for_links(links, tuple(range(6))))
        assert [one.place for one in proposal.matched][8:10] == ["linkId '1.9'", "linkId '1.10'"]
        assert not any("order" in one.what for one in proposal.problems)
