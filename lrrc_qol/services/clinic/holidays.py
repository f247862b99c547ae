"""The days on which a centre is closed besides its ordinary week; a centre enters its own, none is shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.models import Centre
from lrrc_qol.services import audit
from lrrc_qol.services.clinic.calendar import calendar_of, reset_clocks
from lrrc_qol.services.context import Work

NAME_LIMIT = 80
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Holiday:
    """A closed day and what it is called."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """The centre's ordinary week and its holidays, earliest first; `today` is the centre's."""

    hours: Mapping[str, Sequence[str]]
    holidays: tuple[Holiday, ...]
    today: date

    def of_year(self, year: int) -> tuple[Holiday, ...]:
        """The holidays of one year."""
        return tuple(each for each in self.holidays if each.day.year == year)


def read_closed_days(work: Work) -> ClosedDays:
    """Hours and holidays of the actor's centre."""
    centre = work.session.get_one(Centre, work.actor.centre())
    holidays = tuple(Holiday(date.fromisoformat(day), name) for day, name in sorted((centre.holidays or {}).items()))
    return ClosedDays(centre.clinic_hours, holidays, work.today_in(centre.timezone))


def add_holidays(work: Work, holidays: Sequence[Holiday]) -> int:
    """Add days or rename those that are there; return how many are new or renamed. InvalidInput."""
    if not holidays or len(holidays) > MOST_AT_ONCE:
        raise InvalidInput({"days": f"Enter 1 to {MOST_AT_ONCE} days."})
    if any(not 1 <= len(each.name.strip()) <= NAME_LIMIT for each in holidays):
        raise InvalidInput({"days": f"Give each day a name of at most {NAME_LIMIT} characters."})
    centre = _centre(work)
    before = dict(centre.holidays or {})
    new = {each.day.isoformat(): " ".join(each.name.split()) for each in holidays}
    changed = {day: name for day, name in new.items() if before.get(day) != name}
    if changed:
        _store(work, centre, before | changed, action="added_holidays", detail={"days": changed})
    return len(changed)


def remove_holiday(work: Work, day: date) -> bool:
    """Take a day out; whether it was there."""
    centre = _centre(work)
    left = dict(centre.holidays or {})
    name = left.pop(day.isoformat(), None)
    if name is None:
        return False
    _store(work, centre, left, action="removed_holiday", detail={"days": {day.isoformat(): name}})
    return True


def _centre(work: Work) -> Centre:
    return work.session.get_one(Centre, work.actor.centre(), with_for_update=True)


def _store(
    work: Work, centre: Centre, holidays: dict[str, str], *, action: str, detail: dict[str, dict[str, str]]
) -> None:
    before = calendar_of(centre)
    centre.holidays = holidays
    moved = reset_clocks(work, centre, before)
    audit.record(
        work,
        action,
        subject_kind="centre",
        subject_id=centre.id,
        centre_id=centre.id,
        detail={**detail, "clocks_moved": moved},
    )
