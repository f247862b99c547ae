"""Lists give way until the page holds them: in their order, only where it helps, never below their least."""

from __future__ import annotations

from lrrc_qol.web.staff.sheet_fit import LEAST, MOST, PAGE, Heights, room_for, taken


def heights(*, above: float = 4, said: float = 0, **lists: list[float]) -> Heights:
    return Heights(above, said, {kind: lists.get(kind, []) for kind in MOST})


def test_what_fits_is_shown_up_to_the_most() -> None:
    shown = room_for(heights(alerts=[1] * 2, events=[0.1] * 99))

    assert (shown["alerts"], shown["events"], shown["topics"]) == (2, MOST["events"], 0)


def test_contacts_give_way_before_alerts() -> None:
    shown = room_for(heights(above=PAGE - 10, alerts=[2] * 5, contacts=[3] * 5))

    assert (shown["alerts"], shown["contacts"]) == (5, 3)


def test_the_shorter_column_is_not_cut_in_vain() -> None:
    shown = room_for(heights(above=PAGE - 10, complications=[5] * 5, contacts=[1] * 4))

    assert (shown["complications"], shown["contacts"]) == (2, 4)


def test_the_least_is_shown_however_full_the_page() -> None:
    shown = room_for(Heights(PAGE * 2, 0, {kind: [3.0] * 99 for kind in MOST}))

    assert {kind: count for kind, count in shown.items() if count < LEAST[kind]} == {}


def test_a_text_takes_whole_lines() -> None:
    assert [taken(text, 10) for text in ("", "ten letter", "eleven lett")] == [0, 1, 2]
