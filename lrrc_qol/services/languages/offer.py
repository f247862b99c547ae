"""Which languages may be offered to new patients, and which of them are drafts."""

from __future__ import annotations

from sqlalchemy import select

from lrrc_qol.catalogue.translations import SOURCE_LANGUAGE
from lrrc_qol.persistence.models import LanguageReview
from lrrc_qol.services.context import Work
from lrrc_qol.services.languages.texts import language_texts, texts_digest


def offered_languages(work: Work, centre_id: int) -> tuple[str, ...]:
    """The languages a patient of the centre may be given now.

    Demo and test mode offer every complete one. Production offers English, which is the original, and those whose
    present texts somebody at the centre has reviewed. Who already answers in a language goes on in it all the same.
    """
    complete = work.catalogue.languages()
    if work.settings.open_doors:
        return complete
    approved = _approved(work, centre_id)
    return tuple(one for one in complete if one == SOURCE_LANGUAGE or _digest(work, one) in approved.get(one, ()))


def is_draft(work: Work, centre_id: int, language: str) -> bool:
    """Whether a page in this language must say that nobody has reviewed it; only in demo and test mode.

    In production a language comes to patients by a review, and when its texts change later that is told to staff.
    """
    if language == SOURCE_LANGUAGE or not work.settings.open_doors:
        return False
    approved = _approved(work, centre_id).get(language)
    return not approved or _digest(work, language) not in approved


def reviewed_languages(work: Work) -> tuple[str, ...]:
    """English and every language that some centre has reviewed: those a page for nobody in particular may be in."""
    if work.settings.open_doors:
        return work.catalogue.languages()
    reviewed = set(
        work.session.scalars(select(LanguageReview.language).where(LanguageReview.revoked_at.is_(None)).distinct())
    )
    return tuple(one for one in work.catalogue.languages() if one == SOURCE_LANGUAGE or one in reviewed)


def _approved(work: Work, centre_id: int) -> dict[str, set[str]]:
    """The digests that reviews of the centre stand for, by language."""
    approved: dict[str, set[str]] = {}
    for language, digest in work.session.execute(
        select(LanguageReview.language, LanguageReview.digest).where(
            LanguageReview.centre_id == centre_id, LanguageReview.revoked_at.is_(None)
        )
    ):
        approved.setdefault(language, set()).add(digest)
    return approved


def _digest(work: Work, language: str) -> str:
    return texts_digest(language_texts(work.catalogue, language))
