"""Numbers as patients dial and type them."""

from __future__ import annotations

import pytest

from lrrc_qol.web.patient.plain_words import plain_digits, telephone_uri


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("999", "tel:999"),
        ("020 7946 0111", "tel:02079460111"),
        ("+44 (0)20 7946 0111", "tel:+442079460111"),
        ("+31 88-123.45.67", "tel:+31881234567"),
        ("(020) 7946 0111", "tel:02079460111"),
    ],
)
def test_a_number_is_dialled_without_what_only_people_read(written: str, dialled: str) -> None:
    assert telephone_uri(written) == dialled


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("1957", "1957"),
        ("١٩٥٧", "1957"),
        ("۱۹۵۷", "1957"),
        ("１９５７", "1957"),
        (" 19 57", "19 57"),
        ("x²", "x²"),
        ("", ""),
    ],
)
def test_digits_of_any_keyboard_are_read(typed: str, digits: str) -> None:
    assert plain_digits(typed) == digits
