"""Add a version of the centre's consent text; versions are never edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import ConsentText
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work

VERSION_LIMIT = 32
TITLE_LIMIT = 200
YEARS = range(1990, 2200)
TAKEN = "There is such a version already. A version is never changed; give the new one another name."


@dataclass(frozen=True, slots=True)
class NewConsentText:
    """What an administrator enters about a version; `scopes` are ids of the catalogue."""

    version: str
    title: str
    scopes: tuple[str, ...]
    effective_on: date
    renew: bool


def add_consent_text(work: Work, text: NewConsentText) -> None:
    """Store the version; InvalidInput names every field that cannot be right."""
    centre_id = work.actor.centre()
    faults = _faults(work, text)
    version = " ".join(text.version.split())
    taken = select(ConsentText.id).where(ConsentText.centre_id == centre_id, ConsentText.version == version)
    if "version" not in faults and work.session.scalar(taken) is not None:
        faults["version"] = TAKEN
    if faults:
        raise InvalidInput(faults)
    known = [scope.id for scope in work.catalogue.consent_scopes]
    row = ConsentText(
        public_id=new_public_id(),
        centre_id=centre_id,
        version=version,
        title=" ".join(text.title.split()),
        scopes=[scope for scope in known if scope in text.scopes],
        effective_on=text.effective_on,
        renew=text.renew,
        recorded_at=work.now,
        recorded_by=work.actor.id,
    )
    work.session.add(row)
    try:
        work.session.flush()
    except IntegrityError:  # somebody else added the same version since it was looked up
        raise InvalidInput({"version": TAKEN}) from None
    audit.record(
        work,
        "added_consent_text",
        subject_kind="consent_text",
        subject_id=row.id,
        centre_id=centre_id,
        detail={
            "version": row.version,
            "scopes": row.scopes,
            "effective_on": row.effective_on.isoformat(),
            "renew": row.renew,
        },
    )


def _faults(work: Work, text: NewConsentText) -> dict[str, str]:
    faults: dict[str, str] = {}
    for name, value, limit in (("version", text.version, VERSION_LIMIT), ("title", text.title, TITLE_LIMIT)):
        if not value.strip() or len(value) > limit or not value.isprintable():
            faults[name] = f"Enter at most {limit} ordinary characters."
    known = {scope.id for scope in work.catalogue.consent_scopes}
    if not text.scopes or not set(text.scopes) <= known:
        faults["scopes"] = "Choose at least one thing that the text asks about."
    if text.effective_on.year not in YEARS:
        faults["effective_on"] = "Check the year."
    return faults
