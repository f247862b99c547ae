"""`flask instruments`: checks and lists the questionnaire definitions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from lrrc_qol.catalogue import Catalogue, load_catalogue
from lrrc_qol.catalogue.examples import differences, read_examples
from lrrc_qol.catalogue.instruments import EXAMPLES, load_instruments
from lrrc_qol.catalogue.released import LOCK, drafts, lock_new_files, lock_state
from lrrc_qol.cli.wording import import_command, template
from lrrc_qol.config import INSTRUMENTS_DIR, PROTOCOLS_DIR
from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.domain.instrument import Status


@click.group()
def instruments() -> None:
    """Questionnaire definitions."""


@instruments.command()
@click.option("--lock", is_flag=True, help="Release what is new: add it to released.lock. Existing lines never change.")
def check(lock: bool) -> None:
    """Validate all definitions, score their examples and compare released files with the lock."""
    catalogue = _catalogue()
    try:
        faults = [*_example_faults(INSTRUMENTS_DIR), *_lock_faults(INSTRUMENTS_DIR)]
        for fault in faults:
            click.echo(fault, err=True)
        if faults:
            raise click.ClickException(f"{len(faults)} faults")
        if lock:
            for name in lock_new_files(INSTRUMENTS_DIR):
                click.echo(f"released {name}")
        for name in lock_state(INSTRUMENTS_DIR).unreleased:
            click.echo(f"not released yet: {name} (flask instruments check --lock)")
        unfinished = drafts(INSTRUMENTS_DIR)
    except DefinitionError as error:
        raise click.ClickException(str(error)) from None
    if unfinished:
        click.echo(f"{len(unfinished)} translations are drafts, not reviewed by a native speaker and not locked.")
    click.echo(f"{len(catalogue.instruments)} instruments are in order.")


@instruments.command("list")
def list_command() -> None:
    """List instruments with version, licence class, number of items and scales, and languages."""
    catalogue = _catalogue()
    for one in catalogue.instruments:
        languages = sorted(key[2] for key in catalogue.wordings if key[:2] == (one.id, one.version))
        wording = ", ".join(languages) or "wording from the holder"
        click.echo(
            f"{one.id}@{one.version}  class {one.licence_class}  {len(one.items)} items  {len(one.scales)} scales  "
            f"{wording}  {one.title}"
        )


instruments.add_command(import_command)
instruments.add_command(template)


def _catalogue() -> Catalogue:
    try:
        return load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR)
    except DefinitionError as error:
        raise click.ClickException(str(error)) from None


def _example_faults(instruments_dir: Path) -> Iterator[str]:
    for loaded in load_instruments(instruments_dir):
        one, path = loaded.instrument, loaded.folder / EXAMPLES
        if one.status is Status.SHELL:
            continue
        if not path.exists():
            yield f"{path}: is missing; give at least one row for each scale with a score and one without"
            continue
        for difference in differences(one, read_examples(path, one), tolerance=loaded.tolerance):
            yield f"{path}: {difference}"


def _lock_faults(instruments_dir: Path) -> Iterator[str]:
    state = lock_state(instruments_dir)
    for name in state.changed:
        yield f"{instruments_dir / name}: was edited after its release ({LOCK}); undo it and make a new version"
    for name in state.missing:
        yield f"{instruments_dir / name}: was released ({LOCK}) and is gone; responses may need it"
