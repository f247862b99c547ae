"""Who is there today, who is away and who stands in for whom; to whom an alert goes that nobody has seen in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from lrrc_qol.domain.clinic_clock import Absence, Duty
from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Centre, EscalationChain, Staff, StaffAbsence
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work

NURSE = "nurse"
ALERT_ROLES = (NURSE, "clinician")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who handles alerts, whether the account is on or not."""

    id: int
    public_id: str
    name: str
    role: str
    active: bool


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody who handles alerts at a centre, who is there on a day, and the chain of escalation."""

    people: tuple[Colleague, ...]
    duty: Duty
    second_id: int | None
    surgeon_id: int | None

    @property
    def nurses(self) -> tuple[int, ...]:
        """All nurses with an account that is on."""
        return tuple(each.id for each in self.people if each.active and each.role == NURSE)

    def name(self, staff_id: int | None) -> str:
        """The name of one of them; empty for nobody."""
        return next((each.name for each in self.people if each.id == staff_id), "")


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """One absence as the page lists it."""

    public_id: str
    who: str
    cover: str
    first_day: date
    last_day: date | None
    now: bool


def read_team(work: Work, centre_id: int) -> Team:
    """The team as it stands at the centre's date; three statements besides the centre."""
    centre = work.session.get_one(Centre, centre_id)
    staff = select(Staff).where(Staff.centre_id == centre_id, Staff.role.in_(ALERT_ROLES)).order_by(Staff.name)
    people = tuple(
        Colleague(row.id, row.public_id, row.name, row.role, row.active) for row in work.session.scalars(staff)
    )
    chain = work.session.scalars(
        select(EscalationChain)
        .where(EscalationChain.centre_id == centre_id)
        .order_by(EscalationChain.id.desc())
        .limit(1)
    ).first()
    duty = Duty(
        day=work.today_in(centre.timezone),
        active=frozenset(each.id for each in people if each.active),
        absences=tuple(
            Absence(row.staff_id, row.first_day, row.last_day, row.cover_id) for row in _absences(work, centre_id)
        ),
    )
    return Team(people, duty, chain.second_id if chain else None, chain.surgeon_id if chain else None)


def read_absences(work: Work) -> tuple[AbsenceLine, ...]:
    """The absences of the actor's centre that have not ended, earliest first."""
    team = read_team(work, work.actor.centre())
    today = team.duty.day
    return tuple(
        AbsenceLine(
            row.public_id,
            team.name(row.staff_id),
            team.name(row.cover_id),
            row.first_day,
            row.last_day,
            now=row.first_day <= today,
        )
        for row in sorted(_absences(work, work.actor.centre()), key=lambda row: (row.first_day, row.id))
        if row.last_day is None or row.last_day >= today
    )


def note_absence(work: Work, *, who: str, cover: str, first_day: date, last_day: date | None) -> None:
    """Write down days away, with who stands in; people by public id, an empty cover is nobody. InvalidInput."""
    team = read_team(work, work.actor.centre())
    by_public_id = {each.public_id: each for each in team.people}
    person, stand_in = by_public_id.get(who), by_public_id.get(cover)
    faults = {}
    if person is None:
        faults["who"] = "Choose who is away."
    if cover and (stand_in is None or not stand_in.active or stand_in == person):
        faults["cover"] = "Choose a colleague whose account is on."
    if last_day is not None and last_day < first_day:
        faults["last_day"] = "The last day lies before the first."
    if faults or person is None:
        raise InvalidInput(faults)
    row = StaffAbsence(
        public_id=new_public_id(),
        centre_id=work.actor.centre(),
        staff_id=person.id,
        cover_id=stand_in.id if stand_in else None,
        first_day=first_day,
        last_day=last_day,
        noted_at=work.now,
        noted_by=work.actor.id,
    )
    work.session.add(row)
    work.session.flush()
    detail = {
        "staff": person.id,
        "cover": row.cover_id,
        "first_day": first_day.isoformat(),
        "last_day": last_day.isoformat() if last_day else None,
    }
    _note(work, "noted_absence", "staff_absence", row.id, detail)


def revoke_absence(work: Work, public_id: str) -> None:
    """Take an absence back: the person is there. NotFound."""
    row = work.session.scalars(
        select(StaffAbsence)
        .where(StaffAbsence.public_id == public_id, StaffAbsence.centre_id == work.actor.centre())
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound("no such absence")
    if row.revoked_at is None:
        row.revoked_at = work.now
        row.revoked_by = work.actor.id
        _note(work, "revoked_absence", "staff_absence", row.id, {"staff": row.staff_id})


def set_chain(work: Work, *, second: str, surgeon: str) -> None:
    """Name to whom alerts are passed on, by public id; empty for nobody. InvalidInput."""
    team = read_team(work, work.actor.centre())
    by_public_id = {each.public_id: each for each in team.people if each.active}
    faults = {
        name: "Choose somebody whose account is on."
        for name, chosen in (("second", second), ("surgeon", surgeon))
        if chosen and chosen not in by_public_id
    }
    if not faults and second and second == surgeon:
        faults["surgeon"] = "Choose two people."
    if faults:
        raise InvalidInput(faults)
    row = EscalationChain(
        centre_id=work.actor.centre(),
        second_id=by_public_id[second].id if second else None,
        surgeon_id=by_public_id[surgeon].id if surgeon else None,
        set_at=work.now,
        set_by=work.actor.id,
    )
    if (row.second_id, row.surgeon_id) == (team.second_id, team.surgeon_id):
        return
    work.session.add(row)
    work.session.flush()
    _note(work, "set_escalation", "centre", row.centre_id, {"second": row.second_id, "surgeon": row.surgeon_id})


def _absences(work: Work, centre_id: int) -> Sequence[StaffAbsence]:
    query = select(StaffAbsence).where(StaffAbsence.centre_id == centre_id, StaffAbsence.revoked_at.is_(None))
    return work.session.scalars(query.order_by(StaffAbsence.id)).all()


def _note(work: Work, action: str, subject_kind: str, subject_id: int, detail: dict[str, int | str | None]) -> None:
    audit.record(
        work, action, subject_kind=subject_kind, subject_id=subject_id, centre_id=work.actor.centre(), detail=detail
    )
