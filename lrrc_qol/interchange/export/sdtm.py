"""CDISC SDTM: the questionnaires domain (QS) with its supplemental qualifiers, and the list of its test codes.

Test codes are those of CDISC's controlled terminology where the definition of the questionnaire has them; the others
are of our own making and marked as such. A subject is one episode. Study days have no zero: the operation is day 1.
Source: SDTM Implementation Guide, QS domain; CDISC controlled terminology of 2025-03-25.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.interchange.csv_cells import Constant
from lrrc_qol.interchange.export.files import Table, table_file, write_table
from lrrc_qol.interchange.export.subject import (
    ExportedAnswer,
    ExportedForm,
    ExportedScore,
    MissedForm,
    Subject,
    VisitLabel,
)

STUDY = "LRRC-QOL"
LONGEST_CODE, LONGEST_TEST = 8, 40
QS_HEADER = (
    "STUDYID",
    "DOMAIN",
    "USUBJID",
    "QSSEQ",
    "QSGRPID",
    "QSTESTCD",
    "QSTEST",
    "QSCAT",
    "QSORRES",
    "QSSTRESC",
    "QSSTRESN",
    "QSSTAT",
    "QSREASND",
    "QSLOBXFL",
    "QSBLFL",
    "QSDRVFL",
    "QSEVAL",
    "VISITNUM",
    "VISIT",
    "VISITDY",
    "QSDTC",
    "QSDY",
    "QSEVLINT",
    "QSEVINTX",
)
SUPPQS_HEADER = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG")
CODES_HEADER = ("QSCAT", "QSTESTCD", "QSTEST", "instrument", "version", "item_or_scale", "kind", "origin")
ALL_TEST = ("QSALL", "Questionnaires")
NOT_DONE = "NOT DONE"
REASONS = {"declined": "SUBJECT DID NOT WANT TO ANSWER", "not_applicable": "NOT APPLICABLE"}
INTERVALS = {
    "the last 24 hours": "-PT24H",
    "the past week": "-P1W",
    "the past 7 days": "-P7D",
    "the last 7 days": "-P7D",
    "the last 2 weeks": "-P2W",
    "the past 4 weeks": "-P4W",
}
"""Recall periods that are one length of time; the others stand in words only (QSEVINTX)."""
QUALIFIERS = {
    "QSMODE": "Mode of answering",
    "QSRESP": "Respondent",
    "QSLANG": "Language of the questionnaire",
    "QSWINDOW": "Against the window of the visit",
    "QSALSO": "Second visit that the form stands for",
    "QSBLTYPE": "Kind of the baseline of the episode",
    "QSFINAL": "Sent, or a draft",
}


@dataclass(frozen=True, slots=True)
class QsCode:
    """How one item or scale is called in QS; `origin` is cdisc or sponsor."""

    code: str
    test: str
    origin: str


def write_sdtm(
    subjects: Iterable[Subject],
    instruments: Sequence[Instrument],
    visits: Sequence[str],
    folder: Path,
    *,
    with_dates: bool,
) -> dict[str, int]:
    """Write the three files; how many forms, answers and scores stand in QS. `visits` are all keys in their order."""
    codes = {(one.id, one.version): codes_of(one) for one in instruments}
    with (
        table_file(folder / "sdtm_qs.csv", QS_HEADER) as qs,
        table_file(folder / "sdtm_suppqs.csv", SUPPQS_HEADER) as supp,
    ):
        writer = _Writer(qs, supp, codes, {key: number for number, key in enumerate(visits, 1)}, with_dates)
        for subject in subjects:
            writer.add(subject)
    write_table(folder / "sdtm_codes.csv", CODES_HEADER, _code_rows(instruments, codes))
    return writer.written


def codes_of(instrument: Instrument) -> dict[tuple[str, str], QsCode]:
    """The test code of every item and scale, by ("item" or "scale", id)."""
    known = instrument.codes
    stem = sponsor_stem(instrument.id)
    parts = [("item", item.id, item.topic, "") for item in instrument.items]
    parts += [("scale", scale.id, scale.name, "S") for scale in instrument.scales]
    official = {
        "item": known.items.get("cdisc", {}) if known else {},
        "scale": known.scales.get("cdisc", {}) if known else {},
    }
    counts = {"item": 0, "scale": 0}
    taken: set[str] = set()
    found: dict[tuple[str, str], QsCode] = {}
    for kind, own, words, mark in parts:
        counts[kind] += 1
        code = official[kind].get(own)
        test = _test_name(f"{'Score: ' if mark else ''}{words}", taken)
        sponsor = f"{stem}{mark}{counts[kind]:0{LONGEST_CODE - len(stem) - len(mark) - 1}d}"
        found[kind, own] = QsCode(code or sponsor, test, "cdisc" if code else "sponsor")
    return found


def sponsor_stem(instrument_id: str) -> str:
    """The beginning of our own test codes of a questionnaire: its first letter and its last three signs."""
    letters = re.sub(r"[^A-Z0-9]", "", instrument_id.upper())
    return letters if len(letters) <= 4 else letters[0] + letters[-3:]


def study_day(day: int | None) -> int | None:
    """SDTM's day: the operation is day 1, the day before it -1."""
    return None if day is None else day + 1 if day >= 0 else day


def _test_name(words: str, taken: set[str]) -> str:
    """At most forty signs, each name once in a questionnaire."""
    name = words[:LONGEST_TEST].strip()
    number = 2
    while name in taken:
        end = f" ({number})"
        name = words[: LONGEST_TEST - len(end)].strip() + end
        number += 1
    taken.add(name)
    return name


@dataclass
class _Writer:
    """Both tables, with what has been written so far."""

    qs: Table
    supp: Table
    codes: Mapping[tuple[str, str], Mapping[tuple[str, str], QsCode]]
    numbers: Mapping[str, int]
    with_dates: bool
    written: dict[str, int] = field(default_factory=lambda: {"forms": 0, "answers": 0, "scores": 0})
    sequence: int = 0

    def add(self, subject: Subject) -> None:
        """All forms of an episode, then those that were not answered."""
        self.sequence = 0
        begun = set()
        for group, form in enumerate(subject.forms, 1):
            begun.add((form.visit.key, form.instrument.id))
            self._form(subject, form, str(group))
        for missed in subject.missed:
            if (missed.visit.key, missed.instrument.id) not in begun:
                self._missed(subject, missed)

    def _form(self, subject: Subject, form: ExportedForm, group: str) -> None:
        codes = self.codes[form.instrument.id, form.instrument.version]
        for answer in form.answers:
            self._row(subject, form, group, codes["item", answer.item.id], _answer_cells(answer))
        for score in form.scores:
            self._row(subject, form, group, codes["scale", score.scale.id], _score_cells(score))
        for name, value in _qualifiers(subject, form).items():
            if value:
                cells = (STUDY, "QS", _usubjid(subject), "QSGRPID", group, name, QUALIFIERS[name], value, "COLLECTED")
                self.supp.add(cells)
        self.written["forms"] += 1
        self.written["answers"] += len(form.answers)
        self.written["scores"] += len(form.scores)

    def _row(self, subject: Subject, form: ExportedForm, group: str, code: QsCode, cells: Mapping[str, object]) -> None:
        flag = "Y" if form.is_baseline else ""
        self._write(
            subject,
            form.visit,
            form.instrument,
            answered_on=form.answered_on,
            cells={
                **cells,
                "QSGRPID": group,
                "QSTESTCD": code.code,
                "QSTEST": code.test,
                "QSLOBXFL": flag,
                "QSBLFL": flag,
                "QSEVAL": "PROXY" if form.respondent == "proxy" else "STUDY SUBJECT",
            },
        )

    def _missed(self, subject: Subject, missed: MissedForm) -> None:
        code, test = ALL_TEST
        reason = missed.reason.upper().replace("_", " ")
        cells = {"QSTESTCD": code, "QSTEST": test, "QSSTAT": NOT_DONE, "QSREASND": reason}
        self._write(subject, missed.visit, missed.instrument, answered_on=None, cells=cells)

    def _write(
        self,
        subject: Subject,
        visit: VisitLabel,
        instrument: Instrument,
        *,
        answered_on: date | None,
        cells: Mapping[str, object],
    ) -> None:
        self.sequence += 1
        row: dict[str, object] = {
            **cells,
            "STUDYID": STUDY,
            "DOMAIN": "QS",
            "USUBJID": _usubjid(subject),
            "QSSEQ": self.sequence,
            "QSCAT": _category(instrument),
            "VISITNUM": self.numbers[visit.key],
            "VISIT": visit.key,
            "VISITDY": study_day(subject.day(visit.due_on)),
            "QSDTC": answered_on if self.with_dates else None,
            "QSDY": study_day(subject.day(answered_on)),
            "QSEVLINT": Constant(INTERVALS.get(instrument.recall, "")),
            "QSEVINTX": instrument.recall,
        }
        self.qs.add(row.get(name) for name in QS_HEADER)


def _usubjid(subject: Subject) -> str:
    return f"{STUDY}.{subject.record_id}"


def _category(instrument: Instrument) -> str:
    known = instrument.codes.whole.get("cdisc") if instrument.codes else None
    return known or f"{instrument.short_title} {instrument.version}".upper()


def _answer_cells(answer: ExportedAnswer) -> Mapping[str, object]:
    if answer.kind != "value":
        return {"QSSTAT": NOT_DONE, "QSREASND": REASONS[answer.kind]}
    return {"QSORRES": answer.value, "QSSTRESC": answer.value, "QSSTRESN": answer.value}


def _score_cells(score: ExportedScore) -> Mapping[str, object]:
    if score.value is None:
        return {"QSDRVFL": "Y", "QSSTAT": NOT_DONE, "QSREASND": (score.no_score or "").upper().replace("_", " ")}
    return {"QSDRVFL": "Y", "QSSTRESC": score.value, "QSSTRESN": score.value}


def _qualifiers(subject: Subject, form: ExportedForm) -> Mapping[str, str]:
    return {
        "QSMODE": form.mode,
        "QSRESP": form.respondent,
        "QSLANG": form.language,
        "QSWINDOW": form.window,
        "QSALSO": form.visit.also_key,
        "QSBLTYPE": subject.baseline,
        "QSFINAL": "DRAFT" if form.submitted_at is None else "SENT",
    }


def _code_rows(
    instruments: Sequence[Instrument], codes: Mapping[tuple[str, str], Mapping[tuple[str, str], QsCode]]
) -> Iterator[tuple[str, ...]]:
    for one in instruments:
        for (kind, own), code in codes[one.id, one.version].items():
            yield _category(one), code.code, code.test, one.id, one.version, own, kind, code.origin
