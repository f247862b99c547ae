"""All tables, so that migrations and `Base.metadata` see every one of them."""

from lrrc_qol.persistence.models.alert import Alert, AlertStep, Task
from lrrc_qol.persistence.models.alert_rules import AlertRuleVersion
from lrrc_qol.persistence.models.answering_time import AnsweringTime
from lrrc_qol.persistence.models.audit import AuditEntry, AuditSeal
from lrrc_qol.persistence.models.base import Base
from lrrc_qol.persistence.models.care_note import ContactEntry, NoteOpening, PatientNote
from lrrc_qol.persistence.models.centre import Centre
from lrrc_qol.persistence.models.clinical import (
    ClinicalEntry,
    Consent,
    ConsentText,
    MissedReason,
    ProtocolVersion,
    SecondEntry,
)
from lrrc_qol.persistence.models.cohort import CohortResult
from lrrc_qol.persistence.models.job import JobRun
from lrrc_qol.persistence.models.message import Link, Message, MessageReport, MessageTemplate, PatientSession
from lrrc_qol.persistence.models.own_page import AddressChange, TopicList
from lrrc_qol.persistence.models.patient import BaselineChoice, Episode, EpisodeEvent, Patient, Plan
from lrrc_qol.persistence.models.response import Answer, RequestKey, Response, ScoreRow
from lrrc_qol.persistence.models.staff import EscalationChain, Staff, StaffAbsence, StaffSession, Throttle
from lrrc_qol.persistence.models.visit import GAVE_WAY, Assignment, Visit
from lrrc_qol.persistence.models.wording import CentreQuestionnaire, LanguageReview, WordingPack

__all__ = [
    "GAVE_WAY",
    "AddressChange",
    "Alert",
    "AlertRuleVersion",
    "AlertStep",
    "Answer",
    "AnsweringTime",
    "Assignment",
    "AuditEntry",
    "AuditSeal",
    "Base",
    "BaselineChoice",
    "Centre",
    "CentreQuestionnaire",
    "ClinicalEntry",
    "CohortResult",
    "Consent",
    "ConsentText",
    "ContactEntry",
    "Episode",
    "EpisodeEvent",
    "EscalationChain",
    "JobRun",
    "LanguageReview",
    "Link",
    "Message",
    "MessageReport",
    "MessageTemplate",
    "MissedReason",
    "NoteOpening",
    "Patient",
    "PatientNote",
    "PatientSession",
    "Plan",
    "ProtocolVersion",
    "RequestKey",
    "Response",
    "ScoreRow",
    "SecondEntry",
    "Staff",
    "StaffAbsence",
    "StaffSession",
    "Task",
    "Throttle",
    "TopicList",
    "Visit",
    "WordingPack",
]
