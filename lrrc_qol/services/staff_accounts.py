"""Centres and the accounts of their staff: made, given a new password, switched off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound, UnknownProtocol
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Centre, Staff
from lrrc_qol.persistence.upsert import insert_unless_there
from lrrc_qol.services import audit
from lrrc_qol.services.clinic.calendar import calendar_of, reset_clocks
from lrrc_qol.services.context import Work
from lrrc_qol.services.password_policy import hash_password, password_fault, password_matches
from lrrc_qol.services.throttle import check, clear, register_failure

ROLES = ("nurse", "clinician", "coordinator", "researcher", "admin")
NAME_LIMIT = 120
CODE_LIMIT = 32
PASSWORD_TRIES = 10
TRIES_WINDOW_MINUTES = 15
TRIES_WAIT_MINUTES = 1


@dataclass(frozen=True, slots=True)
class NewCentre:
    """A hospital. `clinic_hours` maps mon..sun to (opens, closes) as "HH:MM"; a day that is absent is closed."""

    code: str
    name: str
    timezone: str
    emergency_phone: str = ""
    ward_phone: str = ""
    nurse_phone: str = ""
    reply_to: str = ""
    sender_name: str = ""
    clinic_hours: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    protocol_id: str = "pe12"


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A member of staff with one role (one of ROLES) in one centre."""

    email: str
    name: str
    role: str
    centre_code: str
    password: str


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """The outcome: changed, or a message for each field that was not right."""

    changed: bool
    fields: Mapping[str, str] = field(default_factory=dict)


def add_centre(work: Work, centre: NewCentre) -> int:
    """Add a centre and return its id; InvalidInput names each field that cannot be right or is taken."""
    faults = _centre_faults(work, centre)
    if faults:
        raise InvalidInput(faults)
    values = asdict(centre) | {
        "code": centre.code.strip(),
        "name": centre.name.strip(),
        "sender_name": centre.sender_name.strip() or centre.name.strip()[:NAME_LIMIT],
        "clinic_hours": {day: list(span) for day, span in centre.clinic_hours.items()},
        "created_at": work.now,
    }
    centre_id = insert_unless_there(work.session, Centre, values)
    if centre_id is None:
        raise InvalidInput({"code": f"There is a centre {centre.code} already."})
    _note(work, "added_centre", "centre", centre_id, centre_id=centre_id, detail={"code": centre.code})
    return centre_id


def update_centre(work: Work, code: str, changes: Mapping[str, Any]) -> None:
    """Change the contacts, hours, name or time zone of a centre; NotFound, InvalidInput as for a new one."""
    centre = work.session.scalars(select(Centre).where(Centre.code == code).with_for_update()).first()
    if centre is None:
        raise NotFound(f"there is no centre {code}")
    before = {name: getattr(centre, name) for name in changes}
    as_new = {name: getattr(centre, name) for name in NewCentre.__dataclass_fields__} | dict(changes)
    faults = _centre_faults(work, NewCentre(**as_new))
    if faults:
        raise InvalidInput(faults)
    calendar = calendar_of(centre)
    for name, value in changes.items():
        setattr(centre, name, value)
    reset_clocks(work, centre, calendar)
    detail = {"old": before, "new": dict(changes)}
    _note(work, "updated_centre", "centre", centre.id, centre_id=centre.id, detail=detail)


def add_staff(work: Work, staff: NewStaff) -> str:
    """Add an account and return its public id; InvalidInput names each field that cannot be right or is taken."""
    email = normal_email(staff.email, lenient=work.settings.open_doors)
    centre = work.session.scalar(select(Centre).where(Centre.code == staff.centre_code))
    faults = _staff_faults(staff, email=email, centre=centre)
    if faults or centre is None or email is None:
        raise InvalidInput(faults)
    public_id = new_public_id()
    staff_id = insert_unless_there(
        work.session,
        Staff,
        {
            "public_id": public_id,
            "centre_id": centre.id,
            "email": email,
            "name": " ".join(staff.name.split()),
            "role": staff.role,
            "password_hash": hash_password(staff.password),
            "session_version": 1,
            "active": True,
            "created_at": work.now,
        },
    )
    if staff_id is None:
        raise InvalidInput({"email": "There is an account with this address already."})
    _note(work, "added_staff", "staff", staff_id, centre_id=centre.id, detail={"role": staff.role})
    return public_id


def change_password(work: Work, staff_id: int, *, current: str, new: str) -> PasswordChange:
    """Replace one's own password and end every session of the account, this one included.

    Wrong current passwords are counted; the count is part of this transaction, so a refusal is returned, not raised.
    """
    staff = work.session.scalars(select(Staff).where(Staff.id == staff_id).with_for_update()).one()
    key = f"password:{staff.id}"
    waiting = check(work, key)
    if waiting.blocked:
        return PasswordChange(False, {"current_password": f"Please wait {waiting.wait_seconds} seconds and try again."})
    if not password_matches(staff.password_hash, current):
        register_failure(
            work,
            key,
            limit=PASSWORD_TRIES,
            window_minutes=TRIES_WINDOW_MINUTES,
            block_minutes=TRIES_WAIT_MINUTES,
        )
        return PasswordChange(False, {"current_password": "This is not your present password."})
    fault = password_fault(new, email=staff.email)
    if fault is None and password_matches(staff.password_hash, new):
        fault = "This is the password you have now. Choose another."
    if fault:
        return PasswordChange(False, {"new_password": fault})
    clear(work, key)
    _set_password(work, staff, new)
    return PasswordChange(True)


def reset_password(work: Work, email: str, password: str) -> None:
    """Give an account a new password and end its sessions; for the operator of the machine. NotFound, InvalidInput."""
    address = normal_email(email, lenient=True)
    staff = work.session.scalars(select(Staff).where(Staff.email == address).with_for_update()).first()
    if staff is None:
        raise NotFound(f"there is no account {email}")
    fault = password_fault(password, email=staff.email)
    if fault:
        raise InvalidInput({"password": fault})
    _set_password(work, staff, password)


def set_active(work: Work, staff_public_id: str, *, active: bool) -> None:
    """Switch an account of the actor's centre off or on; off ends its sessions at once. NotFound, InvalidInput."""
    staff = work.session.scalars(
        select(Staff)
        .where(Staff.public_id == staff_public_id, Staff.centre_id == work.actor.centre())
        .with_for_update()
    ).first()
    if staff is None:
        raise NotFound("no such account")
    if staff.id == work.actor.id:
        raise InvalidInput({"staff": "You cannot switch off your own account."})
    if staff.active == active:
        return
    staff.active = active
    staff.session_version += 1
    verb = "enabled_staff" if active else "disabled_staff"
    _note(work, verb, "staff", staff.id, centre_id=staff.centre_id, detail={"active": active})


def normal_email(text: str, *, lenient: bool) -> str | None:
    """The address as it is stored: normal form, lower case; None when it cannot be one. `lenient` allows .test."""
    try:
        address = validate_email(text.strip(), check_deliverability=False, test_environment=lenient).normalized
    except EmailNotValidError:
        return None
    return address.casefold()


def _set_password(work: Work, staff: Staff, password: str) -> None:
    staff.password_hash = hash_password(password)
    staff.session_version += 1
    _note(work, "changed_password", "staff", staff.id, centre_id=staff.centre_id)


def _centre_faults(work: Work, centre: NewCentre) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not 1 <= len(centre.code.strip()) <= CODE_LIMIT:
        faults["code"] = f"Give a code of 1 to {CODE_LIMIT} characters."
    if not centre.name.strip():
        faults["name"] = "Give the name of the centre."
    if centre.timezone not in available_timezones():
        faults["timezone"] = f"There is no time zone {centre.timezone!r}; use a name such as Europe/Stockholm."
    if centre.reply_to and normal_email(centre.reply_to, lenient=work.settings.open_doors) is None:
        faults["reply_to"] = "This cannot be an e-mail address."
    try:
        work.catalogue.protocol(centre.protocol_id)
    except UnknownProtocol as error:
        faults["protocol"] = str(error)
    return faults


def _staff_faults(staff: NewStaff, *, email: str | None, centre: Centre | None) -> dict[str, str]:
    faults: dict[str, str] = {}
    if email is None:
        faults["email"] = "This cannot be an e-mail address."
    if centre is None:
        faults["centre"] = f"There is no centre {staff.centre_code!r}. Add it first: flask centres add"
    if not 1 <= len(" ".join(staff.name.split())) <= NAME_LIMIT:
        faults["name"] = f"Give a name of at most {NAME_LIMIT} characters."
    if staff.role not in ROLES:
        faults["role"] = f"There is no role {staff.role!r}. Roles: {', '.join(ROLES)}."
    password = password_fault(staff.password, email=staff.email)
    if password:
        faults["password"] = password
    return faults


def _note(
    work: Work,
    action: str,
    subject_kind: str,
    subject_id: int,
    *,
    centre_id: int,
    detail: dict[str, Any] | None = None,
) -> None:
    audit.record(
        work, action, subject_kind=subject_kind, subject_id=subject_id, centre_id=centre_id, detail=detail or {}
    )
