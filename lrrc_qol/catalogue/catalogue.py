"""Everything that is defined as data, read once at the start and never changed while running."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lrrc_qol.catalogue.centre_versions import BuiltVersions, build_centre_version
from lrrc_qol.catalogue.classification import load_classification
from lrrc_qol.catalogue.consent_scopes import load_consent_scopes
from lrrc_qol.catalogue.events import load_events
from lrrc_qol.catalogue.instruments import load_instruments, version_key
from lrrc_qol.catalogue.picklists import Picklist, load_picklist
from lrrc_qol.catalogue.protocols import ProtocolSource, load_protocols
from lrrc_qol.catalogue.published_courses import load_published_courses
from lrrc_qol.catalogue.record import load_record
from lrrc_qol.catalogue.translations import SOURCE_LANGUAGE, Translations, read_translations
from lrrc_qol.catalogue.wording import TOPIC_LANGUAGE, topic_wording
from lrrc_qol.config import CLINICAL_DIR, EMAIL_DIR, TRANSLATIONS_DIR
from lrrc_qol.domain.alerts import AlertRuleSet
from lrrc_qol.domain.classification import ClassificationRules
from lrrc_qol.domain.clinical_record import RecordRules
from lrrc_qol.domain.consent import ConsentScope
from lrrc_qol.domain.errors import UnknownInstrument, UnknownProtocol, WordingUnavailable
from lrrc_qol.domain.events import EventRules
from lrrc_qol.domain.instrument import Instrument, Wording
from lrrc_qol.domain.published_courses import PublishedCourse
from lrrc_qol.domain.schedule import Protocol


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All instruments, wordings and protocols. Versions are kept side by side: an old response needs its own."""

    instruments: tuple[Instrument, ...]
    protocols: tuple[Protocol, ...]
    wordings: Mapping[tuple[str, str, str], Wording]
    rule_sets: Mapping[tuple[str, str], AlertRuleSet]
    messages: Mapping[str, Translations]
    mail_languages: frozenset[str]
    missed_reasons: Picklist
    relations: Picklist
    topics: Picklist
    events: EventRules
    classification: ClassificationRules
    consent_scopes: tuple[ConsentScope, ...]
    record: RecordRules
    published_courses: tuple[PublishedCourse, ...]
    protocol_sources: Mapping[tuple[str, str], ProtocolSource] = field(default_factory=dict)
    built: BuiltVersions = field(default_factory=BuiltVersions, compare=False)
    mail_at_any_hour: bool = False

    def instrument(self, instrument_id: str, version: str | None = None) -> Instrument:
        """The instrument of that version, the latest when None; UnknownInstrument when there is none."""
        found = [one for one in self.instruments if one.id == instrument_id and version in (None, one.version)]
        if not found:
            wanted = instrument_id if version is None else f"{instrument_id}@{version}"
            known = ", ".join(f"{one.id}@{one.version}" for one in self.instruments)
            raise UnknownInstrument(f"There is no instrument {wanted}. Known are: {known}.")
        return max(found, key=lambda one: version_key(one.version))

    def wording(self, instrument_id: str, version: str, language: str, *, allow_topics: bool) -> Wording:
        """The text of one instrument version in exactly this language; WordingUnavailable when it may not be shown.

        `allow_topics` is for demo and test mode only: instruments whose wording belongs to somebody else then come
        as stand-in topics, with `approved` false.
        """
        instrument = self.instrument(instrument_id, version)
        wording = self.wordings.get((instrument.id, instrument.version, language))
        if wording is not None:
            return wording
        if allow_topics and not instrument.own_wording and language == TOPIC_LANGUAGE:
            return topic_wording(instrument)
        raise WordingUnavailable(f"{instrument.id} {instrument.version} has no wording in language {language!r}.")

    def languages(self) -> tuple[str, ...]:
        """Languages in which everything that a patient sees is complete.

        That is: the pages, the mails, the instructions of every protocol, and the latest version of every instrument
        of our own. Without such an instrument nothing is offered.
        """
        own = [one for one in self.instruments if one.own_wording and one == self.instrument(one.id)]
        offered = [{language for (*key, language) in self.wordings if key == [one.id, one.version]} for one in own]
        if not own:
            return ()
        offered += [set(rules.instructions) for rules in self.rule_sets.values()]
        return tuple(sorted(set(self.messages).intersection(self.mail_languages, *offered)))

    def spoken(self, language: str) -> str:
        """The language for what must be said in any case: the patient's, English where the pages do not have it."""
        return language if language in self.messages else SOURCE_LANGUAGE

    def translations(self, language: str) -> Translations:
        """The sentences of the patient pages in exactly this language; WordingUnavailable when there are none."""
        if language not in self.messages:
            raise WordingUnavailable(f"The patient pages have no translation into {language!r}.")
        return self.messages[language]

    def protocol(self, protocol_id: str, version: str | None = None) -> Protocol:
        """The protocol of that version, the latest when None; UnknownProtocol when there is none."""
        found = [one for one in self.protocols if one.id == protocol_id and version in (None, one.version)]
        if not found:
            wanted = protocol_id if version is None else f"{protocol_id}@{version}"
            known = ", ".join(f"{one.id}@{one.version}" for one in self.protocols)
            raise UnknownProtocol(f"There is no protocol {wanted}. Known are: {known}.")
        return max(found, key=lambda one: version_key(one.version))

    def without_quiet_hours(self) -> Catalogue:
        """The same definitions with mail at any hour, so that a demonstration works in the evening too."""
        return replace(
            self,
            protocols=tuple(_at_any_hour(one) for one in self.protocols),
            built=BuiltVersions(),
            mail_at_any_hour=True,
        )

    def ships(self, protocol_id: str, version: str) -> bool:
        """Whether the version comes with the program; others are made by a centre."""
        return (protocol_id, version) in self.rule_sets

    def build_version(self, content: Mapping[str, Any]) -> tuple[Protocol, AlertRuleSet]:
        """Build a version that a centre made from its stored content; DefinitionError says what is wrong where."""
        loaded = build_centre_version(content, self.protocol_sources, self.instruments)
        protocol = _at_any_hour(loaded.protocol) if self.mail_at_any_hour else loaded.protocol
        return protocol, loaded.rules

    def alert_rules(self, protocol_id: str, version: str | None = None) -> AlertRuleSet:
        """The alert rules that belong to a protocol version; UnknownProtocol when there is none."""
        protocol = self.protocol(protocol_id, version)
        return self.rule_sets[protocol.id, protocol.version]


def _at_any_hour(protocol: Protocol) -> Protocol:
    return replace(protocol, reminders=replace(protocol.reminders, local_hour=0, quiet_until=0, quiet_from=24))


def load_catalogue(
    instruments_dir: Path,
    protocols_dir: Path,
    *,
    translations_dir: Path = TRANSLATIONS_DIR,
    mail_texts_dir: Path = EMAIL_DIR,
    clinical_dir: Path = CLINICAL_DIR,
) -> Catalogue:
    """Read and check all definitions; DefinitionError names the file, the place and the reason."""
    loaded = load_instruments(instruments_dir)
    instruments = tuple(one.instrument for one in loaded)
    protocols = load_protocols(protocols_dir, instruments)
    return Catalogue(
        instruments=instruments,
        protocols=tuple(one.protocol for one in protocols),
        protocol_sources={(one.protocol.id, one.protocol.version): one.source for one in protocols},
        wordings={
            (one.instrument.id, one.instrument.version, language): wording
            for one in loaded
            for language, wording in one.wordings.items()
        },
        rule_sets={(one.protocol.id, one.protocol.version): one.rules for one in protocols},
        messages=read_translations(translations_dir),
        # Whether each is complete is checked by whoever writes the mails, also at the start.
        mail_languages=frozenset(path.name.split(".")[1] for path in mail_texts_dir.glob("texts.*.toml")),
        missed_reasons=load_picklist(clinical_dir, "missed_reasons"),
        relations=load_picklist(clinical_dir, "relations"),
        topics=load_picklist(clinical_dir, "topics"),
        events=load_events(clinical_dir, {one.id for one in instruments}),
        classification=load_classification(clinical_dir),
        consent_scopes=load_consent_scopes(clinical_dir),
        record=load_record(clinical_dir),
        published_courses=load_published_courses(clinical_dir, instruments),
    )
