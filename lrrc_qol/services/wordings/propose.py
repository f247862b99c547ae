"""New words for an instrument: what an import found, or what a person typed in to complete it. Nobody sees them yet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import select

from lrrc_qol.catalogue.wording import make_wording
from lrrc_qol.domain.errors import InvalidInput, UnknownInstrument
from lrrc_qol.domain.instrument import Instrument, ItemWording, Status, Wording
from lrrc_qol.interchange import Proposal
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import WordingPack
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.wordings.content import as_content, as_wording, lacking, ordered, text_faults
from lrrc_qol.services.wordings.find import find_pack, instrument_of, licence_of, source_of
from lrrc_qol.services.wordings.packs import MODES, Finding, Licence, Report, Source
from lrrc_qol.services.wordings.unopened import hold_plans

KINDS = ("fhir", "redcap", "csv")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")
SHA256 = re.compile(r"[0-9a-f]{64}")
LINE_LIMIT = 200


def propose_pack(work: Work, proposal: Proposal, source: Source, licence: Licence) -> str:
    """Keep what an import found as a draft of the actor's centre; return its public id.

    An incomplete proposal is kept too, but cannot be approved. InvalidInput by field when something is wrong.
    """
    instrument = _instrument(work, proposal.instrument_id, proposal.version)
    wording = make_wording(
        instrument,
        language=proposal.language,
        title=proposal.title.strip(),
        recall=proposal.recall.strip(),
        items=ordered(instrument, proposal.items),
        approved=False,
        credit="\n".join(dict.fromkeys(line for line in (instrument.credit, proposal.credit.strip()) if line)),
    )
    problems = tuple(Finding(one.keys, one.place, one.what) for one in proposal.problems)
    report = Report(
        matched=tuple(Finding((match.key,), match.place, match.how) for match in proposal.matched),
        unmatched=tuple(Finding((), item.place, item.text) for item in proposal.unmatched),
        missing=_missing(instrument, wording, problems),
        problems=problems,
        notes=tuple(proposal.notes),
    )
    return _add(work, instrument, wording, report=report, source=source, licence=licence, action="proposed_wording")


def correct_pack(
    work: Work,
    public_id: str,
    changes: Mapping[str, ItemWording],
    *,
    title: str | None = None,
    recall: str | None = None,
) -> str:
    """Make the next version of a pack with the words of some items, or its title, typed in; return its public id.

    The new version is a draft of the same source and licence. An item that was typed in counts as settled.
    """
    pack = find_pack(work, public_id)
    instrument = instrument_of(work, pack)
    before = as_wording(instrument, pack.language, pack.content, approved=False)
    known = dict(instrument.wording_keys())
    if strange := [key for key in changes if key not in known]:
        raise InvalidInput({key: "The instrument has no such item." for key in strange})
    wording = make_wording(
        instrument,
        language=pack.language,
        title=before.title if title is None else title.strip(),
        recall=before.recall if recall is None else recall.strip(),
        items=ordered(instrument, {**before.items, **changes}),
        approved=False,
        credit=before.credit,
    )
    earlier = Report.from_stored(pack.report)
    problems = tuple(_unsettled(earlier.problems, changes))
    report = replace(earlier, missing=_missing(instrument, wording, problems), problems=problems)
    return _add(
        work,
        instrument,
        wording,
        report=report,
        source=source_of(pack),
        licence=licence_of(pack),
        action="corrected_wording",
    )


def licence_faults(licence: Licence) -> dict[str, str]:
    """What is wrong with a licence as it was entered, by field; what an approval needs besides is asked there."""
    faults: dict[str, str] = {}
    for field, text in (("licence_holder", licence.holder), ("licence_reference", licence.reference)):
        if len(text) > LINE_LIMIT or not text.isprintable():
            faults[field] = f"Use at most {LINE_LIMIT} ordinary characters."
    if strange := [mode for mode in licence.permitted_modes if mode not in MODES]:
        faults["permitted_modes"] = f"{strange[0]!r} is no way of answering; known are {', '.join(MODES)}."
    return faults


def _instrument(work: Work, instrument_id: str, version: str) -> Instrument:
    try:
        instrument = work.catalogue.instrument(instrument_id, version)
    except UnknownInstrument as fault:
        raise InvalidInput({"instrument": str(fault)}) from None
    if instrument.status is Status.SHELL:
        raise InvalidInput({"instrument": f"{instrument.title} is not defined yet; it cannot have words."})
    return instrument


def _missing(instrument: Instrument, wording: Wording, problems: Iterable[Finding]) -> tuple[Finding, ...]:
    """What the words lack; an item that a problem speaks of already is not listed twice."""
    spoken_of = {key for problem in problems for key in problem.keys}
    found = lacking(instrument, wording.title, wording.items)
    return tuple(Finding((key,), "", reason) for key, reason in found if key not in spoken_of)


def _unsettled(problems: Iterable[Finding], changes: Collection[str]) -> Iterator[Finding]:
    """The problems that typing in these items leaves; one about several items goes when all of them were typed in."""
    for problem in problems:
        keys = tuple(key for key in problem.keys if key not in changes)
        if keys or not problem.keys:
            yield replace(problem, keys=keys)


def _add(
    work: Work,
    instrument: Instrument,
    wording: Wording,
    *,
    report: Report,
    source: Source,
    licence: Licence,
    action: str,
) -> str:
    faults = _source_faults(source) | licence_faults(licence) | _wording_faults(wording)
    if faults:
        raise InvalidInput(faults)
    centre_id = work.actor.centre()
    hold_plans(work, centre_id)  # two imports at once must not take the same number
    pack = WordingPack(
        public_id=new_public_id(),
        centre_id=centre_id,
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        language=wording.language,
        ordinal=_next_ordinal(work, centre_id, wording),
        content=as_content(wording),
        digest=wording.digest,
        report=report.as_stored(),
        source_kind=source.kind,
        source_name=source.name,
        source_sha256=source.sha256,
        licence_holder=licence.holder.strip(),
        licence_reference=licence.reference.strip(),
        permitted_modes=list(dict.fromkeys(licence.permitted_modes)),
        expires_on=licence.expires_on,
        proposed_at=work.now,
        proposed_by=work.actor.id if work.actor.kind == "staff" else None,
    )
    work.session.add(pack)
    work.session.flush()
    audit.record(
        work,
        action,
        subject_kind="wording_pack",
        subject_id=pack.id,
        centre_id=centre_id,
        detail={
            "instrument": f"{instrument.id} {instrument.version}",
            "language": pack.language,
            "ordinal": pack.ordinal,
            "digest": pack.digest,
            "source": {"kind": source.kind, "sha256": source.sha256},
            "open_problems": report.open_problems,
        },
    )
    return pack.public_id


def _next_ordinal(work: Work, centre_id: int, wording: Wording) -> int:
    rows = work.session.execute(
        select(WordingPack.ordinal, WordingPack.digest, WordingPack.retired_at)
        .where(
            WordingPack.centre_id == centre_id,
            WordingPack.instrument_id == wording.instrument_id,
            WordingPack.instrument_version == wording.version,
            WordingPack.language == wording.language,
        )
        .order_by(WordingPack.ordinal)
    ).all()
    for ordinal, digest, retired_at in rows:
        if digest == wording.digest and retired_at is None:
            raise InvalidInput({"file": f"Exactly these words are there already, as number {ordinal}."})
    return rows[-1].ordinal + 1 if rows else 1


def _source_faults(source: Source) -> dict[str, str]:
    faults: dict[str, str] = {}
    if source.kind not in KINDS:
        faults["source_kind"] = f"{source.kind!r} is no kind of source; known are {', '.join(KINDS)}."
    if not source.name.strip() or len(source.name) > LINE_LIMIT or not source.name.isprintable():
        faults["source_name"] = f"The file needs a name of at most {LINE_LIMIT} ordinary characters."
    if not SHA256.fullmatch(source.sha256):
        faults["source_sha256"] = "The SHA-256 of the file is missing."
    return faults


def _wording_faults(wording: Wording) -> dict[str, str]:
    faults = text_faults(wording.title, wording.recall, wording.credit, wording.items)
    if not LANGUAGE.fullmatch(wording.language):
        faults["language"] = f"{wording.language!r} is no language tag such as en, de-CH or zh-Hans."
    return faults
