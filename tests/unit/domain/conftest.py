"""The shipped protocol, read once."""

from __future__ import annotations

import pytest

from lrrc_qol.catalogue.catalogue import Catalogue, load_catalogue
from lrrc_qol.config import INSTRUMENTS_DIR, PROTOCOLS_DIR
from lrrc_qol.domain.alerts import AlertRuleSet
from lrrc_qol.domain.schedule import Protocol


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    return load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR)


@pytest.fixture(scope="session")
def pe12(shipped: Catalogue) -> Protocol:
    return shipped.protocol("pe12")


@pytest.fixture(scope="session")
def pe12_rules(shipped: Catalogue) -> AlertRuleSet:
    return shipped.alert_rules("pe12")
