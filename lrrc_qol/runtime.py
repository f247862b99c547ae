"""The one typed bag a process carries: settings, database, definitions, cipher, clock, senders of messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from lrrc_qol.catalogue import Catalogue, load_catalogue
from lrrc_qol.config import INSTRUMENTS_DIR, PROTOCOLS_DIR, Mode, Settings
from lrrc_qol.domain.contact import Channel
from lrrc_qol.mail import Mailer, build_mailer, build_texter
from lrrc_qol.persistence.crypto import FieldCipher
from lrrc_qol.persistence.db import Database
from lrrc_qol.persistence.queries.health import newest_sealed_name
from lrrc_qol.services.context import Actor, Work


class Clock(Protocol):
    """Where time enters the program; everything below receives it as an argument."""

    def now(self) -> datetime:
        """The present as an aware UTC instant."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present as an aware UTC instant."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything a request, a job or a command needs; built once per process."""

    settings: Settings
    database: Database
    catalogue: Catalogue
    cipher: FieldCipher
    clock: Clock
    mailer: Mailer
    texter: Mailer | None = None

    @property
    def senders(self) -> Mapping[Channel, Mailer]:
        """Who sends on each channel that is on; mail comes first."""
        return {Channel.EMAIL: self.mailer} | ({Channel.SMS: self.texter} if self.texter else {})

    @contextmanager
    def writing(self, actor: Actor, *, now: datetime | None = None) -> Iterator[Work]:
        """One writing transaction as a unit of work; commits at the end, rolls back on any error."""
        with self.database.write() as session:
            yield Work(session, now or self.clock.now(), actor, self.catalogue, self.cipher, self.settings)

    @contextmanager
    def reading(self, actor: Actor, *, now: datetime | None = None) -> Iterator[Work]:
        """One reading transaction as a unit of work; never blocks a writer."""
        with self.database.read() as session:
            yield Work(session, now or self.clock.now(), actor, self.catalogue, self.cipher, self.settings)


def build_runtime(
    settings: Settings,
    *,
    clock: Clock | None = None,
    mailer: Mailer | None = None,
    catalogue: Catalogue | None = None,
) -> Runtime:
    """Build the runtime; DefinitionError when a definition is wrong."""
    definitions = catalogue or load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR)
    return Runtime(
        settings=settings,
        database=Database(settings.database_url),
        catalogue=definitions.without_quiet_hours() if settings.mode is Mode.DEMO else definitions,
        cipher=FieldCipher(settings.field_key),
        clock=clock or SystemClock(),
        mailer=mailer or build_mailer(settings),
        texter=build_texter(settings),
    )


def check_field_key(runtime: Runtime) -> None:
    """Raise WrongFieldKey unless the key opens what is stored; an empty database has nothing to open."""
    with runtime.database.read() as session:
        sealed = newest_sealed_name(session)
    if sealed is not None:
        runtime.cipher.open(sealed, field="patient.name")
