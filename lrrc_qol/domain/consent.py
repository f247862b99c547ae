"""What a patient agreed to, and whether it has to be asked again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ScopeAct(StrEnum):
    """What the program does when a scope is refused; `nothing` leaves it to people.

    `no_forms` = staff type in no form, and no mail goes out either: it would ask for one. `not_shared` = left out of
    the figures that other centres see.
    """

    NOTHING = "nothing"
    NO_MAIL = "no_mail"
    NO_FORMS = "no_forms"
    NOT_EXPORTED = "not_exported"
    NOT_SHARED = "not_shared"


@dataclass(frozen=True, slots=True)
class ConsentScope:
    """One thing that can be agreed to or refused by itself."""

    id: str
    title: str
    meaning: str
    acts: ScopeAct


@dataclass(frozen=True, slots=True)
class TextVersion:
    """One version of a centre's consent text; with `renew` it asks everybody again from `effective_on`."""

    version: str
    scopes: tuple[str, ...]
    effective_on: date
    renew: bool


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """What a patient agreed to, of the scopes that the text of that version asks about."""

    version: str
    given_on: date
    scopes: frozenset[str]


class ConsentStatus(StrEnum):
    """Whether a consent is there: none recorded, current, or to be renewed because a later text asks for it."""

    NONE = "none"
    CURRENT = "current"
    RENEW = "renew"


@dataclass(frozen=True, slots=True)
class ConsentState:
    """`given` counts; `refused` are scopes of its text not agreed to; `renew_to` is the version to ask with."""

    status: ConsentStatus
    given: GivenConsent | None
    refused: tuple[str, ...]
    renew_to: str | None


def consent_state(consents: Sequence[GivenConsent], texts: Sequence[TextVersion], today: date) -> ConsentState:
    """The state on `today`; `consents` in the order they were recorded, of which the last one counts.

    A later text is one that takes effect after the one agreed to, or stands behind it in `texts` on the same day; it
    asks again only when it says so and is in effect. KeyError for a consent to a version that `texts` does not have.
    """
    if not consents:
        return ConsentState(ConsentStatus.NONE, None, (), None)
    given = consents[-1]
    ordered = sorted(texts, key=lambda text: text.effective_on)
    position = {text.version: place for place, text in enumerate(ordered)}
    place = position[given.version]
    asking = [text for text in ordered[place + 1 :] if text.renew and text.effective_on <= today]
    newest = current_text(ordered, today)
    refused = tuple(scope for scope in ordered[place].scopes if scope not in given.scopes)
    if not asking or newest is None:
        return ConsentState(ConsentStatus.CURRENT, given, refused, None)
    return ConsentState(ConsentStatus.RENEW, given, refused, newest.version)


def current_text(texts: Sequence[TextVersion], today: date) -> TextVersion | None:
    """The version in effect on `today`: the latest one, of several from one day the last; None before the first."""
    effective = [text for text in sorted(texts, key=lambda text: text.effective_on) if text.effective_on <= today]
    return effective[-1] if effective else None


HOLDING_MAIL = (ScopeAct.NO_MAIL, ScopeAct.NO_FORMS)
"""On refusal of these no mail goes out."""


def scopes_that(scopes: Sequence[ConsentScope], *acts: ScopeAct) -> tuple[str, ...]:
    """The ids of the scopes on whose refusal the program acts in one of these ways."""
    return tuple(scope.id for scope in scopes if scope.acts in acts)


def refuses(refused: Collection[str], scopes: Sequence[ConsentScope], *acts: ScopeAct) -> bool:
    """Whether one of the refused scopes is one that the program acts on in one of these ways."""
    return not set(refused).isdisjoint(scopes_that(scopes, *acts))
