"""`flask instruments import` and `template`: words from a file, reported and proposed; approving is done on a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from lrrc_qol.catalogue import Catalogue, load_catalogue
from lrrc_qol.cli.command_runtime import runtime_for_command
from lrrc_qol.cli.files import READABLE, WRITABLE, bytes_of, write_table
from lrrc_qol.config import INSTRUMENTS_DIR, PROTOCOLS_DIR
from lrrc_qol.domain.errors import DefinitionError, InvalidInput, UnknownInstrument
from lrrc_qol.domain.instrument import Instrument, Status
from lrrc_qol.interchange import MAXIMUM_BYTES, ImportRefused, Proposal, csv_template, read_wording
from lrrc_qol.persistence.queries.admin import find_centre
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.wordings import MODES, Licence, Source, propose_pack

KINDS = click.Choice(["fhir", "redcap", "csv"])
# Options by the field that a refusal names.
OPTIONS = {
    "licence_holder": "--licence-holder",
    "licence_reference": "--licence-reference",
    "expires_on": "--expires",
    "language": "--lang",
    "instrument": "--instrument",
}
LICENCE_OPTIONS = (
    click.option("--licence-holder", default="", help="Who holds the rights to the words."),
    click.option("--licence-reference", default="", help="Number or date of the licence or permission."),
    click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="The last day of the licence."),
    click.option("--mode", "modes", multiple=True, type=click.Choice(MODES), help="What it permits. Repeatable."),
)


def licence_options(command: Any) -> Any:
    """The options that say on what ground the words may be used."""
    for option in reversed(LICENCE_OPTIONS):
        command = option(command)
    return command


@click.command("import")
@click.argument("file", type=READABLE)
@click.option("--format", "kind", required=True, type=KINDS)
@click.option("--instrument", required=True, metavar="ID[@VERSION]")
@click.option("--lang", "language", required=True, help="Language tag, for example en, de or zh-Hans.")
@click.option("--centre", metavar="CODE", help="Keep the proposal for this centre; without it there is only a report.")
@click.option("--with", "companions", multiple=True, type=READABLE, help="FHIR file with answer lists. Repeatable.")
@licence_options
def import_command(
    file: Path, kind: str, instrument: str, language: str, centre: str | None, companions: Sequence[Path], **terms: Any
) -> None:
    """Read the words of a questionnaire out of a file and say what fits and what does not.

    Nothing is approved here: with --centre the proposal is kept as a draft, and a person compares and approves it.
    """
    ends: datetime | None = terms["expires"]
    licence = Licence(
        terms["licence_holder"], terms["licence_reference"], terms["modes"], ends.date() if ends else None
    )
    if centre is None:
        _read(_catalogue(), file, kind, instrument, language, companions)
        return
    with _runtime() as runtime:
        proposal = _read(runtime.catalogue, file, kind, instrument, language, companions)
        public_id = _keep(runtime, centre, proposal, Source(kind, file.name[-200:], proposal.source_sha256), licence)
        click.echo(f"\nKept as a draft. Go on at {runtime.settings.base_url}/admin/wordings/{public_id}")


@click.command("template")
@click.argument("instrument", metavar="INSTRUMENT[@VERSION]")
@click.option("--out", "target", type=WRITABLE, help="Where to write it; standard output if not given.")
def template(instrument: str, target: Path | None) -> None:
    """Write the empty CSV table for the words of a questionnaire; fill it in, then import it with --format csv."""
    table = csv_template(_find(_catalogue(), instrument))
    write_table(table, target, then=" Fill in the column text, and label where there is a code.")


def _read(
    catalogue: Catalogue, file: Path, kind: Any, instrument: str, language: str, companions: Sequence[Path]
) -> Proposal:
    definition = _find(catalogue, instrument)
    try:
        proposal = read_wording(
            kind,
            bytes_of(file, most=MAXIMUM_BYTES),
            definition,
            language,
            companions=[bytes_of(one, most=MAXIMUM_BYTES) for one in companions],
        )
    except ImportRefused as refusal:
        raise click.ClickException(_shown(f"{file}: {refusal}", longest=1000)) from None
    _report(file, definition, proposal)
    return proposal


def _find(catalogue: Catalogue, name: str) -> Instrument:
    instrument_id, _, version = name.partition("@")
    try:
        found = catalogue.instrument(instrument_id, version or None)
    except UnknownInstrument as error:
        raise click.ClickException(str(error)) from None
    if found.status is Status.SHELL:
        raise click.ClickException(f"{found.id}@{found.version} has no questions yet, so there are no words for it.")
    return found


def _catalogue() -> Catalogue:
    try:
        return load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR)
    except DefinitionError as error:
        raise click.ClickException(str(error)) from None


def _keep(runtime: Runtime, code: str, proposal: Proposal, source: Source, licence: Licence) -> str:
    try:
        with runtime.database.read() as session:
            centre_id = find_centre(session, code)
        if centre_id is None:
            raise click.ClickException(f"There is no centre {code}. Add it with: flask centres add {code}")
        with runtime.writing(Actor(kind="command", id=None, centre_id=centre_id, role=None)) as work:
            return propose_pack(work, proposal, source, licence)
    except InvalidInput as refusal:
        faults = "; ".join(f"{OPTIONS.get(name, name)}: {text}" for name, text in refusal.fields.items())
        raise click.ClickException(_shown(f"Nothing was kept. {faults}", longest=1000)) from None


def _report(file: Path, instrument: Instrument, proposal: Proposal) -> None:
    """What matched, what did not, what contradicts the definition; texts of the file are cut short and made inert."""
    named = f"{proposal.instrument_id}@{proposal.version} in {proposal.language}"
    click.echo(f"{named}, from {file.name} (SHA-256 {proposal.source_sha256})")
    sections: Mapping[str, Sequence[str]] = {
        f"Matched, {len(proposal.matched)} of {len(instrument.wording_keys())}": [
            f"{match.key}: {match.place} (by {match.how})" for match in proposal.matched
        ],
        "In the file, but not in the questionnaire": [f"{item.place}: {item.text}" for item in proposal.unmatched],
        "Missing": proposal.missing,
        "Contradictions, to be settled before anybody can approve": [
            f"{problem.place}: {problem.what}" for problem in proposal.problems
        ],
        "Notes": proposal.notes,
    }
    for title, lines in sections.items():
        if lines:
            click.echo(f"\n{title}:")
        for line in lines:
            click.echo(f"  {_shown(line)}")
    click.echo("\nComplete." if proposal.complete else "\nNot complete: it can be kept and completed, not approved.")


def _shown(text: str, *, longest: int = 300) -> str:
    """A text of the file as a terminal may show it: no control characters, not too long."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


@contextmanager
def _runtime() -> Iterator[Runtime]:
    runtime = runtime_for_command()
    try:
        yield runtime
    finally:
        runtime.database.dispose()
