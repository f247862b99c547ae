"""The door for reports about messages from a mail service or gateway; every request is signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, jsonify, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from lrrc_qol.domain.message_report import Report, ReportKind
from lrrc_qol.services.context import SYSTEM
from lrrc_qol.services.take_reports import take_reports
from lrrc_qol.web.guards import audience, runtime

SIGNATURE, TIME = "X-Signature", "X-Timestamp"
TOLERANCE = timedelta(minutes=5)
MOST_EVENTS = 100
LONGEST_FIELD = 200

blueprint = Blueprint("hooks", __name__)


@blueprint.post("/hooks/mail-events")
@audience.public
def mail_events() -> ResponseReturnValue:
    """Take in reports; 404 while no secret is set, 401 for a wrong signature, 400 for a body that is not as described.

    The answer counts the reports by kind, and those that were `repeated` or `unknown`; neither is a fault.
    """
    secret = runtime().settings.hook_secret
    if secret is None:
        abort(404)
    body = request.get_data()
    if not _signed(secret, body):
        abort(401)
    try:
        reports = _reports(json.loads(body))
    except (ValueError, KeyError, TypeError):
        abort(400)
    with runtime().writing(SYSTEM) as work:
        counts = take_reports(work, reports, source="hook")
    return jsonify(counts)


def _signed(secret: str, body: bytes) -> bool:
    """Whether the signature is ours and its time is near: an old request that somebody caught is worth nothing."""
    time = request.headers.get(TIME, "")
    if not (time.isascii() and time.isdigit()) or len(time) > len("9999999999"):
        return False
    if abs(runtime().clock.now().timestamp() - int(time)) > TOLERANCE.total_seconds():
        return False
    right = hmac.new(secret.encode(), f"{time}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right.encode(), request.headers.get(SIGNATURE, "").encode())


def _reports(document: Any) -> list[Report]:
    events = document["events"]
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise ValueError("events")
    return [_report(event) for event in events]


def _report(event: Any) -> Report:
    fields = [event["message_id"], event["kind"], event.get("code", ""), event["id"]]
    if not all(isinstance(field, str) and len(field) <= LONGEST_FIELD and "\0" not in field for field in fields):
        raise ValueError("event")
    message_id, kind, code, name = fields
    return Report(f"<{message_id.strip('<>')}>", ReportKind(kind), code, name)


@blueprint.record_once
def _exempt_from_csrf(state: BlueprintSetupState) -> None:
    # Its signature stands in for the token of a session.
    state.app.extensions["csrf"].exempt(mail_events)
