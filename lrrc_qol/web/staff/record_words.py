"""The clinical record in few words: lines for the overview of a patient, and signs on the recovery curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from lrrc_qol.charts.axes import DayNote
from lrrc_qol.domain.clinical_record import Content, RecordRules, Section, codes_of, day_of
from lrrc_qol.services.clinical_record.store import Entry

Rows = Mapping[str, Sequence[Entry]]

GRADES = ("i", "ii", "iiia", "iiib", "iva", "ivb", "v")


def record_lines(rules: RecordRules, rows: Rows) -> tuple[tuple[str, str], ...]:
    """What was done and what went wrong, as headings with their words; what is not filled in has no line."""
    operation = next((one.content or {} for one in rows.get("operation", ())), {})
    complications = [one.content or {} for one in rows.get("complication", ())]
    lines = (
        ("Exenteration", _extent(rules.section("operation"), operation)),
        ("Margin", _margin(rules.section("operation"), operation)),
        ("Stomas", _labels(rules.section("operation"), operation, "stomas")),
        ("Complications", _worst(rules.section("complication"), complications)),
    )
    return tuple((heading, words[0].upper() + words[1:]) for heading, words in lines if words)


def record_notes(rules: RecordRules, rows: Rows, surgery_on: date | None) -> tuple[DayNote, ...]:
    """Complications and treatments on days since the operation, in order; those of one day stand together."""
    found: dict[int, list[str]] = {}
    for day, words in (*_complication_days(rules, rows), *_treatment_days(rules, rows)):
        if surgery_on is not None:
            found.setdefault((day - surgery_on).days, []).append(words)
    return tuple(DayNote(day, ", ".join(words)) for day, words in sorted(found.items()))


def _complication_days(rules: RecordRules, rows: Rows) -> Iterator[tuple[date, str]]:
    for row in rows.get("complication", ()):
        content = row.content or {}
        if began := day_of(content, "happened_on"):
            yield began, f"{_short(rules, 'complication', 'type', content)} {_grade(rules, content)}"


def _treatment_days(rules: RecordRules, rows: Rows) -> Iterator[tuple[date, str]]:
    for row in rows.get("treatment", ()):
        content = row.content or {}
        for name, word in (("started_on", "start"), ("stopped_on", "end")):
            if day := day_of(content, name):
                yield day, f"{_short(rules, 'treatment', 'kind', content)} {word}"


def _extent(section: Section, operation: Content) -> str:
    parts = [_labels(section, operation, "extent")]
    if operation.get("sacrectomy") is True:
        parts.append(f"sacrectomy {_labels(section, operation, 'sacrectomy_level')}".strip())
    nerves = _labels(section, operation, "nerves", between="; ")
    parts.append(f"nerves cut: {nerves}" if nerves else "")
    return "; ".join(part for part in parts if part)


def _margin(section: Section, operation: Content) -> str:
    words = _labels(section, operation, "margin")
    distance = operation.get("margin_mm")
    return words if distance is None else f"{words}, {distance:g} mm"


def _worst(section: Section, complications: Sequence[Content]) -> str:
    if not complications:
        return ""
    grades = [str(one.get("grade")) for one in complications]
    worst = max(grades, key=lambda grade: GRADES.index(grade) if grade in GRADES else -1)
    words = f"{len(complications)}, highest grade {section.field('grade').label_of(worst)}"
    return f"{words}; empty pelvis syndrome" if any(one.get("eps") is True for one in complications) else words


def _labels(section: Section, content: Content, name: str, *, between: str = ", ") -> str:
    """The words of the chosen codes without what stands in brackets, in small letters but for names like R0."""
    field = section.field(name)
    labels = [field.label_of(code).partition(" (")[0] for code in codes_of(content.get(name))]
    return between.join(one if one[1:2].isdigit() else one[:1].lower() + one[1:] for one in labels)


def _short(rules: RecordRules, section: str, name: str, content: Content) -> str:
    code = str(content.get(name))
    option = rules.section(section).field(name).option(code)
    return code if option is None else option.short


def _grade(rules: RecordRules, content: Content) -> str:
    return rules.section("complication").field("grade").label_of(str(content.get("grade")))
