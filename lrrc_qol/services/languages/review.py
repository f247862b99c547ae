"""Write down that a person reviewed a language, or take that back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Centre, LanguageReview
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.languages.states import ReviewState, language_state

NAME_LIMIT = 120
QUALIFICATION_LIMIT = 200
REASON_LIMIT = 500
OLDEST_REVIEW = timedelta(days=366)
REFUSALS = {
    ReviewState.ORIGINAL: "English is the language the texts were written in. It needs no review.",
    ReviewState.INCOMPLETE: "This language is not complete, so it cannot be approved.",
    ReviewState.REVIEWED: "These texts are approved already. Take that approval back first.",
}


@dataclass(frozen=True, slots=True)
class Approval:
    """Who read the texts that `digest` stands for, with which qualification, on which civil day at the centre."""

    digest: str
    reviewer_name: str
    reviewer_qualification: str
    reviewed_on: date | None


def approve_language(work: Work, language: str, approval: Approval) -> str:
    """Note the review and return its public id.

    NotFound for an unknown language, StaleWrite when the texts are not those that were read, InvalidInput for fields.
    """
    # The lock makes a second press wait, and then find the texts approved.
    centre = work.session.get_one(Centre, work.actor.centre(), with_for_update=True)
    present = language_state(work, language)
    if present.state in REFUSALS:
        raise InvalidInput({"language": REFUSALS[present.state]})
    if approval.digest != present.digest:
        raise StaleWrite("the texts changed since they were read")
    faults = _faults(approval, today=work.today_in(centre.timezone))
    if faults or approval.reviewed_on is None:
        raise InvalidInput(faults)
    review = LanguageReview(
        public_id=new_public_id(),
        centre_id=centre.id,
        language=language,
        digest=approval.digest,
        reviewer_name=_tidy(approval.reviewer_name),
        reviewer_qualification=_tidy(approval.reviewer_qualification),
        reviewed_on=approval.reviewed_on,
        recorded_at=work.now,
        recorded_by=work.actor.id,
    )
    work.session.add(review)
    work.session.flush()
    detail = {"language": language, "digest": review.digest, "reviewed_on": str(review.reviewed_on)}
    _note(work, "approved_language", review, detail=detail)
    return review.public_id


def take_back_review(work: Work, language: str, public_id: str, *, reason: str) -> None:
    """The review no longer stands: production offers the language to nobody new. NotFound, InvalidInput."""
    review = work.session.scalars(
        select(LanguageReview)
        .where(
            LanguageReview.public_id == public_id,
            LanguageReview.language == language,
            LanguageReview.centre_id == work.actor.centre(),
        )
        .with_for_update()
    ).first()
    if review is None:
        raise NotFound("no such review")
    if review.revoked_at is not None:
        raise InvalidInput({"reason": "This approval is taken back already."})
    text = _tidy(reason)
    if not text or len(text) > REASON_LIMIT or not text.isprintable():
        raise InvalidInput({"reason": f"Say why, in at most {REASON_LIMIT} ordinary characters."})
    review.revoked_at = work.now
    review.revoked_by = work.actor.id
    review.revoke_reason = text
    _note(
        work, "took_back_language", review, detail={"language": review.language, "digest": review.digest}, reason=text
    )


def _faults(approval: Approval, *, today: date) -> dict[str, str]:
    faults = {
        field: f"{words} At most {limit} ordinary characters."
        for field, text, limit, words in (
            ("reviewer_name", approval.reviewer_name, NAME_LIMIT, "Enter the reviewer's full name."),
            (
                "reviewer_qualification",
                approval.reviewer_qualification,
                QUALIFICATION_LIMIT,
                "Enter profession and command of the language.",
            ),
        )
        if not _tidy(text) or len(_tidy(text)) > limit or not _tidy(text).isprintable()
    }
    if approval.reviewed_on is None:
        faults["reviewed_on"] = "Enter the day of the review."
    elif approval.reviewed_on > today:
        faults["reviewed_on"] = "This day is still to come."
    elif approval.reviewed_on < today - OLDEST_REVIEW:
        faults["reviewed_on"] = "This is more than a year ago. Check the year."
    return faults


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _note(
    work: Work, action: str, review: LanguageReview, *, detail: dict[str, str], reason: str | None = None
) -> None:
    audit.record(
        work,
        action,
        subject_kind="language_review",
        subject_id=review.id,
        centre_id=review.centre_id,
        detail=dict(detail),
        reason=reason,
    )
