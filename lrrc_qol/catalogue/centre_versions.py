"""Protocol versions that a centre made: built by the code that reads the shipped files, kept once built.

The stored content has the parts `schedule`, `reminders` and `alerts` in the shape of the shipped files, and `shipped`:
the shipped version from which they descend, whose translated instructions they share.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from lrrc_qol.catalogue.definition_file import DefinitionFile, check_definition
from lrrc_qol.catalogue.protocols import PARTS, LoadedProtocol, ProtocolSource, build_protocol
from lrrc_qol.domain.alerts import AlertRuleSet
from lrrc_qol.domain.errors import UnknownProtocol
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.domain.schedule import Protocol

KEPT = 64
"""How many built versions a process keeps; a centre has a handful, and an old one is built again in milliseconds."""


class BuiltVersions:
    """Built versions by the digest of their content, for all threads of a process; the longest unused one goes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Protocol, AlertRuleSet]] = OrderedDict()
        self._lock = Lock()

    def find(self, digest: str) -> tuple[Protocol, AlertRuleSet] | None:
        """What was built from the content of that digest, None when it is not kept."""
        with self._lock:
            found = self._kept.get(digest)
            if found is not None:
                self._kept.move_to_end(digest)
            return found

    def keep(self, digest: str, build: Callable[[], tuple[Protocol, AlertRuleSet]]) -> tuple[Protocol, AlertRuleSet]:
        """Build outside the lock and keep it; two threads may both build, the result is the same."""
        built = build()
        with self._lock:
            self._kept[digest] = built
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return built


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 over the content in one canonical form, whatever order a database returns its keys in."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def build_centre_version(
    content: Mapping[str, Any],
    sources: Mapping[tuple[str, str], ProtocolSource],
    instruments: Collection[Instrument],
) -> LoadedProtocol:
    """Check the content as a shipped file is checked, and build it; DefinitionError for the first fault.

    UnknownProtocol when the shipped version it descends from is not there any more.
    """
    schedule = content["schedule"]
    origin = sources.get((schedule["id"], content["shipped"]))
    if origin is None:
        raise UnknownProtocol(f"There is no shipped protocol {schedule['id']}@{content['shipped']}.")
    files = {}
    for part in PARTS:
        text = json.dumps(content[part], sort_keys=True)
        file = DefinitionFile(Path(part), "", content[part], hashlib.sha256(text.encode()).hexdigest())
        files[part] = check_definition(file, origin.schemas[part])
    return build_protocol(ProtocolSource(files, origin.translated, origin.schemas), instruments)
