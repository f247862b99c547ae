"""Collects the sentences of the patient pages and brings every message catalogue up to date (`make messages`).

What is new comes without a translation, what is used no more goes, and nothing is guessed: a changed sentence is a new
one. Places in the source are left out, so that a catalogue changes only when a sentence does.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "lrrc_qol" / "translations"
TEMPLATE = TRANSLATIONS / "messages.pot"
SOURCES = {"lrrc_qol": ("**.py", "python"), "templates": ("**.html", "jinja2")}
# A template that cannot be read is a fault, not nothing to translate.
OPTIONS = {"**.html": {"silent": "false", "newstyle_gettext": "true"}}
COMMENT_TAG = "NOTE:"


def main() -> int:
    """Write the template and every catalogue; 0."""
    template = extracted()
    TEMPLATE.write_bytes(as_text(template))
    for path in catalogues():
        path.write_bytes(updated(path, template))
    return 0


def extracted() -> Catalog:
    """Every sentence that templates and Python code ask for, with the notes for translators beside it."""
    found = Catalog()
    for folder, (pattern, method) in SOURCES.items():
        for place, line, message, notes, context in extract_from_dir(
            ROOT / folder, [(pattern, method)], OPTIONS, comment_tags=[COMMENT_TAG], strip_comment_tags=True
        ):
            found.add(message, None, [(place, line)], auto_comments=notes, context=context)
    return found


def catalogues() -> list[Path]:
    """The catalogue of each language."""
    return sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))


def updated(path: Path, template: Catalog) -> bytes:
    """The catalogue with exactly the sentences of the template; its head stays as it is written."""
    text = path.read_bytes()
    catalog = read_po(BytesIO(text), locale=path.parent.parent.name)
    catalog.update(template, no_fuzzy_matching=True)
    head, _, _ = text.partition(b"\n\n")
    return head + b"\n\n" + as_text(catalog)


def as_text(catalog: Catalog) -> bytes:
    """The sentences in the form of a .po file, without the head."""
    file = BytesIO()
    write_po(file, catalog, width=0, no_location=True, omit_header=True, ignore_obsolete=True)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
