"""The shape of the clinical record: sections, fields and picklists arrive as data; contents are tidied by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from lrrc_qol.domain.instrument import Confidence

Content = Mapping[str, Any]
"""One row of a section by field: codes, lists of codes, ISO dates as text, numbers, true or false. Empty is absent."""


class FieldKind(StrEnum):
    """What a field holds. A flag is yes, no, or absent for not known."""

    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    NUMBER = "number"
    FLAG = "flag"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a picklist; `short` is its name where there is little room, `sex` when only such a person has it."""

    code: str
    label: str
    short: str
    sex: str | None
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Condition:
    """Another field of the section and its codes; of a flag the codes are `yes` and `no`."""

    field: str
    codes: tuple[str, ...]

    def met(self, content: Content) -> bool:
        """Whether the other field has one of the codes."""
        return bool(set(self.codes).intersection(codes_of(content.get(self.field))))


@dataclass(frozen=True, slots=True)
class DefaultFrom:
    """What a field that stays empty gets: the value for the code of another field, or `otherwise`."""

    field: str
    values: Mapping[str, str | bool]
    otherwise: str | bool | None

    def value(self, content: Content) -> str | bool | None:
        """The value for this content; None when there is none, or when the other field is empty too."""
        found = codes_of(content.get(self.field))
        return next((self.values[code] for code in found if code in self.values), self.otherwise if found else None)


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `when` is None for a field that always means something; `highest` of a text is its longest length."""

    id: str
    label: str
    kind: FieldKind
    options: tuple[Option, ...] = ()
    unit: str | None = None
    lowest: float | None = None
    highest: float | None = None
    hint: str = ""
    required: bool = False
    default: str | bool | None = None
    default_from: DefaultFrom | None = None
    when: Condition | None = None
    source: str = ""
    confidence: Confidence = Confidence.DESIGN

    def option(self, code: str) -> Option | None:
        """The option of a code; None for one that is not listed any more."""
        return next((one for one in self.options if one.code == code), None)

    def label_of(self, code: str) -> str:
        """The words of a code; a code that is not listed any more stands for itself."""
        option = self.option(code)
        return code if option is None else option.label


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together on a page."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the record, there once or `many` times."""

    id: str
    title: str
    many: bool
    groups: tuple[Group, ...]

    def fields(self) -> Iterator[Field]:
        """All fields in the order of the form."""
        for group in self.groups:
            yield from group.fields

    def field(self, field_id: str) -> Field:
        """The field of that id; KeyError when the section has none."""
        found = next((one for one in self.fields() if one.id == field_id), None)
        if found is None:
            raise KeyError(field_id)
        return found


@dataclass(frozen=True, slots=True)
class RecordRules:
    """The whole record. Re-irradiation earlier than `reirradiation_after_months` after radiotherapy is doubted.

    `total_expects` are the structures that a total exenteration is expected to take.
    """

    version: str
    sections: tuple[Section, ...]
    reirradiation_after_months: int
    total_expects: tuple[str, ...]

    def section(self, section_id: str) -> Section:
        """The section of that id; KeyError when there is none."""
        found = next((one for one in self.sections if one.id == section_id), None)
        if found is None:
            raise KeyError(section_id)
        return found


def codes_of(value: Any) -> tuple[str, ...]:
    """The codes that a value of a choice, choices or flag stands for."""
    if isinstance(value, bool):
        return ("yes",) if value else ("no",)
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence):
        return tuple(one for one in value if isinstance(one, str))
    return ()


def day_of(content: Content, field_id: str) -> date | None:
    """The day in a date field; None when it is empty or cannot be read."""
    value = content.get(field_id)
    if not isinstance(value, str):
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.isoformat() == value else None  # not 20230131, not 2023-W05-2


def tidied(section: Section, content: Content) -> dict[str, Any]:
    """The content as it is stored: empty values left out, codes in the order of the list and once, defaults filled in.

    What is not of the right kind stays as it is, for the check to name it.
    """
    kept = {name: _tidy_value(section, name, value) for name, value in content.items()}
    kept = {name: value for name, value in kept.items() if value not in (None, "", [])}
    for field in section.fields():
        value = field.default_from.value(kept) if field.default_from and field.id not in kept else None
        if value is not None and (field.when is None or field.when.met(kept)):
            kept[field.id] = value
    return kept


def _tidy_value(section: Section, name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if not isinstance(value, list | tuple):
        return value
    try:
        order = [one.code for one in section.field(name).options]
    except KeyError:
        return list(value)
    return [code for code in order if code in value] + [code for code in value if code not in order]
