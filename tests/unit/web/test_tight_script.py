"""A script made small stays the same program: names that meet stay apart, what ends a command stays."""

from __future__ import annotations

from lrrc_qol.web.tight_script import tight_script


def test_names_that_never_meet_share_a_short_one() -> None:
    text = "{ const first = 1; call(first); }\n{ const second = 2; call(second); }"
    assert tight_script(text) == "{const e=1;call(e)}\n{const e=2;call(e)}"


def test_a_name_inside_the_home_of_another_gets_its_own() -> None:
    text = "const outer = 1;\ncall(() => { const inner = 2; return inner + outer + outer; });"
    assert tight_script(text) == "const e=1;call(()=>{const t=2;return t+e+e});"


def test_what_others_gave_a_name_to_keeps_it() -> None:
    text = "const own = { width: e.width };\nconst { width } = own;\nshow(width);"
    assert tight_script(text) == "const t={width:e.width};const{width}=t;show(width);"
