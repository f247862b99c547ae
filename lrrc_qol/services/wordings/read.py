"""What those who manage wording see: all packs, one pack with its whole history, what differs, what ends soon."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import defer

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.domain.errors import InvalidInput, UnknownInstrument
from lrrc_qol.domain.instrument import ItemWording, Wording
from lrrc_qol.persistence.models import Centre, Staff, WordingPack
from lrrc_qol.services.context import Work
from lrrc_qol.services.wordings.content import as_wording
from lrrc_qol.services.wordings.decide import approval_faults
from lrrc_qol.services.wordings.find import find_pack, instrument_of, licence_of, source_of
from lrrc_qol.services.wordings.packs import (
    PackLine,
    PackState,
    PackView,
    Report,
    TextChange,
    days_left,
    states_of,
)

WARNING_DAYS = 60
"""How long before the end of a licence a centre is told: long enough to renew most of them."""


def list_packs(work: Work) -> tuple[PackLine, ...]:
    """All packs of the actor's centre by instrument, language and number, the newest number first."""
    return _lines(work, _packs(work), today=_today(work))


def read_pack(work: Work, public_id: str) -> PackView:
    """One pack with its words, its report, its people and its other versions; NotFound when it is not the centre's."""
    pack = find_pack(work, public_id)
    today = _today(work)
    instrument = instrument_of(work, pack)
    place = (pack.instrument_id, pack.instrument_version, pack.language)
    lines = _lines(work, [one for one in _packs(work) if _place(one) == place], today=today)
    people = _names(work, [pack])
    return PackView(
        line=next(line for line in lines if line.public_id == public_id),
        instrument=instrument,
        wording=as_wording(instrument, pack.language, pack.content, approved=pack.approved_at is not None),
        report=Report.from_stored(pack.report),
        licence=licence_of(pack),
        source=source_of(pack),
        compared_at=pack.compared_at,
        compared_by=people.get(pack.compared_by, ""),
        compared_with=pack.compared_with or "",
        approved_at=pack.approved_at,
        approved_by=people.get(pack.approved_by, ""),
        retired_at=pack.retired_at,
        retired_by=people.get(pack.retired_by, ""),
        retire_reason=pack.retire_reason or "",
        obstacles=tuple(approval_faults(pack, today=today).values()),
        versions=lines,
    )


def compare_packs(work: Work, older: str, newer: str) -> tuple[TextChange, ...]:
    """Every text that differs between two packs of one instrument, in printed order; both are named by public id."""
    packs = find_pack(work, older), find_pack(work, newer)
    if packs[0].instrument_id != packs[1].instrument_id:
        raise InvalidInput({"newer": "These packs are of different instruments."})
    before, after = (
        as_wording(instrument_of(work, pack), pack.language, pack.content, approved=False) for pack in packs
    )
    return tuple(_differences(before, after))


def expiring_packs(work: Work, *, today: date, within_days: int = WARNING_DAYS) -> tuple[PackLine, ...]:
    """Packs of the actor's centre whose licence has ended or ends in the next `within_days` days, first the soonest.

    Packs that nothing depends on any more (retired, or replaced by one that lasts longer) are left out.
    """
    lines = _lines(work, _packs(work), today=today)
    lasting = {
        (line.instrument_id, line.version, line.language)
        for line in lines
        if line.state is PackState.APPROVED and (line.days_left is None or line.days_left > within_days)
    }
    ending = [
        line
        for line in lines
        if line.state in {PackState.APPROVED, PackState.EXPIRED}
        and line.days_left is not None
        and line.days_left <= within_days
        and (line.instrument_id, line.version, line.language) not in lasting
    ]
    return tuple(sorted(ending, key=lambda line: (line.days_left or 0, line.public_id)))


def _packs(work: Work) -> Sequence[WordingPack]:
    return work.session.scalars(
        select(WordingPack)
        .where(WordingPack.centre_id == work.actor.centre())
        .options(defer(WordingPack.content))
        .order_by(
            WordingPack.instrument_id, WordingPack.language, WordingPack.instrument_version, WordingPack.ordinal.desc()
        )
    ).all()


def _lines(work: Work, packs: Sequence[WordingPack], *, today: date) -> tuple[PackLine, ...]:
    states = states_of(packs, today)
    people = _names(work, packs)
    return tuple(
        PackLine(
            public_id=pack.public_id,
            instrument_id=pack.instrument_id,
            version=pack.instrument_version,
            title=_title(work.catalogue, pack),
            language=pack.language,
            ordinal=pack.ordinal,
            state=states[pack.id],
            expires_on=pack.expires_on,
            days_left=days_left(pack, today),
            source_kind=pack.source_kind,
            source_name=pack.source_name,
            proposed_at=pack.proposed_at,
            proposed_by=people.get(pack.proposed_by, ""),
            open_problems=Report.from_stored(pack.report).open_problems,
        )
        for pack in packs
    )


def _title(catalogue: Catalogue, pack: WordingPack) -> str:
    try:
        return catalogue.instrument(pack.instrument_id, pack.instrument_version).title
    except UnknownInstrument:
        return pack.instrument_id


def _names(work: Work, packs: Collection[WordingPack]) -> Mapping[int | None, str]:
    ids = {
        person
        for pack in packs
        for person in (pack.proposed_by, pack.compared_by, pack.approved_by, pack.retired_by)
        if person is not None
    }
    rows = work.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {person: name for person, name in rows}


def _place(pack: WordingPack) -> tuple[str, str, str]:
    return pack.instrument_id, pack.instrument_version, pack.language


def _today(work: Work) -> date:
    zone = work.session.scalars(select(Centre.timezone).where(Centre.id == work.actor.centre())).one()
    return work.today_in(zone)


def _differences(before: Wording, after: Wording) -> Iterator[TextChange]:
    for field in ("title", "recall", "credit"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield TextChange("", field, old, new)
    for key in dict.fromkeys((*before.items, *after.items)):
        old_texts, new_texts = _texts(before.items.get(key)), _texts(after.items.get(key))
        for field in dict.fromkeys((*old_texts, *new_texts)):
            if old_texts.get(field, "") != new_texts.get(field, ""):
                yield TextChange(key, field, old_texts.get(field, ""), new_texts.get(field, ""))


def _texts(item: ItemWording | None) -> dict[str, str]:
    if item is None:
        return {}
    labels = {f"label {code}": label for code, label in item.labels.items()}
    return {"text": item.text, "help": item.help, **labels}
