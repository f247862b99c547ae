"""Security headers of every response, set in one place, error pages included."""

from __future__ import annotations

from flask import Flask, Response, g, request

from lrrc_qol.charts.script import STYLE_HASHES

CHART_STYLES = "".join(f" '{digest}'" for digest in STYLE_HASHES)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{style}; img-src 'self'{image}; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}; object-src 'none'{frame}"
)
PLAIN = {"style": "", "image": "", "framed_by": "'none'", "frame": ""}
PLAIN_POLICY = POLICY.format_map(PLAIN)
CHART_POLICY = POLICY.format_map(PLAIN | {"style": CHART_STYLES, "image": " data: blob:"})
# A page of ours that shows another one in a frame, and the page inside it.
FRAMING_POLICY = POLICY.format_map(PLAIN | {"frame": "; frame-src 'self'"})
FRAMED_POLICY = POLICY.format_map(PLAIN | {"framed_by": "'self'"})
# Files that are the same for everybody; each says itself for how long.
MAY_BE_KEPT = frozenset(
    {"static"} | {f"assets.{name}" for name in ("vendor", "patient_style", "patient_script", "aloud_script")}
)


def install_headers(app: Flask) -> None:
    """Add the headers to every response."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = CHART_POLICY if g.get("chart_page") else g.get("page_policy", PLAIN_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers["X-Robots-Tag"] = "noindex"
    headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint not in MAY_BE_KEPT or response.status_code >= 400:
        headers["Cache-Control"] = "no-store"
    return response
