"""The few routes that take a file may be sent more than the others, and only by those whom they are for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, current_app, request

from lrrc_qol.web.guards import audience_of, has_permission

View = TypeVar("View", bound=Callable[..., Any])


def takes_upload(limit: int) -> Callable[[View], View]:
    """Decorator: this view of staff takes bodies of up to `limit` bytes instead of the limit of the whole site."""

    def mark(view: View) -> View:
        view.__body_bytes__ = limit  # type: ignore[attr-defined] # a mark on the function is what the check reads
        return view

    return mark


def install_uploads(app: Flask) -> None:
    """Raise the limit where it is declared; to be called before anything that reads the body of a request."""
    app.before_request(_raise_limit)


def _raise_limit() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    limit = cast("int | None", getattr(view, "__body_bytes__", None))
    if view is None or limit is None:
        return
    # Asked before the body is read: a stranger's megabytes are refused like everywhere else.
    if has_permission((audience_of(view) or "").removeprefix("staff:")):
        request.max_content_length = limit
