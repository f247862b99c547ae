"""A made-up Arabic in which every letter that went through translation shows: what stays Latin did not."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.catalogue.translations import Translations, locale_of
from lrrc_qol.domain.alerts import AlertRuleSet, Instruction
from lrrc_qol.domain.instrument import ItemWording, Wording

LANGUAGE = "ar"
# A letter, unless it stands inside a placeholder of either kind.
LETTER = re.compile(r"(%\(\w+\)s|\{\w+\})|[A-Za-z]")


def changed(text: str) -> str:
    """The text with an Arabic letter for each Latin one, its placeholders as they are."""
    return LETTER.sub(lambda found: found[1] or "ع", text)


class PseudoSentences:
    """Every sentence in the made-up language."""

    def gettext(self, message: str) -> str:
        """The changed sentence."""
        return changed(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The changed sentence in one of the two forms."""
        return changed(msgid1 if n == 1 else msgid2)


def with_pseudo_language(catalogue: Catalogue) -> Catalogue:
    """The definitions with the made-up language in the place of Arabic: sentences, questions, instructions."""
    english = {key: one for key, one in catalogue.wordings.items() if key[2] == "en"}
    return replace(
        catalogue,
        messages={**catalogue.messages, LANGUAGE: Translations(LANGUAGE, locale_of(LANGUAGE), PseudoSentences())},
        wordings={**catalogue.wordings, **{(*key[:2], LANGUAGE): _wording(one) for key, one in english.items()}},
        rule_sets={key: _rules(one) for key, one in catalogue.rule_sets.items()},
    )


def _wording(english: Wording) -> Wording:
    items = {
        key: ItemWording(
            changed(item.text), {code: changed(label) for code, label in item.labels.items()}, changed(item.help)
        )
        for key, item in english.items.items()
    }
    return replace(
        english, language=LANGUAGE, title=changed(english.title), recall=changed(english.recall), items=items
    )


def _rules(rules: AlertRuleSet) -> AlertRuleSet:
    pseudo = {
        name: Instruction(changed(told.title), changed(told.text), told.call, LANGUAGE)
        for name, told in rules.instructions["en"].items()
    }
    return replace(rules, instructions=MappingProxyType({**rules.instructions, LANGUAGE: pseudo}))
