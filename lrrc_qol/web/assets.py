"""Addresses of static files that change with their content, what phones load packed, the charts' library."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import cast

import brotli
from flask import Blueprint, Flask, Response, abort, current_app, render_template, request, url_for

from lrrc_qol.charts.script import plotly_script
from lrrc_qol.config import ROOT
from lrrc_qol.web.guards import audience, runtime
from lrrc_qol.web.languages import page_language, page_words, speak
from lrrc_qol.web.tight_script import tight_script

STATIC_DIR = ROOT / "lrrc_qol" / "static"
DIGEST_LENGTH = 16
# Written in parts, sent in one: a phone pays for each request.
PATIENT_SCRIPT = tuple(f"patient/{part}.js" for part in ("worker", "page", "kept", "copy", "questions", "player"))
# Not on the pages: the patients' script loads it where the device has a voice.
ALOUD_SCRIPT = ("patient/aloud.js",)
PATIENT_STYLE = "patient.css"
# What is the same on the form of every patient of a language: kept with the script, so that the page itself is small.
FRAME = "patient/form_frame.html"
SCRIPTS_KEY = "lrrc_qol.patient_scripts"
# The script is also the service worker of the form's pages, and of no others.
WORKER_SCOPE = "/form"
STYLE_SIGNS = re.compile(r"\s*([{};,>])\s*")
INDENT = re.compile(r"\s*\n\s*")
# In a string of a script a double quote costs a stroke more: values of one word stand without, others in single ones.
ONE_WORD = re.compile(r'="([\w-]+)"(?=[^<>]*>)')
QUOTED = re.compile(r"""="([^"'<>]*)"(?=[^<>]*>)""")
COMMENT_OPENINGS = ("//", "/*")
# The address names the content, so a browser never has to ask again.
IMMUTABLE = "public, max-age=31536000, immutable"

blueprint = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class PatientScripts:
    """What phones run, in one language: the script of the pages, the one that reads aloud, one digest for both."""

    page: str
    aloud: str
    digest: str


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


@blueprint.get(f"/static/{PATIENT_STYLE}")
@audience.public
def patient_style() -> Response:
    """The style sheet of the patient pages without indentation and lines of comment."""
    text = _tight_style("\n".join(_lines((PATIENT_STYLE,))))
    return _named_by_content(text, "text/css", _file_digest(*_changed(PATIENT_STYLE)))


@blueprint.get("/static/patient.<language>.js")
@audience.public
def patient_script(language: str) -> Response:
    """The script of the patient pages, which brings what is the same for all forms of a language."""
    scripts = _scripts(language)
    response = _named_by_content(scripts.page, "text/javascript", scripts.digest)
    response.headers["Service-Worker-Allowed"] = WORKER_SCOPE
    return response


@blueprint.get("/static/aloud.<language>.js")
@audience.public
def aloud_script(language: str) -> Response:
    """The script that reads a page aloud. Its address is that of the patients' script but for the name."""
    scripts = _scripts(language)
    return _named_by_content(scripts.aloud, "text/javascript", scripts.digest)


def install_assets(app: Flask) -> None:
    """Register the routes of scripts, the two address functions of the templates, and whole static files."""
    app.register_blueprint(blueprint)
    app.add_template_global(asset_url)
    app.add_template_global(plotly_url)
    app.add_template_global(patient_script_url)
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
    digest = _file_digest(*_changed(name))
    if name == PATIENT_STYLE:
        return url_for("assets.patient_style", v=digest)
    return url_for("static", filename=name, v=digest)


def patient_script_url() -> str:
    """Address of the script of the patient pages in the language of the page; changed code or words have a new one."""
    language = page_language()
    return url_for("assets.patient_script", language=language, v=_scripts(language).digest)


def plotly_url() -> str:
    """Address of the drawing library."""
    return url_for("assets.vendor", digest=_plotly_digest())


def _scripts(language: str) -> PatientScripts:
    """The patients' scripts in a language; made once for as long as their files stay as they are."""
    if language not in runtime().catalogue.messages:
        abort(404)
    kept: dict[object, PatientScripts] = current_app.extensions.setdefault(SCRIPTS_KEY, {})
    key = language, tuple(map(_changed, PATIENT_SCRIPT + ALOUD_SCRIPT))
    if key not in kept:
        frame, aloud = _words(language)
        page = _with_words("frame", frame, PATIENT_SCRIPT)
        reading = _with_words("aloud", aloud, ALOUD_SCRIPT)
        kept[key] = PatientScripts(page, reading, _digest((page + reading).encode()))
    return kept[key]


def _with_words(name: str, words: object, parts: Iterable[str]) -> str:
    """A script that finds its words in the constant of this name."""
    return tight_script(f"const {name} = {json.dumps(words, ensure_ascii=False)};\n" + "\n".join(_lines(parts)))


def _words(language: str) -> tuple[str, tuple[str, str]]:
    """The frame of a form as a page of nobody in particular would have it, not for whoever asks just now; and what the
    button says that reads aloud: before it was pressed, and while it reads."""
    with current_app.app_context(), current_app.test_request_context(base_url=runtime().settings.base_url):
        speak(language, draft=False)
        _ = page_words().gettext
        frame = QUOTED.sub(r"='\1'", ONE_WORD.sub(r"=\1", INDENT.sub("", render_template(FRAME))))
        return frame, (_("Read aloud"), _("Stop reading"))


def _named_by_content(text: str, mimetype: str, digest: str) -> Response:
    """To be kept for good only under the address that names this content: an older page may ask a newer site."""
    packing = next((name for name in ("br", "gzip") if request.accept_encodings[name] > 0), "")
    response = Response(_packed(text, packing), mimetype=mimetype)
    if packing:
        response.headers["Content-Encoding"] = packing
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = IMMUTABLE if request.args.get("v") == digest else "no-cache"
    return response


@lru_cache(maxsize=64)
def _packed(text: str, packing: str) -> bytes:
    """As small as it gets, which takes its time: once per process."""
    if packing == "br":
        return cast("bytes", brotli.compress(text.encode(), mode=brotli.MODE_TEXT, quality=11))
    return gzip.compress(text.encode(), compresslevel=9, mtime=0) if packing else text.encode()


def _changed(name: str) -> tuple[Path, int]:
    path = STATIC_DIR / name
    return path, path.stat().st_mtime_ns


def _lines(parts: Iterable[str]) -> list[str]:
    """The lines of these files without indentation and without lines of comment."""
    texts = ((STATIC_DIR / part).read_text(encoding="utf-8") for part in parts)
    lines = (line.strip() for text in texts for line in text.splitlines())
    return [line for line in lines if line and not line.startswith(COMMENT_OPENINGS)]


def _tight_style(text: str) -> str:
    """The style sheet without the spaces and signs that mean nothing in it."""
    return STYLE_SIGNS.sub(r"\1", text.replace(": ", ":")).replace(";}", "}")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGEST_LENGTH]


@cache
def _file_digest(path: Path, _changed_ns: int) -> str:
    return _digest(path.read_bytes())


@cache
def _plotly_digest() -> str:
    return _digest(plotly_script())


@cache
def _plotly_gzip() -> bytes:
    # Packed once per process: doing it for each browser would cost a third of a second every time.
    return gzip.compress(plotly_script(), compresslevel=9, mtime=0)
