"""Where the texts between the questions go: above all of them, beside those under them, or into a note."""

from __future__ import annotations

from bisect import bisect_right

from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.interchange.source import Instruction, Notes, Question, Source, shortened

LONGEST_RECALL = 500
"""Longer ones would fill a phone, since the recall text is repeated with every question."""
LONGEST_BESIDE = 300


class Instructions:
    """Sorts a source's instructions around the questions in use, as they stand on the printed form."""

    def __init__(self, source: Source, used: set[str]) -> None:
        self._all = source.instructions
        self._position = {one.place: index for index, one in enumerate(source.questions)}
        self._between = [one for one in source.instructions if not one.heading]
        self._first = next(index for index, one in enumerate(source.questions) if one.place in used)
        self._above = _fitting([one for one in self._all if one.before <= self._first])
        self._shown: dict[Instruction, None] = dict.fromkeys(self._above)

    @property
    def recall(self) -> str:
        """What stands above the first question in use; repeated with every question."""
        return " ".join(one.text for one in self._above)

    def over(self, question: Question) -> str:
        """The instruction that the printed form has above this question and not above all; empty when there is none."""
        position = self._position[question.place]
        nearest = bisect_right(self._between, position, key=lambda one: one.before) - 1
        if nearest < 0:
            return ""
        instruction = self._between[nearest]
        if instruction.before <= self._first or len(instruction.text) > LONGEST_BESIDE:
            return ""
        self._shown[instruction] = None
        return instruction.text

    def note(self, notes: Notes, instrument: Instrument) -> None:
        """Say where each instruction went, and that there is none where there is none."""
        if not self._above:
            notes.add(
                "No instruction stands above the questions; unless the printed form has none either, add the sentence "
                f"that names the recall period (in the definition: {instrument.recall})"
            )
        for one in self._all:
            if one in self._above:
                continue
            shown = "is shown with each question under it" if one in self._shown else "is not shown"
            notes.add(f"The instruction {shortened(one.text, 200)!r} {shown}", one.place)


def _fitting(above: list[Instruction]) -> list[Instruction]:
    """All instructions if they are short together, else the nearest; a group's heading only where there is no other."""
    plain = [one for one in above if not one.heading] or above[-1:]
    if sum(len(one.text) + 1 for one in plain) > LONGEST_RECALL:
        plain = plain[-1:]
    return plain
