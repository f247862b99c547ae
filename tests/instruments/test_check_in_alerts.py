"""Each answer of the check-in raises what its code was made for, and no answer falls between the rules."""

from __future__ import annotations

import re

import pytest

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.config import INSTRUMENTS_DIR
from lrrc_qol.domain.alerts import AlertLevel, RuleKind
from tests.shipped import shipped_catalogue

DEFINITION = INSTRUMENTS_DIR / "pe_checkin" / "1.0" / "instrument.toml"
BLOCK = re.compile(r'^id = "(\w+)"\n.*?^codes = \[\n(.*?)^\]', flags=re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^  (\d+), # .*\b(red|amber|yellow|info|none)\b", flags=re.MULTILINE)


def made_for() -> list[tuple[str, int, str]]:
    """Item, code and level as the comments in the definition say."""
    text = DEFINITION.read_text(encoding="utf-8")
    found = []
    for table in text.split("[[items]]")[1:]:
        if match := BLOCK.search(table):
            found += [(match[1], int(code), level) for code, level in CODE.findall(match[2])]
    return found


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return shipped_catalogue()


@pytest.mark.parametrize(("item", "code", "level"), made_for())
def test_an_answer_raises_the_level_it_was_made_for(catalogue: Catalogue, item: str, code: int, level: str) -> None:
    levels = [
        rule.level
        for rule in catalogue.alert_rules("pe12").rules
        if rule.kind is RuleKind.IN and code in rule.values and item in rule.watched.get("pe_checkin", ())
    ]
    highest = max(levels, key=lambda one: one.rank, default=None)
    assert highest == (None if level == "none" else AlertLevel(level))


def test_the_comments_cover_the_choices() -> None:
    assert len(made_for()) > 40
