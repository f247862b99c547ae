"""Whom a refused scope shields from mail, and from forms that somebody else types in."""

from __future__ import annotations

from collections.abc import Collection

from lrrc_qol.domain.consent import HOLDING_MAIL, ScopeAct, scopes_that
from lrrc_qol.persistence.queries.consent import find_refusing
from lrrc_qol.services.context import Work


def refusing_mail(work: Work, patient_ids: Collection[int]) -> frozenset[int]:
    """Those of these patients to whom no mail may go because of what they agreed to; one statement for all."""
    return find_refusing(work.session, patient_ids, scopes_that(work.catalogue.consent_scopes, *HOLDING_MAIL))


def refuses_forms(work: Work, patient_id: int) -> bool:
    """Whether the patient's newest consent refuses that forms are answered."""
    scopes = scopes_that(work.catalogue.consent_scopes, ScopeAct.NO_FORMS)
    return bool(scopes) and bool(find_refusing(work.session, [patient_id], scopes))
