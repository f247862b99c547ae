"""After sign-in nobody is led to another site."""

from __future__ import annotations

import pytest

from lrrc_qol.web.auth.local_path import local_path


@pytest.mark.parametrize("target", ["/staff/", "/staff/?kind=due&mine=1", "/staff/patients/a-b_c#curves", "/"])
def test_paths_of_this_site_are_kept(target: str) -> None:
    assert local_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "staff/",
        "//evil.example",
        "///evil.example",
        "////evil.example/%2f..",
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\n/evil.example",
        "/\x00/evil.example",
        "/\u2028/evil.example",
        "http://evil.example",
        "https://evil.example/staff/",
        "https:/evil.example",
        "https:evil.example",
        "HTTPS://evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        " //evil.example",
        " /staff/",
        "//evil.example@localhost",
        "//[::1",
        "http://localhost:8000/staff/",
    ],
)
def test_everything_else_is_dropped(target: str) -> None:
    assert local_path(target) is None
