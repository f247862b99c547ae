"""The token that stops mails names one patient and cannot be made by others."""

from __future__ import annotations

import pytest

from lrrc_qol.mail.unsubscribe import make_token, read_token


def test_a_token_names_its_patient() -> None:
    assert read_token("secret", make_token("secret", "p-1_x")) == "p-1_x"


@pytest.mark.parametrize(
    "token", ["", "p-1", "p-1.", ".", make_token("other", "p-1"), make_token("secret", "p-1") + "x"]
)
def test_any_other_token_names_nobody(token: str) -> None:
    assert read_token("secret", token) is None


def test_a_token_cannot_be_moved_to_another_patient() -> None:
    mac = make_token("secret", "p-1").rpartition(".")[2]
    assert read_token("secret", f"p-2.{mac}") is None
