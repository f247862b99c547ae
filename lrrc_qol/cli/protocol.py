"""`flask protocol`: look at a follow-up protocol on the calendar before a patient does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from lrrc_qol.catalogue.catalogue import load_catalogue
from lrrc_qol.cli.command_runtime import actor_of_centre, runtime_for_command
from lrrc_qol.config import INSTRUMENTS_DIR, PROTOCOLS_DIR
from lrrc_qol.domain.errors import DefinitionError, NotFound, UnknownProtocol
from lrrc_qol.domain.events import Stay
from lrrc_qol.domain.planning import plan_visits
from lrrc_qol.domain.schedule import (
    Anchors,
    PlannedVisit,
    Protocol,
    check_anchors,
    reminder_times,
)
from lrrc_qol.services.protocol_versions import beside_older, compare_calendars

_OPTIONS = {"enrolled_on": "--enrolled", "surgery_on": "--surgery", "discharged_on": "--discharge"}
_COLUMNS = ("key", "name", "opens", "due", "closes", "instruments", "first mail (local)", "first mail (UTC)")


class _Refused(click.ClickException):
    """Input that cannot be: one line, exit code 2."""

    exit_code = 2


@click.group("protocol")
def protocol() -> None:
    """Follow-up protocols: which form opens when."""


@protocol.command("preview")
@click.argument("wanted", metavar="PROTOCOL[@VERSION]")
@click.option("--centre", metavar="CODE", help="Also versions that this centre made, drafts too: needs the database.")
@click.option("--surgery", required=True, metavar="DATE", help="Day of the operation, YYYY-MM-DD.")
@click.option("--discharge", metavar="DATE", help="Day of going home; without it nothing that runs from it is shown.")
@click.option("--enrolled", metavar="DATE", help="Day of enrolment; by default early enough for every visit.")
@click.option("--timezone", default="UTC", show_default=True, metavar="TZ", help="Where the patient lives.")
@click.option(
    "--with", "facts", multiple=True, metavar="FACT", help="Also show visits that need this fact; repeatable."
)
@click.option(
    "--readmitted",
    "stays",
    multiple=True,
    metavar="DATE:DATE",
    help="A later stay in hospital, from the day of admission to the day of leaving; repeatable, in order.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def preview(  # noqa: PLR0913 - one parameter for each option
    wanted: str,
    centre: str | None,
    surgery: str,
    discharge: str | None,
    enrolled: str | None,
    timezone: str,
    facts: tuple[str, ...],
    stays: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print the calendar of PROTOCOL for an operation on a given day; without VERSION by the newest shipped one."""
    protocol_id, _, version = wanted.partition("@")
    if centre is not None and version:
        older, definition = _of_centre(centre, protocol_id, version)
    else:
        older = definition = _protocol(protocol_id, version or None)
    zone = _zone(timezone)
    anchors = replace(_anchors(definition, surgery, discharge, enrolled, facts), stays=_stays(stays, discharge))
    planned = plan_visits(definition, anchors, restart_after_days=_restart_after_days())
    rows = [_row(visit, definition, zone) for visit in planned]
    click.echo(json.dumps(_document(definition, anchors, zone, rows), indent=2) if as_json else _table(rows))
    if older.version != definition.version and not as_json:
        click.echo(_differences(older, definition, anchors))


def _differences(older: Protocol, newer: Protocol, anchors: Anchors) -> str:
    """One line for each visit that is not the same in the version that this one was made from."""
    rows = compare_calendars(older, newer, anchors, restart_after_days=_restart_after_days())
    lines = [
        f"  {row.shown.key}: {row.change.replace('_', ' ')}"
        + (f", before {row.before.opens_on} to {row.before.closes_on}" if row.before else "")
        for row in rows
        if row.change
    ]
    return "\n".join([f"Beside {older.version}:", *(lines or ["  nothing differs"])])


def _protocol(protocol_id: str, version: str | None) -> Protocol:
    try:
        return load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR).protocol(protocol_id, version)
    except (DefinitionError, UnknownProtocol) as error:
        raise _Refused(str(error)) from None


def _restart_after_days() -> int:
    return load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR).events.restart_after_days


def _stays(texts: tuple[str, ...], discharge: str | None) -> tuple[Stay, ...]:
    """The stays in hospital after the first; each begins when the one before has ended."""
    if texts and discharge is None:
        raise _Refused("--readmitted: a later stay needs --discharge, the day of going home before it")
    stays: list[Stay] = []
    home_on = _day("--discharge", discharge) if discharge is not None else date.min
    for text in texts:
        admitted, colon, left = text.partition(":")
        if not colon:
            raise _Refused(f"--readmitted: {text!r} is one day; write the day of admission and of leaving as DATE:DATE")
        stay = Stay(_day("--readmitted", admitted), left_on := _day("--readmitted", left))
        if not home_on <= stay.admitted_on <= left_on:
            raise _Refused(
                f"--readmitted: {text} must begin at home (from {home_on.isoformat()} on) and end after it began"
            )
        stays.append(stay)
        home_on = left_on
    return tuple(stays)


def _of_centre(code: str, protocol_id: str, version: str) -> tuple[Protocol, Protocol]:
    runtime = runtime_for_command()
    try:
        with runtime.reading(actor_of_centre(runtime, code)) as work:
            return beside_older(work, protocol_id, version)
    except NotFound:
        raise _Refused(f"{code} has no version {version} of {protocol_id}") from None
    finally:
        runtime.database.dispose()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _Refused(f"--timezone: {name!r} is no time zone; write it like Europe/London") from None


def _day(option: str, text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise _Refused(f"{option}: {text!r} is no day of the calendar; write it as YYYY-MM-DD") from None


def _anchors(
    protocol: Protocol, surgery: str, discharge: str | None, enrolled: str | None, facts: tuple[str, ...]
) -> Anchors:
    known = {fact for visit in protocol.visits for fact in visit.requires}
    for fact in facts:
        if fact not in known:
            raise _Refused(f"--with: no visit needs {fact!r}; known are {', '.join(sorted(known))}")
    surgery_on = _day("--surgery", surgery)
    anchors = Anchors(
        enrolled_on=_enrolled_on(protocol, surgery_on) if enrolled is None else _day("--enrolled", enrolled),
        planned_surgery_on=surgery_on,
        surgery_on=surgery_on,
        discharged_on=None if discharge is None else _day("--discharge", discharge),
        facts=frozenset(facts),
    )
    for field, message in check_anchors(anchors).items():
        raise _Refused(f"{_OPTIONS.get(field, '--surgery')}: {message}")
    return anchors


def _enrolled_on(protocol: Protocol, surgery_on: date) -> date:
    """The latest enrolment that leaves every window before the operation whole."""
    earliest = min(visit.open_offset for visit in protocol.visits)
    try:
        return surgery_on + timedelta(days=min(earliest, 0))
    except OverflowError:
        raise _Refused(f"--surgery: {surgery_on.isoformat()} is not a plausible date") from None


def _row(visit: PlannedVisit, protocol: Protocol, zone: ZoneInfo) -> dict[str, object]:
    times = reminder_times(visit, protocol.reminders, zone, not_before=None)
    first = times[0].send_at if times else None
    return {
        "key": visit.key,
        "kind": visit.kind.value,
        "name": visit.name,
        "opens_on": visit.opens_on.isoformat(),
        "due_on": visit.due_on.isoformat(),
        "closes_on": visit.closes_on.isoformat(),
        "instruments": list(visit.instruments),
        "first_reminder_local": None if first is None else first.astimezone(zone).isoformat(timespec="minutes"),
        "first_reminder_at": None if first is None else first.strftime("%Y-%m-%dT%H:%MZ"),
    }


def _document(protocol: Protocol, anchors: Anchors, zone: ZoneInfo, rows: list[dict[str, object]]) -> dict[str, object]:
    left_on = anchors.discharged_on
    return {
        "protocol": protocol.id,
        "version": protocol.version,
        "timezone": zone.key,
        "enrolled_on": anchors.enrolled_on.isoformat(),
        "surgery_on": None if anchors.surgery_on is None else anchors.surgery_on.isoformat(),
        "discharged_on": None if left_on is None else left_on.isoformat(),
        "visits": rows,
    }


def _table(rows: list[dict[str, object]]) -> str:
    lines = [_COLUMNS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _cells(row: dict[str, object]) -> tuple[str, ...]:
    names = ("key", "name", "opens_on", "due_on", "closes_on")
    instruments = row["instruments"]
    listed = ", ".join(map(str, instruments)) if isinstance(instruments, list) else ""
    local, utc = (str(row[name] or "-").replace("T", " ") for name in ("first_reminder_local", "first_reminder_at"))
    return (*(str(row[name]) for name in names), listed, local, utc)
