"""Consent texts of a centre, consents of its patients, and who refused what, each in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Text, and_, cast, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from lrrc_qol.persistence.models import Consent, ConsentText, Episode, Patient, Staff


@dataclass(frozen=True, slots=True)
class ConsentTextRow:
    """A version of the centre's text, who wrote it down, and how many consents to it are recorded."""

    public_id: str
    version: str
    title: str
    scopes: tuple[str, ...]
    effective_on: date
    renew: bool
    recorded_at: datetime
    recorded_by: str | None
    consents: int


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One recorded consent of a patient, with the version and title of its text."""

    version: str
    title: str
    asked: tuple[str, ...]
    given_on: date
    scopes: tuple[str, ...]
    form: str
    note: str | None
    recorded_at: datetime
    recorded_by: str | None


def list_consent_texts(session: Session, *, centre_id: int) -> tuple[ConsentTextRow, ...]:
    """All versions of a centre's text in the order they take effect."""
    used = select(func.count()).where(Consent.text_id == ConsentText.id).correlate(ConsentText).scalar_subquery()
    rows = session.execute(
        select(ConsentText, Staff.name, used)
        .outerjoin(Staff, Staff.id == ConsentText.recorded_by)
        .where(ConsentText.centre_id == centre_id)
        .order_by(ConsentText.effective_on, ConsentText.id)
    )
    return tuple(
        ConsentTextRow(
            public_id=text.public_id,
            version=text.version,
            title=text.title,
            scopes=tuple(text.scopes),
            effective_on=text.effective_on,
            renew=text.renew,
            recorded_at=text.recorded_at,
            recorded_by=name,
            consents=consents,
        )
        for text, name, consents in rows
    )


def list_consents(session: Session, *, centre_id: int, patient_id: int) -> tuple[ConsentRow, ...]:
    """What a patient agreed to, in the order it was recorded: the last row counts."""
    rows = session.execute(
        select(Consent, ConsentText, Staff.name)
        .join(ConsentText, ConsentText.id == Consent.text_id)
        .outerjoin(Staff, Staff.id == Consent.recorded_by)
        .where(Consent.patient_id == patient_id, Consent.centre_id == centre_id)
        .order_by(Consent.id)
    )
    return tuple(
        ConsentRow(
            version=text.version,
            title=text.title,
            asked=tuple(text.scopes),
            given_on=consent.given_on,
            scopes=tuple(consent.scopes),
            form=consent.form,
            note=consent.note,
            recorded_at=consent.recorded_at,
            recorded_by=name,
        )
        for consent, text, name in rows
    )


def newest_refuses(scopes: Sequence[str]) -> ColumnElement[bool]:
    """Whether the newest consent of a `Patient` is to a text that asks about one of these scopes, and lacks it."""
    later = aliased(Consent)
    newer = select(later.id).where(later.patient_id == Consent.patient_id, later.id > Consent.id).exists()
    lacking = or_(*(and_(_has(ConsentText.scopes, one), not_(_has(Consent.scopes, one))) for one in scopes))
    return (
        select(Consent.id)
        .join(ConsentText, ConsentText.id == Consent.text_id)
        .where(Consent.patient_id == Patient.id, not_(newer), lacking)
        .correlate(Patient)
        .exists()
    )


def asked_again_since(centre_id: int, today: date) -> ScalarSelect[date]:
    """Since when the patient of an `Episode` is to be asked again: the day of the first later text that says so.

    NULL for nobody, and for whoever has no consent recorded. The same rule as `domain.consent.consent_state`.
    """
    agreed, asking, later = aliased(ConsentText), aliased(ConsentText), aliased(Consent)
    newer = select(later.id).where(later.patient_id == Consent.patient_id, later.id > Consent.id).exists()
    same_day = and_(asking.effective_on == agreed.effective_on, asking.id > agreed.id)
    return (
        select(func.min(asking.effective_on))
        .select_from(Consent)
        .join(agreed, agreed.id == Consent.text_id)
        .join(asking, asking.centre_id == centre_id)
        .where(
            Consent.patient_id == Episode.patient_id,
            not_(newer),
            asking.renew,
            asking.effective_on <= today,
            or_(asking.effective_on > agreed.effective_on, same_day),
        )
        .correlate(Episode)
        .scalar_subquery()
    )


def find_refusing(session: Session, patient_ids: Collection[int], scopes: Sequence[str]) -> frozenset[int]:
    """Those of these patients whose newest consent refuses one of the scopes."""
    query: Select[int] = select(Patient.id).where(Patient.id.in_(patient_ids), newest_refuses(scopes))
    return frozenset(session.scalars(query))


def _has(column: Any, scope: str) -> ColumnElement[bool]:
    """Whether a list of scope ids names one. The ids are plain ASCII words, so the quoted word is exact as text."""
    return cast(column, Text).contains(f'"{scope}"', autoescape=True)
