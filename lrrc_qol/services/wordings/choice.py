"""Which words a form is shown in, in this order; no language ever stands in for another.

1. The words that the response was started with, whatever became of them since.
2. The pack of the centre that was approved last of those not retired, unless it is expired or not licensed for the
   mode: then there are no words, because an older pack that it replaced must not come back by itself.
3. The words that are shipped with an instrument of our own.
4. In demo and test mode the topics of an instrument whose words belong to somebody else, under a banner.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.catalogue.wording import TOPIC_LANGUAGE
from lrrc_qol.domain.errors import UnknownInstrument, WordingUnavailable
from lrrc_qol.domain.instrument import Wording
from lrrc_qol.persistence.models import Centre, Response, WordingPack
from lrrc_qol.services.context import Work
from lrrc_qol.services.wordings.content import as_wording
from lrrc_qol.services.wordings.packs import has_expired

InstrumentKey = tuple[str, str]
"""Id and version of an instrument."""

# Answers may wait on a phone without reception for as long: whoever saw the words may still send what they answered.
STILL_ON_A_SCREEN = timedelta(days=7)
WORDINGS_KEPT = 500
DIGITS_OF_WORDS = 12
DIGITS_OF_LANGUAGE = 4

log = logging.getLogger(__name__)

# Packs never change, so what one digest stands for is read and checked once in a process.
_read: dict[str, Wording] = {}


@dataclass(frozen=True, slots=True)
class FormWords:
    """A form that needs words; `digest` and `language` are those of its response, empty before it was started."""

    instrument: InstrumentKey
    digest: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class ApprovedPack:
    """An approved pack without its words; `today` is the date at its centre."""

    centre_id: int
    instrument: InstrumentKey
    language: str
    digest: str
    modes: tuple[str, ...]
    expires_on: date | None
    retired: bool
    today: date


@dataclass(frozen=True, slots=True)
class Shelf:
    """The words at hand for some centres: their approved packs, last approved first, and what is shipped."""

    catalogue: Catalogue
    allow_topics: bool
    packs: tuple[ApprovedPack, ...]

    def pack(self, centre_id: int, instrument: InstrumentKey, language: str, *, mode: str) -> ApprovedPack | None:
        """The pack whose words a form that starts now would get; None when there is none."""
        found = (
            one
            for one in self.packs
            if (one.centre_id, one.instrument, one.language) == (centre_id, instrument, language) and not one.retired
        )
        newest = next(found, None)
        if newest is None or mode not in newest.modes or has_expired(newest.expires_on, newest.today):
            return None
        return newest

    def shipped(self, instrument: InstrumentKey, language: str) -> Wording | None:
        """Words of our own, or the topics that stand in where that is allowed."""
        try:
            return self.catalogue.wording(*instrument, language, allow_topics=self.allow_topics)
        except (WordingUnavailable, UnknownInstrument):
            return None

    def approved(self, centre_id: int, instrument: InstrumentKey, language: str, *, mode: str) -> bool:
        """Whether a form that starts now would get approved words."""
        if self.pack(centre_id, instrument, language, mode=mode) is not None:
            return True
        shipped = self.shipped(instrument, language)
        return shipped is not None and shipped.approved

    def has(self, centre_id: int, instrument: InstrumentKey, language: str, *, mode: str) -> bool:
        """Whether a form that starts now would get any words, stand-in topics included."""
        return (
            self.pack(centre_id, instrument, language, mode=mode) is not None
            or self.shipped(instrument, language) is not None
        )


def choose_wordings(
    work: Work, centre_id: int, instruments: Iterable[InstrumentKey], language: str, *, mode: str
) -> Mapping[InstrumentKey, Wording | None]:
    """The words in which each instrument would be asked now, in exactly this language; None where there are none.

    One statement for all of them, and one more for packs that this process has not read before.
    """
    keys = tuple(dict.fromkeys(instruments))
    words = words_of_forms(work, centre_id, [FormWords(key) for key in keys], language, mode=mode)
    return dict(zip(keys, words, strict=True))


def words_of_forms(
    work: Work, centre_id: int, forms: Sequence[FormWords], language: str, *, mode: str
) -> tuple[Wording | None, ...]:
    """The words of each form in the order given; one that was started keeps the words it was started with.

    A draft translation may be corrected in place: when its former words are gone, the form goes on in the present ones
    of the same language, whatever language its patient has chosen since.
    """
    tongues = {form: form.language or language for form in forms}
    shelf = shelf_of(work, [centre_id], {*tongues.values()}, digests=[form.digest for form in forms if form.digest])
    digests = {form.digest for form in forms} & {pack.digest for pack in shelf.packs}
    chosen = {form: shelf.pack(centre_id, form.instrument, tongue, mode=mode) for form, tongue in tongues.items()}
    read = _words(work, centre_id, digests | {pack.digest for pack in chosen.values() if pack is not None})
    return tuple(
        _started_with(shelf, form, read)
        or _from_pack(chosen[form], read)
        or shelf.shipped(form.instrument, tongues[form])
        for form in forms
    )


def words_to_start(
    work: Work, centre_id: int, instrument: InstrumentKey, language: str, *, mode: str, shown: str = ""
) -> Wording | None:
    """The words of a form whose first answer arrives now: those of the page it comes from, named by `short_name`.

    Of words that are not at hand any more, because a draft was corrected meanwhile, the name tells the language: it and
    the name are kept, not the language that the patient has chosen since. A page that does not name them may have been
    opened before a licence ended or a pack was retired; for a while such words still count.
    """
    seen = _shown(work, centre_id, instrument, shown) if shown else None
    if seen is not None:
        return seen
    chosen = choose_wordings(work, centre_id, [instrument], language, mode=mode)[instrument]
    if chosen is not None:
        spoken = _language_named(work.catalogue, shown)
        return chosen if spoken is None else replace(chosen, language=spoken, digest=shown)
    since = work.now - STILL_ON_A_SCREEN
    recent = select(WordingPack.digest).where(
        *_of(centre_id, instrument, language),
        WordingPack.approved_at.is_not(None),
        or_(WordingPack.retired_at.is_(None), WordingPack.retired_at > since),
        or_(WordingPack.expires_on.is_(None), WordingPack.expires_on >= since.date()),
    )
    digest = work.session.scalars(recent.order_by(WordingPack.approved_at.desc(), WordingPack.id.desc())).first()
    return _words(work, centre_id, {digest})[digest] if digest is not None else None


def wording_of_response(work: Work, response: Response) -> Wording | None:
    """The words that the patient saw; None when they are not at hand any more."""
    instrument = (response.instrument_id, response.instrument_version)
    return wording_seen(work, response.centre_id, instrument, response.wording_digest)


def wording_seen(work: Work, centre_id: int, instrument: InstrumentKey, digest: str) -> Wording | None:
    """The words that a response of the centre was started with, by the digest that it keeps."""
    shipped = _started_with(Shelf(work.catalogue, work.settings.open_doors, ()), FormWords(instrument, digest), {})
    return shipped or _words(work, centre_id, {digest}).get(digest)


def shelf_of(
    work: Work, centres: Collection[int], languages: Collection[str] | None, *, digests: Collection[str] = ()
) -> Shelf:
    """The approved packs of these centres in these languages (None: in all), in one statement.

    With `digests` also the packs that started forms need, retired or not.
    """
    wanted: ColumnElement[bool] = WordingPack.retired_at.is_(None)
    if languages is not None:
        wanted = and_(wanted, WordingPack.language.in_(languages))
    if digests:
        wanted = or_(wanted, WordingPack.digest.in_(digests))
    rows = work.session.execute(
        select(
            WordingPack.centre_id,
            WordingPack.instrument_id,
            WordingPack.instrument_version,
            WordingPack.language,
            WordingPack.digest,
            WordingPack.permitted_modes,
            WordingPack.expires_on,
            WordingPack.retired_at,
            Centre.timezone,
        )
        .join(Centre, Centre.id == WordingPack.centre_id)
        .where(WordingPack.centre_id.in_(centres), WordingPack.approved_at.is_not(None), wanted)
        .order_by(WordingPack.approved_at.desc(), WordingPack.id.desc())
    )
    return Shelf(
        work.catalogue,
        work.settings.open_doors,
        tuple(
            ApprovedPack(
                centre_id=row.centre_id,
                instrument=(row.instrument_id, row.instrument_version),
                language=row.language,
                digest=row.digest,
                modes=tuple(row.permitted_modes),
                expires_on=row.expires_on,
                retired=row.retired_at is not None,
                today=work.now.astimezone(ZoneInfo(row.timezone)).date(),
            )
            for row in rows
        ),
    )


def short_name(wording: Wording) -> str:
    """By what a page names the words it shows: the beginnings of two digests, because every byte counts there.

    The second is that of the language, which so stays known when the words themselves are gone.
    """
    return wording.digest[:DIGITS_OF_WORDS] + _language_digits(wording.language)


def _language_digits(language: str) -> str:
    return hashlib.sha256(language.encode()).hexdigest()[:DIGITS_OF_LANGUAGE]


def _language_named(catalogue: Catalogue, name: str) -> str | None:
    """The language in which a page showed what it names so; None when it is none that this program has."""
    known = {language for *_, language in catalogue.wordings} | set(catalogue.messages)
    return next((one for one in sorted(known) if _language_digits(one) == name[DIGITS_OF_WORDS:]), None)


def _shown(work: Work, centre_id: int, instrument: InstrumentKey, name: str) -> Wording | None:
    """The words of that short name, if a page of this centre can have shown them for the instrument."""
    packs = select(WordingPack.digest).where(
        WordingPack.centre_id == centre_id,
        WordingPack.instrument_id == instrument[0],
        WordingPack.instrument_version == instrument[1],
        WordingPack.digest.startswith(name[:DIGITS_OF_WORDS], autoescape=True),
        WordingPack.approved_at.is_not(None),
    )
    digest = work.session.scalars(packs.limit(1)).first()
    if digest is not None:
        return _words(work, centre_id, {digest}).get(digest)
    shelf = Shelf(work.catalogue, work.settings.open_doors, ())
    shipped = _shipped_words(shelf, instrument)
    return next((one for one in shipped if one.digest.startswith(name[:DIGITS_OF_WORDS])), None)


def _of(centre_id: int, instrument: InstrumentKey, language: str) -> tuple[ColumnElement[bool], ...]:
    return (
        WordingPack.centre_id == centre_id,
        WordingPack.instrument_id == instrument[0],
        WordingPack.instrument_version == instrument[1],
        WordingPack.language == language,
    )


def _from_pack(pack: ApprovedPack | None, read: Mapping[str, Wording]) -> Wording | None:
    return read.get(pack.digest) if pack is not None else None


def _started_with(shelf: Shelf, form: FormWords, read: Mapping[str, Wording]) -> Wording | None:
    """The words of a started form among the packs that were read and what is shipped, in whatever language."""
    if not form.digest:
        return None
    if form.digest in read:
        return read[form.digest]
    return next((one for one in _shipped_words(shelf, form.instrument) if one.digest == form.digest), None)


def _shipped_words(shelf: Shelf, instrument: InstrumentKey) -> list[Wording]:
    """The words of our own in every language, or the topics where they may stand in."""
    own = [wording for key, wording in shelf.catalogue.wordings.items() if key[:2] == instrument]
    topics = shelf.shipped(instrument, TOPIC_LANGUAGE)
    return own if own or topics is None else [topics]


def _words(work: Work, centre_id: int, digests: Collection[str]) -> Mapping[str, Wording]:
    """The words of approved packs of the centre by digest; those read before cost nothing."""
    known = {digest: wording for digest in digests if (wording := _read.get(digest)) is not None}
    unread = [digest for digest in digests if digest not in known]
    if unread:
        rows = work.session.scalars(
            select(WordingPack).where(
                WordingPack.centre_id == centre_id,
                WordingPack.digest.in_(unread),
                WordingPack.approved_at.is_not(None),
            )
        )
        found = {row.digest: wording for row in rows if (wording := _checked(work, row)) is not None}
        if len(_read) > WORDINGS_KEPT:
            _read.clear()
        _read.update(found)
        known |= found
    return known


def _checked(work: Work, row: WordingPack) -> Wording | None:
    try:
        instrument = work.catalogue.instrument(row.instrument_id, row.instrument_version)
    except UnknownInstrument:
        return None
    wording = as_wording(instrument, row.language, row.content, approved=True)
    if wording.digest == row.digest:
        return wording
    log.error("the words of wording pack %s are not those that were approved; they are not shown", row.public_id)
    return None
