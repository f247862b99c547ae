"""The life of a pack: compared with the printed form, approved, its licence renewed, retired. All of it is audited."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.models import Centre, WordingPack
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.wordings.content import as_wording
from lrrc_qol.services.wordings.find import find_pack, instrument_of, licence_of
from lrrc_qol.services.wordings.packs import Licence, Report, has_expired
from lrrc_qol.services.wordings.propose import licence_faults
from lrrc_qol.services.wordings.unopened import VisitCounts, align_unopened, hold_plans

TEXT_LIMIT = 200
REASON_LIMIT = 500


def compare_pack(work: Work, public_id: str, *, compared_with: str) -> None:
    """Note that the actor compared every word with the printed form named in `compared_with`.

    InvalidInput for a pack that is incomplete, approved or retired, and when the form is not named.
    """
    pack = find_pack(work, public_id, lock=True)
    faults = _standing_faults(pack) | _report_faults(pack)
    if not compared_with.strip() or len(compared_with) > TEXT_LIMIT or not compared_with.isprintable():
        faults["compared_with"] = f"Name the printed form that you compared with (at most {TEXT_LIMIT} characters)."
    if faults:
        raise InvalidInput(faults)
    pack.compared_at = work.now
    pack.compared_by = _staff(work)
    pack.compared_with = compared_with.strip()
    _record(work, pack, "compared_wording", {"compared_with": pack.compared_with})


def approve_pack(work: Work, public_id: str) -> VisitCounts:
    """Let patients see these words from now on; return what changed in visits that no patient has opened yet.

    InvalidInput names everything that stands in the way. The pack approved last is the one that is used.
    """
    centre_id = work.actor.centre()
    hold_plans(work, centre_id)
    pack = find_pack(work, public_id, lock=True)
    instrument = instrument_of(work, pack)
    faults = approval_faults(pack, today=_today(work, centre_id))
    if as_wording(instrument, pack.language, pack.content, approved=False).digest != pack.digest:
        faults["items"] = "The stored words are not those that were proposed. Import the file again."
    if faults:
        raise InvalidInput(faults)
    pack.approved_at = work.now
    pack.approved_by = _staff(work)
    work.session.flush()
    counts = align_unopened(work, centre_id, pack.instrument_id, language=pack.language)
    _record(work, pack, "approved_wording", {"visits": counts.as_detail()})
    return counts


def change_licence(work: Work, public_id: str, licence: Licence) -> VisitCounts:
    """Enter other terms, for example a renewal; of an approved pack they must be complete. Retired ones are refused."""
    centre_id = work.actor.centre()
    hold_plans(work, centre_id)
    pack = find_pack(work, public_id, lock=True)
    faults = licence_faults(licence)
    if pack.retired_at is not None:
        faults["pack"] = "This pack is retired."
    if pack.approved_at is not None:
        faults |= _ground_faults(licence)
    if faults:
        raise InvalidInput(faults)
    before = licence_of(pack)
    pack.licence_holder = licence.holder.strip()
    pack.licence_reference = licence.reference.strip()
    pack.permitted_modes = list(dict.fromkeys(licence.permitted_modes))
    pack.expires_on = licence.expires_on
    work.session.flush()
    counts = align_unopened(work, centre_id, pack.instrument_id, language=pack.language)
    after = licence_of(pack)
    _record(
        work,
        pack,
        "changed_wording_licence",
        {"before": _plain(before), "after": _plain(after), "visits": counts.as_detail()},
    )
    return counts


def retire_pack(work: Work, public_id: str, *, reason: str) -> VisitCounts:
    """Take a pack out of use, with a reason. Forms that were started go on in its words."""
    centre_id = work.actor.centre()
    hold_plans(work, centre_id)
    pack = find_pack(work, public_id, lock=True)
    faults: dict[str, str] = {}
    if pack.retired_at is not None:
        faults["pack"] = "This pack is retired already."
    if not reason.strip() or len(reason) > REASON_LIMIT:
        faults["reason"] = f"Say why in a few words (at most {REASON_LIMIT} characters)."
    if faults:
        raise InvalidInput(faults)
    pack.retired_at = work.now
    pack.retired_by = _staff(work)
    pack.retire_reason = reason.strip()
    work.session.flush()
    counts = align_unopened(work, centre_id, pack.instrument_id, language=pack.language)
    _record(work, pack, "retired_wording", {"visits": counts.as_detail()}, reason=pack.retire_reason)
    return counts


def approval_faults(pack: WordingPack, *, today: date) -> dict[str, str]:
    """Everything that stands in the way of an approval, by field; `today` is the date at the centre."""
    faults = _standing_faults(pack) | _report_faults(pack)
    if pack.compared_at is None:
        faults["compared_with"] = "Nobody has compared these words with the printed form yet."
    faults |= _ground_faults(licence_of(pack))
    if has_expired(pack.expires_on, today):
        faults["expires_on"] = f"The licence ended on {pack.expires_on}."
    return faults


def _standing_faults(pack: WordingPack) -> dict[str, str]:
    if pack.retired_at is not None:
        return {"pack": "This pack is retired."}
    return {"pack": "This pack is approved already."} if pack.approved_at is not None else {}


def _report_faults(pack: WordingPack) -> dict[str, str]:
    report = Report.from_stored(pack.report)
    faults: dict[str, str] = {}
    if report.missing:
        first = report.missing[0]
        faults["items"] = _of_many(f"{first.key}: {first.text}", len(report.missing))
    if report.problems:
        faults["problems"] = _of_many(f"{report.problems[0].place}: {report.problems[0].text}", len(report.problems))
    return faults


def _of_many(first: str, count: int) -> str:
    return first if count == 1 else f"{first} (and {count - 1} more)"


def _ground_faults(licence: Licence) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not licence.holder.strip():
        faults["licence_holder"] = "Say who holds the rights to these words."
    if not licence.reference.strip():
        faults["licence_reference"] = "Give the number or the date of the licence or permission."
    if not licence.permitted_modes:
        faults["permitted_modes"] = "Choose at least one way of answering that the licence permits."
    return faults


def _today(work: Work, centre_id: int) -> date:
    return work.today_in(work.session.scalars(select(Centre.timezone).where(Centre.id == centre_id)).one())


def _staff(work: Work) -> int | None:
    return work.actor.id if work.actor.kind == "staff" else None


def _plain(licence: Licence) -> dict[str, Any]:
    return {
        "holder": licence.holder,
        "reference": licence.reference,
        "permitted_modes": list(licence.permitted_modes),
        "expires_on": licence.expires_on.isoformat() if licence.expires_on else None,
    }


def _record(work: Work, pack: WordingPack, action: str, detail: dict[str, Any], *, reason: str | None = None) -> None:
    named = {
        "instrument": f"{pack.instrument_id} {pack.instrument_version}",
        "language": pack.language,
        "ordinal": pack.ordinal,
        "digest": pack.digest,
    }
    audit.record(
        work,
        action,
        subject_kind="wording_pack",
        subject_id=pack.id,
        centre_id=pack.centre_id,
        detail=named | detail,
        reason=reason,
    )
