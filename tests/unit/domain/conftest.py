"""The shipped protocol, read once."""

from __future__ import annotations

import pytest

from lrrc_qol.catalogue.catalogue import Catalogue
from lrrc_qol.domain.alerts import AlertRuleSet
from lrrc_qol.domain.schedule import Protocol
from tests.shipped import shipped_catalogue


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    return shipped_catalogue()


@pytest.fixture(scope="session")
def pe12(shipped: Catalogue) -> Protocol:
    return shipped.protocol("pe12")


@pytest.fixture(scope="session")
def pe12_rules(shipped: Catalogue) -> AlertRuleSet:
    return shipped.alert_rules("pe12")
