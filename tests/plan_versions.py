"""Published versions of the follow-up plan of a centre, made without the editor."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from lrrc_qol.catalogue.centre_versions import content_digest
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import ProtocolVersion
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor

MADE = "1.0.1.1"
Parts = dict[str, Any]


def earlier(parts: Parts) -> None:
    """The baseline opens a week earlier."""
    next(visit for visit in parts["schedule"]["visits"] if visit["key"] == "BL1")["open"] = -35


def without_three_months(parts: Parts) -> None:
    """Nothing is asked after three months."""
    visits = parts["schedule"]["visits"]
    next(visit for visit in visits if visit["key"] == "M3").update(optional=True, requires=["three_months"])


def publish(runtime: Runtime, nurse: Actor, change: Callable[[Parts], None] = earlier, version: str = MADE) -> None:
    """A published version of the nurse's centre."""
    source = runtime.catalogue.protocol_sources["pe12", "1.0"]
    parts: Parts = {name: copy.deepcopy(file.data) for name, file in source.files.items()}
    for part in parts.values():
        if "version" in part:
            part["version"] = version
    change(parts)
    made = {"shipped": "1.0", **parts}
    with runtime.writing(nurse) as work:
        work.session.add(
            ProtocolVersion(
                public_id=new_public_id(),
                centre_id=nurse.centre(),
                protocol_id="pe12",
                version=version,
                based_on="1.0",
                content=made,
                digest=content_digest(made),
                note="Another one.",
                clinical_owner="Dr Owner",
                created_at=work.now,
                published_at=work.now,
            )
        )
