"""FHIR Questionnaire, R4 and R5, as a source of wording. Only texts, answers and weights are read; nothing is run."""

from __future__ import annotations

from collections.abc import Sequence

from lrrc_qol.interchange.fhir_items import read_items
from lrrc_qol.interchange.fhir_json import object_of, objects, read_resources, text_of
from lrrc_qol.interchange.fhir_lists import Lists
from lrrc_qol.interchange.fhir_texts import Texts
from lrrc_qol.interchange.source import Notes, Source

PLACE = "Questionnaire"


def read_fhir(raw: bytes, language: str, companions: Sequence[bytes]) -> Source:
    """Read a Questionnaire in exactly `language`; `companions` are files with its answer lists.

    ImportRefused when it is no questionnaire, does not hold the language, or has elements of the wrong shape.
    """
    questionnaire, others = read_resources(raw, companions)
    notes = Notes()
    texts = Texts(questionnaire, language, notes)
    lists = Lists(questionnaire, others, texts, notes)
    questions, instructions = read_items(questionnaire, texts, lists, notes)
    lists.note_unused()
    if object_of(questionnaire, "text", PLACE).get("div"):
        notes.add("The narrative (Questionnaire.text) was ignored")
    if questionnaire.get("status") != "active":
        status = text_of(questionnaire, "status", PLACE) or "not stated"
        notes.add(f"The status of the file is {status[:40]}; ask its publisher for the released one")
    return Source(
        questions=questions,
        title=texts.read(questionnaire, "title", PLACE),
        credit=texts.cleaned(text_of(questionnaire, "copyright", PLACE), PLACE),
        panel=tuple(text_of(coding, "code", PLACE) for coding in objects(questionnaire, "code", PLACE)),
        instructions=instructions,
        notes=notes.lines(),
    )
