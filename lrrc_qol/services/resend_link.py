"""Send a fresh link for what a patient can answer now."""

from __future__ import annotations

from sqlalchemy import func, select

from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.models import Episode, Message, Patient, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.askable_forms import NOTHING, askable_forms
from lrrc_qol.services.consent.acts import refusing_mail
from lrrc_qol.services.context import Work
from lrrc_qol.services.due_now import open_visits
from lrrc_qol.services.find_episode import find_episode
from lrrc_qol.services.link_rules import pick_current
from lrrc_qol.services.outbox import new_message


def resend_link(work: Work, patient_public_id: str) -> str:
    """Queue one mail with a fresh link; return the visit's name.

    InvalidInput when nothing can be answered now, or when the patient's consent rules mails out.
    """
    patient, episode = find_episode(work, patient_public_id, lock=True)
    if refusing_mail(work, [patient.id]):
        raise InvalidInput({"link": "The patient's consent does not cover mails. Call instead."})
    visit = queue_fresh_link(work, patient, episode)
    if visit is None:
        raise InvalidInput({"link": "There is no form that the patient can answer now."})
    return visit.name


def queue_fresh_link(work: Work, patient: Patient, episode: Episode) -> Visit | None:
    """Queue one mail with a fresh link to the visit that can be answered now; None when there is none."""
    found = open_visits(work, episode.id)
    forms = askable_forms(work, [visit.id for visit in found])
    visit = pick_current([visit for visit in found if forms.get(visit.id, NOTHING).left])
    if visit is not None:
        _queue(work, patient, visit)
    return visit


def _queue(work: Work, patient: Patient, visit: Visit) -> None:
    earlier = work.session.scalar(
        select(func.count()).where(Message.visit_id == visit.id, Message.kind == MessageKind.LINK_RESENT.value)
    )
    ordinal = (earlier or 0) + 1
    work.session.add(
        new_message(
            work,
            key=f"visit:{visit.id}:resent:{ordinal}",
            patient=patient,
            visit=visit,
            kind=MessageKind.LINK_RESENT,
            ordinal=ordinal,
        )
    )
    audit.record(
        work,
        "resent_link",
        subject_kind="visit",
        subject_id=visit.id,
        centre_id=visit.centre_id,
        episode_id=visit.episode_id,
    )
