"""What runs and who has access at this centre."""

from __future__ import annotations

from collections.abc import Sequence
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
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import centre_protocol
from lrrc_qol.services.questionnaires import QuestionnaireLine, list_questionnaires
from lrrc_qol.services.rules_in_force import rules_in_force
from lrrc_qol.services.staff_accounts import set_active
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.guards import audience, current_actor, runtime


@dataclass(frozen=True, slots=True)
class Figures:
    """How many clinical figures the installed questionnaires have, and how many of them nobody has verified."""

    every: int
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
            asked=_asked(list_questionnaires(work)),
            figures=_figures(work.catalogue),
            line=_protocol(work),
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


def _asked(lines: Sequence[QuestionnaireLine]) -> dict[str, list[str]]:
    """The questionnaires that the centre wants to ask, by whether something is missing for that."""
    wanted = [line for line in lines if line.asked_at]
    return {
        "complete": [line.instrument.short_title for line in wanted if not line.obstacles],
        "lacking": [line.instrument.short_title for line in wanted if line.obstacles],
    }


def _figures(catalogue: Catalogue) -> Figures:
    every = [confidence for one in catalogue.instruments for confidence in _confidences(one)]
    return Figures(len(every), sum(confidence is not Confidence.VERIFIED for confidence in every))


def _confidences(instrument: Instrument) -> list[Confidence]:
    """How far each figure of the instrument is known; a difference for the worse may have a source of its own."""
    found = [scale.threshold.confidence for scale in instrument.scales if scale.threshold]
    for scale in instrument.scales:
        if scale.mid:
            found += [scale.mid.confidence, scale.mid.deterioration_confidence or scale.mid.confidence]
    return found


def _protocol(work: Work) -> ProtocolLine:
    protocol = centre_protocol(work)
    rules = rules_in_force(work, work.actor.centre(), (protocol.id, protocol.version))
    return ProtocolLine(protocol, rules, sum(rule.confidence is not Confidence.VERIFIED for rule in rules.every))
