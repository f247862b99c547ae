"""Six classification systems of a local recurrence, proposed from structures that are marked once.

What the systems say arrives as data (`ClassificationRules`). A proposal follows the table of the review; where the
table is silent the proposal says so and leaves the choice to the clinician. Nothing here says anything of prognosis.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lrrc_qol.domain.instrument import Confidence


class Basis(StrEnum):
    """What an assessment was made from."""

    MRI = "mri"
    INTRAOPERATIVE = "intraoperative"
    PATHOLOGY = "pathology"


@dataclass(frozen=True, slots=True)
class Structure:
    """Something that a recurrence can involve. `sex` is `female` or `male` when only they have it."""

    id: str
    label: str
    sex: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Structures that stand together on the form."""

    id: str
    label: str
    hint: str
    structures: tuple[Structure, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a list with its words."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Category:
    """One code of a system and what leads to it.

    `marks` lead to it by the table, `also` by our reading of a word in it (`reads_as`), `fixation` by the number of
    fixed points; `combines` are codes that together make this one. `unless` are marks that rule it out, `yields_to`
    codes that go before it. `note` is said when a structure of `note_for` is marked.
    """

    code: str
    text: str
    marks: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    reads_as: str = ""
    fixation: str | None = None
    unless: frozenset[str] = frozenset()
    yields_to: frozenset[str] = frozenset()
    combines: frozenset[str] = frozenset()
    note_for: frozenset[str] = frozenset()
    note: str = ""

    @property
    def leads(self) -> frozenset[str]:
        """Every structure that leads to this code."""
        return self.marks | self.also


@dataclass(frozen=True, slots=True)
class System:
    """One classification system; `version` is its year, `many` whether several codes may stand together."""

    id: str
    name: str
    version: str
    origin: str
    many: bool
    by_fixation: bool
    categories: tuple[Category, ...]
    source: str
    confidence: Confidence

    def codes(self) -> tuple[str, ...]:
        """All codes in the order of the table."""
        return tuple(one.code for one in self.categories)


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """What should go together: given marks or chosen codes, each system in `expects` should have one set of codes."""

    id: str
    because: str
    marks: frozenset[str]
    unless: frozenset[str]
    chosen: Mapping[str, str]
    expects: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ClassificationRules:
    """Everything that is data about classification. `early_below_months` are completed calendar months."""

    groups: tuple[Group, ...]
    fixation: tuple[Choice, ...]
    symptoms: tuple[Choice, ...]
    symptoms_source: str
    symptoms_confidence: Confidence
    systems: tuple[System, ...]
    checks: tuple[CrossCheck, ...]
    early_below_months: int

    def structures(self) -> tuple[Structure, ...]:
        """All structures in the order of the form."""
        return tuple(one for group in self.groups for one in group.structures)

    def system(self, system_id: str) -> System:
        """The system of that id; KeyError when there is none."""
        return {one.id: one for one in self.systems}[system_id]

    def words(self, marks: Iterable[str]) -> str:
        """The labels of marked structures, in the order of the form, as one phrase."""
        wanted = frozenset(marks)
        return ", ".join(one.label for one in self.structures() if one.id in wanted)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was seen: ids of involved structures, and the id of the number of fixed points, None when not stated."""

    marks: frozenset[str]
    fixation: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one system says of the findings, with the reasons in words.

    `codes` is empty when the choice is the clinician's: between `candidates`, or because nothing marked has a place
    in the system (`not_classifiable`).
    """

    codes: tuple[str, ...]
    candidates: tuple[str, ...]
    reasons: tuple[str, ...]
    not_classifiable: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that does not go together; `id` names the rule, `system` the system it speaks of."""

    id: str
    system: str
    text: str


def propose(rules: ClassificationRules, findings: Findings) -> dict[str, Proposal]:
    """A proposal for every system, by its id; the order of the marks makes no difference."""
    return {
        one.id: _by_fixation(rules, one, findings) if one.by_fixation else _by_marks(rules, one, findings)
        for one in rules.systems
    }


def check(rules: ClassificationRules, findings: Findings, chosen: Mapping[str, Sequence[str]]) -> tuple[Doubt, ...]:
    """What does not go together in the codes chosen by system; it warns and never forbids.

    A system that is missing or empty in `chosen` was left open or not classifiable, and is not warned about.
    """
    found = [
        Doubt("too_many", one.id, f"{one.name} takes one category; {' and '.join(chosen[one.id])} are chosen.")
        for one in rules.systems
        if not one.many and len(chosen.get(one.id, ())) > 1
    ]
    for rule in rules.checks:
        if _applies(rule, findings, chosen):
            found += _unmet(rules, rule, chosen)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class RecurrenceTiming:
    """When a recurrence came after the primary operation: completed calendar months, and whether that is early."""

    months: int
    early: bool


def early_or_late(rules: ClassificationRules, primary_surgery_on: date, recurrence_found_on: date) -> RecurrenceTiming:
    """Early when fewer than the given calendar months were completed, late from the day they are.

    A month that lacks the day of the operation is completed on its last day. ValueError when the recurrence comes
    before the operation.
    """
    if recurrence_found_on < primary_surgery_on:
        raise ValueError("the recurrence was found before the primary operation")
    months = (recurrence_found_on.year - primary_surgery_on.year) * 12
    months += recurrence_found_on.month - primary_surgery_on.month
    last_day = monthrange(recurrence_found_on.year, recurrence_found_on.month)[1]
    if recurrence_found_on.day < min(primary_surgery_on.day, last_day):
        months -= 1
    return RecurrenceTiming(months=months, early=months < rules.early_below_months)


def _by_fixation(rules: ClassificationRules, system: System, findings: Findings) -> Proposal:
    for category in system.categories:
        if category.fixation is not None and category.fixation == findings.fixation:
            words = next(one.label for one in rules.fixation if one.id == findings.fixation)
            return Proposal((category.code,), (), (f"{words}: {system.name} {category.code}.",), not_classifiable=False)
    reason = f"The number of fixed points is not stated, and {system.name} goes by it alone."
    return Proposal((), (), (reason,), not_classifiable=True)


def _by_marks(rules: ClassificationRules, system: System, findings: Findings) -> Proposal:
    if not findings.marks:
        return Proposal((), (), ("No structure is marked.",), not_classifiable=True)
    reached = _reached(system, findings.marks)
    stands = [one for one in system.categories if one.code in reached and not one.yields_to & reached]
    codes = tuple(one.code for one in stands)
    undecided = not system.many and len(codes) > 1
    reasons = [text for one in stands for text in _reasons(rules, system, one, findings.marks)]
    reasons += _ruled_out(rules, system, findings.marks)
    if undecided:
        reasons.append(
            f"{system.name} takes one category and the review does not say which of {' and '.join(codes)} goes first: "
            "please choose."
        )
    reasons += _without_place(rules, system, findings.marks)
    return Proposal(
        codes=() if undecided else codes,
        candidates=codes if undecided else (),
        reasons=tuple(reasons),
        not_classifiable=not codes,
    )


def _reached(system: System, marks: frozenset[str]) -> frozenset[str]:
    """Codes that the marks lead to and do not rule out, and those that such codes make together."""
    single = frozenset(one.code for one in system.categories if one.leads & marks and not one.unless & marks)
    return single | {one.code for one in system.categories if one.combines and one.combines <= single}


def _reasons(rules: ClassificationRules, system: System, category: Category, marks: frozenset[str]) -> list[str]:
    if category.combines:
        parts = [one for one in system.categories if one.code in category.combines]
        seen = "; ".join(f"{one.code}: {rules.words(one.leads & marks)}" for one in parts)
        return [f"{system.name} {category.code}, {category.text} ({seen})."]
    found = []
    if named := category.marks & marks:
        found.append(f"{rules.words(named)}: {system.name} {category.code} ({category.text}).")
    if read := category.also & marks:
        reading = f"our reading as part of {category.reads_as}; the table does not name it"
        found.append(f"{rules.words(read)}: {system.name} {category.code} ({reading}).")
    if category.note_for & marks:
        found.append(category.note)
    return found


def _ruled_out(rules: ClassificationRules, system: System, marks: frozenset[str]) -> list[str]:
    """Why a category does not hold although a structure of it is marked."""
    return [
        f"Not {one.code} ({one.text}), because of: {rules.words(one.unless & marks)}."
        for one in system.categories
        if one.leads & marks and one.unless & marks
    ]


def _without_place(rules: ClassificationRules, system: System, marks: frozenset[str]) -> list[str]:
    """Say which marks the review's table puts in no category of this system."""
    placed = frozenset[str]().union(*(one.leads for one in system.categories))
    lost = marks - placed
    if not lost:
        return []
    return [f"{rules.words(lost)}: the review gives no rule for {system.name}; add a category if you see one."]


def _applies(rule: CrossCheck, findings: Findings, chosen: Mapping[str, Sequence[str]]) -> bool:
    if rule.unless & findings.marks:
        return False
    if rule.chosen:
        return all(code in chosen.get(system, ()) for system, code in rule.chosen.items())
    return bool(rule.marks & findings.marks)


def _unmet(rules: ClassificationRules, rule: CrossCheck, chosen: Mapping[str, Sequence[str]]) -> list[Doubt]:
    found = []
    for system_id, expected in rule.expects.items():
        codes = chosen.get(system_id, ())
        lacking = [code for code in expected if code not in codes]
        if codes and lacking:
            name = rules.system(system_id).name
            text = f"{rule.because}: {name} would be {' and '.join(expected)}; {', '.join(codes)} is chosen."
            found.append(Doubt(rule.id, system_id, text))
    return found
