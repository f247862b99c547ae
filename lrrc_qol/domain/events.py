"""What can happen to a patient during an episode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """What can happen to a patient and changes contact, schedule or the reading of a curve."""

    DISCHARGE = "discharge"
    READMISSION = "readmission"
    REOPERATION = "reoperation"
    RE_EXENTERATION = "re_exenteration"
    RECURRENCE = "recurrence"
    CHEMOTHERAPY_START = "chemotherapy_start"
    CHEMOTHERAPY_STOP = "chemotherapy_stop"
    STOMA_CHANGE = "stoma_change"
    PAUSE = "pause"
    RESUME = "resume"
    WITHDRAWAL_REMINDERS = "withdrawal_reminders"
    WITHDRAWAL_NEW_DATA = "withdrawal_new_data"
    WITHDRAWAL_ALL = "withdrawal_all"
    PALLIATIVE = "palliative"
    DEATH = "death"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    ADDRESS_BOUNCED = "address_bounced"
    ADDRESS_CORRECTED = "address_corrected"
    CANCELLED_SURGERY = "cancelled_surgery"
    ADMITTED = "admitted"
    LEFT_HOSPITAL = "left_hospital"
    BASELINE_REPEAT = "baseline_repeat"
    BASELINE_RECALL = "baseline_recall"


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """One event of an episode: the civil day it happened and the instant it was written down.

    `detail` holds what else is known of it, by name, as plain values (for example `told_by` of a death).
    """

    kind: EventKind
    happened_on: date
    recorded_at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)
