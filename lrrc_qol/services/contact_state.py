"""Gathers what the contact gate asks about a patient and a visit, and asks it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lrrc_qol.domain.contact import ContactDecision, ContactFacts, MessageKind, may_contact
from lrrc_qol.persistence.models import Centre, Episode, EpisodeEvent, Patient, Visit
from lrrc_qol.services.channels import channel_of
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_facts import contact_state


@dataclass(frozen=True, slots=True)
class Standing:
    """What the caller read for many visits at once: whether a questionnaire of the visit is left that can be shown,
    and whether the patient's consent rules mails out.
    """

    has_form: bool
    refuses_mail: bool


def contact_decision(
    work: Work,
    visit: Visit,
    *,
    episode: Episode,
    patient: Patient,
    centre: Centre,
    events: Sequence[EpisodeEvent],
    kind: MessageKind,
    standing: Standing,
) -> ContactDecision:
    """Whether a message of `kind` about `visit` may go out at `work.now`; `events` are all those of the episode."""
    # An event is dated where it was recorded. The later of the two civil dates lets it count at once, also for a
    # patient who lives where it is still yesterday.
    today = max(work.today_in(centre.timezone), work.today_in(patient.timezone))
    state = contact_state(events, work.catalogue.events, today=today)
    facts = ContactFacts(
        died=state.died,
        withdrawn=state.withdrawn,
        withdrawn_reminders=state.withdrawn_reminders,
        opted_out=state.opted_out,
        paused=state.paused,
        inpatient=state.inpatient,
        address_bounced=state.address_bounced,
        has_address=patient.email_sealed is not None,
        episode_closed=state.ended or episode.closed_on is not None,
        answered=visit.completed_at is not None,
        window_open=visit.planned and visit.opens_at <= work.now < visit.closes_at,
        has_form=standing.has_form,
        known=True,
        no_consent=standing.refuses_mail,
        has_number=patient.mobile_sealed is not None,
    )
    return may_contact(facts, kind, channel_of(work, patient, kind))


def events_by_episode(work: Work, episode_ids: Collection[int]) -> Mapping[int, list[EpisodeEvent]]:
    """The events of many episodes in one statement, oldest first; an episode without any has an empty list."""
    grouped: defaultdict[int, list[EpisodeEvent]] = defaultdict(list)
    rows = work.session.scalars(
        select(EpisodeEvent).where(EpisodeEvent.episode_id.in_(episode_ids)).order_by(EpisodeEvent.id)
    )
    for event in rows:
        grouped[event.episode_id].append(event)
    return grouped
