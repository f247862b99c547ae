"""Who may do what: every route and method of the site, for every kind of visitor, against a table written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Flask
from werkzeug.test import TestResponse

from lrrc_qol.runtime import Runtime
from lrrc_qol.web.assets import plotly_url
from tests.integration.promises.doors import (
    DOORS,
    ENDINGS,
    FOREIGN,
    NOBODY,
    NURSE,
    PATIENT,
    ROLES,
    STAFF,
    Caller,
    Door,
    doors_for,
    make_callers,
)
from tests.integration.promises.world import PLACES

HOMES = {"researcher": "/staff/cohort", "admin": "/admin/", "foreign admin": "/admin/"}


def expected(door: Door, kind: str, *, read: bool) -> int:
    """What the table says about this visitor at this door."""
    if kind in door.allowed:
        return 404 if door.owned and kind in FOREIGN else door.status
    if door.allowed <= STAFF:
        if kind in STAFF:
            # The printed address leads every role to where it starts.
            return 302 if read and door.address == "/staff/" else 403
        return 302 if read else 401
    return 401


def deviations(caller: Caller, door: Door) -> Iterator[str]:
    """What is not as the table says, in words."""
    answer = caller.knock(door)
    wanted = expected(door, caller.kind, read=door.method == "GET")
    if answer.status_code != wanted:
        yield f"{caller.kind}: {door}: {answer.status_code} instead of {wanted}"
    leads_to = HOMES.get(caller.kind, "/login?next=") if door.address == "/staff/" else "/login?next="
    if wanted == 302 and door.method == "GET" and not answer.headers.get("Location", "").startswith(leads_to):
        yield f"{caller.kind}: {door}: leads to {answer.headers.get('Location')}"
    mine = caller.kind in {PATIENT, *ROLES} and caller.kind in door.allowed
    if not mine:
        told = answer.text + str(answer.headers)
        allowed = caller.record.questions if door.published else frozenset()
        yield from (
            f"{caller.kind}: {door}: tells {text!r}"
            for text in caller.record.canaries
            if text in told and text not in allowed
        )
    if wanted == 404 and neutral(answer) != neutral(caller.knock(door, absent=True)):
        yield f"{caller.kind}: {door}: another centre's object does not look like one that is not there"


def neutral(answer: TestResponse) -> tuple[int, str, list[str]]:
    """An answer without what differs each time."""
    return answer.status_code, re.sub(r"\b[0-9a-f]{8}\b", "", answer.text), sorted(answer.headers.keys())


def readings(caller: Caller, door: Door) -> Iterator[str]:
    """What asking for headers or methods opens that reading does not, in words."""
    wanted = expected(door, caller.kind, read=True)
    if door.method == "GET":
        head = caller.knock(door, method="HEAD")
        if (head.status_code, head.data) != (wanted, b""):
            yield f"{caller.kind}: HEAD {door.address}: {head.status_code} {head.data[:40]!r}"
    options = caller.knock(door, method="OPTIONS")
    if options.status_code != (200 if caller.kind in door.allowed else wanted):
        yield f"{caller.kind}: OPTIONS {door.address}: {options.status_code}"


def unknown_methods(caller: Caller, door: Door) -> Iterator[str]:
    """Any other method that is not refused, in words."""
    for method in ("PUT", "DELETE"):
        status = caller.knock(door, method=method).status_code
        if status != 405:
            yield f"{caller.kind}: {method} {door.address}: {status}"


def test_everybody_meets_exactly_what_the_table_says(app: Flask, runtime: Runtime) -> None:
    found: list[str] = []
    for caller in make_callers(app, runtime):
        doors = doors_for(caller.kind)
        found += [line for door in doors for line in readings(caller, door)]
        if caller.kind in {NOBODY, PATIENT, NURSE}:
            found += [line for door in doors for line in unknown_methods(caller, door)]
        found += [line for door in doors for line in deviations(caller, door)]
    assert found == []


def test_the_table_names_every_route_and_method(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    with app.test_request_context():
        places = dict.fromkeys(PLACES, "7") | {"drawing library": plotly_url()}
    known = set()
    for door in (*DOORS, *ENDINGS):
        rule, _ = adapter.match(door.address.format(**places), method=door.method, return_rule=True)
        known.add((door.method, rule.rule))
    served = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }
    assert (served - known, known - served) == (set(), set())
