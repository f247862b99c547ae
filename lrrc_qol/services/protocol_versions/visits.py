"""Which visits a draft has, what each asks, how long that takes, and how many messages go out for it."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lrrc_qol.catalogue.centre_versions import content_digest
from lrrc_qol.domain.burden import Burden, asked_minutes, first_year
from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocol_versions.edit import check, content_of, held_draft, note
from lrrc_qol.services.protocol_versions.read import find_version, minutes_known
from lrrc_qol.services.wordings import asking_of

TABLES = ("visits", "series")
KINDS = {"baseline": "Baseline", "discharge": "Going home", "check_in": "Check-in", "follow_up": "Follow-up"}


@dataclass(frozen=True, slots=True)
class Offer:
    """A questionnaire that can be chosen; `askable` is false for one that stands in the plan without words for it."""

    instrument_id: str
    title: str
    minutes: float
    askable: bool


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit or series: `place` names it in forms, `target` is what it says, `minutes` what its forms add up to."""

    place: str
    name: str
    instruments: tuple[str, ...]
    optional: bool
    asked: bool
    minutes: int
    target: int

    @property
    def too_long(self) -> bool:
        """Whether the questionnaires take longer than the visit says."""
        return self.minutes > self.target


@dataclass(frozen=True, slots=True)
class VisitsView:
    """What the page of visits shows; `messages` counts by kind of visit, `mute` are the alerts that
    nothing would raise any more, which could be raised in the version it was made from."""

    version: str
    published: bool
    revision: int
    lines: tuple[VisitLine, ...]
    offers: tuple[Offer, ...]
    messages: Mapping[str, int]
    cap: int
    burden: Burden
    mute: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitChoices:
    """What was chosen: questionnaires by place, the optional visits that are taken in, messages by kind of visit."""

    instruments: Mapping[str, tuple[str, ...]]
    taken: Collection[str]
    messages: Mapping[str, int]


def read_visits(work: Work, public_id: str) -> VisitsView:
    """The visits of one version of the actor's centre; NotFound when it has none of that id."""
    row = find_version(work, public_id)
    protocol, _ = work.catalogue.build_version(row.content)
    lines = tuple(_lines(work, row.content))
    askable = _askable(work)
    known = minutes_known(work.catalogue)
    offers = [
        Offer(one, work.catalogue.instrument(one).short_title, known[one], one in askable)
        for one in sorted(askable | {each for line in lines for each in line.instruments})
    ]
    older = content_of(work, row.protocol_id, row.based_on)
    return VisitsView(
        version=row.version,
        published=row.published_at is not None,
        revision=row.revision,
        lines=lines,
        offers=tuple(offers),
        messages={kind: len(row.content["reminders"][kind]["steps"]) for kind in KINDS},
        cap=row.content["reminders"]["limits"]["cap"],
        burden=first_year(protocol, known),
        mute=tuple(sorted(_mute(row.content) - (_mute(older) if older else frozenset()))),
    )


def save_visits(work: Work, public_id: str, choices: VisitChoices, *, revision: int) -> None:
    """Store other visits, questionnaires and numbers of messages in a draft.

    A visit that is left out stays in the definition, so that forms answered by another version keep theirs.
    StaleWrite when the draft is not at `revision` any more; InvalidInput by field says what cannot be and where.
    """
    row = held_draft(work, public_id, revision=revision)
    _refuse(work, row.content, choices)
    content = copy.deepcopy(row.content)
    for place, entry, shipped in _entries(work, content):
        chosen = choices.instruments.get(place, entry["instruments"])
        # The order in which a patient is asked stays; what is new comes last.
        kept = [one for one in entry["instruments"] if one in chosen]
        entry["instruments"] = kept + [one for one in chosen if one not in kept]
        if shipped.get("optional"):
            _take(entry, shipped, taken=place in choices.taken)
    for kind, count in choices.messages.items():
        content["reminders"][kind]["steps"] = _steps(content["reminders"][kind]["steps"], count)
    check(work, content)
    changed = _changed(row.content, content)
    if changed:
        row.content, row.digest = content, content_digest(content)
        work.session.flush()
        note(work, "changed_protocol_draft", row, {"visits": changed})


def _lines(work: Work, content: Mapping[str, Any]) -> Iterator[VisitLine]:
    known = minutes_known(work.catalogue)
    for place, entry, shipped in _entries(work, content):
        days = ", ".join(str(day) for day in entry.get("days", ()))
        yield VisitLine(
            place=place,
            name=entry["name"].replace("{day}", days),
            instruments=tuple(entry["instruments"]),
            optional=shipped.get("optional", False),
            asked=not entry.get("optional", False),
            minutes=asked_minutes(entry["instruments"], known, otherwise=entry["minutes"]),
            target=entry["minutes"],
        )


def _entries(work: Work, content: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], Mapping[str, Any]]]:
    """Each visit and series: its place, what it says here, and what it says in the shipped version."""
    shipped = work.catalogue.protocol_sources[content["schedule"]["id"], content["shipped"]].files["schedule"].data
    for table in TABLES:
        for position, entry in enumerate(content["schedule"].get(table, ())):
            yield f"{table}-{position}", entry, shipped[table][position]


def _take(entry: dict[str, Any], shipped: Mapping[str, Any], *, taken: bool) -> None:
    """Ask an optional visit of everybody, or leave it to the fact by which the shipped version has it."""
    for key in ("optional", "requires"):
        if taken:
            entry.pop(key, None)
        else:
            entry[key] = copy.deepcopy(shipped[key])


def _steps(steps: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """The first `count` messages; each that is new goes out the day after the last, which may be changed."""
    kept = [dict(step) for step in steps[:count]]
    while len(kept) < count:
        last = kept[-1]
        kept.append({"ordinal": len(kept), "relative_to": last["relative_to"], "offset_days": last["offset_days"] + 1})
    return kept


def _askable(work: Work) -> frozenset[str]:
    """The questionnaires that the centre has words for, in whichever language."""
    asking = asking_of(work, work.actor.centre())
    ids = {one.id for one in work.catalogue.instruments}
    return frozenset(
        one for one in ids if any(asking.version(one, language) for language in work.catalogue.languages())
    )


def _refuse(work: Work, content: Mapping[str, Any], choices: VisitChoices) -> None:
    askable = _askable(work)
    cap = content["reminders"]["limits"]["cap"]
    faults = {}
    for line in _lines(work, content):
        chosen = choices.instruments.get(line.place, line.instruments)
        without = sorted(set(chosen) - askable - set(line.instruments))
        if not chosen:
            faults[f"i-{line.place}"] = f"{line.name}: choose at least one questionnaire."
        elif without:
            faults[f"i-{line.place}"] = (
                f"{line.name}: there are no words to ask {', '.join(without)}. Add them under Questionnaires first."
            )
    for kind, count in choices.messages.items():
        if not 1 <= count <= cap:
            faults[f"n-{kind}"] = (
                f"{KINDS[kind]}: from 1 to {cap} messages. The limit of {cap} is a figure of this version."
            )
    if faults:
        raise InvalidInput(faults)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The places that differ, for the audit trail."""
    places = [
        f"{table}-{position}"
        for table in TABLES
        for position, entry in enumerate(after["schedule"].get(table, ()))
        if entry != before["schedule"][table][position]
    ]
    return places + [kind for kind in KINDS if after["reminders"][kind] != before["reminders"][kind]]


def _mute(content: Mapping[str, Any]) -> frozenset[str]:
    """The reasons of alerts that nobody can give any more, because no visit asks what they read."""
    schedule = content["schedule"]
    entries = [entry for table in TABLES for entry in schedule.get(table, ()) if not entry.get("optional")]
    asked = {one for entry in entries for one in entry["instruments"]}
    return frozenset(
        rule["reason"] for rule in content["alerts"]["rules"] if asked.isdisjoint(rule.get("watched", asked))
    )
