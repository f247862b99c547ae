"""Switch a questionnaire on or off at the actor's centre and choose its options; opened visits stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound, UnknownInstrument
from lrrc_qol.domain.instrument import Instrument, Status
from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.persistence.models import CentreQuestionnaire
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.wordings import Choice, VisitCounts, align_unopened, hold_plans, preview_choice
from lrrc_qol.services.wordings.asked import GROUPS, VALUE_SET


def set_questionnaire(
    work: Work, instrument_id: str, *, visit_kinds: Sequence[str], options: Mapping[str, Any]
) -> VisitCounts:
    """Ask the instrument at exactly these kinds of visits (none: nowhere); return what changed in unopened visits.

    `options` are `value_set` (a name) and `groups` (the selected terms). NotFound for an instrument that is not
    there; InvalidInput by field for a shell, an unknown kind of visit, value set or term, and for a missing choice.
    """
    instrument = _instrument(work, instrument_id)
    chosen = _checked(instrument, visit_kinds, options)
    centre_id = work.actor.centre()
    hold_plans(work, centre_id)
    row = _row(work, centre_id, instrument_id)
    before = _plain(row)
    if row is None:
        row = CentreQuestionnaire(centre_id=centre_id, instrument_id=instrument_id)
        work.session.add(row)
    row.visit_kinds = list(chosen.visit_kinds)
    row.options = dict(chosen.options)
    row.changed_at = work.now
    row.changed_by = work.actor.id if work.actor.kind == "staff" else None
    work.session.flush()
    counts = align_unopened(work, centre_id, instrument_id)
    _record(work, row.id, instrument_id, before=before, after=_plain(row), counts=counts)
    return counts


def clear_questionnaire(work: Work, instrument_id: str) -> VisitCounts:
    """Forget the centre's choice: the protocol decides again. NotFound when there was no choice."""
    centre_id = work.actor.centre()
    hold_plans(work, centre_id)
    row = _row(work, centre_id, instrument_id)
    if row is None:
        raise NotFound("no such choice")
    before, row_id = _plain(row), row.id
    work.session.delete(row)
    work.session.flush()
    counts = align_unopened(work, centre_id, instrument_id)
    _record(work, row_id, instrument_id, before=before, after=None, counts=counts)
    return counts


def preview_questionnaire(
    work: Work, instrument_id: str, *, visit_kinds: Sequence[str] | None, options: Mapping[str, Any]
) -> VisitCounts:
    """What `set_questionnaire` would change in unopened visits, or `clear_questionnaire` with None; writes nothing."""
    instrument = _instrument(work, instrument_id)
    choice = None if visit_kinds is None else _checked(instrument, visit_kinds, options)
    return preview_choice(work, work.actor.centre(), instrument_id, choice)


def _instrument(work: Work, instrument_id: str) -> Instrument:
    try:
        return work.catalogue.instrument(instrument_id)
    except UnknownInstrument:
        raise NotFound("no such instrument") from None


def _checked(instrument: Instrument, visit_kinds: Sequence[str], options: Mapping[str, Any]) -> Choice:
    faults: dict[str, str] = {}
    if instrument.status is Status.SHELL:
        faults["instrument"] = f"{instrument.title} has no questions yet, so it cannot be asked."
    if strange := [kind for kind in visit_kinds if kind not in {one.value for one in VisitKind}]:
        faults["visit_kinds"] = f"{strange[0]!r} is no kind of visit."
    if strange := [name for name in options if name not in (VALUE_SET, GROUPS)]:
        faults["options"] = f"There is no option {strange[0]!r}."
    chosen: dict[str, Any] = {}
    if instrument.value_sets:
        chosen[VALUE_SET] = options.get(VALUE_SET) or None
        faults |= _value_set_faults(instrument, chosen[VALUE_SET], asked=bool(visit_kinds))
    if instrument.groups:
        groups = options.get(GROUPS, instrument.default_groups)
        faults |= _group_faults(instrument, groups)
        chosen[GROUPS] = [group for group in instrument.groups if group in groups]
    if faults:
        raise InvalidInput(faults)
    return Choice(tuple(kind.value for kind in VisitKind if kind.value in visit_kinds), chosen)


def _value_set_faults(instrument: Instrument, name: object, *, asked: bool) -> dict[str, str]:
    if name is None:
        return {VALUE_SET: "Choose the value set that scores are computed by."} if asked else {}
    return {} if name in instrument.value_sets else {VALUE_SET: f"There is no value set {name!r}."}


def _group_faults(instrument: Instrument, groups: object) -> dict[str, str]:
    if not isinstance(groups, list | tuple) or not groups:
        return {GROUPS: "Select at least one term."}
    strange = [group for group in groups if group not in instrument.groups]
    return {GROUPS: f"There is no term {strange[0]!r}."} if strange else {}


def _row(work: Work, centre_id: int, instrument_id: str) -> CentreQuestionnaire | None:
    return work.session.scalars(
        select(CentreQuestionnaire).where(
            CentreQuestionnaire.centre_id == centre_id, CentreQuestionnaire.instrument_id == instrument_id
        )
    ).first()


def _plain(row: CentreQuestionnaire | None) -> dict[str, Any] | None:
    return None if row is None else {"visit_kinds": list(row.visit_kinds), "options": dict(row.options)}


def _record(
    work: Work,
    row_id: int,
    instrument_id: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    counts: VisitCounts,
) -> None:
    audit.record(
        work,
        "changed_questionnaire",
        subject_kind="questionnaire",
        subject_id=row_id,
        centre_id=work.actor.centre(),
        detail={"instrument": instrument_id, "before": before, "after": after, "visits": counts.as_detail()},
    )
