"""Write one export into a folder and prove that every row that went in came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lrrc_qol.domain.errors import LrrcQolError
from lrrc_qol.interchange.export import write_fhir, write_long_table, write_redcap, write_sdtm, write_workbook
from lrrc_qol.persistence.queries.export import Extent, visit_keys
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.export.subjects import count_in, exported_subjects, instruments_in


class Differs(LrrcQolError):
    """Not as many rows were written as there are: the export is not to be used."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of one kind the database has, and how many were written."""

    kind: str
    found: int
    written: int


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format: its name, what it is in words, and how it is written into a folder."""

    name: str
    title: str
    meaning: str
    write: Callable[[Work, Extent, Path, bool], Mapping[str, int]]


def _answers(work: Work, extent: Extent, folder: Path, with_dates: bool) -> Mapping[str, int]:
    return write_long_table("answers", exported_subjects(work, extent), folder, with_dates=with_dates)


def _scores(work: Work, extent: Extent, folder: Path, with_dates: bool) -> Mapping[str, int]:
    return write_long_table("scores", exported_subjects(work, extent), folder, with_dates=with_dates)


def _redcap(work: Work, extent: Extent, folder: Path, _with_dates: bool) -> Mapping[str, int]:
    return write_redcap(exported_subjects(work, extent), instruments_in(work, extent), folder)


def _fhir(work: Work, extent: Extent, folder: Path, with_dates: bool) -> Mapping[str, int]:
    return write_fhir(exported_subjects(work, extent), folder, with_dates=with_dates)


def _sdtm(work: Work, extent: Extent, folder: Path, with_dates: bool) -> Mapping[str, int]:
    return write_sdtm(
        exported_subjects(work, extent),
        instruments_in(work, extent),
        visit_keys(work.session, extent),
        folder,
        with_dates=with_dates,
    )


def _excel(work: Work, extent: Extent, folder: Path, with_dates: bool) -> Mapping[str, int]:
    return write_workbook(exported_subjects(work, extent), folder, with_dates=with_dates)


FORMATS = {
    each.name: each
    for each in (
        ExportFormat("answers", "Answers", "One row for each current answer (CSV), with a codebook.", _answers),
        ExportFormat(
            "scores",
            "Scores",
            "One row for each score (CSV) with the baseline score and the change from it, with a codebook.",
            _scores,
        ),
        ExportFormat("excel", "Excel", "Answers, scores and the codebook as sheets of one workbook.", _excel),
        ExportFormat(
            "redcap",
            "REDCap",
            "Data dictionary, data, events and which form belongs to which event, for an empty longitudinal project.",
            _redcap,
        ),
        ExportFormat("fhir", "FHIR R4", "A Bundle of QuestionnaireResponses and Observations (JSON).", _fhir),
        ExportFormat(
            "sdtm",
            "SDTM",
            "Rows of the questionnaires domain (QS) with supplemental qualifiers and the list of test codes (CSV).",
            _sdtm,
        ),
    )
}


def write_export(work: Work, extent: Extent, name: str, folder: Path, *, with_dates: bool) -> tuple[Tally, ...]:
    """Write the files of one of FORMATS into an empty folder; Differs unless every row came out.

    The caller froze what the transaction sees. Without `with_dates` there are days from the operation instead of
    dates, no times, and no words that somebody typed.
    """
    found = count_in(work, extent)
    written = FORMATS[name].write(work, extent, folder, with_dates)
    tallies = tuple(Tally(kind, found[kind], count) for kind, count in written.items())
    if faults := [tally for tally in tallies if tally.found != tally.written]:
        first = faults[0]
        raise Differs(
            f"{first.kind}: {first.found} rows in, {first.written} rows out: the numbers differ; nothing was written"
        )
    return tallies


def note_export(
    work: Work, name: str, tallies: tuple[Tally, ...], *, centre: str | None, with_dates: bool, reason: str = ""
) -> None:
    """Write into the audit trail what was taken out; `reason` is what the person gave for taking dates along."""
    detail = {"rows": sum(tally.written for tally in tallies), "centre": centre, "with_dates": with_dates}
    audit.record(
        work,
        f"exported_{name}",
        subject_kind="export",
        subject_id=None,
        centre_id=work.actor.centre_id,
        detail=detail | ({"reason": reason} if reason else {}),
    )
