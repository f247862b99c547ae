"""The clinical record as it is read: words for values, and what each version of a row changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lrrc_qol.domain.clinical_record import Content, Field, FieldKind, RecordRules, Section, codes_of, day_of
from lrrc_qol.services.clinical_record.store import Entry
from lrrc_qol.web.staff_frame import short_day

YES_NO = {True: "yes", False: "no"}
# These stand with the name of a row, not in a column of their own.
BESIDE_THE_NAME = frozenset({FieldKind.TEXT, FieldKind.FLAG})


@dataclass(frozen=True, slots=True)
class Line:
    """A field in words."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a row: who saved it when, and what is in it (the first) or was changed by it (the others)."""

    entry: Entry
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """A row with its versions, newest first; `removed` has the version that took it back, if one did."""

    entry: Entry
    name: str
    cells: tuple[Line, ...]
    marks: tuple[str, ...]
    notes: tuple[str, ...]
    versions: tuple[Version, ...]
    removed: Entry | None


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section with the rows that stand and those that were taken back."""

    section: Section
    columns: tuple[str, ...]
    rows: tuple[RowView, ...]
    removed: tuple[RowView, ...]

    def groups(self) -> Iterator[tuple[str, list[Line]]]:
        """What is filled in of a section that is there once, group by group."""
        content = self.rows[0].entry.content or {}
        for group in self.section.groups:
            lines = [Line(one.label, value_words(one, content)) for one in group.fields if one.id in content]
            if lines:
                yield group.title, lines


def section_views(rules: RecordRules, versions: Mapping[tuple[str, str], Sequence[Entry]]) -> tuple[SectionView, ...]:
    """All sections in their order; rows that have a day are sorted by it, the others follow as they were entered."""
    return tuple(_section_view(section, versions) for section in rules.sections)


def value_words(field: Field, content: Content) -> str:
    """The value of a field as people read it; a dash when it is empty."""
    value = content.get(field.id)
    if value is None:
        return "–"
    day = day_of(content, field.id) if field.kind is FieldKind.DATE else None
    if day:
        return short_day(day)
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, int | float):
        return f"{value:g} {field.unit or ''}".strip()
    return str(value) if field.kind is FieldKind.TEXT else ", ".join(field.label_of(code) for code in codes_of(value))


def row_name(section: Section, content: Content) -> str:
    """What a row is called: the section where it is there once, else the words of its first field."""
    return value_words(next(section.fields()), content) if section.many else section.title


def _section_view(section: Section, versions: Mapping[tuple[str, str], Sequence[Entry]]) -> SectionView:
    rows = [_row_view(section, found) for (name, _), found in versions.items() if name == section.id]
    rows.sort(key=lambda row: _first_day(section, row.entry.content or {}) or date.max)
    return SectionView(
        section=section,
        columns=tuple(one.label for one in _columns(section)),
        rows=tuple(row for row in rows if row.removed is None),
        removed=tuple(row for row in rows if row.removed is not None),
    )


def _row_view(section: Section, versions: Sequence[Entry]) -> RowView:
    standing = [one for one in versions if one.content is not None]
    content = standing[-1].content or {}
    return RowView(
        entry=standing[-1],
        name=row_name(section, content),
        cells=tuple(Line(one.label, value_words(one, content)) for one in _columns(section)),
        marks=tuple(one.label for one in section.fields() if content.get(one.id) is True),
        notes=tuple(
            str(content[one.id]) for one in section.fields() if one.kind is FieldKind.TEXT and one.id in content
        ),
        versions=tuple(reversed(list(_told(section, versions)))),
        removed=versions[-1] if versions[-1].content is None else None,
    )


def _columns(section: Section) -> list[Field]:
    return [one for one in list(section.fields())[1:] if one.kind not in BESIDE_THE_NAME]


def _told(section: Section, versions: Sequence[Entry]) -> Iterator[Version]:
    before: Mapping[str, Any] = {}
    for entry in versions:
        after = entry.content or {}
        yield Version(entry, tuple(_changes(section, before, after)) if entry.content is not None else ())
        before = after


def _changes(section: Section, before: Content, after: Content) -> Iterator[Line]:
    for field in section.fields():
        if before.get(field.id) == after.get(field.id):
            continue
        words = value_words(field, after)
        yield Line(field.label, f"{value_words(field, before)} → {words}" if before else words)


def _first_day(section: Section, content: Content) -> date | None:
    return next((day for one in section.fields() if (day := day_of(content, one.id))), None)
