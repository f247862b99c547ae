"""Length and commonness decide about a password, never its composition."""

from __future__ import annotations

import pytest

from lrrc_qol.services.password_policy import hash_password, password_fault, password_matches


@pytest.mark.parametrize(
    "password",
    [
        "lantern-otter-meadow",
        "all lower case words",
        "ALL UPPER CASE WORDS",
        "730184629573",
        "кошка идёт домой",
        "x" * 5 + "y7" * 3 + " and a long sentence that goes on past sixty-four characters, easily",
    ],
)
def test_long_and_uncommon_is_enough(password: str) -> None:
    assert password_fault(password) is None


@pytest.mark.parametrize("password", ["", "short", "eleven char"])
def test_short_ones_are_refused_with_the_number(password: str) -> None:
    assert "12 characters" in (password_fault(password) or "")


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2026!",
        "passwordpassword",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "qwertyuiopas",
        "abcdefghijkl",
        "123456789012",
        "210987654321",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "letmein!!!!!",
        "Hospital2026",
    ],
)
def test_the_commonest_are_refused(password: str) -> None:
    assert "attacker" in (password_fault(password) or "")


def test_the_address_is_no_password() -> None:
    assert password_fault("nora.whitfield", email="nora.whitfield@example.org") is not None
    assert password_fault("nora.whitfield@example.org", email="nora.whitfield@example.org") is not None
    assert password_fault("nora.whitfield rides a bike", email="nora.whitfield@example.org") is None


def test_only_the_right_password_matches_its_hash() -> None:
    stored = hash_password("lantern-otter-meadow")
    assert "lantern" not in stored
    assert password_matches(stored, "lantern-otter-meadow")
    assert not password_matches(stored, "lantern-otter-meadoW")
    assert not password_matches(None, "no account has this password")


def test_composed_and_decomposed_accents_are_one_password() -> None:
    assert password_matches(hash_password("café au lait, dix"), "cafe\u0301 au lait, dix")
