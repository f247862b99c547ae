"""The form of one row of the clinical record, made from its section; the catalogue's checks are the only ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Any

from wtforms import Field as FormField
from wtforms import FloatField, RadioField, SelectField, TextAreaField
from wtforms.widgets import TextInput

from lrrc_qol.domain.clinical_record import Content, Field, FieldKind, Finding, Group, Section, codes_of, day_of
from lrrc_qol.web.fields import CheckList, CivilDateField, KnownField, known_value
from lrrc_qol.web.staff_form import StaffForm

NOT_STATED = ("", "Not stated")
# A longer list is quicker to read as one that opens.
MOST_BUTTONS = 8
# Labels up to this length stand in narrow columns, two beside each other on a phone.
SHORT_LABEL = 22
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


class NumberField(FloatField):
    """A number with a comma or a point; a whole one is an int. What is no number comes back as it was typed."""

    widget = TextInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the one value that was sent; an empty one is no number."""
        text = "".join(valuelist).strip()
        self.data = None
        if not text:
            return
        if not NUMBER.fullmatch(text):
            raise ValueError("Enter a number, like 45 or 1.5.")
        number = float(text.replace(",", "."))
        self.data = int(number) if number.is_integer() else number

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:g}"


class RecordForm(StaffForm):
    """The fields of one section; `record_form` makes one."""

    section: Section

    def content(self) -> dict[str, Any]:
        """What is filled in, by field, as the record keeps it."""
        kept = {one.id: _kept(self[one.id]) for one in self.section.fields()}
        return {name: value for name, value in kept.items() if value not in (None, "", [])}

    def groups(self) -> Iterator[tuple[Group, list[tuple[Field, FormField]]]]:
        """Each group with its fields in the data and on the page."""
        for group in self.section.groups:
            yield group, [(one, self[one.id]) for one in group.fields]

    def target(self, name: str) -> str:
        """The id of the element that a link to a field leads to."""
        if name not in self:
            return ""
        return f"{self[name].id}-0" if isinstance(self[name], RadioField) else str(self[name].id)

    def narrow(self, name: str) -> bool:
        """Whether the choices of a field are short enough for two beside each other on a phone."""
        return all(len(one.label) <= SHORT_LABEL for one in self.section.field(name).options)

    def add_refusals(self, refusals: Sequence[Finding]) -> None:
        """Put what cannot be beside its fields, but no second message beside one that could not be read."""
        unread = {field.name for field in self if field.errors}
        for one in refusals:
            name = one.fields[0] if one.fields else ""
            if name not in unread:
                self.add_faults({name: one.text})

    def only_with(self, field: Field) -> str:
        """Beside what a field means something, in words; empty where that goes without saying."""
        if field.when is None or len(field.when.codes) > 3:
            return ""
        other = self.section.field(field.when.field)
        names = {"yes": "yes", "no": "no"} if other.kind is FieldKind.FLAG else {}
        words = " or ".join(names.get(code) or other.label_of(code) for code in field.when.codes)
        return f"Only with {other.label}: {words}."


def record_form(section: Section, sex: str, sent: Any = None, content: Content | None = None) -> RecordForm:
    """The form with what was `sent`, or else with the stored `content`, or else as a new one opens."""
    stored = defaults_of(section) if content is None else content
    fields = {one.id: _MAKERS[one.kind](one, sex, stored) for one in section.fields()}
    made = type("SectionForm", (RecordForm,), fields | {"section": section})
    opening = {one.id: _shown(one, stored) for one in section.fields()} if sent is None else None
    form: RecordForm = made(sent, data=opening)
    return form


def defaults_of(section: Section) -> dict[str, Any]:
    """What a form that nobody filled in yet shows as chosen."""
    return {one.id: one.default for one in section.fields() if one.default is not None}


def mark_of(warnings: Sequence[Finding]) -> str:
    """What a page sends back to confirm just these warnings and no others."""
    return sha256("\n".join(one.text for one in warnings).encode()).hexdigest()[:32] if warnings else ""


def _choice(field: Field, sex: str, stored: Content) -> Any:
    choices = _offered(field, sex, stored)
    if len(choices) > MOST_BUTTONS:
        return SelectField(field.label, choices=[("", "Choose"), *choices], validate_choice=False, default="")
    buttons = choices if field.required else [*choices, NOT_STATED]
    return RadioField(field.label, choices=buttons, validate_choice=False, default="")


def _choices(field: Field, sex: str, stored: Content) -> Any:
    return CheckList(field.label, choices=_offered(field, sex, stored), validate_choice=False)


def _offered(field: Field, sex: str, stored: Content) -> list[tuple[str, str]]:
    """What the patient can have, and what is stored even so."""
    kept = codes_of(stored.get(field.id))
    return [(one.code, one.label) for one in field.options if one.sex in (None, sex) or one.code in kept]


_MAKERS: dict[FieldKind, Callable[[Field, str, Content], Any]] = {
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.DATE: lambda field, *_: CivilDateField(field.label),
    FieldKind.NUMBER: lambda field, *_: NumberField(field.label, render_kw={"inputmode": "decimal"}),
    FieldKind.FLAG: lambda field, *_: KnownField(field.label),
    FieldKind.TEXT: lambda field, *_: TextAreaField(field.label, render_kw={"rows": "3"}),
}


def _shown(field: Field, content: Content) -> Any:
    """A stored value as its form field takes it."""
    value = content.get(field.id)
    if field.kind is FieldKind.FLAG:
        return known_value(value if isinstance(value, bool) else None)
    if field.kind is FieldKind.DATE:
        return day_of(content, field.id)
    if field.kind in (FieldKind.CHOICE, FieldKind.TEXT):
        return value or ""
    return value


def _kept(form_field: FormField) -> Any:
    """What stands in a form field, as the record keeps it."""
    if isinstance(form_field, KnownField):
        return form_field.answer
    if isinstance(form_field, CivilDateField):
        return form_field.data.isoformat() if form_field.data else None
    return form_field.data
