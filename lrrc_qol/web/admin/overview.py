"""What runs and who has access at this centre."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.alerts import AlertRuleSet
from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.domain.instrument import Confidence, Instrument
from lrrc_qol.domain.schedule import Protocol
from lrrc_qol.persistence.queries.admin import read_centre, read_failed_messages, read_staff
from lrrc_qol.persistence.queries.jobs import read_jobs
from lrrc_qol.services.staff_accounts import set_active
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.guards import audience, current_actor, runtime


@dataclass(frozen=True, slots=True)
class InstrumentLine:
    """An installed questionnaire: how many figures it has, and how many of them nobody has verified."""

    instrument: Instrument
    languages: str
    figures: int
    provisional: int


@dataclass(frozen=True, slots=True)
class ProtocolLine:
    """The protocol that new patients of the centre run on, and its alert rules."""

    protocol: Protocol
    rules: AlertRuleSet
    provisional: int


@blueprint.get("/")
@audience.staff("administer")
def overview() -> ResponseReturnValue:
    """Contacts, staff, jobs, failed messages, definitions: each from the centre's own rows."""
    actor = current_actor()
    with runtime().reading(actor) as work:
        centre = read_centre(work.session, centre_id=actor.centre())
        return render_template(
            "admin/overview.html",
            active="admin.overview",
            centre=centre,
            staff=read_staff(work.session, centre_id=actor.centre()),
            jobs=read_jobs(work.session),
            failed=read_failed_messages(work.session, centre_id=actor.centre()),
            instruments=_instruments(work.catalogue),
            line=_protocol(work.catalogue, centre.protocol_id),
        )


@blueprint.post("/staff/<public_id>/disable")
@audience.staff("administer")
def disable(public_id: str) -> ResponseReturnValue:
    """Switch an account off; its sessions end with their next request."""
    return _switch(public_id, active=False)


@blueprint.post("/staff/<public_id>/enable")
@audience.staff("administer")
def enable(public_id: str) -> ResponseReturnValue:
    """Switch an account on again."""
    return _switch(public_id, active=True)


def _switch(public_id: str, *, active: bool) -> ResponseReturnValue:
    try:
        with runtime().writing(current_actor()) as work:
            set_active(work, public_id, active=active)
    except InvalidInput as refusal:
        flash(" ".join(refusal.fields.values()), "warning")
    else:
        flash("The account is switched on." if active else "The account is switched off and signed out.")
    return redirect(url_for("admin.overview"), 303)


def _instruments(catalogue: Catalogue) -> list[InstrumentLine]:
    return [
        InstrumentLine(
            instrument=one,
            languages=", ".join(sorted(key[2] for key in catalogue.wordings if key[:2] == (one.id, one.version))),
            figures=len(_confidences(one)),
            provisional=sum(confidence is not Confidence.VERIFIED for confidence in _confidences(one)),
        )
        for one in catalogue.instruments
    ]


def _confidences(instrument: Instrument) -> list[Confidence]:
    """How far each figure of the instrument is known; a difference for the worse may have a source of its own."""
    found = [scale.threshold.confidence for scale in instrument.scales if scale.threshold]
    for scale in instrument.scales:
        if scale.mid:
            found += [scale.mid.confidence, scale.mid.deterioration_confidence or scale.mid.confidence]
    return found


def _protocol(catalogue: Catalogue, protocol_id: str) -> ProtocolLine:
    protocol = catalogue.protocol(protocol_id)
    rules = catalogue.alert_rules(protocol.id, protocol.version)
    every = [rule.confidence for rule in rules.rules] + [rule.confidence for rule in rules.combined]
    return ProtocolLine(protocol, rules, sum(confidence is not Confidence.VERIFIED for confidence in every))
