"""`flask rescore`: stored scores against the present rules; what differs first, and only then, when asked, written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import click

from lrrc_qol.cli.command_runtime import runtime_for_command
from lrrc_qol.domain.errors import NotFound, UnknownInstrument
from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor, Work
from lrrc_qol.services.rescore import (
    Batch,
    Figures,
    Scope,
    ScoreChange,
    Scorers,
    compare_scores,
    find_centre,
    note_rescoring,
    rescore,
)

# So many forms are looked at, held and stored in one go: well inside the time limit of a statement.
FORMS_PER_BATCH = 100


@dataclass(slots=True)
class Findings:
    """What a run has found so far: counts for all, examples for the first few of each scale."""

    show: int
    looked_at: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    by_scale: Counter[tuple[str, str]] = field(default_factory=Counter)
    forms: int = 0
    examples: dict[tuple[str, str], list[ScoreChange]] = field(default_factory=dict)

    def add(self, batch: Batch) -> None:
        """Count one batch and keep its examples as long as there is room."""
        self.looked_at += batch.looked_at
        self.unknown += batch.unknown
        self.forms += len({change.response_id for change in batch.changes})
        for change in batch.changes:
            key = (change.instrument, change.scale_id)
            self.by_scale[key] += 1
            if self.by_scale[key] <= self.show:
                self.examples.setdefault(key, []).append(change)


@click.command("rescore")
@click.option("--instrument", "name", metavar="ID[@VERSION]", help="Only this questionnaire.")
@click.option("--centre", metavar="CODE", help="Only this centre.")
@click.option("--show", default=10, show_default=True, type=click.IntRange(0), help="Differences to list per scale.")
@click.option("--apply", is_flag=True, help="Store the new scores beside the old ones; without it nothing is written.")
def rescore_command(name: str | None, centre: str | None, show: int, apply: bool) -> None:
    """Compute the scores of all sent forms anew and show what differs; safe to repeat and to interrupt."""
    runtime = runtime_for_command()
    try:
        scope = _scope(runtime, name, centre)
        found = Findings(show)
        for batch in _batches(runtime.reading, scope, compare_scores):
            found.add(batch)
        _print(found)
        if not found.forms:
            click.echo("Nothing to do: every stored score is as it would be computed now.")
        elif apply:
            _apply(runtime, scope)
        else:
            click.echo("Nothing was written. To store the new scores, add --apply; the old ones are kept.")
    except DatabaseBusy as error:
        raise click.ClickException(f"the database does not answer ({error}); start the command again") from None
    finally:
        runtime.database.dispose()


def _scope(runtime: Runtime, name: str | None, centre: str | None) -> Scope:
    instrument_id, version = None, None
    if name is not None:
        instrument_id, _, given = name.partition("@")
        version = given or None
        try:
            runtime.catalogue.instrument(instrument_id, version)
        except UnknownInstrument as error:
            raise click.ClickException(str(error)) from None
    if centre is None:
        return Scope(instrument_id, version)
    try:
        with runtime.reading(COMMAND) as work:
            return Scope(instrument_id, version, find_centre(work, centre))
    except NotFound as error:
        raise click.ClickException(str(error)) from None


def _batches(
    unit: Callable[[Actor], AbstractContextManager[Work]], scope: Scope, act: Callable[..., Batch]
) -> Iterator[Batch]:
    """One unit of work for each batch, so that nobody waits for the whole run."""
    scorers, after = Scorers(), 0
    while True:
        with unit(COMMAND) as work:
            batch = act(work, scope, scorers, after=after, limit=FORMS_PER_BATCH)
        yield batch
        if batch.last_id is None:
            return
        after = batch.last_id


def _apply(runtime: Runtime, scope: Scope) -> None:
    """Write batch by batch; what is written when somebody interrupts is whole, and noted."""
    done = Findings(show=0)
    try:
        for batch in _batches(runtime.writing, scope, rescore):
            done.add(batch)
    finally:
        if done.forms:
            with runtime.writing(COMMAND) as work:
                note_rescoring(work, scope, forms=done.forms, scores=done.by_scale.total())
            click.echo(f"{_forms(done.forms)} scored anew. The old scores are kept.")


def _print(found: Findings) -> None:
    """What differs, scale by scale, by the row numbers of the forms; nothing that tells who a patient is."""
    for (instrument, scale_id), count in sorted(found.by_scale.items()):
        click.echo(f"{instrument}, {scale_id}: {count} of {_forms(found.looked_at[instrument])} differ")
        shown = found.examples.get((instrument, scale_id), [])
        _table((change.response_id, *_two_sides(change)) for change in shown)
        if count > len(shown):
            click.echo(f"  and {count - len(shown)} more")
    for instrument, count in sorted(found.unknown.items()):
        click.echo(f"{_forms(count)} of {instrument} left as they are: this program does not have the questionnaire.")
    total, scores = found.looked_at.total(), found.by_scale.total()
    click.echo(f"{_forms(total)} looked at; {found.forms} differ, in {scores} {'score' if scores == 1 else 'scores'}.")


def _table(rows: Iterable[tuple[int, str, str]]) -> None:
    cells = [("form", "stored", "computed now"), *((str(form), stored, new) for form, stored, new in rows)]
    if len(cells) == 1:
        return
    first, second = (max(len(row[column]) for row in cells) for column in (0, 1))
    for form, stored, new in cells:
        click.echo(f"  {form:>{first}}  {stored:<{second}}  {new}")


def _two_sides(change: ScoreChange) -> tuple[str, str]:
    return _words(change.before, change.after), _words(change.after, change.before)


def _words(one: Figures | None, other: Figures | None) -> str:
    """A score with whatever else is different on the other side."""
    if one is None:
        return "none"
    value = f"no score ({one.reason})" if one.value is None else f"{one.value:.10g}"
    if other is None:
        return value
    others = (
        (one.scoring_version != other.scoring_version, f"version {one.scoring_version}"),
        (one.value_set != other.value_set, f"value set {one.value_set or 'none'}"),
        (one.label != other.label, f"band {one.label or 'none'}"),
        ((one.answered, one.expected) != (other.answered, other.expected), f"{one.answered} of {one.expected}"),
        (one.prorated != other.prorated, "filled up" if one.prorated else "not filled up"),
        (one.items != other.items, f"from {' '.join(one.items) or 'nothing'}"),
    )
    return ", ".join([value, *(words for differs, words in others if differs)])


def _forms(count: int) -> str:
    return f"{count} form" if count == 1 else f"{count} forms"
