"""Whether answers that were not sent may wait on the devices of a centre's patients: a switch of the team's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.models import Centre
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work


@dataclass(frozen=True, slots=True)
class DeviceStore:
    """`permitted`: the site allows it, otherwise no centre can. `off_since` is when this centre switched it off."""

    permitted: bool
    off_since: datetime | None

    @property
    def on(self) -> bool:
        """Whether answers may wait on a patient's device."""
        return self.permitted and self.off_since is None


def device_store_of(work: Work, centre: Centre) -> DeviceStore:
    """What holds for the patients of a centre: what the site permits, unless the centre switched it off."""
    return DeviceStore(work.settings.device_store, centre.device_store_off_since)


def read_device_store(work: Work) -> DeviceStore:
    """What holds for the patients of the actor's centre."""
    return device_store_of(work, work.session.get_one(Centre, work.actor.centre()))


def switch_device_store(work: Work, *, on: bool) -> bool:
    """Switch it; whether anything changed. It holds from the next page that a patient opens.

    InvalidInput when it is to be switched on where the site does not permit it.
    """
    centre = work.session.get_one(Centre, work.actor.centre(), with_for_update=True)
    if on and not work.settings.device_store:
        raise InvalidInput({"on": "This site keeps nothing on devices of patients; whoever runs it decides that."})
    if (centre.device_store_off_since is None) is on:
        return False
    centre.device_store_off_since = None if on else work.now
    audit.record(
        work,
        "switched_device_store",
        subject_kind="centre",
        subject_id=centre.id,
        centre_id=centre.id,
        detail={"on": on},
    )
    return True
