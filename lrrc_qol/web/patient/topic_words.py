"""The patient's words for the topics of the pick list, in the order of the list."""

from __future__ import annotations

from collections.abc import Mapping

from lrrc_qol.catalogue.translations import Translations


def topic_names(words: Translations) -> Mapping[str, str]:
    """Each topic by its code."""
    return {
        "pain": words.gettext("Pain"),
        "medicines": words.gettext("My medicines"),
        "wound": words.gettext("My wound"),
        "stoma": words.gettext("My stoma"),
        "bowel_bladder": words.gettext("Going to the toilet"),
        "eating": words.gettext("Eating and weight"),
        "tiredness": words.gettext("Tiredness and sleep"),
        "moving": words.gettext("Walking and moving"),
        "mood": words.gettext("Worries and mood"),
        "body": words.gettext("How I feel about my body"),
        "intimacy": words.gettext("Closeness and sexuality"),
        "family": words.gettext("My family and those who help me"),
        "work_money": words.gettext("Work and money"),
        "what_next": words.gettext("What comes next"),
    }
