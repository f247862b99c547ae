"""Where each language of a centre stands: complete or not, reviewed or not, changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from lrrc_qol.catalogue.translations import SOURCE_LANGUAGE, direction_of, language_name
from lrrc_qol.domain.errors import NotFound
from lrrc_qol.persistence.queries.language import ReviewRow, count_patients_by_language, read_reviews
from lrrc_qol.services.context import Work
from lrrc_qol.services.languages.offer import may_offer
from lrrc_qol.services.languages.texts import known_languages, language_texts, missing_parts, texts_digest


class ReviewState(StrEnum):
    """What is known of the words of a language."""

    ORIGINAL = "original"
    INCOMPLETE = "incomplete"
    NOT_REVIEWED = "not_reviewed"
    CHANGED = "changed"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class LanguageState:
    """One language at one centre.

    `digest` stands for the present texts. `review` is the one that covers them, else the newest that still stands.
    `offered`: new patients may be given the language. `patients`: how many answer in it.
    """

    language: str
    name: str
    direction: Literal["ltr", "rtl"]
    missing: tuple[str, ...]
    digest: str
    state: ReviewState
    review: ReviewRow | None
    offered: bool
    patients: int


def language_states(work: Work) -> tuple[LanguageState, ...]:
    """All languages that are there at least in part, English first, then by English name."""
    centre_id = work.actor.centre()
    reviews = read_reviews(work.session, centre_id=centre_id)
    patients = count_patients_by_language(work.session, centre_id=centre_id)
    found = [
        _state(work, language, [one for one in reviews if one.language == language], patients.get(language, 0))
        for language in known_languages(work.catalogue)
    ]
    return tuple(sorted(found, key=lambda one: (one.language != SOURCE_LANGUAGE, one.name)))


def language_state(work: Work, language: str) -> LanguageState:
    """One of them; NotFound for a language of which nothing is there."""
    found = next((one for one in language_states(work) if one.language == language), None)
    if found is None:
        raise NotFound("no such language")
    return found


def _state(work: Work, language: str, reviews: Sequence[ReviewRow], patients: int) -> LanguageState:
    missing = missing_parts(work.catalogue, language)
    digest = texts_digest(language_texts(work.catalogue, language))
    standing = [one for one in reviews if one.revoked_at is None]
    covering = next((one for one in standing if one.digest == digest), None)
    state = _review_state(language, complete=not missing, standing=bool(standing), covered=covering is not None)
    return LanguageState(
        language=language,
        name=language_name(language),
        direction=direction_of(language),
        missing=missing,
        digest=digest,
        state=state,
        review=covering or next(iter(standing), None),
        offered=not missing
        and may_offer(
            language,
            digest=digest,
            reviewed={one.digest for one in standing},
            open_doors=work.settings.open_doors,
        ),
        patients=patients,
    )


def _review_state(language: str, *, complete: bool, standing: bool, covered: bool) -> ReviewState:
    if not complete:
        return ReviewState.INCOMPLETE
    if language == SOURCE_LANGUAGE:
        return ReviewState.ORIGINAL
    if covered:
        return ReviewState.REVIEWED
    return ReviewState.CHANGED if standing else ReviewState.NOT_REVIEWED
