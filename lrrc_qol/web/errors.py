"""One table from refusals to pages; every error has a reference that also stands in the log, and tells nothing else."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable

from flask import Flask, Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from lrrc_qol.domain.errors import AlreadySubmitted, LrrcQolError, NotAllowed, NotFound, StaleWrite
from lrrc_qol.faults import place_of
from lrrc_qol.persistence.db import DatabaseBusy

log = logging.getLogger(__name__)

PAGES = frozenset({400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 503})
REFUSALS: dict[type[Exception], int] = {
    NotFound: 404,
    NotAllowed: 403,
    StaleWrite: 409,
    AlreadySubmitted: 409,
    DatabaseBusy: 503,
}
RETRY_AFTER_SECONDS = "5"


def install_error_pages(app: Flask) -> None:
    """Answer every error with a page, or with JSON where JSON was sent."""
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(SecurityError, _untrusted_host)
    app.register_error_handler(HTTPException, _http)
    for kind in REFUSALS:
        app.register_error_handler(kind, _refusal)
    app.register_error_handler(LrrcQolError, _refusal)
    app.register_error_handler(Exception, _unexpected)


def _csrf(error: CSRFError) -> ResponseReturnValue:  # noqa: ARG001 - the reason is for nobody but an attacker
    return _answer(400, page="errors/csrf.html", code="csrf")


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    return _answer(
        status if status in PAGES else 400 if status < 500 else 500,
        allow=error.valid_methods if isinstance(error, MethodNotAllowed) else None,
    )


def _untrusted_host(error: SecurityError) -> ResponseReturnValue:  # noqa: ARG001 - the page is the same for all
    # No page: without a trusted host no address of ours can be built.
    return Response("This site is not known under this address.\n", status=400, mimetype="text/plain")


def _refusal(error: Exception) -> ResponseReturnValue:
    status = next((REFUSALS[kind] for kind in type(error).__mro__ if kind in REFUSALS), 400)
    return _answer(status)


def _unexpected(error: Exception) -> ResponseReturnValue:
    g.reference = secrets.token_hex(4)
    rule = request.url_rule.rule if request.url_rule else "no route"
    log.error("unexpected %s at %s on %s reference %s", type(error).__name__, place_of(error), rule, g.reference)
    return _answer(500)


def _answer(
    status: int, *, page: str | None = None, code: str | None = None, allow: Iterable[str] | None = None
) -> ResponseReturnValue:
    reference = g.get("reference") or secrets.token_hex(4)
    if status >= 500 and "reference" not in g:
        log.warning("status %s reference %s", status, reference)
    headers = {"Retry-After": RETRY_AFTER_SECONDS} if status in {429, 503} else {}
    if allow:
        headers["Allow"] = ", ".join(allow)
    if request.is_json or request.accept_mimetypes.best == "application/json":
        return jsonify(error=code or CODES.get(status, "error"), saved=False, reference=reference), status, headers
    # Not `render_template`: what that gives to every page asks the database, which may be what failed.
    template = current_app.jinja_env.get_template(page or f"errors/{status}.html")
    return template.render(reference=reference), status, headers


CODES = {
    400: "bad_request",
    401: "session_ended",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "wrong_content_type",
    429: "too_many_tries",
    500: "unexpected",
    503: "not_saved",
}
