"""The application factory: settings, runtime, blueprints, commands, headers; refuses to start half-configured."""

from __future__ import annotations

import os
from datetime import timedelta
from urllib.parse import urlsplit

import click
from flask import Flask
from flask_compress import Compress
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from lrrc_qol.cli import register_commands
from lrrc_qol.config import INSTANCE_DIR, ROOT, Settings, SettingsError, load_settings
from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.persistence.crypto import WrongFieldKey
from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.persistence.queries.admin import read_incomplete_centres
from lrrc_qol.persistence.schema import current_revision, newest_revision
from lrrc_qol.runtime import Runtime, build_runtime, check_field_key
from lrrc_qol.web import admin, assets, auth, errors, guards, headers, health, hooks, languages, patient, staff, uploads

MAXIMUM_BODY_BYTES = 64 * 1024
# Longest life of a signed-in staff session; its idle limit is kept by the server-side row.
STAFF_SESSION_HOURS = 8


class StartRefused(SystemExit):
    """The start was stopped with one line that says why."""


def create_app(settings: Settings | None = None, *, runtime: Runtime | None = None) -> Flask:
    """Build the site.

    Without arguments the settings come from the environment; a fault stops the start with one line. Inside a `flask`
    command other than `flask run` only routes and commands are built: a command that needs settings asks for them.
    """
    app = Flask(
        "lrrc_qol",
        template_folder="../templates",
        instance_path=str(INSTANCE_DIR),
        root_path=str(ROOT / "lrrc_qol"),
    )
    register_commands(app)
    if settings is None and runtime is None and _inside_a_command():
        _configure(app, load_settings({"LRRC_QOL_MODE": "test"}))
        return app
    runtime = runtime or _checked_runtime(settings or _settings_from_environment())
    app.extensions[guards.RUNTIME_KEY] = runtime
    _configure(app, runtime.settings)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=False,
        MAX_CONTENT_LENGTH=MAXIMUM_BODY_BYTES,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=STAFF_SESSION_HOURS),
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        TRUSTED_HOSTS=None if settings.open_doors else [str(urlsplit(settings.base_url).hostname)],
        WTF_CSRF_TIME_LIMIT=None,  # tied to the session: a form may stay open for hours without losing its answers
        WTF_CSRF_SSL_STRICT=False,  # pages send no referrer on purpose; the origin check of the guards stands in
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"],
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_MIN_SIZE=400,
        COMPRESS_LEVEL=9,
        COMPRESS_BR_LEVEL=7,  # a tenth less than the default for the same work; from 9 on it takes fifty times as long
    )
    if settings.trusted_proxies:
        # Address and scheme only: the host comes from the configuration, never from a header.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign] # the documented way to wrap the application
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies, x_host=0
        )
    uploads.install_uploads(app)  # before the CSRF check, which reads the form
    CSRFProtect(app)
    Compress(app)
    auth.install(app)
    guards.install_guards(app)
    headers.install_headers(app)
    errors.install_error_pages(app)
    assets.install_assets(app)
    languages.install_languages(app)
    for part in (health, hooks, patient, auth, staff, admin):
        app.register_blueprint(part.blueprint)
    guards.declare_static(app)
    guards.refuse_unmarked_routes(app)


def _checked_runtime(settings: Settings) -> Runtime:
    """Build the runtime; StartRefused with one line for a wrong definition or a database that does not fit."""
    try:
        runtime = build_runtime(settings)
    except DefinitionError as error:
        raise StartRefused(f"lrrc_qol does not start: {error}") from None
    try:
        _check_database(runtime)
    except StartRefused:
        runtime.database.dispose()
        raise
    return runtime


def _check_database(runtime: Runtime) -> None:
    """StartRefused unless the database answers, has the schema we know, opens with our key and names its centres."""
    try:
        revision = current_revision(runtime.database)
        if revision == newest_revision():
            check_field_key(runtime)
            _check_contacts(runtime)
            return
    except WrongFieldKey as error:
        raise StartRefused(f"lrrc_qol does not start: {error}") from None
    except DatabaseBusy as error:
        raise StartRefused(f"lrrc_qol does not start: the database does not answer ({error})") from None
    found = "is empty" if revision is None else f"is at revision {revision}"
    raise StartRefused(
        f"lrrc_qol does not start: the database {found}, this program needs {newest_revision()}. Run: flask db upgrade"
    )


def _check_contacts(runtime: Runtime) -> None:
    """Production serves no patient of a centre whose pages would lack a number to call."""
    if runtime.settings.open_doors:
        return
    with runtime.database.read() as session:
        lacking = read_incomplete_centres(session)
    if lacking:
        names = "; ".join(f"{centre.code}: {', '.join(centre.lacking)}" for centre in lacking)
        raise StartRefused(
            f"lrrc_qol does not start: centres lack what patients must see ({names}). Run: flask centres update"
        )


def _settings_from_environment() -> Settings:
    try:
        return load_settings(os.environ)
    except SettingsError as error:
        raise StartRefused(f"lrrc_qol does not start: {error}") from None


def _inside_a_command() -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and context.info_name != "run"
