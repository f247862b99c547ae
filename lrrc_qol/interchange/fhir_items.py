"""The items of a FHIR Questionnaire in document order: questions, instructions, and what is left out with a note."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrrc_qol.interchange.fhir_json import Element, coded, extensions, object_of, objects, text_of
from lrrc_qol.interchange.fhir_lists import Answers, Lists, Weighing, settle, weigh
from lrrc_qol.interchange.fhir_texts import Texts
from lrrc_qol.interchange.proposal import ImportRefused
from lrrc_qol.interchange.source import Instruction, Notes, Option, Question, shortened

DEEPEST_GROUP = 12
MOST_ITEMS = 2_000
LONGEST_LINK_ID = 255
CHOICES = frozenset({"choice", "open-choice", "coding"})
NUMBERS = frozenset({"integer", "decimal", "quantity"})
WRITTEN = frozenset({"string", "text"})
OTHERS = frozenset({"boolean", "date", "dateTime", "time", "url", "attachment", "reference", "question"})
COMPUTING = ("Expression", "variable", "constraint", "Constraint")
"""Ends of the names of extensions that carry program text."""
WHOLE = re.compile(r"-?[0-9]{1,6}", re.ASCII)


def read_items(
    questionnaire: Element, texts: Texts, lists: Lists, notes: Notes
) -> tuple[tuple[Question, ...], tuple[Instruction, ...]]:
    """All questions and instructions; ImportRefused for deep groups and for a linkId that is missing or not unique."""
    reader = _Items(texts, lists, notes)
    reader.note_programs(questionnaire, "Questionnaire")
    reader.read(objects(questionnaire, "item", "Questionnaire"), "Questionnaire", depth=1)
    return tuple(reader.questions), tuple(reader.instructions)


class _Items:
    def __init__(self, texts: Texts, lists: Lists, notes: Notes) -> None:
        self._texts = texts
        self._lists = lists
        self._notes = notes
        self._link_ids: set[str] = set()
        self.questions: list[Question] = []
        self.instructions: list[Instruction] = []

    def read(self, items: list[Element], parent: str, *, depth: int) -> None:
        """Read items and, by their type, those inside them."""
        if depth > DEEPEST_GROUP:
            raise ImportRefused(f"{parent}: groups are nested more than {DEEPEST_GROUP} deep. Flatten them.")
        for item in items:
            link_id = self._link_id(item, parent)
            place = f"linkId {shortened(link_id)!r}"
            kind = text_of(item, "type", place)
            self.note_programs(item, place)
            if _is_hidden(item, place):
                self._notes.add("Hidden items were left out", place)
            elif kind == "display":
                self._instruct(item, place)
            elif kind == "group":
                self._instruct(item, place, heading=True)
                self.read(objects(item, "item", place), place, depth=depth + 1)
            else:
                self._ask(item, kind, link_id, place)
                self.read(list(_inner_items(item, place)), place, depth=depth + 1)

    def _link_id(self, item: Element, parent: str) -> str:
        link_id = text_of(item, "linkId", f"an item in {parent}").strip()
        if not link_id:
            raise ImportRefused(f"{parent}: an item has no linkId. Every item needs its own.")
        if len(link_id) > LONGEST_LINK_ID:
            raise ImportRefused(
                f"linkId {shortened(link_id)!r} is longer than {LONGEST_LINK_ID} characters. Shorten it."
            )
        if link_id in self._link_ids:
            raise ImportRefused(f"linkId {shortened(link_id)!r} stands there twice. Every item needs its own linkId.")
        self._link_ids.add(link_id)
        if len(self._link_ids) > MOST_ITEMS:
            raise ImportRefused(f"The file has more than {MOST_ITEMS} items; import one questionnaire at a time.")
        return link_id

    def note_programs(self, item: Element, place: str) -> None:
        """Say which program text was met; it is never run."""
        for name, extension in extensions(item, place):
            if "valueExpression" in extension or name.endswith(COMPUTING):
                self._notes.add("Expressions are never executed; scores come from the definition", place)
        if item.get("enableWhen"):
            self._notes.add("Conditions (enableWhen) were ignored; the definition says who is asked what", place)
        if item.get("initial"):
            self._notes.add("Prefilled answers (initial) were left out", place)

    def _instruct(self, item: Element, place: str, *, heading: bool = False) -> None:
        text = self._texts.read(item, "text", place)
        if text:
            self.instructions.append(Instruction(place, text, len(self.questions), heading))

    def _ask(self, item: Element, kind: str, link_id: str, place: str) -> None:
        if item.get("readOnly") is True or _is_computed(item, place):
            self._notes.add("Computed items were left out; scores come from the definition", place)
            return
        options, faults = self._answers(item, kind, place)
        span = None if options else _span(item, kind, place)
        low, high, hint = self._around(item, place)
        if span is not None:
            options = tuple(
                Option(label, code) for label, code in ((low, span[0]), (high, span[1])) if label and code is not None
            )
        self.questions.append(
            Question(
                place=place,
                name=link_id,
                text=self._texts.read(item, "text", place),
                number=self._texts.cleaned(text_of(item, "prefix", place), place),
                codes=tuple(text_of(coding, "code", place) for coding in objects(item, "code", place)),
                help=hint,
                options=options,
                span=span,
                faults=(*faults, *_faults(item, place)),
            )
        )

    def _answers(self, item: Element, kind: str, place: str) -> Answers:
        if kind in CHOICES or item.get("answerOption") or item.get("answerValueSet"):
            return self._choice(item, kind, place)
        if kind in NUMBERS:
            return (), ()
        if kind in WRITTEN | OTHERS:
            return (), (f"the type {kind} is not supported; answers are one of a list, or a whole number",)
        return (), (f"the type {shortened(kind, 40)!r} is unknown",)

    def _choice(self, item: Element, kind: str, place: str) -> Answers:
        if kind == "open-choice" or text_of(item, "answerConstraint", place) in {"optionsOrType", "optionsOrString"}:
            self._notes.add("Answers in own words are not offered; only the listed ones are", place)
        reference = text_of(item, "answerValueSet", place)
        offered = objects(item, "answerOption", place)
        if reference and offered:
            return (), ("has both answerOption and answerValueSet; delete the wrong one",)
        if reference:
            return self._lists.answers(reference)
        if not offered:
            return (), ("has no answers: answerOption and answerValueSet are missing",)
        read = [self._option(option, place) for option in offered]
        options, faults = settle([(label, weighing) for label, weighing, _ in read])
        printed = [
            f"option {shortened(option.label)!r} is printed as {prefix!r} but has the weight {option.code}"
            for option, (_, _, prefix) in zip(options, read, strict=False)
            if option.code is not None and WHOLE.fullmatch(prefix) and int(prefix) != option.code
        ]
        return options, (*faults, *printed)

    def _option(self, option: Element, place: str) -> tuple[str, Weighing, str]:
        """Label, weight and printed prefix of one `answerOption`; a whole number as its value counts as weight."""
        coding = object_of(option, "valueCoding", place)
        shadows = [object_of(option, f"_value{kind}", place) for kind in ("String", "Integer")]
        weighing = weigh(place, option, coding, *shadows)
        number = option.get("valueInteger")
        if coding:
            label = self._texts.read(coding, "display", place)
        elif isinstance(number, int) and not isinstance(number, bool) and abs(number) < 1_000_000:
            weighing = Weighing((*weighing.values, float(number)), weighing.faults)
            shadow = {"label": str(number), "_label": option.get("_valueInteger")}
            label = self._texts.read(shadow, "label", place) or str(number)  # figures need no translation
        elif isinstance(option.get("valueString"), str):
            label = self._texts.read(option, "valueString", place)
        else:
            what = next((key for key in option if key.startswith("value")), "no value")
            weighing = Weighing((), (f"is not supported ({shortened(what, 40)})",))
            label = ""
        prefixes = [
            text_of(one, "valueString", place)
            for name, one in extensions(option, place)
            if name.endswith("optionPrefix")
        ]
        return label, weighing, self._texts.cleaned(next(iter(prefixes), ""), place).rstrip(".):")

    def _around(self, item: Element, place: str) -> tuple[str, str, str]:
        """What stands at the lower and upper end of a slider, and the help text, out of the displays inside."""
        found = {"lower": "", "upper": "", "help": ""}
        for inner in objects(item, "item", place):
            control = next(iter(_controls(inner, place) & found.keys()), None)
            if text_of(inner, "type", place) == "display" and control:
                found[control] = self._texts.read(inner, "text", place)
        return found["lower"], found["upper"], found["help"]


def _inner_items(item: Element, place: str) -> Iterator[Element]:
    """Items inside a question, without the displays that belong to it."""
    for inner in objects(item, "item", place):
        if not _controls(inner, place) & {"lower", "upper", "help"}:
            yield inner


def _controls(item: Element, place: str) -> set[str]:
    return {
        code
        for name, extension in extensions(item, place)
        if name == "questionnaire-itemControl"
        for code in coded(extension, place)
    }


def _is_hidden(item: Element, place: str) -> bool:
    return any(
        name == "questionnaire-hidden" and extension.get("valueBoolean") is True
        for name, extension in extensions(item, place)
    )


def _is_computed(item: Element, place: str) -> bool:
    return any(name.endswith(("calculatedExpression", "initialExpression")) for name, _ in extensions(item, place))


def _span(item: Element, kind: str, place: str) -> tuple[int | None, int | None] | None:
    """Lowest and highest whole number that may be typed in; None for what is no number."""
    if kind not in NUMBERS:
        return None
    ends: dict[str, int | None] = {"minValue": None, "maxValue": None}
    for name, extension in extensions(item, place):
        if name in ends:
            value = next((extension[key] for key in extension if key.startswith("value")), None)
            if isinstance(value, int | float) and abs(value) < 1e6 and float(value).is_integer():
                ends[name] = int(value)
    return ends["minValue"], ends["maxValue"]


def _faults(item: Element, place: str) -> Iterator[str]:
    if item.get("repeats") is True:
        yield "lets several answers be given (repeats); the definition takes one"
    if item.get("modifierExtension"):
        yield "has a modifierExtension, which may change its meaning"
    if item.get("option") or item.get("options"):
        yield "is written for FHIR STU3 (option); convert the file to R4"
    if any(name == "cqf-expression" for name, _ in extensions(object_of(item, "_text", place), place)):
        yield "its text is computed by an expression, which is not executed"
