"""Whether a consent is there, what of it was refused, and when everybody is asked again."""

from __future__ import annotations

from datetime import date

import pytest

from lrrc_qol.domain.consent import (
    ConsentScope,
    ConsentStatus,
    GivenConsent,
    ScopeAct,
    TextVersion,
    consent_state,
    current_text,
    refuses,
)

FIRST = TextVersion("1", ("forms", "mail", "research"), date(2026, 1, 1), renew=False)
SECOND = TextVersion("2", ("forms", "mail"), date(2026, 6, 1), renew=True)
THIRD = TextVersion("3", ("forms", "mail"), date(2026, 9, 1), renew=False)
TEXTS = (THIRD, FIRST, SECOND)


def given(version: str, *scopes: str, on: date = date(2026, 2, 1)) -> GivenConsent:
    return GivenConsent(version, on, frozenset(scopes))


def test_nothing_recorded_is_no_refusal() -> None:
    state = consent_state([], TEXTS, date(2026, 12, 1))
    assert (state.status, state.given, state.refused, state.renew_to) == (ConsentStatus.NONE, None, (), None)


def test_the_consent_recorded_last_counts_also_when_its_day_is_earlier() -> None:
    rows = [given("1", "forms", "mail", "research"), given("1", "forms", on=date(2026, 1, 5))]
    assert consent_state(rows, TEXTS, date(2026, 3, 1)).refused == ("mail", "research")


@pytest.mark.parametrize(
    ("version", "today", "renew_to"),
    [
        ("1", date(2026, 5, 31), None),  # the day before the text that asks again takes effect
        ("1", date(2026, 6, 1), "2"),
        ("1", date(2026, 9, 1), "3"),  # asked because of 2, with the text of the day
        ("2", date(2026, 12, 1), None),  # 3 does not ask again
        ("3", date(2026, 12, 1), None),
    ],
)
def test_a_text_asks_again_from_its_first_day_on(version: str, today: date, renew_to: str | None) -> None:
    state = consent_state([given(version, "forms", "mail")], TEXTS, today)
    assert state.renew_to == renew_to
    assert state.status is (ConsentStatus.RENEW if renew_to else ConsentStatus.CURRENT)


def test_of_two_texts_from_one_day_the_one_added_last_is_in_effect() -> None:
    twin = TextVersion("1b", ("forms",), FIRST.effective_on, renew=True)
    assert current_text((FIRST, twin), FIRST.effective_on) == twin
    assert current_text((FIRST, twin), date(2025, 12, 31)) is None
    assert consent_state([given("1", "forms")], (FIRST, twin), FIRST.effective_on).renew_to == "1b"


def test_only_scopes_that_act_hold_something_back() -> None:
    scopes = (
        ConsentScope("mail", "Mail", "Mails.", ScopeAct.NO_MAIL),
        ConsentScope("research", "Research", "Research.", ScopeAct.NOT_EXPORTED),
        ConsentScope("audit", "Audit", "Audit.", ScopeAct.NOTHING),
    )
    assert refuses(("mail",), scopes, ScopeAct.NO_MAIL)
    assert not refuses(("research", "audit"), scopes, ScopeAct.NO_MAIL)
    assert refuses(("research",), scopes, ScopeAct.NOT_EXPORTED)
