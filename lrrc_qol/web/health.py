"""Liveness, readiness and metrics; nothing personal."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from lrrc_qol.jobs.periodic import TICK_JOBS
from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.persistence.queries.health import Health, read_health
from lrrc_qol.persistence.schema import schema_is_current
from lrrc_qol.web.guards import audience, runtime

TICK_LIMIT = timedelta(minutes=3)

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@audience.public
def healthz() -> ResponseReturnValue:
    """The process is up; touches no database."""
    return jsonify(status="up")


@blueprint.get("/readyz")
@audience.public
def readyz() -> ResponseReturnValue:
    """Database, migrations and the age of the last tick; 503 unless all are well."""
    try:
        health = _health()
        current = schema_is_current(runtime().database)
    except DatabaseBusy:
        return jsonify(status="not ready", database="no answer"), 503
    late = health.tick_age is None or health.tick_age > TICK_LIMIT
    body = {
        "status": "ready" if current and not late else "not ready",
        "database": "ok",
        "migrations": "current" if current else "pending or unknown",
        "last_tick_seconds": None if health.tick_age is None else int(health.tick_age.total_seconds()),
    }
    return jsonify(body), 200 if body["status"] == "ready" else 503


@blueprint.get("/metrics")
@audience.public
def metrics() -> ResponseReturnValue:
    """Counts for Prometheus: queue lengths, open alerts by level, age of the last tick."""
    health = _health()
    registry = CollectorRegistry()
    messages = Gauge("lrrc_qol_messages", "Outbox rows by status", ["status"], registry=registry)
    for status, count in health.messages.items():
        messages.labels(status=status).set(count)
    alerts = Gauge("lrrc_qol_open_alerts", "Open alerts by level", ["level"], registry=registry)
    for level, count in health.open_alerts.items():
        alerts.labels(level=level).set(count)
    tick = Gauge("lrrc_qol_last_tick_age_seconds", "Seconds since the last finished tick", registry=registry)
    tick.set(-1 if health.tick_age is None else health.tick_age.total_seconds())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _health() -> Health:
    with runtime().database.read() as session:
        return read_health(session, now=runtime().clock.now(), jobs=TICK_JOBS)
