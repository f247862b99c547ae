"""Which words a patient may be shown: own texts, stand-in topics only when allowed, never another language."""

from __future__ import annotations

import dataclasses

import pytest

from lrrc_qol.catalogue import Catalogue, load_catalogue
from lrrc_qol.config import INSTRUMENTS_DIR, PROTOCOLS_DIR
from lrrc_qol.domain.errors import UnknownInstrument, UnknownProtocol, WordingUnavailable
from tests.shipped import shipped_catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return shipped_catalogue()


def test_own_words_are_approved_and_complete(catalogue: Catalogue) -> None:
    wording = catalogue.wording("pe_checkin", "1.0", "en", allow_topics=False)
    assert wording.approved
    assert list(wording.items) == [item.id for item in catalogue.instrument("pe_checkin").items]
    assert list(wording.items["wound"].labels) == [0, 1, 2, 3, 4]
    assert list(wording.items["pain_now"].labels) == [0, 10]


def test_words_of_others_are_not_shown(catalogue: Catalogue) -> None:
    with pytest.raises(WordingUnavailable, match="qlq_c30"):
        catalogue.wording("qlq_c30", "3.0", "en", allow_topics=False)


def test_topics_stand_in_when_allowed_and_are_never_approved(catalogue: Catalogue) -> None:
    wording = catalogue.wording("qlq_c30", "3.0", "en", allow_topics=True)
    assert not wording.approved
    assert wording.items["q9"].text == "Pain"
    assert dict(wording.items["q9"].labels) == {1: "1 – lowest", 2: "2", 3: "3", 4: "4 – highest"}
    assert list(wording.items["q30"].labels) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("allow_topics", [True, False])
@pytest.mark.parametrize("instrument", ["pain_nrs", "qlq_c30"])
def test_no_language_falls_back_to_another(catalogue: Catalogue, instrument: str, *, allow_topics: bool) -> None:
    version = catalogue.instrument(instrument).version
    with pytest.raises(WordingUnavailable, match="'fr'"):
        catalogue.wording(instrument, version, "fr", allow_topics=allow_topics)


def test_an_own_instrument_never_shows_topics(catalogue: Catalogue) -> None:
    bare = dataclasses.replace(catalogue, wordings={})
    with pytest.raises(WordingUnavailable):
        bare.wording("pain_nrs", "1.0", "en", allow_topics=True)


def test_the_digest_says_exactly_what_was_seen(catalogue: Catalogue) -> None:
    digests = {catalogue.wording(one.id, one.version, "en", allow_topics=True).digest for one in catalogue.instruments}
    assert len(digests) == len(catalogue.instruments)
    again = load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR)
    assert digests == {again.wording(one.id, one.version, "en", allow_topics=True).digest for one in again.instruments}


def test_five_languages_are_complete_because_all_our_own_are(catalogue: Catalogue) -> None:
    assert catalogue.languages() == ("ar", "de", "en", "nl", "zh-Hans")


def test_a_language_that_one_own_instrument_lacks_is_not_offered(catalogue: Catalogue) -> None:
    wordings = {key: wording for key, wording in catalogue.wordings.items() if key != ("distress_nrs", "1.0", "nl")}
    assert dataclasses.replace(catalogue, wordings=wordings).languages() == ("ar", "de", "en", "zh-Hans")


@pytest.mark.parametrize("lacking", ["messages", "mail_languages"])
def test_a_language_without_pages_or_mails_is_not_offered(catalogue: Catalogue, lacking: str) -> None:
    rest = {
        "messages": {name: words for name, words in catalogue.messages.items() if name != "nl"},
        "mail_languages": catalogue.mail_languages - {"nl"},
    }
    assert dataclasses.replace(catalogue, **{lacking: rest[lacking]}).languages() == ("ar", "de", "en", "zh-Hans")


def test_the_latest_version_comes_unasked(catalogue: Catalogue) -> None:
    old = catalogue.instrument("pain_nrs")
    ninth, tenth = (dataclasses.replace(old, version=version) for version in ("1.9", "1.10"))
    more = dataclasses.replace(catalogue, instruments=(tenth, ninth, *catalogue.instruments))
    assert more.instrument("pain_nrs").version == "1.10"
    assert more.instrument("pain_nrs", "1.9") is ninth


@pytest.mark.parametrize(("name", "version"), [("nothing", None), ("pain_nrs", "9.9")])
def test_an_unknown_instrument_is_named_with_the_known_ones(
    catalogue: Catalogue, name: str, version: str | None
) -> None:
    with pytest.raises(UnknownInstrument, match=r"qlq_c30@3\.0"):
        catalogue.instrument(name, version)


@pytest.mark.parametrize(("name", "version"), [("nothing", None), ("pe12", "9.9")])
def test_an_unknown_protocol_is_named_with_the_known_ones(catalogue: Catalogue, name: str, version: str | None) -> None:
    with pytest.raises(UnknownProtocol, match="pe12@"):
        catalogue.protocol(name, version)


def test_a_protocol_comes_with_its_rules(catalogue: Catalogue) -> None:
    assert catalogue.protocol("pe12") in catalogue.protocols
    assert catalogue.alert_rules("pe12").rules
