"""Security headers of every response, set in one place, error pages included."""

from __future__ import annotations

from flask import Flask, Response, g, request

from lrrc_qol.charts.script import STYLE_HASHES

CHART_STYLES = "".join(f" '{digest}'" for digest in STYLE_HASHES)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{style}; img-src 'self'{image}; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; manifest-src 'self'"
)
PLAIN_POLICY = POLICY.format(style="", image="")
CHART_POLICY = POLICY.format(style=CHART_STYLES, image=" data: blob:")


def install_headers(app: Flask) -> None:
    """Add the headers to every response."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = CHART_POLICY if g.get("chart_page") else PLAIN_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers["X-Robots-Tag"] = "noindex, nofollow"
    headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint not in {"static", "assets.vendor", "assets.script"} or response.status_code >= 400:
        headers["Cache-Control"] = "no-store"
    return response
