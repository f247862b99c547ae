"""Save answers as they are given: append a version, keep both of two devices, raise alerts, then acknowledge."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from lrrc_qol.domain.applicability import possible_items
from lrrc_qol.persistence.models import Answer, Response
from lrrc_qol.services.answer_form.rows import (
    Form,
    add_answers,
    as_told,
    asked_values,
    body_hash,
    find_request,
    keep_request,
    lock_form,
    start_response,
)
from lrrc_qol.services.answer_form.submit import after_sending
from lrrc_qol.services.answers import as_values, current_answers
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import Seat
from lrrc_qol.services.raise_alerts import instruction_for, raise_alerts

# An answer may wait on a phone without reception; older claims are taken as a wrong clock.
LONGEST_WAIT = timedelta(days=7)
KEY_LIMIT = 64


@dataclass(frozen=True, slots=True)
class AnswerInput:
    """One answer as sent: a code, or declined. `age_seconds` is how long ago it was given on the device."""

    item_id: str
    value: int | None
    declined: bool
    age_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SaveRequest:
    """One save: its idempotency key, the draft version and the words (`short_name`) that the page had, the answers."""

    key: str
    version: int
    answers: tuple[AnswerInput, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class SaveResult:
    """HTTP status and JSON body; the same for a replay of the same key."""

    status: int
    body: dict[str, Any]


def save_answers(work: Work, seat: Seat, assignment_public_id: str, request: SaveRequest) -> SaveResult:
    """Store the answers of one request and evaluate the alert rules in the same transaction.

    200 saved; 409 `conflict` when another device answered the same item since the named version (both versions are
    kept, the newest given is current); 409 `submitted` when the form is frozen; 422 `invalid` or `key_reused`.
    """
    form = lock_form(work, seat, assignment_public_id)
    digest = body_hash(_identity(request))
    earlier = find_request(work, form, request.key)
    if earlier is not None:
        if earlier.body_hash != digest:
            return SaveResult(422, {"error": "key_reused", "saved": False})
        return SaveResult(earlier.status, dict(earlier.result))
    if form.submitted:
        return SaveResult(409, {"error": "submitted", "saved": False, **after_sending(work, seat)})
    faults = _faults(form, seat, request)
    if faults:
        return SaveResult(422, {"error": "invalid", "saved": False, "fields": faults})
    return _store(work, seat, form, request, digest)


def _identity(request: SaveRequest) -> dict[str, Any]:
    """What makes two requests the same: not how long the answer has waited, which grows with each try."""
    answers = [
        {name: value for name, value in asdict(answer).items() if name != "age_seconds"} for answer in request.answers
    ]
    return {"kind": "save", "version": request.version, "answers": answers}


def _faults(form: Form, seat: Seat, request: SaveRequest) -> dict[str, str]:
    faults: dict[str, str] = {}
    # A filter question may take away an item that another device still shows: its answer waits in the history.
    asked = {item.id: item for item in possible_items(form.instrument, seat.facts)}
    seen: set[str] = set()
    for answer in request.answers:
        item = asked.get(answer.item_id)
        if item is None:
            faults[answer.item_id[:64]] = "is not asked on this form"
        elif answer.item_id in seen:
            faults[answer.item_id] = "stands twice in one request"
        elif answer.declined == (answer.value is not None):
            faults[answer.item_id] = "needs either a value or declined"
        elif answer.value is not None and answer.value not in item.codes:
            faults[answer.item_id] = f"takes one of {', '.join(map(str, item.codes))}"
        seen.add(answer.item_id)
    if not 0 <= request.version <= form.version:
        faults["version"] = f"must be between 0 and {form.version}"
    return faults


def _store(work: Work, seat: Seat, form: Form, request: SaveRequest, digest: str) -> SaveResult:
    response = start_response(work, seat, form, words=request.words)
    seq = response.version + 1
    conflicts: dict[str, dict[str, Any]] = {}
    added: list[Answer] = []
    for answer in request.answers:
        row = _next_row(work, seat, response, answer, seq=seq)
        before = form.current.get(answer.item_id)
        if before is not None and _same(before, row) and row.given_at <= before.given_at:
            continue  # given again later it is the newer one, should a third device still hold another from in between
        if before is not None and _unseen(before, seat, request):
            conflicts[answer.item_id] = {"yours": _shown(row), "other": _shown(before)}
        elif before is not None:
            # The device saw the answer that it replaces, so its own clock must not make the new one the older.
            row.given_at = max(row.given_at, before.given_at + timedelta(microseconds=1))
        added.append(row)
    if added:
        add_answers(work, added)
        response.version = seq
        work.session.flush()
    current = current_answers([*form.current.values(), *added])
    for item_id, both in conflicts.items():
        both["current"] = _shown(current[item_id])
    told = as_told(seat, form.instrument, as_values(current))
    findings = raise_alerts(work, told, response, asked_values(told, form.instrument, as_values(current))[0])
    items = frozenset(answer.item_id for answer in request.answers)
    elsewhere = [name for name, row in form.current.items() if name not in items and _unseen(row, seat, request)]
    body: dict[str, Any] = {
        "saved": True,
        "version": response.version,
        "saved_at": work.now.isoformat(),
        "instruction": instruction_for(work, seat, findings, items),
        "changed_elsewhere": sorted(elsewhere),
    }
    if conflicts:
        body |= {"error": "conflict", "stored": True, "items": conflicts}
    status = 409 if conflicts else 200
    keep_request(work, form, key=request.key, digest=digest, status=status, result=body)
    return SaveResult(status, body)


def _next_row(work: Work, seat: Seat, response: Response, answer: AnswerInput, *, seq: int) -> Answer:
    return Answer(
        response_id=response.id,
        item_id=answer.item_id,
        kind="declined" if answer.declined else "value",
        value=answer.value,
        seq=seq,
        given_at=_given_at(work.now, answer.age_seconds),
        saved_at=work.now,
        session_id=seat.session_id,
        staff_id=seat.staff_id,
    )


def _unseen(row: Answer, seat: Seat, request: SaveRequest) -> bool:
    """Whether somebody else gave this answer since the version that the device saw; its own writes are no news."""
    return row.seq > request.version and row.session_id != seat.session_id


def _given_at(now: datetime, age_seconds: float) -> datetime:
    return now - min(max(timedelta(seconds=age_seconds), timedelta(0)), LONGEST_WAIT)


def _same(before: Answer, after: Answer) -> bool:
    return (before.kind, before.value) == (after.kind, after.value)


def _shown(answer: Answer) -> int | str:
    return answer.value if answer.value is not None else answer.kind
