"""Check one section of the clinical record: what cannot be is refused, what does not go together is doubted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from lrrc_qol.domain.clinical_record.doubts import doubts
from lrrc_qol.domain.clinical_record.facts import Finding, Findings, RecordFacts
from lrrc_qol.domain.clinical_record.fields import Content, Field, FieldKind, RecordRules, Section, day_of, tidied


def check_section(rules: RecordRules, section_id: str, content: Content, facts: RecordFacts) -> Findings:
    """Check a row of a section as it was entered; KeyError when there is no such section.

    Days are compared only when every value is of its kind, so a typing error is named once.
    """
    section = rules.section(section_id)
    kept = tidied(section, content)
    refusals = tuple(_kind_faults(section, kept)) or tuple(_day_faults(section, kept, facts))
    return Findings(refusals, () if refusals else tuple(doubts(rules, section, kept, facts)))


def _kind_faults(section: Section, content: Content) -> Iterator[Finding]:
    known = {one.id: one for one in section.fields()}
    for name, value in content.items():
        fault = _value_fault(known[name], value) if name in known else "There is no such field."
        if fault:
            yield Finding((name,), fault)
    for field in known.values():
        if field.required and field.id not in content:
            yield Finding((field.id,), "Choose one." if field.options else "Fill this in.")


def _value_fault(field: Field, value: Any) -> str:
    """Why a value is not one of its field; empty when it is."""
    return _BY_KIND[field.kind](field, value)


def _choice_fault(field: Field, value: Any) -> str:
    return "" if isinstance(value, str) and value in _codes(field) else "Choose one of the list."


def _choices_fault(field: Field, value: Any) -> str:
    if not isinstance(value, list | tuple) or any(one not in _codes(field) for one in value):
        return "Choose from the list."
    if "none" in value and len(value) > 1:
        return "Choose either none or the others."
    return ""


def _date_fault(field: Field, value: Any) -> str:
    return "" if day_of({field.id: value}, field.id) else "Enter a day as year-month-day."


def _number_fault(field: Field, value: Any) -> str:
    unit = f" {field.unit}" if field.unit else ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"Enter a number{f' in{unit}' if unit else ''}."
    lowest, highest = field.lowest or 0, field.highest or 0
    return "" if lowest <= value <= highest else f"Enter a number from {lowest:g} to {highest:g}{unit}."


def _flag_fault(_: Field, value: Any) -> str:
    return "" if isinstance(value, bool) else "Choose yes, no or not known."


def _text_fault(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        return "Enter a text."
    longest = int(field.highest or 0)
    return f"At most {longest} characters." if len(value) > longest else ""


def _codes(field: Field) -> list[str]:
    return [one.code for one in field.options]


_BY_KIND: dict[FieldKind, Callable[[Field, Any], str]] = {
    FieldKind.CHOICE: _choice_fault,
    FieldKind.CHOICES: _choices_fault,
    FieldKind.DATE: _date_fault,
    FieldKind.NUMBER: _number_fault,
    FieldKind.FLAG: _flag_fault,
    FieldKind.TEXT: _text_fault,
}


def _day_faults(section: Section, content: Content, facts: RecordFacts) -> Iterator[Finding]:
    """Days that cannot be: outside a life, or in the wrong order."""
    for field in section.fields():
        day = day_of(content, field.id) if field.kind is FieldKind.DATE else None
        fault = _outside_life(day, facts) if day else ""
        if fault:
            yield Finding((field.id,), fault)
    yield from _order_faults(section, content)
    begun = day_of(content, "happened_on")
    if section.id == "complication" and begun and facts.surgery_on and begun < facts.surgery_on:
        yield Finding(("happened_on",), f"This is before the operation ({facts.surgery_on.isoformat()}).")


def _outside_life(day: date, facts: RecordFacts) -> str:
    if day > facts.today:
        return "This day has not come yet."
    if day < facts.born_on:
        return "This is before the date of birth."
    if facts.died_on and day > facts.died_on:
        return f"This is after the patient's death ({facts.died_on.isoformat()})."
    return ""


# Of each pair the second day is not before the first.
_IN_ORDER = (
    ("primary_surgery_on", "recurrence_found_on", "A recurrence is found after the primary operation."),
    ("started_on", "stopped_on", "This is before the treatment started."),
    ("happened_on", "resolved_on", "This is before the complication began."),
)


def _order_faults(section: Section, content: Content) -> Iterator[Finding]:
    known = {one.id for one in section.fields()}
    for earlier, later, text in _IN_ORDER:
        first, second = day_of(content, earlier), day_of(content, later)
        if {earlier, later} <= known and first and second and second < first:
            yield Finding((later, earlier), f"{text} ({first.isoformat()})")
