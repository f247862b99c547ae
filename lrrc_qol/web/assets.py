"""Addresses of static files that change with their content, what phones load packed, the charts' library."""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, url_for

from lrrc_qol.charts.script import plotly_script
from lrrc_qol.config import ROOT
from lrrc_qol.web.guards import audience

STATIC_DIR = ROOT / "lrrc_qol" / "static"
DIGEST_LENGTH = 16
# Written in parts, sent in one: a phone pays for each request.
PACKED = {
    "patient.js": tuple(f"patient/{part}.js" for part in ("worker", "page", "kept", "copy", "questions", "player")),
    "patient.css": ("patient.css",),
}
MIMETYPES = {".js": "text/javascript", ".css": "text/css"}
# The script is also the service worker of the form's pages, and of no others.
WORKER_SCOPE = "/form"
SIGNS = re.compile(
    r"""(?P<kept>"(?:\\.|[^"\\])*"|'[^']*'|(?<=[( ])/(?![ /*])(?:\\.|\[[^\]]*]|[^/\\])+/)"""
    r"""| ?(?P<sign>[=<>?:{},;&|()\[\]+*!-]+) ?"""
)
# A line may go on in the next one after these; only after a bracket that closes may the break be what ends a command.
NEEDLESS_BREAK = re.compile(r"([;{,(])\n")
COMMENT_OPENINGS = ("//", "/*")
# The address names the content, so a browser never has to ask again.
IMMUTABLE = "public, max-age=31536000, immutable"

blueprint = Blueprint("assets", __name__)


@blueprint.get("/static/vendor/plotly-<digest>.js")
@audience.public
def vendor(digest: str) -> Response:
    """The drawing library; only the address of the installed version exists."""
    if digest != _plotly_digest():
        abort(404)
    zipped = request.accept_encodings["gzip"] > 0
    response = Response(_plotly_gzip() if zipped else plotly_script(), mimetype="text/javascript")
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = IMMUTABLE
    response.vary.add("Accept-Encoding")
    return response


@blueprint.get(f"/static/<any({', '.join(map(repr, PACKED))}):name>")
@audience.public
def packed(name: str) -> Response:
    """The parts of a script or a style sheet as one file, without indentation and lines of comment."""
    lines = (line.strip() for path in _parts(name) for line in path.read_text(encoding="utf-8").splitlines())
    tight = _tight if name.endswith(".js") else _tight_style
    told = "\n".join(tight(line) for line in lines if line and not line.startswith(COMMENT_OPENINGS))
    response = Response(NEEDLESS_BREAK.sub(r"\1", told), mimetype=MIMETYPES[Path(name).suffix])
    response.headers["Cache-Control"] = IMMUTABLE
    if name.endswith(".js"):
        response.headers["Service-Worker-Allowed"] = WORKER_SCOPE
    return response


def install_assets(app: Flask) -> None:
    """Register the routes of scripts, the two address functions of the templates, and whole static files."""
    app.register_blueprint(blueprint)
    app.add_template_global(asset_url)
    app.add_template_global(plotly_url)
    app.after_request(_hold_whole)


def _hold_whole(response: Response) -> Response:
    """Read a static file as a whole: a streamed one would be packed by brotli only, and plain http offers just gzip."""
    if request.endpoint == "static" and response.status_code == 200 and request.method == "GET":
        response.direct_passthrough = False
        whole = response.get_data()
        response.close()
        response.set_data(whole)
    return response


def asset_url(name: str) -> str:
    """Address of a file of our own in the static folder; a changed file has a new address."""
    paths = _parts(name)
    digest = _digest(paths, tuple(path.stat().st_mtime_ns for path in paths))
    if name in PACKED:
        return url_for("assets.packed", name=name, v=digest)
    return url_for("static", filename=name, v=digest)


def plotly_url() -> str:
    """Address of the drawing library."""
    return url_for("assets.vendor", digest=_plotly_digest())


def _tight(line: str) -> str:
    """The line without the spaces around signs; what stands in quotes, or is a pattern, stays as it is."""
    return SIGNS.sub(lambda found: found["kept"] or found["sign"], line)


def _tight_style(line: str) -> str:
    """The same for a style sheet, where a space before a colon means something."""
    return line.replace(": ", ":").replace(" {", "{").replace(", ", ",")


def _parts(name: str) -> tuple[Path, ...]:
    return tuple(STATIC_DIR / part for part in PACKED.get(name, (name,)))


@cache
def _digest(paths: tuple[Path, ...], _changed_ns: tuple[int, ...]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:DIGEST_LENGTH]


@cache
def _plotly_digest() -> str:
    return hashlib.sha256(plotly_script()).hexdigest()[:DIGEST_LENGTH]


@cache
def _plotly_gzip() -> bytes:
    # Packed once per process: doing it for each browser would cost a third of a second every time.
    return gzip.compress(plotly_script(), compresslevel=9, mtime=0)
