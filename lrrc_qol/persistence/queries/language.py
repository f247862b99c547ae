"""What an administrator sees of the centre's languages: the reviews, and how many patients answer in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lrrc_qol.persistence.models import LanguageReview, Patient, Staff


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """Who read which texts (`digest`) of a language, who wrote it down here, and whether it was taken back."""

    public_id: str
    language: str
    digest: str
    reviewer_name: str
    reviewer_qualification: str
    reviewed_on: date
    recorded_at: datetime
    recorded_by: str | None
    revoked_at: datetime | None
    revoke_reason: str | None


def read_reviews(session: Session, *, centre_id: int, language: str | None = None) -> tuple[ReviewRow, ...]:
    """The centre's reviews, newest first; of one language when it is given."""
    query = (
        select(LanguageReview, Staff.name)
        .outerjoin(Staff, Staff.id == LanguageReview.recorded_by)
        .where(LanguageReview.centre_id == centre_id)
        .order_by(LanguageReview.id.desc())
    )
    if language is not None:
        query = query.where(LanguageReview.language == language)
    return tuple(
        ReviewRow(
            public_id=row.public_id,
            language=row.language,
            digest=row.digest,
            reviewer_name=row.reviewer_name,
            reviewer_qualification=row.reviewer_qualification,
            reviewed_on=row.reviewed_on,
            recorded_at=row.recorded_at,
            recorded_by=name,
            revoked_at=row.revoked_at,
            revoke_reason=row.revoke_reason,
        )
        for row, name in session.execute(query)
    )


def count_patients_by_language(session: Session, *, centre_id: int) -> Mapping[str, int]:
    """How many patients of the centre answer in each language."""
    query = select(Patient.language, func.count()).where(Patient.centre_id == centre_id).group_by(Patient.language)
    return {language: number for language, number in session.execute(query)}
