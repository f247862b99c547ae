"""From a source to a proposal: every label held against the definition's codes, every contradiction named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from lrrc_qol.domain.instrument import Instrument, Item, ItemKind, ItemWording
from lrrc_qol.interchange.instructions import Instructions
from lrrc_qol.interchange.matching import (
    LOINC_CODE,
    Found,
    contradicting_topics,
    match,
    numbers_say_nothing,
    printed_number,
    without_number,
)
from lrrc_qol.interchange.proposal import ImportRefused, Match, Problem, Proposal, SourceItem
from lrrc_qol.interchange.source import Notes, Question, Source, listed, shortened

LONGEST_TEXT = 2_000
LONGEST_LABEL = 300
MOST_UNMATCHED = 200


def propose(
    source: Source, instrument: Instrument, language: str, *, codes: Mapping[str, str], source_sha256: str
) -> Proposal:
    """The proposal that a source amounts to; ImportRefused when not one question belongs to the instrument."""
    if not source.questions:
        raise ImportRefused("The file holds no question. Take the complete questionnaire.")
    notes = Notes()
    codes = {**_known_codes(instrument), **codes}
    found = match(source.questions, instrument, codes, language, notes)
    if not found:
        raise ImportRefused(_nothing_found(source, instrument))
    used = {one.question.place for one in found.values()}
    instructions = Instructions(source, used)
    items: dict[str, ItemWording] = {}
    problems: list[Problem] = list(_panel_problems(source, instrument))
    for key, item in instrument.wording_keys():
        if key in found:
            question = found[key].question
            items[key] = _wording(question, item, instructions.over(question), notes)
            faults = [*_text_faults(items[key]), *_faults(question, item, ordered=source.ordered)]
            faults += _identity_faults(found[key], key, instrument, codes)
            problems += [Problem(question.place, fault, (key,)) for fault in faults]
    if source.ordered:
        problems += _order_problems(source.questions, instrument, found)
    problems += _topic_problems(source.questions, instrument, found, language)
    _note_numbers(source.questions, instrument, found, notes)
    instructions.note(notes, instrument)
    unmatched = [SourceItem(one.place, one.text) for one in source.questions if one.place not in used]
    if len(unmatched) > MOST_UNMATCHED:
        notes.add(f"{len(unmatched)} questions have no counterpart; the first {MOST_UNMATCHED} are listed")
    return Proposal(
        instrument_id=instrument.id,
        version=instrument.version,
        language=language,
        title=_title(source, instrument, notes),
        recall=instructions.recall,
        items=MappingProxyType(items),
        credit=source.credit or instrument.credit,
        matched=tuple(Match(key, found[key].question.place, found[key].how) for key in items),
        unmatched=tuple(unmatched[:MOST_UNMATCHED]),
        missing=tuple(key for key, _ in instrument.wording_keys() if key not in items or not items[key].text),
        problems=tuple(_gathered(problems)),
        notes=(*source.notes, *notes.lines()),
        source_sha256=source_sha256,
    )


def _known_codes(instrument: Instrument) -> dict[str, str]:
    """The definition's own codes of its items, back to front; a code that names two items names none."""
    if instrument.codes is None:
        return {}
    pairs = [(code, item) for table in instrument.codes.items.values() for item, code in table.items()]
    stated = [code for code, _ in pairs]
    return {code: item for code, item in pairs if stated.count(code) == 1}


def _nothing_found(source: Source, instrument: Instrument) -> str:
    wrong: dict[str, list[str]] = {}
    for one in source.questions:
        wrong.setdefault(one.faults[0] if one.faults else "no id, code, number or topic agrees", []).append(one.place)
    seen = "; ".join(f"{listed(places, 3)}: {fault}" for fault, places in list(wrong.items())[:2])
    return (
        f"None of the {len(source.questions)} questions was recognised as one of {instrument.short_title} ({seen}). "
        "Name the questions by their ids in the definition "
        f"({', '.join(key for key, _ in instrument.wording_keys()[:3])}, ...) or {_number_advice(source, instrument)}."
    )


def _number_advice(source: Source, instrument: Instrument) -> str:
    if numbers_say_nothing(source.questions, instrument):
        return (
            f"take a file of this questionnaire alone: it has {len(instrument.wording_keys())} questions, "
            "so printed numbers were not trusted"
        )
    return "give them their printed numbers"


def _panel_problems(source: Source, instrument: Instrument) -> Iterator[Problem]:
    whole = instrument.codes.whole.get("loinc", "") if instrument.codes else ""
    stated = [code for code in source.panel if LOINC_CODE.fullmatch(code)]
    if whole and stated and whole not in stated:
        yield Problem(
            "Questionnaire.code", f"the file is the questionnaire {listed(stated)}, {instrument.short_title} is {whole}"
        )


def _wording(question: Question, item: Item, instruction: str, notes: Notes) -> ItemWording:
    text = without_number(question.text, item.number)
    if text != question.text:
        notes.add("The printed number in front of the text was taken off", question.place)
    wanted = item.labelled_codes()
    labels: dict[int, str] = {}
    for option in question.options:
        if option.code in wanted and option.label:
            labels.setdefault(option.code, option.label)
        elif option.code in item.codes and option.label not in {"", str(option.code)}:
            notes.add("Words at answers between the two ends were left out; only the ends carry words", question.place)
    shown = MappingProxyType({code: labels[code] for code in wanted if code in labels})
    return ItemWording(text, shown, question.help or instruction)


def _text_faults(wording: ItemWording) -> Iterator[str]:
    for text in (wording.text, wording.help):
        if len(text) > LONGEST_TEXT:
            yield f"its text has {len(text)} characters; at most {LONGEST_TEXT} can be shown"
    for label in wording.labels.values():
        if len(label) > LONGEST_LABEL:
            yield f"the label {shortened(label, 40)!r} is longer than the {LONGEST_LABEL} characters that can be shown"


def _faults(question: Question, item: Item, *, ordered: bool) -> Iterator[str]:
    yield from question.faults
    yield from _span_faults(question, item)
    coded = [(option.code, option.label) for option in question.options if option.code is not None]
    for code, label in coded:
        if code not in item.codes:
            yield f"option {shortened(label)!r} has the code {code}; {item.id} takes {_codes(item)}"
    given = [code for code, _ in coded if code in item.codes]
    for code in sorted({code for code in given if given.count(code) > 1}):
        yield f"two options have the code {code}"
    yield from _label_faults(question, item, dict(reversed(coded)))
    printed = [code for code in item.codes if code in given]
    if ordered and len(set(given)) == len(given) and given != printed:
        yield f"its options stand in the order {_listed(given)}, in the definition in the order {_listed(printed)}"


def _label_faults(question: Question, item: Item, labels: Mapping[int, str]) -> Iterator[str]:
    wanted = item.labelled_codes()
    empty = [code for code in wanted if not labels.get(code)]
    if empty and not question.faults:
        yield f"there is no label for {_listed(empty)}"
    seen = [labels[code] for code in wanted if labels.get(code)]
    if len(set(seen)) < len(seen):
        yield "two of its codes have the same label"
    offered = [code for code in item.codes if code in labels]
    if item.kind is not ItemKind.CHOICE and question.span is None and 2 < len(offered) < len(item.codes):
        yield f"it offers {len(offered)} of the {len(item.codes)} answers of {item.id}"


def _span_faults(question: Question, item: Item) -> Iterator[str]:
    if question.span is None:
        return
    if item.kind is ItemKind.CHOICE:
        yield f"asks for a number; {item.id} has worded answers {_codes(item)}"
    elif any(
        end is not None and end != wanted
        for end, wanted in zip(question.span, (min(item.codes), max(item.codes)), strict=True)
    ):
        low, high = ("?" if end is None else end for end in question.span)
        yield f"takes {low} to {high}; {item.id} takes {_codes(item)}"


def _identity_faults(found: Found, key: str, instrument: Instrument, codes: Mapping[str, str]) -> Iterator[str]:
    """What the source says elsewhere about which question this is, where that contradicts the match."""
    item = dict(instrument.wording_keys())[key]
    number = printed_number(found.question)
    numbers = {one.number.casefold() for one in instrument.items}
    if number in numbers and number != item.number.casefold():
        yield f"is {key} by its {found.how}, but its printed number is {number} instead of {item.number}"
    others = {codes[code] for code in found.question.codes if code in codes}
    if others and not others & {key, item.id}:
        yield f"is {key} by its {found.how}, but its code is that of {listed(sorted(others))}"


def _order_problems(
    questions: Sequence[Question], instrument: Instrument, found: Mapping[str, Found]
) -> Iterator[Problem]:
    """The first question that stands before one that the definition has earlier."""
    rank = {item.id: position for position, item in enumerate(instrument.items)}
    by_place = {one.question.place: (key, item) for key, item in instrument.wording_keys() if (one := found.get(key))}
    used = [(question.place, *by_place[question.place]) for question in questions if question.place in by_place]
    for (_, _, before), (place, key, item) in pairwise(used):
        if rank[item.id] < rank[before.id]:
            what = f"the order differs: {item.id} stands after {before.id}, in the definition before it"
            yield Problem(place, what, (key,))
            return


def _topic_problems(
    questions: Sequence[Question], instrument: Instrument, found: Mapping[str, Found], language: str
) -> Iterator[Problem]:
    items = dict(instrument.wording_keys())
    for key, other, question in contradicting_topics(questions, instrument, found, language):
        if other != key:
            fits = f"its text fits {other} ({items[other].topic})"
        else:
            fits = f"the text at {question.place} fits {key} better"
        what = f"is {key} ({items[key].topic}) by its number, but {fits}; it may be the file of another questionnaire"
        yield Problem(found[key].question.place, what, (key,))


def _note_numbers(
    questions: Sequence[Question], instrument: Instrument, found: Mapping[str, Found], notes: Notes
) -> None:
    count = sum(one.how == "number" for one in found.values())
    if count:
        notes.add(
            f"{count} questions were recognised by their printed number only: compare the texts with our topics"
            if count > 1
            else "1 question was recognised by its printed number only: compare the text with our topic"
        )
    if numbers_say_nothing(questions, instrument) and len(found) < len(instrument.wording_keys()):
        notes.add(
            f"Printed numbers were not trusted: the file has {len(questions)} questions, {instrument.short_title} has "
            f"{len(instrument.wording_keys())}, so it may be another questionnaire"
        )


def _title(source: Source, instrument: Instrument, notes: Notes) -> str:
    if source.title:
        return source.title[:LONGEST_LABEL]
    notes.add("The file has no title in this language; the short name of the questionnaire is proposed")
    return instrument.short_title


def _gathered(problems: Sequence[Problem]) -> Iterator[Problem]:
    """One problem for each thing that is wrong, with all places where it is."""
    same: dict[str, list[Problem]] = {}
    for problem in problems:
        same.setdefault(problem.what, []).append(problem)
    for what, found in same.items():
        yield Problem(listed([one.place for one in found]), what, tuple(key for one in found for key in one.keys))


def _codes(item: Item) -> str:
    if item.kind is ItemKind.CHOICE:
        return _listed(item.codes)
    return f"{min(item.codes)} to {max(item.codes)}"


def _listed(codes: Sequence[int]) -> str:
    return ", ".join(str(code) for code in codes)
