"""Nobody's browser can be made to write by another site, and reading writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from lrrc_qol.runtime import Runtime
from tests.integration.promises.doors import (
    ADMIN,
    DOORS,
    ENDINGS,
    NOBODY,
    NURSE,
    PATIENT,
    RESEARCHER,
    Caller,
    Door,
    doors_for,
    make_callers,
)
from tests.integration.promises.snapshot import changes, snapshot

WRITES = tuple(door for door in (*DOORS, *ENDINGS) if door.method == "POST")
# A mail program and a mail server have no page of ours to take a token from; the latter signs what it says.
WITHOUT_PAGE = frozenset({"/u/{stop}", "/hooks/mail-events"})
FOREIGN = (
    {"Origin": "https://elsewhere.example"},
    {"Origin": "http://localhost.elsewhere.example"},
    {"Origin": "http://localhost:8001"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "SAME-ORIGIN, none"},
)
OWN = ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, {"Origin": "null", "Sec-Fetch-Site": "none"})


@pytest.fixture
def callers(app: Flask, runtime: Runtime) -> list[Caller]:
    """Those who between them may use every door that writes."""
    return make_callers(app, runtime, (NOBODY, PATIENT, NURSE, RESEARCHER, ADMIN))


def reachable(caller: Caller) -> list[Door]:
    """The writing doors that this visitor may use, so that nothing else refuses them."""
    return [door for door in WRITES if caller.kind in door.allowed]


def without_token(callers: list[Caller]) -> Iterator[str]:
    """Writes that were not refused although they carry no token, or that of another browser."""
    for caller, other in zip(callers, [*callers[1:], callers[0]], strict=True):
        for door in reachable(caller):
            if door.address in WITHOUT_PAGE:
                continue
            for token in ("", "x", caller.token[:-1], other.token):
                answer = replace(caller, token=token).knock(door)
                if answer.status_code != 400:
                    yield f"{caller.kind}: {door} with token {token[:8]!r}: {answer.status_code}"


def from_elsewhere(callers: list[Caller]) -> Iterator[str]:
    """Writes that were not refused although a browser says that another site sent them."""
    for caller in callers:
        for door in reachable(caller):
            for headers in FOREIGN:
                answer = caller.knock(door, headers=headers)
                if answer.status_code != 403:
                    yield f"{caller.kind}: {door} with {headers}: {answer.status_code}"


def test_a_write_needs_a_token_of_its_own_browser_and_comes_from_our_own_pages(
    callers: list[Caller], runtime: Runtime
) -> None:
    assert {str(door) for caller in callers for door in reachable(caller)} == {str(door) for door in WRITES}
    before = snapshot(runtime)
    assert [*without_token(callers), *from_elsewhere(callers)] == []
    assert changes(before, snapshot(runtime)) == []


def test_our_own_pages_are_not_refused(callers: list[Caller]) -> None:
    patient, door = callers[1], next(door for door in WRITES if door.address == "/form/call-me")
    assert [patient.knock(door, headers=headers).status_code for headers in OWN] == [303, 303]


def test_reading_writes_nothing_but_that_somebody_looked(callers: list[Caller], runtime: Runtime) -> None:
    before = snapshot(runtime)
    for caller in callers:
        for door in doors_for(caller.kind):
            for method in ("GET", "HEAD", "OPTIONS"):
                caller.knock(door, method=method)
    assert changes(before, snapshot(runtime), views=True) == []
