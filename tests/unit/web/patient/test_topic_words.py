"""The patient has words for every topic that staff can read, in the same order."""

from __future__ import annotations

from lrrc_qol.catalogue.picklists import load_picklist
from lrrc_qol.catalogue.translations import read_translations
from lrrc_qol.config import CLINICAL_DIR, TRANSLATIONS_DIR
from lrrc_qol.web.patient.topic_words import topic_names


def test_each_topic_of_the_list_has_words_of_its_own() -> None:
    names = topic_names(read_translations(TRANSLATIONS_DIR)["en"])
    assert list(names) == [entry.code for entry in load_picklist(CLINICAL_DIR, "topics").entries]
    assert len(set(names.values())) == len(names)
