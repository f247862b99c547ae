"""Brings visits that have not opened yet into line with what their centre asks now; entered ones stay as they are.

A visit whose window is open but which nobody has entered is still given what it lacks: a baseline would else miss for
good what was approved a day late. Nothing is taken from it, because it may be on a screen the next moment.

All of it is set-based: one reading of the visits, one of their questionnaires, one writing of each kind of change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, select, update

from lrrc_qol.domain.events import EventKind, RecordedEvent, episode_facts
from lrrc_qol.domain.schedule import plain_key
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import (
    Assignment,
    Centre,
    Episode,
    EpisodeEvent,
    Patient,
    PatientSession,
    Plan,
    Response,
    Visit,
)
from lrrc_qol.persistence.upsert import insert_all_unless_there
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import protocols_at
from lrrc_qol.services.wordings.asked import AskedForm, Asking, Choice, asking_of
from lrrc_qol.services.wordings.packs import ON_SCREEN

# Both databases limit how many values one statement may carry.
BATCH = 10_000


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """How many visits get a questionnaire, lose it, or have it with other terms."""

    given: int
    taken: int
    changed: int

    def as_detail(self) -> dict[str, int]:
        """The counts for an audit entry."""
        return {"given": self.given, "taken": self.taken, "changed": self.changed}


@dataclass(frozen=True, slots=True)
class VisitToFill:
    """A visit that is to have its questionnaires; `planned` are those of the protocol, in order.

    An `open` one is given what it lacks and keeps what it has. With `few` only the short set is asked.
    """

    id: int
    episode_id: int
    centre_id: int
    kind: str
    planned: tuple[str, ...]
    language: str
    open: bool = False
    few: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    """An assignment that is there."""

    id: int
    instrument_id: str
    version: str
    position: int
    options: dict[str, Any] | None


@dataclass(slots=True)
class _Changes:
    given: list[dict[str, Any]] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    placed: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)

    def counts(self) -> VisitCounts:
        return VisitCounts(len(self.given), len(self.taken), len(self.changed))


def hold_choices(work: Work, centre_id: int) -> None:
    """Let nobody change what the centre asks until this transaction ends; others may plan beside it.

    Whoever plans calls this before taking any other lock, so that planning and changing queue up in one order.
    """
    work.session.execute(select(Centre.id).where(Centre.id == centre_id).with_for_update(read=True))


def hold_plans(work: Work, centre_id: int) -> None:
    """Let nobody plan at the centre, or change what it asks, until this transaction ends. Answers go on arriving."""
    work.session.execute(select(Centre.id).where(Centre.id == centre_id).with_for_update(key_share=True))


def align_unopened(work: Work, centre_id: int, instrument_id: str, *, language: str | None = None) -> VisitCounts:
    """Give the questionnaire to the unopened visits that are to ask it, take it from those that are not.

    Only patients of `language` (None: of any) are looked at. The caller holds the plans of the centre.
    """
    scope = _unopened_of(work, centre_id, language)
    there = _assigned(work, scope, lock=True)
    changes = _compare(_visits(work, centre_id, scope), there, asking_of(work, centre_id), only=instrument_id)
    _write(work, changes)
    return changes.counts()


def align_episode(work: Work, episode: Episode) -> None:
    """Give the unopened visits of one episode what they are to ask now. The caller called `hold_choices` first."""
    scope = (Visit.episode_id == episode.id, *_unopened_of(work, episode.centre_id, None))
    there = _assigned(work, scope, lock=True)
    visits = _visits(work, episode.centre_id, scope)
    _write(work, _compare(visits, there, asking_of(work, episode.centre_id), only=None))


def preview_choice(work: Work, centre_id: int, instrument_id: str, choice: Choice | None) -> VisitCounts:
    """What a choice of the centre (None: the protocol decides again) would do to unopened visits; writes nothing."""
    asking = asking_of(work, centre_id)
    choices = {one: other for one, other in asking.choices.items() if one != instrument_id}
    if choice is not None:
        choices[instrument_id] = choice
    scope = _unopened_of(work, centre_id, None)
    there = _assigned(work, scope, lock=False)
    visits = _visits(work, centre_id, scope)
    return _compare(visits, there, replace(asking, choices=choices), only=instrument_id).counts()


def fill_visits(work: Work, asking: Asking, visits: Sequence[VisitToFill]) -> None:
    """Give newly planned visits, and those moved before they opened, exactly the questionnaires they are to have."""
    if visits:
        there = _assigned(work, (Visit.id.in_([visit.id for visit in visits]),), lock=True)
        light = _in_light(work, asking.centre_id)
        few = [replace(visit, few=visit.episode_id in light) for visit in visits]
        _write(work, _compare(few, there, asking, only=None))


def unopened(work: Work) -> tuple[ColumnElement[bool], ...]:
    """Conditions on a visit that has not opened yet and of which nothing was answered."""
    return Visit.opens_at > work.now, *_untouched()


def _untouched() -> tuple[ColumnElement[bool], ...]:
    started = (
        select(Response.id)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .where(Assignment.visit_id == Visit.id)
        .correlate(Visit)
    )
    return Visit.completed_at.is_(None), ~started.exists()


def _unopened_of(work: Work, centre_id: int, language: str | None) -> tuple[ColumnElement[bool], ...]:
    """The planned visits of running episodes that nobody can have on a screen, for a statement about visits."""
    entered = select(PatientSession.id).where(PatientSession.visit_id == Visit.id).correlate(Visit)
    waiting = or_(Visit.opens_at > work.now, and_(Visit.closes_at > work.now, ~entered.exists()))
    running = (
        select(Episode.id)
        .join(Patient, Patient.id == Episode.patient_id)
        .where(Episode.id == Visit.episode_id, Episode.closed_on.is_(None))
        .correlate(Visit)
    )
    if language is not None:
        running = running.where(Patient.language == language)
    return Visit.centre_id == centre_id, Visit.planned.is_(True), running.exists(), waiting, *_untouched()


def _visits(work: Work, centre_id: int, scope: Iterable[ColumnElement[bool]]) -> list[VisitToFill]:
    """The visits with what their protocol asks; those of a protocol that is not known any more stay as they are."""
    newest = select(Plan.id).where(Plan.episode_id == Visit.episode_id).order_by(Plan.ordinal.desc()).limit(1)
    rows = work.session.execute(
        select(
            *(Visit.id, Visit.episode_id, Visit.key, Visit.kind, Patient.language),
            *(Plan.protocol_id, Plan.protocol_version, (Visit.opens_at <= work.now).label("open")),
        )
        .join(Episode, Episode.id == Visit.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .join(Plan, Plan.id == newest.correlate(Visit).scalar_subquery())
        .where(*scope)
    ).all()
    protocols = protocols_at(work, {(row.protocol_id, row.protocol_version) for row in rows})
    planned = {
        version: {visit.key: visit.instruments for visit in protocol.visits} for version, protocol in protocols.items()
    }
    light = _in_light(work, centre_id)
    return [
        VisitToFill(
            *(row.id, row.episode_id, centre_id, row.kind, instruments, row.language),
            open=bool(row.open),
            few=row.episode_id in light,
        )
        for row in rows
        if (instruments := planned.get((row.protocol_id, row.protocol_version), {}).get(plain_key(row.key))) is not None
    ]


def _in_light(work: Work, centre_id: int) -> frozenset[int]:
    """The episodes of the centre that are asked only the short set; few have an event that can say so."""
    rules = work.catalogue.events
    events: defaultdict[int, list[RecordedEvent]] = defaultdict(list)
    rows = work.session.execute(
        select(
            *(
                EpisodeEvent.episode_id,
                EpisodeEvent.kind,
                EpisodeEvent.happened_on,
                EpisodeEvent.recorded_at,
                EpisodeEvent.detail,
            )
        ).where(
            EpisodeEvent.centre_id == centre_id,
            EpisodeEvent.kind.in_(sorted(rules.lightening_kinds())),
            EpisodeEvent.revoked_at.is_(None),
        )
    )
    for episode_id, kind, *others in rows:
        events[episode_id].append(RecordedEvent(EventKind(kind), *others))
    return frozenset(one for one, said in events.items() if episode_facts(said, rules).light_since is not None)


def _assigned(work: Work, scope: Iterable[ColumnElement[bool]], *, lock: bool) -> Mapping[int, Mapping[str, _Row]]:
    """The questionnaires of the visits by instrument; locked, so that none can be started meanwhile."""
    query = (
        select(
            Assignment.visit_id,
            Assignment.id,
            Assignment.instrument_id,
            Assignment.instrument_version,
            Assignment.position,
            Assignment.options,
        )
        .join(Visit, Visit.id == Assignment.visit_id)
        .where(*scope)
    )
    there: defaultdict[int, dict[str, _Row]] = defaultdict(dict)
    for visit_id, *values in work.session.execute(query.with_for_update(of=Assignment) if lock else query):
        row = _Row(*values)
        there[visit_id][row.instrument_id] = row
    return there


def _compare(
    visits: Iterable[VisitToFill], there: Mapping[int, Mapping[str, _Row]], asking: Asking, *, only: str | None
) -> _Changes:
    """What has to be written so that the visits have what is asked; with `only`, one instrument comes or goes."""
    changes = _Changes()
    asked: dict[tuple[str, tuple[str, ...], str, bool], Mapping[str, AskedForm]] = {}
    short_set = asking.catalogue.events.short_set
    for visit in visits:
        group = (visit.kind, visit.planned, visit.language, visit.few)
        if group not in asked:
            forms = asking.forms(*group[:3], only=short_set if visit.few else None)
            asked[group] = {form.instrument_id: form for form in forms}
        before, after = there.get(visit.id, {}), asked[group]
        for name in {*before, *after} if only is None else {only}:
            _compare_one(changes, visit, before.get(name), after.get(name), asking)
        if not visit.open:
            _place(changes, before, after)
    return changes


def _compare_one(
    changes: _Changes, visit: VisitToFill, before: _Row | None, after: AskedForm | None, asking: Asking
) -> None:
    if visit.open and before is not None:
        return
    # The version was frozen when the visit was planned; it only gives way when its words are gone.
    stays = (
        before is not None
        and after is not None
        and (
            before.version == after.version
            or asking.shelf.has(visit.centre_id, (before.instrument_id, before.version), visit.language, mode=ON_SCREEN)
        )
    )
    if before is not None and after is not None and stays:
        if before.options != after.options and after.options is not None:
            changes.changed.append({"row_id": before.id, "chosen": after.options})
        return
    if before is not None:
        changes.taken.append(before.id)
    if after is not None:
        changes.given.append(_new_row(visit, after))


def _place(changes: _Changes, before: Mapping[str, _Row], after: Mapping[str, AskedForm]) -> None:
    """Rows that stay keep the order in which they are asked."""
    for name, row in before.items():
        if name in after and row.position != after[name].position:
            changes.placed.append({"row_id": row.id, "place": after[name].position})


def _new_row(visit: VisitToFill, form: AskedForm) -> dict[str, Any]:
    return {
        "public_id": new_public_id(),
        "visit_id": visit.id,
        "episode_id": visit.episode_id,
        "centre_id": visit.centre_id,
        "position": form.position,
        "instrument_id": form.instrument_id,
        "instrument_version": form.version,
        "options": form.options,
    }


def _write(work: Work, changes: _Changes) -> None:
    session = work.session
    answered = select(Response.id).where(Response.assignment_id == Assignment.id).correlate(Assignment)
    for start in range(0, len(changes.taken), BATCH):
        session.execute(
            delete(Assignment)
            .where(Assignment.id.in_(changes.taken[start : start + BATCH]), ~answered.exists())
            .execution_options(synchronize_session=False)
        )
    _update(work, changes.placed, position=bindparam("place"))
    _update(work, changes.changed, options=bindparam("chosen"))
    # Without options the column is left out: it would hold the JSON value null, and that is not nothing.
    with_options = [row | {"created_at": work.now} for row in changes.given if row["options"] is not None]
    without = [
        {name: value for name, value in row.items() if name != "options"} | {"created_at": work.now}
        for row in changes.given
        if row["options"] is None
    ]
    insert_all_unless_there(session, Assignment, with_options)
    insert_all_unless_there(session, Assignment, without)


def _update(work: Work, rows: Sequence[dict[str, Any]], **values: Any) -> None:
    if rows:
        work.session.connection().execute(
            update(Assignment).where(Assignment.id == bindparam("row_id")).values(**values), list(rows)
        )
