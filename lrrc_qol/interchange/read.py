"""One door for all formats: bytes in, a proposal out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.interchange.build import propose
from lrrc_qol.interchange.csv_template import read_csv
from lrrc_qol.interchange.fhir import read_fhir
from lrrc_qol.interchange.plain_text import check_size
from lrrc_qol.interchange.proposal import ImportRefused, Proposal
from lrrc_qol.interchange.redcap import read_redcap
from lrrc_qol.interchange.source import Source

Kind = Literal["fhir", "redcap", "csv"]
NO_CODES: Mapping[str, str] = {}
MOST_COMPANIONS = 10


def read_wording(
    kind: Kind,
    raw: bytes,
    instrument: Instrument,
    language: str,
    *,
    companions: Sequence[bytes] = (),
    codes: Mapping[str, str] = NO_CODES,
) -> Proposal:
    """Read the wording of `instrument` in `language` (a BCP 47 tag) out of a file; nothing is stored.

    `companions` are files with the answer lists of a FHIR questionnaire. `codes` maps codes of other systems to item
    ids, beside those of the definition. ImportRefused, and nothing else, when the file cannot be used at all.
    """
    for one in (raw, *companions):
        check_size(one)
    if len(companions) > MOST_COMPANIONS:
        raise ImportRefused(f"At most {MOST_COMPANIONS} companion files are read; put the lists into one Bundle.")
    source = _source(kind, raw, instrument, language, companions)
    proposal = propose(source, instrument, language, codes=codes, source_sha256=_sha256(raw))
    beside = (f"Companion file {number} has the SHA-256 {_sha256(one)}." for number, one in enumerate(companions, 1))
    return replace(proposal, notes=(*proposal.notes, *beside))


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _source(kind: Kind, raw: bytes, instrument: Instrument, language: str, companions: Sequence[bytes]) -> Source:
    if kind == "fhir":
        return read_fhir(raw, language, companions)
    if companions:
        raise ImportRefused("Only a FHIR questionnaire takes companion files; leave the second file out.")
    return read_redcap(raw, language) if kind == "redcap" else read_csv(raw, instrument)
