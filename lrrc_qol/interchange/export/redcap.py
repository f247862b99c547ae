"""REDCap: data dictionary, data, events and their forms, to be uploaded to an empty longitudinal project.

Source of the layouts: REDCap's own upload templates (18 columns of the dictionary; events with day offsets; instrument
to event mappings). Every questionnaire version is one form; its scores and how it was answered stand at its end.
Labels are the short topics of this product: the wording of questionnaires belongs to their holders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lrrc_qol.domain.instrument import Instrument, Item, ItemKind
from lrrc_qol.interchange.export.files import table_file, write_table
from lrrc_qol.interchange.export.subject import ExportedForm, Subject, VisitLabel

DICTIONARY_HEADER = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
EVENTS_HEADER = (
    "event_name",
    "arm_num",
    "unique_event_name",
    "custom_event_label",
    "day_offset",
    "offset_min",
    "offset_max",
)
MAPPINGS_HEADER = ("arm_num", "unique_event_name", "form")
ARM = 1
DRAFT, COMPLETE = 1, 2
LONGEST_NAME = 26
"""REDCap's own advice for names of variables; longer ones are refused by some statistics programs."""
DECLINED, NOT_APPLICABLE = -98, -99
MISSING_CODES = {"declined": DECLINED, "not_applicable": NOT_APPLICABLE}
Cells = dict[str, object]
CODES_NOTE = f"{DECLINED} = did not want to answer; {NOT_APPLICABLE} = not applicable"
FACTS = (
    ("day", "Day answered, from the operation", "integer"),
    ("window", "in, early, late or unplanned against the visit's window", ""),
    ("mode", "Mode of answering", ""),
    ("resp", "Respondent", ""),
    ("lang", "Language", ""),
    ("isbase", "Baseline of the episode: 1 yes, 0 no", "integer"),
)
EPISODE_FORM = "episode"
EPISODE_FIELDS = (
    ("record_id", "Study id and number of the episode", ""),
    ("centre", "Code of the hospital", ""),
    ("baseline_kind", "Baseline: prospective, stale, recalled or none", ""),
)


@dataclass(frozen=True, slots=True)
class _Form:
    """The fields of one questionnaire version: `names` by what they hold."""

    name: str
    instrument: Instrument
    names: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class _Field:
    """One line of the dictionary."""

    name: str
    form: str
    label: str
    type: str = "text"
    header: str = ""
    choices: str = ""
    note: str = ""
    validation: str = ""
    number: str = ""

    def row(self) -> tuple[str, ...]:
        """Its eighteen cells."""
        start = (self.name, self.form, self.header, self.type, self.label, self.choices, self.note, self.validation)
        return (*start, *[""] * 6, self.number, "", "", "")


def write_redcap(subjects: Iterable[Subject], instruments: Sequence[Instrument], folder: Path) -> dict[str, int]:
    """Write the four files; how many forms, answers and scores stand in the data.

    Events are those that have data; their day offsets are those of the visit as planned in the first episode met.
    """
    forms = _forms_of(instruments)
    written = {"forms": 0, "answers": 0, "scores": 0}
    events: dict[str, tuple[VisitLabel, int | None, set[str]]] = {}
    columns = ["redcap_event_name", "centre", "baseline_kind", *_data_columns(forms.values())]
    with table_file(folder / "redcap_data.csv", ["record_id", *columns]) as table:
        for subject in subjects:
            for event, cells in _rows(subject, forms, written, events).items():
                cells |= {"redcap_event_name": event}
                table.add([subject.record_id, *(cells.get(column) for column in columns)])
    write_table(folder / "redcap_dictionary.csv", DICTIONARY_HEADER, _dictionary(forms.values()))
    write_table(folder / "redcap_events.csv", EVENTS_HEADER, _events(events))
    mappings = ((ARM, event, form) for event, (_, _, used) in events.items() for form in (EPISODE_FORM, *sorted(used)))
    write_table(folder / "redcap_mappings.csv", MAPPINGS_HEADER, mappings)
    return written


def unique_event_name(key: str) -> str:
    """REDCap's name of an event: `BL1` is `bl1_arm_1`."""
    return f"{re.sub(r'[^a-z0-9]+', '_', key.lower()).strip('_')}_arm_{ARM}"


def _forms_of(instruments: Sequence[Instrument]) -> dict[tuple[str, str], _Form]:
    several = {one.id for one in instruments if sum(other.id == one.id for other in instruments) > 1}
    taken: set[str] = {name for name, _, _ in EPISODE_FIELDS}
    forms: dict[tuple[str, str], _Form] = {}
    for one in instruments:
        name = _name(f"{one.id}_v{one.version}" if one.id in several else one.id)
        names: dict[tuple[str, str], str] = {}
        for kind, own in _fields(one):
            names[kind, own] = _unique(f"{name}_{'s_' if kind == 'scale' else ''}{own}", taken)
        forms[one.id, one.version] = _Form(name, one, names)
    return forms


def _fields(instrument: Instrument) -> Iterator[tuple[str, str]]:
    yield from (("item", item.id) for item in instrument.items)
    yield from (("scale", scale.id) for scale in instrument.scales)
    yield from (("fact", name) for name, _, _ in FACTS)


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _unique(text: str, taken: set[str]) -> str:
    """A variable name of allowed length that no other field has."""
    name = _name(text)[:LONGEST_NAME].rstrip("_")
    number = 2
    while name in taken:
        end = f"_{number}"
        name = _name(text)[: LONGEST_NAME - len(end)].rstrip("_") + end
        number += 1
    taken.add(name)
    return name


def _data_columns(forms: Iterable[_Form]) -> Iterator[str]:
    yield f"{EPISODE_FORM}_complete"
    for form in forms:
        yield from form.names.values()
        yield f"{form.name}_complete"


def _rows(
    subject: Subject,
    forms: Mapping[tuple[str, str], _Form],
    written: dict[str, int],
    events: dict[str, tuple[VisitLabel, int | None, set[str]]],
) -> dict[str, Cells]:
    """The cells of each event of one episode."""
    found: dict[str, Cells] = {}
    for each in subject.forms:
        event = unique_event_name(each.visit.key)
        form = forms[each.instrument.id, each.instrument.version]
        known = events.setdefault(event, (each.visit, subject.day(each.visit.due_on), set()))
        known[2].add(form.name)
        cells = found.setdefault(event, _episode_cells(subject))
        cells |= _cells(subject, each, form)
        written["forms"] += 1
        written["answers"] += len(each.answers)
        written["scores"] += len(each.scores)
    return found


def _episode_cells(subject: Subject) -> Cells:
    return {"centre": subject.centre, "baseline_kind": subject.baseline, f"{EPISODE_FORM}_complete": COMPLETE}


def _cells(subject: Subject, each: ExportedForm, form: _Form) -> Cells:
    cells: Cells = {
        form.names["item", answer.item.id]: MISSING_CODES.get(answer.kind, answer.value) for answer in each.answers
    }
    for score in each.scores:
        cells[form.names["scale", score.scale.id]] = score.value
    facts: Cells = {
        "day": subject.day(each.answered_on),
        "window": each.window,
        "mode": each.mode,
        "resp": each.respondent,
        "lang": each.language,
        "isbase": int(each.is_baseline),
    }
    cells |= {form.names["fact", name]: value for name, value in facts.items()}
    cells[f"{form.name}_complete"] = DRAFT if each.submitted_at is None else COMPLETE
    return cells


def _dictionary(forms: Iterable[_Form]) -> Iterator[tuple[str, ...]]:
    for name, label, kind in EPISODE_FIELDS:
        yield _Field(name, EPISODE_FORM, label, validation=kind).row()
    for form in forms:
        yield from _form_fields(form)


def _form_fields(form: _Form) -> Iterator[tuple[str, ...]]:
    header = f"{form.instrument.title} ({form.instrument.version})"
    for item in form.instrument.items:
        yield _item_field(form, item, header)
        header = ""
    for scale in form.instrument.scales:
        label = f"Score: {scale.name}"
        name = form.names["scale", scale.id]
        yield _Field(name, form.name, label, validation="number", note=scale.direction.value).row()
    for name, label, kind in FACTS:
        yield _Field(form.names["fact", name], form.name, label, validation=kind).row()


def _item_field(form: _Form, item: Item, header: str) -> tuple[str, ...]:
    field = _Field(form.names["item", item.id], form.name, item.topic, header=header, number=item.number)
    if item.kind is ItemKind.NUMBER:
        note = f"{min(item.codes)} to {max(item.codes)}; {CODES_NOTE}"
        return replace(field, note=note, validation="integer").row()
    choices = [(code, str(code)) for code in item.codes]
    choices += [(DECLINED, "did not want to answer"), (NOT_APPLICABLE, "not applicable")]
    listed = " | ".join(f"{code}, {label}" for code, label in choices)
    return replace(field, type="radio", choices=listed, note=CODES_NOTE).row()


def _events(events: Mapping[str, tuple[VisitLabel, int | None, set[str]]]) -> Iterator[tuple[object, ...]]:
    """Every event with its day from the operation, and how many days its window is open before and after it."""
    for event, (visit, day, _) in events.items():
        before, after = (visit.due_on - visit.opens_on).days, (visit.closes_on - visit.due_on).days
        yield visit.name, ARM, event, visit.key, day or 0, before, after
