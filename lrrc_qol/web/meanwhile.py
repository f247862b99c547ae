"""Two people on one record: what somebody else stored meanwhile, field by field, while what was typed stays.

A page that shows stored values posts them back beside the typed ones (`seen_now`, macro `seen_fields`); a page that is
shown again because of a mistake in it keeps those it was sent (`seen_before`). When the write turns out to be stale,
`take_over` compares three values of each field: the one seen, the one stored now and the one typed. A field the person
left alone takes the new value; a field the person changed keeps what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wtforms import Field, RadioField, SelectField, SelectMultipleField

from lrrc_qol.web.staff_form import StaffForm

SEEN = "seen-"
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A field that somebody else changed: the words it had, has now, and, where they differ, those typed here."""

    field_id: str
    label: str
    was: str
    now: str
    typed: str | None


def seen_now(stored: StaffForm, *, version: int | None = None) -> dict[str, str]:
    """The hidden fields of a page that shows what is stored: each value, and the version it was read at."""
    seen = {SEEN + field.name: raw(field) for field in stored}
    return seen if version is None else seen | {"version": str(version)}


def seen_before(sent: Mapping[str, str]) -> dict[str, str]:
    """The hidden fields of the page that was sent, to be sent once more."""
    return {name: value for name, value in sent.items() if name.startswith(SEEN) or name == "version"}


def take_over(form: StaffForm, *, stored: StaffForm, sent: Mapping[str, str]) -> tuple[Overtaken, ...]:
    """The fields of `form` that changed between the page that was sent and `stored`, in page order.

    Fields whose typed value is the one that was seen take the stored value. A field without a `seen-` value in `sent`
    is not looked at.
    """
    kept = {field.name: field for field in stored}
    found = []
    for field in form:
        before, fresh = sent.get(SEEN + field.name), kept.get(field.name)
        if before is None or fresh is None or before == raw(fresh):
            continue
        typed = None if raw(field) in (before, raw(fresh)) else _words(field, raw(field))
        target = f"{field.id}-0" if isinstance(field, RadioField) else field.id
        found.append(Overtaken(target, field.label.text, _words(field, before), _words(field, raw(fresh)), typed))
        if typed is None:
            field.data, field.raw_data = fresh.data, None
    return tuple(found)


def raw(field: Field) -> str:
    """The value of a field as its page sends it; several choices are joined by commas."""
    if isinstance(field, SelectMultipleField):
        return ",".join(sorted(str(one) for one in field.data or ()))
    if isinstance(field, RadioField | SelectField):
        return "" if field.data is None else str(field.data)
    # Only text inputs have the private method, which is what their own widget shows.
    shown = field._value() if hasattr(field, "_value") else field.data
    return "" if shown is None else str(shown)


def _words(field: Field, value: str) -> str:
    """A raw value as the person reads it on the page."""
    if isinstance(field, SelectMultipleField | RadioField | SelectField):
        names = {str(choice[0]): str(choice[1]) for choice in field.choices or ()}
        chosen = value.split(",") if isinstance(field, SelectMultipleField) else [value]
        return ", ".join(names.get(one, one) for one in chosen if one) or NOTHING
    return value or NOTHING
