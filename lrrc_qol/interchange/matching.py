"""Which question of a source is which item: by name, code, printed number or topic, and never by a guess."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lrrc_qol.domain.instrument import VARIANT, Instrument, Item, ItemKind
from lrrc_qol.interchange.proposal import How
from lrrc_qol.interchange.source import Notes, Question

Tokens = tuple[str, ...]
Claim = tuple[str, int]
"""A wording key, and the position of the question that may be it."""

NUMBER = re.compile(r"(?:[^\W\d]{1,10}\.?\s*)?([0-9]{1,3}[a-z]?)\s*[.):]?", re.IGNORECASE)
LEADING_NUMBER = re.compile(r"\(?([0-9]{1,3}[a-z]?)[.):]\s+(?=\S)", re.IGNORECASE)
LAST_NUMBER = re.compile(r"(.*?)([0-9]{1,3}[a-z]?)", re.DOTALL)
LOINC_CODE = re.compile(r"[0-9]{1,6}-[0-9]")
SMALL_WORDS = frozenset(["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"])
SHORTEST_STEM = 4
LONGEST_QUESTION = 1_000
LONGEST_NAME = 255
LEAST_COVERED = 0.8
"""How many of a definition's numbers the names of a file must show before they count as numbers."""
LARGEST_SURPLUS = 1.5
"""How many times the questions of a definition a file may have before its numbers are those of something else."""


@dataclass(frozen=True, slots=True)
class Found:
    """The question that belongs to a wording key, and by what it was recognised."""

    question: Question
    how: How


def printed_number(question: Question) -> str:
    """The number that the source prints at a question, in its own field or in front of the text; empty if none."""
    stated = NUMBER.fullmatch(question.number.strip())
    leading = LEADING_NUMBER.match(question.text) if not question.number.strip() else None
    found = stated or leading
    return found[1].casefold() if found else ""


def without_number(text: str, number: str) -> str:
    """`text` without its printed number in front; the page shows the number itself."""
    leading = LEADING_NUMBER.match(text)
    return text[leading.end() :] if leading and leading[1].casefold() == number.casefold() else text


def match(
    questions: Sequence[Question], instrument: Instrument, codes: Mapping[str, str], language: str, notes: Notes
) -> dict[str, Found]:
    """The questions by wording key, surest rule first. What could be two things is noted and stays unmatched."""
    pairing = _Pairing(questions, instrument, notes)
    pairing.take(_by_name(pairing), "id", final=True)
    pairing.take(_by_code(pairing, codes), "code", final=True)
    pairing.take(_by_part_of_name(pairing), "id", final=True)
    known = _loinc(codes)
    pairing.take(_agreeing(pairing, _by_number(pairing), known), "number")
    pairing.take(_agreeing(pairing, _by_number_in_name(pairing), known), "number")
    if _is_english(language):
        pairing.take(_agreeing(pairing, _by_topic(pairing), known), "topic")
    return pairing.found


def numbers_say_nothing(questions: Sequence[Question], instrument: Instrument) -> bool:
    """Whether every section has so many questions that its numbers are taken for those of another questionnaire."""
    return bool(questions) and not _few_enough(questions, len(instrument.wording_keys()))


def contradicting_topics(
    questions: Sequence[Question], instrument: Instrument, found: Mapping[str, Found], language: str
) -> Iterator[tuple[str, str, Question]]:
    """Where a topic speaks against a number: the key given by number, and the pair that the topic makes instead.

    The pair is another key for the same question, or another question for the same key; only topics that fit one
    question alone, and it them alone, count.
    """
    if not _is_english(language):
        return
    by_topic = _Pairing(questions, instrument, Notes())
    by_topic.take(_by_topic(by_topic), "topic")
    fitting = {one.question.place: key for key, one in by_topic.found.items()}
    for key, one in found.items():
        if one.how != "number":
            continue
        other = fitting.get(one.question.place, key)
        rival = by_topic.found.get(key, one).question
        if other != key:
            yield key, other, one.question
        elif rival.place != one.question.place:
            yield key, key, rival


def _is_english(language: str) -> bool:
    return language.casefold().partition("-")[0] == "en"  # topics are written in English only


def _few_enough(questions: Iterable[Question], keys: int) -> set[str]:
    """The sections with hardly more questions than the definition has: one more, or half as many again."""
    counts = Counter(question.section for question in questions)
    return {section for section, count in counts.items() if count <= _most(keys)}


def _most(keys: int) -> float:
    return max(keys + 1, LARGEST_SURPLUS * keys)


class _Pairing:
    """Questions and keys that are still free, and the pairs made so far."""

    def __init__(self, questions: Sequence[Question], instrument: Instrument, notes: Notes) -> None:
        self.questions = dict(enumerate(questions))
        self.keys = dict(instrument.wording_keys())
        self.all_keys = dict(self.keys)
        self.found: dict[str, Found] = {}
        self._notes = notes
        self._few_enough = _few_enough(questions, len(self.keys))

    def take(self, claims: Iterable[Claim], how: How, *, final: bool = False) -> None:
        """Pair what claims each other alone. What is ambiguous by a `final` rule is left to no weaker one."""
        by_key: dict[str, set[int]] = {}
        by_question: dict[int, set[str]] = {}
        for key, index in claims:
            by_key.setdefault(key, set()).add(index)
            by_question.setdefault(index, set()).add(key)
        for key, indexes in by_key.items():
            rivals = {other for index in indexes for other in by_question[index]}
            if len(indexes) == 1 and len(rivals) == 1:
                index = next(iter(indexes))
                self.found[key] = Found(self.questions.pop(index), how)
                del self.keys[key]
            elif final:
                self._block(key, indexes)
        for index in {index for indexes in by_key.values() for index in indexes} if final else ():
            self.questions.pop(index, None)

    def _block(self, key: str, indexes: set[int]) -> None:
        places = [self.questions[index].place for index in sorted(indexes) if index in self.questions]
        for place in places:
            self._notes.add(f"More than one question could be {key}, so none was taken", place)
        self.keys.pop(key, None)

    def countable(self) -> Iterator[tuple[int, Question]]:
        """Free questions whose numbers may be those of the definition."""
        return ((index, one) for index, one in self.questions.items() if one.section in self._few_enough)

    def numbered(self) -> dict[str, list[str]]:
        """Free keys by the printed number of their item; two wordings of one item share it."""
        by_number: dict[str, list[str]] = {}
        for key, item in self.keys.items():
            by_number.setdefault(item.number.casefold(), []).append(key)
        return by_number


def _tokens(name: str) -> Tokens:
    """`QLQ30-q01` as ("qlq30", "q1"): lower case, split at signs, numbers without leading zeros."""
    parts = re.findall(r"[^\W_]+", name[:LONGEST_NAME].casefold())
    return tuple(re.sub(r"(?<![0-9])0+(?=[0-9])", "", part) for part in parts)


def _by_name(pairing: _Pairing) -> Iterator[Claim]:
    names: dict[Tokens, list[int]] = {}
    for index, question in pairing.questions.items():
        names.setdefault(_tokens(question.name), []).append(index)
    for key in pairing.keys:
        yield from ((key, index) for index in names.get(_tokens(key), []))


def _by_code(pairing: _Pairing, codes: Mapping[str, str]) -> Iterator[Claim]:
    plain = {key: item for key, item in pairing.keys.items() if not item.variants}
    for index, question in pairing.questions.items():
        for code in {*question.codes, question.name.strip("/")}:
            key = codes.get(code, "")
            if key in plain or (VARIANT in key and key in pairing.keys):
                yield key, index


def _by_part_of_name(pairing: _Pairing) -> Iterator[Claim]:
    """Names that begin or end with a key: `c30_q1`, `q1_baseline`."""
    keys = {_tokens(key): key for key in pairing.keys}
    schemes: dict[tuple[str, Tokens], list[Claim]] = {}
    for index, question in pairing.questions.items():
        name = _tokens(question.name)
        for cut in range(1, len(name)):
            if name[cut:] in keys:
                schemes.setdefault(("before", name[:cut]), []).append((keys[name[cut:]], index))
            if name[:cut] in keys:
                schemes.setdefault(("after", name[cut:]), []).append((keys[name[:cut]], index))
    least = min(2, len(keys))
    usable = [claims for claims in schemes.values() if len({key for key, _ in claims}) >= least]
    yield from _one_scheme(usable, set(pairing.keys))


def _one_scheme(schemes: Sequence[list[Claim]], wanted: set[str]) -> Iterator[Claim]:
    """The claims of the only scheme that covers everything, else of all: those that contradict cancel each other."""
    complete = [claims for claims in schemes if {key for key, _ in claims} >= wanted]
    chosen = complete if len(complete) == 1 else schemes
    for claims in chosen:
        yield from claims


def _by_number(pairing: _Pairing) -> Iterator[Claim]:
    numbered = pairing.numbered()
    sections: dict[str, list[Claim]] = {}
    for index, question in pairing.countable():
        for key in numbered.get(printed_number(question), []):
            sections.setdefault(question.section, []).append((key, index))
    yield from _one_scheme(list(sections.values()), set(pairing.keys))


def _by_number_in_name(pairing: _Pairing) -> Iterator[Claim]:
    """Names that differ by a running number only (`phq9_1`, `PHQ-9.2`), when they run through the definition's."""
    numbers = {item.number.casefold() for item in pairing.all_keys.values()}
    numbered = pairing.numbered()
    series: dict[tuple[Tokens, str], dict[str, list[int]]] = {}
    for index, question in pairing.countable():
        name = _tokens(question.name)
        last = LAST_NUMBER.fullmatch(name[-1]) if name else None
        if last:
            series.setdefault((name[:-1], last[1]), {}).setdefault(last[2], []).append(index)
    running = [
        one
        for one in series.values()
        if len(numbers & one.keys()) >= LEAST_COVERED * len(numbers) and len(one) <= _most(len(numbers))
    ]
    if len(running) == 1:
        for number, indexes in running[0].items():
            for key in numbered.get(number, []):
                yield from ((key, index) for index in indexes if _alike(pairing.questions[index], pairing.keys[key]))


def _alike(question: Question, item: Item) -> bool:
    """Whether the answers do not speak against it: a choice has as many options as the item has codes."""
    return item.kind is not ItemKind.CHOICE or len(question.options) in {0, len(item.codes)}


def _loinc(codes: Mapping[str, str]) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for code, key in codes.items():
        if LOINC_CODE.fullmatch(code):
            known.setdefault(key, set()).add(code)
    return known


def _agreeing(pairing: _Pairing, claims: Iterable[Claim], known: Mapping[str, set[str]]) -> Iterator[Claim]:
    """Claims without those where the question carries a LOINC code that is not the item's."""
    for key, index in claims:
        item = pairing.keys[key]
        expected = known.get(key, known.get(item.id, set()))
        stated = {code for code in pairing.questions[index].codes if LOINC_CODE.fullmatch(code)}
        if not expected or not stated or expected & stated:
            yield key, index


def _by_topic(pairing: _Pairing) -> Iterator[Claim]:
    vocabulary: dict[str, set[int]] = {}
    for index, question in pairing.questions.items():
        for word in _words(question.text):
            vocabulary.setdefault(word, set()).add(index)
    in_order = sorted(vocabulary)
    holders: dict[str, set[int]] = {}
    for key, item in pairing.keys.items():
        fact = key.partition(VARIANT)[2]
        words = _words(item.variants[fact] if fact else item.topic)
        for word in words - holders.keys():
            same = (vocabulary[other] for other in _same_words(word, vocabulary, in_order))
            holders[word] = set().union(*same)
        if words:
            yield from ((key, index) for index in set.intersection(*(holders[word] for word in words)))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text[:LONGEST_QUESTION].casefold())) - SMALL_WORDS


def _same_words(word: str, vocabulary: Collection[str], in_order: Sequence[str]) -> Iterator[str]:
    """The word itself, and those that it begins or that begin it: `sleep` and `sleeping`, not `art` and `artist`."""
    for end in range(SHORTEST_STEM, len(word)):
        if word[:end] in vocabulary:
            yield word[:end]
    if len(word) < SHORTEST_STEM:
        yield from [word] if word in vocabulary else []
        return
    for other in in_order[bisect_left(in_order, word) :]:
        if not other.startswith(word):
            return
        yield other
