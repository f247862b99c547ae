"""Which of our languages serves a browser."""

from __future__ import annotations

import pytest

from lrrc_qol.web.languages import MOST_WISHES, preferred_language

KNOWN = ("ar", "de", "en", "nl", "zh-Hans")


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ([], "en"),
        (["nl"], "nl"),
        (["nl-BE", "fr"], "nl"),
        (["fr-FR", "ar-EG"], "ar"),
        (["de-AT"], "de"),
        (["gsw", "de-CH"], "de"),
        (["zh"], "zh-Hans"),
        (["zh-CN"], "zh-Hans"),
        (["zh-Hans-SG"], "zh-Hans"),
        (["zh-TW"], "en"),
        (["zh-Hant", "nl"], "nl"),
        (["en-US", "nl"], "en"),
        (["EN-gb"], "en"),
        (["*"], "en"),
        (["", "-", "x" * 500, "nl_NL", "../nl", "ar\n"], "en"),
    ],
)
def test_the_first_language_that_is_on_offer_is_taken(wishes: list[str], language: str) -> None:
    assert preferred_language(wishes, KNOWN) == language


def test_an_endless_list_is_not_read_to_its_end() -> None:
    assert preferred_language(["fr"] * MOST_WISHES + ["nl"], KNOWN) == "en"
