"""Reads what a patient reads: the questions of a form's page and those of a printed form, in the order of the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

TEXT_CLASSES = ("question", "text", "help", "recall", "label", "low", "high", "number")
VOID = frozenset({"input", "br", "hr", "meta", "link", "img"})

MODEL = re.compile(r'<div class="model" hidden>(.*?</fieldset>)', re.DOTALL)
STEP = re.compile(
    r'<section class="step" data-item="([^"]+)"(?: data-name="[^"]+")?(?: data-list="(\d+)")?[^>]*>'
    r'([^<]*)(?:<p class="help">([^<]*)</p>)?'
)


@dataclass
class ReadQuestion:
    """One question as it is read: `key` of its wording or item, its texts by class, the codes of its boxes."""

    key: str
    texts: dict[str, list[str]] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The text of a class, empty when there is none."""
        return " ".join(self.texts.get(name, []))


class _Reader(HTMLParser):
    """Collects the questions of a page; `start` names the attribute that a question's element has."""

    def __init__(self, start: str) -> None:
        super().__init__()
        self.start = start
        self.questions: list[ReadQuestion] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self.start in given:
            self.questions.append(ReadQuestion(str(given[self.start])))
            self._open.clear()
        if self.questions and tag == "input" and given.get("type") == "radio":
            self.questions[-1].codes.append(str(given["value"]))
        if tag not in VOID:
            self._open.append(str(given.get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self.questions or not data.strip():
            return
        question, words = self.questions[-1], " ".join(data.split())
        inside = [name for classes in self._open for name in classes.split()]
        if "box" in inside:
            question.codes.append(words)
        elif "label" in inside or inside[-1:] == ["choice"] or "choice" in inside:
            question.labels.append(words)
        else:
            for name in TEXT_CLASSES:
                if name in inside:
                    question.texts.setdefault(name, []).append(words)


def read_questions(page: str, start: str) -> list[ReadQuestion]:
    """The questions of a page, told apart by an attribute of their element."""
    reader = _Reader(start)
    reader.feed(page)
    return reader.questions


def read_phone(page: str) -> list[ReadQuestion]:
    """The questions of a form's page, which come as their words and the place of their list of answers in the part."""
    found = []
    for unit in page.split('<div class="unit"')[1:]:
        models = [read_questions(f"<p data-model>{model}", "data-model")[0] for model in MODEL.findall(unit)]
        for item, place, text, help_text in STEP.findall(unit):
            model = models[int(place or 0)]
            texts = {"question": [unescape(text)]} | ({"help": [unescape(help_text)]} if help_text else {})
            # A number's ends are a help of its list.
            texts["help"] = texts.get("help", []) + model.texts.get("help", [])
            found.append(ReadQuestion(item, texts, model.codes, model.labels))
    return found
