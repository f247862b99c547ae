"""Which languages may be offered to new patients, and which of them are drafts."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from lrrc_qol.catalogue.translations import SOURCE_LANGUAGE
from lrrc_qol.persistence.models import LanguageReview
from lrrc_qol.services.context import Work
from lrrc_qol.services.languages.texts import language_texts, texts_digest


def may_offer(language: str, *, digest: str, reviewed: Collection[str], open_doors: bool) -> bool:
    """Whether a complete language may be given to somebody new; `reviewed` are the digests of the standing reviews.

    Demo and test mode offer every one. Production offers English, which is the original, and a language whose present
    texts somebody at the centre has reviewed.
    """
    return open_doors or language == SOURCE_LANGUAGE or digest in reviewed


def offered_languages(work: Work, centre_id: int) -> tuple[str, ...]:
    """The languages a new patient of the centre may be given now; who answers in another goes on in it all the same."""
    complete, open_doors = work.catalogue.languages(), work.settings.open_doors
    reviewed = {} if open_doors else _reviewed(work, centre_id)
    return tuple(
        one
        for one in complete
        if may_offer(one, digest=_digest(work, one), reviewed=reviewed.get(one, ()), open_doors=open_doors)
    )


def is_draft(work: Work, centre_id: int, language: str) -> bool:
    """Whether a page in this language must say that nobody has reviewed it; only in demo and test mode.

    In production a language comes to patients by a review, and when its texts change later that is told to staff.
    """
    if language == SOURCE_LANGUAGE or not work.settings.open_doors:
        return False
    return _digest(work, language) not in _reviewed(work, centre_id).get(language, ())


def reviewed_languages(work: Work) -> tuple[str, ...]:
    """English and every language that some centre has reviewed: those a page for nobody in particular may be in."""
    if work.settings.open_doors:
        return work.catalogue.languages()
    reviewed = set(
        work.session.scalars(select(LanguageReview.language).where(LanguageReview.revoked_at.is_(None)).distinct())
    )
    return tuple(one for one in work.catalogue.languages() if one == SOURCE_LANGUAGE or one in reviewed)


def _reviewed(work: Work, centre_id: int) -> dict[str, set[str]]:
    """The digests that the standing reviews of the centre are about, by language."""
    reviewed: dict[str, set[str]] = {}
    for language, digest in work.session.execute(
        select(LanguageReview.language, LanguageReview.digest).where(
            LanguageReview.centre_id == centre_id, LanguageReview.revoked_at.is_(None)
        )
    ):
        reviewed.setdefault(language, set()).add(digest)
    return reviewed


def _digest(work: Work, language: str) -> str:
    return texts_digest(language_texts(work.catalogue, language))
