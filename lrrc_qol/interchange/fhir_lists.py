"""Answer lists of FHIR questionnaires: where they are defined, and which code each answer explicitly has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lrrc_qol.interchange.fhir_json import Element, extensions, kind_of, object_of, objects, text_of
from lrrc_qol.interchange.fhir_texts import Texts
from lrrc_qol.interchange.source import Notes, Option, shortened

WEIGHTS = frozenset({"ordinalValue", "itemWeight", "questionnaire-ordinalValue", "iso21090-CO-value"})
"""One meaning under four names: R4, R5 and the extensions pack, STU3, and the data types before them."""
NUMBER = re.compile(r"-?[0-9]{1,6}(\.0{1,6})?", re.ASCII)
LOINC_LIST = re.compile(r"\bLL[0-9]{1,6}-[0-9]\b", re.IGNORECASE)
MOST_OPTIONS = 200
DEEPEST_CONCEPT = 8
MOST_NAMES = 6
UNDETERMINED = "und"
"""The language tag of texts whose language nobody knows (BCP 47)."""

_Telling = tuple[Element, str, str]
"""An element that tells of one answer, its place, and the language of its texts; empty if its file does not say it."""
Answers = tuple[tuple[Option, ...], tuple[str, ...]]
"""The options in printed order, and what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """The weights found for one answer, and what could not be read as one."""

    values: tuple[float, ...]
    faults: tuple[str, ...] = ()

    def code(self, label: str) -> tuple[int | None, tuple[str, ...]]:
        """The one whole number that the weights agree on, or what speaks against it."""
        name = shortened(label) or "without text"
        if self.faults or len(set(self.values)) > 1:
            shown = " and ".join(f"{value:g}" for value in dict.fromkeys(self.values))
            faults = self.faults or (f"has two weights, {shown}; keep the right one",)
            return None, tuple(f"option {name!r} {fault}" for fault in faults)
        if not self.values:
            return None, (f"option {name!r} has no weight",)
        if not self.values[0].is_integer():
            return None, (f"option {name!r} has the weight {self.values[0]:g}, which is no whole number",)
        return int(self.values[0]), ()


def weigh(place: str, *elements: Element) -> Weighing:
    """The weights in the extensions of an option and of everything that describes the same option."""
    values: list[float] = []
    faults: list[str] = []
    for element in elements:
        for name, extension in extensions(element, place):
            if name in WEIGHTS:
                written = next((extension[key] for key in extension if key.startswith("value")), None)
                number = _number(written)
                if number is None:
                    faults.append(f"has the weight {shortened(str(written), 20)!r}, which is no number")
                else:
                    values.append(number)
    return Weighing(tuple(values), tuple(faults))


def _number(written: object) -> float | None:
    if isinstance(written, bool):
        return None
    if isinstance(written, str):
        return float(written) if NUMBER.fullmatch(written) else None
    if isinstance(written, int | float) and abs(written) < 1e6:
        return float(written)
    return None


def settle(options: Sequence[tuple[str, Weighing]]) -> Answers:
    """Options with their codes. A label is bound to a code by its own weight only, never by its position."""
    if options and not any(weighing.values or weighing.faults for _, weighing in options):
        labels = tuple(Option(label, None) for label, _ in options)
        return labels, (
            f"none of its {len(options)} options has a weight (ordinalValue or itemWeight), and position is never "
            "taken for a code; take a file with weights, or our CSV template",
        )
    settled: list[Option] = []
    faults: list[str] = []
    for label, weighing in options[:MOST_OPTIONS]:
        code, wrong = weighing.code(label)
        settled.append(Option(label, code))
        faults += wrong
    if len(options) > MOST_OPTIONS:
        faults.append(f"has more than {MOST_OPTIONS} options")
    return tuple(settled), tuple(faults)


@dataclass(frozen=True, slots=True)
class _List:
    """A value set, its name in messages, and the language of its labels."""

    resource: Element
    name: str
    base: str


@dataclass(frozen=True, slots=True)
class _System:
    """The concepts of a code system by code, in printed order, and the language of their texts."""

    concepts: dict[str, Element]
    base: str


class Lists:
    """All answer lists at hand: contained in the questionnaire, in its bundle, or in a companion file."""

    def __init__(self, questionnaire: Element, others: Sequence[Element], texts: Texts, notes: Notes) -> None:
        self._texts = texts
        self._notes = notes
        self._by_name: dict[str, _List] = {}
        self._by_loinc: dict[frozenset[str], dict[str, _List]] = {}
        self._systems: dict[str, _System] = {}
        self._read: dict[str, Answers] = {}
        self._names: dict[str, None] = {}
        self._unused: dict[str, None] = {}
        for resource in objects(questionnaire, "contained", "Questionnaire"):
            self._add(resource, "#" + text_of(resource, "id", "contained"))
        for resource in others:
            self._add(resource, f"{resource['resourceType']}/{text_of(resource, 'id', 'answer list')}", outside=True)

    def _add(self, resource: Element, name: str, *, outside: bool = False) -> None:
        base = text_of(resource, "language", name).casefold() or ("" if outside else self._texts.base)
        url = text_of(resource, "url", name)
        if kind_of(resource) == "ValueSet":
            entry = _List(resource, shortened(url or name, 200), base)
            if url in self._by_name:
                self._notes.add(f"The answer list {entry.name} is there twice; the first one was used")
            for known in {name, url} - {"", "#"}:
                self._by_name.setdefault(known, entry)
                self._by_loinc.setdefault(_loinc_numbers(known), {})[entry.name] = entry
            self._names[entry.name] = None
            if outside:
                self._unused[entry.name] = None
        elif kind_of(resource) == "CodeSystem":
            inside = _inside(objects(resource, "concept", name), name, key="concept")
            concepts = {text_of(one, "code", name): one for one in inside}
            self._systems.setdefault(url, _System(concepts, base))

    def note_unused(self) -> None:
        """Say which lists of companion files no question asked for."""
        for name in self._unused:
            self._notes.add("No question uses this answer list of a companion file", name)

    def answers(self, reference: str) -> Answers:
        """The options of the list that `reference` names (`#id`, a url with or without version)."""
        if reference not in self._read:
            self._read[reference] = self._answers(reference)
        return self._read[reference]

    def _answers(self, reference: str) -> Answers:
        name = shortened(reference, 200)
        found = self._find(reference)
        if found is None:
            return (), (
                f"the answer list {name} is not in the file; {self._at_hand()}. "
                "Give the ValueSet of that name as a companion file",
            )
        place = f"answer list {name}"
        concepts, faults = self._concepts(found, place)
        options = [
            (next((label for label in (self._label(*one) for one in described) if label), ""), described)
            for described in concepts
        ]
        faults = (*faults, *self._language_faults(found, [label for label, _ in options]))
        settled, wrong = settle([(label, weigh(place, *(one for one, _, _ in told))) for label, told in options])
        if not settled and not faults:
            faults = ("holds no answers; give the complete ValueSet as a companion file",)
        return settled, tuple(f"{place}: {one}" for one in (*faults, *wrong))

    def _label(self, element: Element, place: str, base: str) -> str:
        label = self._texts.designated(element, place, base)
        if label and not base and not self._texts.designated(element, place, UNDETERMINED):
            self._notes.add(
                "An answer list does not say its language; "
                f"its texts were taken as {self._texts.wanted!r}, so read them closely",
                place,
            )
        return label

    def _language_faults(self, found: _List, labels: Sequence[str]) -> Iterator[str]:
        language = found.base or self._texts.base
        if language != self._texts.wanted and not all(labels):
            yield (
                f"its texts are in {language!r}, and {labels.count('')} of its {len(labels)} answers have no text in "
                f"{self._texts.wanted!r}; give the list in that language as a companion file"
            )

    def _find(self, reference: str) -> _List | None:
        name = reference.partition("|")[0]
        found = self._by_name.get(name) or self._same_loinc_list(name)
        if found is not None:
            self._unused.pop(found.name, None)
        return found

    def _same_loinc_list(self, name: str) -> _List | None:
        """The one list at hand that carries the same LOINC list number, for example LL358-3, in its name."""
        wanted = _loinc_numbers(name)
        same = self._by_loinc.get(wanted, {})
        if not wanted or len(same) != 1:
            return None
        found = next(iter(same.values()))
        self._notes.add(
            f"The answer list {shortened(name, 200)} was taken from {found.name}, "
            f"which carries the same LOINC list number {', '.join(sorted(wanted))}"
        )
        return found

    def _at_hand(self) -> str:
        if not self._names:
            return "it came with none"
        names = list(islice(self._names, MOST_NAMES))
        more = len(self._names) - len(names)
        return f"at hand are {', '.join(names)}" + (f" and {more} more" if more else "")

    def _concepts(self, found: _List, place: str) -> tuple[list[list[_Telling]], tuple[str, ...]]:
        """For each answer all elements that tell of it; the first says what is offered and in which order."""
        expansion = object_of(found.resource, "expansion", place)
        listing = list(_inside(objects(expansion, "contains", place), place))
        composed, faults = self._composed(found, place)
        if not listing:
            return [self._tellings([one], found, place) for one in composed[: MOST_OPTIONS + 1]], faults
        by_key: dict[tuple[str, str], list[Element]] = {}
        for one in composed:
            by_key.setdefault(_key(one, place), []).append(one)
        offered = [one for one in listing if not (one.get("abstract") is True or one.get("inactive") is True)]
        if len(offered) < len(listing):
            self._notes.add("Answers that cannot be chosen were left out", place)
        return [
            self._tellings([one, *by_key.get(_key(one, place), [])], found, place)
            for one in offered[: MOST_OPTIONS + 1]
        ], ()

    def _tellings(self, elements: list[Element], found: _List, place: str) -> list[_Telling]:
        """The elements of one answer, and what a code system at hand says about its code."""
        tellings = [(one, place, found.base) for one in elements]
        system, code = _key(elements[0], place)
        if system in self._systems:
            told = self._systems[system].concepts.get(code)
            tellings += [(_with_weights(told, place), place, self._systems[system].base)] if told else []
        return tellings

    def _composed(self, found: _List, place: str) -> tuple[list[Element], tuple[str, ...]]:
        """The concepts of `compose`, each with its system, and what in it is not understood."""
        compose = object_of(found.resource, "compose", place)
        faults = ["it leaves answers out (compose.exclude)"] if compose.get("exclude") else []
        concepts: list[Element] = []
        for include in objects(compose, "include", place):
            system = text_of(include, "system", place)
            own = objects(include, "concept", place)
            if include.get("filter") or include.get("valueSet"):
                faults.append("it takes its answers from elsewhere (compose.include.filter or valueSet)")
            elif not own and system in self._systems:
                own = list(self._systems[system].concepts.values())
            elif not own:
                faults.append(f"it takes all of {shortened(system, 120)}, which is not in the file")
            concepts += [{**concept, "system": system} for concept in own]
        return concepts, tuple(f"{fault}; give an expanded ValueSet as a companion file" for fault in faults)


def _with_weights(concept: Element, place: str) -> Element:
    """A code system's concept with the weights that are its properties beside those that are extensions."""
    weights = [
        {**one, "url": text_of(one, "code", place)}
        for one in objects(concept, "property", place)
        if text_of(one, "code", place) in WEIGHTS
    ]
    return {**concept, "extension": [*objects(concept, "extension", place), *weights]}


def _loinc_numbers(name: str) -> frozenset[str]:
    return frozenset(one.upper() for one in LOINC_LIST.findall(name))


def _key(concept: Element, place: str) -> tuple[str, str]:
    return text_of(concept, "system", place), text_of(concept, "code", place)


def _inside(concepts: list[Element], place: str, *, key: str = "contains", depth: int = 0) -> Iterator[Element]:
    """Concepts and those inside them, in printed order."""
    if depth > DEEPEST_CONCEPT:
        return
    for concept in concepts:
        yield concept
        yield from _inside(objects(concept, key, place), place, key=key, depth=depth + 1)
