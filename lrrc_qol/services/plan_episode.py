"""Bring an episode's visits into line with its plan and its dates; what was answered keeps its forms and a label."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import func, select

from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.domain.events import RecordedEvent, episode_facts
from lrrc_qol.domain.plan_changes import PlanPreview
from lrrc_qol.domain.schedule import Anchors, PlannedVisit, Protocol
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Centre, Episode, Message, Patient, Plan, Visit
from lrrc_qol.services.context import Work
from lrrc_qol.services.find_episode import events_of
from lrrc_qol.services.patient_facts import recorded_events
from lrrc_qol.services.plan_labels import draw, preview_of, set_window, store_labels
from lrrc_qol.services.protocols import protocol_at, protocol_for_new
from lrrc_qol.services.reminder_cursor import advance, arm, own_policy
from lrrc_qol.services.wordings import VisitToFill, asking_of, fill_visits, unopened


def protocol_of(work: Work, episode_id: int) -> Protocol:
    """The protocol version the episode's plan is frozen on."""
    plan = work.session.scalars(
        select(Plan).where(Plan.episode_id == episode_id).order_by(Plan.ordinal.desc()).limit(1)
    ).one()
    return protocol_at(work, plan.protocol_id, plan.protocol_version)


def start_plan(work: Work, episode: Episode, patient: Patient, *, reason: str | None = None) -> PlanPreview:
    """Freeze what the centre follows now as the plan of a new episode, and plan it.

    The caller called `hold_choices` first, as for `apply_plan`.
    """
    centre = work.session.get_one(Centre, episode.centre_id)
    protocol = protocol_for_new(work, centre)
    work.session.add(
        Plan(
            episode_id=episode.id,
            ordinal=1,
            protocol_id=protocol.id,
            protocol_version=protocol.version,
            frozen_at=work.now,
            reason=reason,
            made_by=work.actor.id if work.actor.kind == "staff" else None,
        )
    )
    work.session.flush()
    return apply_plan(work, episode, patient)


def anchors_of(work: Work, episode: Episode, *, events: Sequence[RecordedEvent] | None = None) -> Anchors:
    """The dates of an episode as the schedule needs them, and what its events say (`events` in place of the stored)."""
    told = recorded_events(events_of(work, episode.id)) if events is None else events
    facts = episode_facts(told, work.catalogue.events)
    return Anchors(
        enrolled_on=episode.enrolled_on,
        planned_surgery_on=episode.planned_surgery_on,
        surgery_on=episode.surgery_on,
        discharged_on=episode.discharged_on,
        facts=frozenset({"neoadjuvant"} if episode.neoadjuvant_planned else ()),
        stays=facts.stays,
        not_operated_on=facts.not_operated_on,
        ended_on=facts.ended_on,
        repeats=facts.repeats,
        recall_on=facts.recall_on,
    )


def preview_plan(work: Work, episode: Episode, anchors: Anchors, *, protocol: Protocol | None = None) -> PlanPreview:
    """What planning with `anchors` (and another version of the protocol) would change; writes nothing."""
    patient = work.session.get_one(Patient, episode.patient_id)
    followed = _at_own_hour(protocol or protocol_of(work, episode.id), patient)
    return preview_of(work, draw(work, episode, anchors, followed), followed, zone=patient.timezone)


def apply_plan(work: Work, episode: Episode, patient: Patient) -> PlanPreview:
    """Plan the episode anew from its dates: label what was answered, add, move and drop the rest, report it.

    A dropped visit keeps its row, because messages and links point to it, but is no longer planned; what was begun of
    it can be finished. Added visits get what the centre asks now, and so do moved ones that have not opened. The
    caller called `hold_choices` first and holds the row of the episode.
    """
    protocol = _at_own_hour(protocol_of(work, episode.id), patient)
    drawn = draw(work, episode, anchors_of(work, episode), protocol)
    preview = preview_of(work, drawn, protocol, zone=patient.timezone)
    store_labels(work, drawn, protocol, patient)
    rows = {visit.key: visit for visit in drawn.unanswered}
    added, moved = [], []
    for change in preview.changes:
        if change.answered_on is not None or change.after is None:
            continue
        visit = rows.get(change.key)
        if visit is None:
            visit = _new_visit(work, episode, patient, change.after)
            added.append(visit)
        else:
            _move_visit(visit, change.after, patient)
            moved.append(visit)
        arm(visit, protocol.reminders, zone=patient.timezone, now=work.now)
    work.session.add_all(added)
    work.session.flush()
    _fill(work, protocol, patient, added=added, moved=moved)
    return preview


def _at_own_hour(protocol: Protocol, patient: Patient) -> Protocol:
    """The protocol with its mails at the hour that the patient chose."""
    return replace(protocol, reminders=own_policy(protocol.reminders, patient.reminder_hour))


def apply_version(work: Work, episode: Episode, patient: Patient, *, before: Protocol) -> PlanPreview:
    """Plan the episode anew by the version that replaced `before`, and let visits whose window stays follow it too.

    Reminders of unfinished visits go by the new version, behind the last one sent, unless it has the same; visits that
    have not opened get the questionnaires of the new version. The caller called `hold_choices` first.
    """
    preview = apply_plan(work, episode, patient)
    protocol = _at_own_hour(protocol_of(work, episode.id), patient)
    changed = {change.key for change in preview.changes}
    if protocol.reminders != _at_own_hour(before, patient).reminders:
        rearm_open_visits(work, episode, patient, but=changed)
    same = [visit for visit in _visits(work, episode.id) if visit.planned and visit.key not in changed]
    _fill(work, protocol, patient, added=(), moved=same)
    return preview


def rearm_open_visits(work: Work, episode: Episode, patient: Patient, *, but: Collection[str] = ()) -> None:
    """Take up the reminders of unfinished visits again, for example after a pause, behind the last one sent.

    Visits with a key in `but` are left alone.
    """
    protocol = _at_own_hour(protocol_of(work, episode.id), patient)
    sent = {
        visit_id: ordinal
        for visit_id, ordinal in work.session.execute(
            select(Message.visit_id, func.max(Message.ordinal))
            .where(
                Message.episode_id == episode.id,
                Message.status.in_(("sending", "sent")),
                Message.kind.in_([MessageKind.INVITATION.value, MessageKind.REMINDER.value]),
            )
            .group_by(Message.visit_id)
        )
    }
    for visit in _visits(work, episode.id):
        if visit.key not in but and visit.planned and visit.completed_at is None and visit.closes_at > work.now:
            visit.arming += 1
            advance(visit, protocol.reminders, zone=patient.timezone, now=work.now, last_ordinal=sent.get(visit.id))


def _visits(work: Work, episode_id: int) -> Sequence[Visit]:
    return work.session.scalars(select(Visit).where(Visit.episode_id == episode_id).order_by(Visit.opens_on)).all()


def _new_visit(work: Work, episode: Episode, patient: Patient, planned: PlannedVisit) -> Visit:
    visit = Visit(
        public_id=new_public_id(),
        episode_id=episode.id,
        centre_id=episode.centre_id,
        key=planned.key,
        name=planned.name,
        kind=planned.kind.value,
        created_at=work.now,
        arming=1,
        planned=True,
    )
    set_window(visit, planned, patient)
    return visit


def _fill(work: Work, protocol: Protocol, patient: Patient, *, added: Sequence[Visit], moved: Sequence[Visit]) -> None:
    """Give the visits their questionnaires; a moved one that is open or was started keeps those it has."""
    still_closed = set(
        work.session.scalars(select(Visit.id).where(Visit.id.in_([visit.id for visit in moved]), *unopened(work)))
        if moved
        else ()
    )
    visits = [*added, *(visit for visit in moved if visit.id in still_closed)]
    if not visits:
        return
    fill_visits(
        work,
        asking_of(work, patient.centre_id, languages=[patient.language]),
        [
            VisitToFill(
                visit.id,
                visit.episode_id,
                visit.centre_id,
                visit.kind,
                protocol.visit(visit.key).instruments,
                patient.language,
            )
            for visit in visits
        ],
    )


def _move_visit(visit: Visit, planned: PlannedVisit, patient: Patient) -> None:
    visit.name = planned.name
    set_window(visit, planned, patient)
    visit.planned = True
    visit.arming += 1
