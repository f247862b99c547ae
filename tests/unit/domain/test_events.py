"""The table of reactions: every event at every stage, read from the shipped data."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lrrc_qol.domain.contact import ContactState, contact_facts_from_events
from lrrc_qol.domain.events import EpisodeFacts, EventKind, RecordedEvent, Stay, episode_facts
from lrrc_qol.domain.planning import plan_visits
from lrrc_qol.domain.schedule import Anchors
from lrrc_qol.persistence.queries.worklist_kinds import CALLED_OFF, ENDED
from tests.shipped import shipped_catalogue

CATALOGUE = shipped_catalogue()
RULES = CATALOGUE.events
SURGERY = date(2027, 3, 1)
HOME = SURGERY + timedelta(days=12)
# Day of the event by stage, the dates known by then, and what else had happened.
ENROLLED = Anchors(enrolled_on=SURGERY - timedelta(days=30), planned_surgery_on=SURGERY)
OPERATED = Anchors(enrolled_on=ENROLLED.enrolled_on, planned_surgery_on=SURGERY, surgery_on=SURGERY)
AT_HOME = Anchors(enrolled_on=ENROLLED.enrolled_on, surgery_on=SURGERY, discharged_on=HOME)
STAGES: dict[str, tuple[date, Anchors, EventKind | None]] = {
    "enrolled": (ENROLLED.enrolled_on, ENROLLED, None),
    "before surgery": (SURGERY - timedelta(days=2), ENROLLED, None),
    "in hospital after surgery": (SURGERY + timedelta(days=5), OPERATED, None),
    "at home week 1": (HOME + timedelta(days=4), AT_HOME, None),
    "month 3": (SURGERY + timedelta(days=91), AT_HOME, None),
    "after death": (SURGERY + timedelta(days=100), AT_HOME, EventKind.DEATH),
    "after withdrawal": (SURGERY + timedelta(days=100), AT_HOME, EventKind.WITHDRAWAL_NEW_DATA),
}
# schedule, reminders, alerts, analysis, as evidence.md 2.4 has them
EXPECTED: dict[str, tuple[str, str, str, str]] = {
    "death": ("cancel", "stop", "hide", "competing"),
    "withdrawal_reminders": ("continue", "stop_reminders", "continue", "none"),
    "withdrawal_new_data": ("end", "stop", "no_new", "censor"),
    "withdrawal_all": ("end", "stop", "no_new", "exclude"),
    "recurrence": ("continue", "continue", "continue", "intercurrent"),
    "readmission": ("stay_begins", "hold", "continue", "flag"),
    "admitted": ("stay_begins", "continue", "continue", "flag"),
    "left_hospital": ("stay_ends", "continue", "continue", "none"),
    "discharge": ("stay_ends", "continue", "continue", "none"),
    "reoperation": ("continue", "hold", "continue", "flag"),
    "re_exenteration": ("new_episode", "stop", "continue", "new_episode"),
    "cancelled_surgery": ("non_operated", "continue", "continue", "separate_curve"),
    "cancelled_surgery no": ("end", "stop", "no_new", "separate_curve"),
    "palliative continue": ("continue", "soften", "continue", "reason"),
    "palliative light": ("light", "soften", "continue", "reason"),
    "palliative stop": ("end", "stop", "no_new", "reason"),
    "chemotherapy_start": ("continue", "continue", "continue", "flag"),
    "chemotherapy_stop": ("continue", "continue", "continue", "flag"),
    "stoma_change": ("continue", "continue", "continue", "flag"),
    "pause": ("continue", "pause", "continue", "none"),
    "resume": ("continue", "resume", "continue", "none"),
    "opt_out": ("continue", "opt_out", "continue", "none"),
    "opt_in": ("continue", "opt_in", "continue", "none"),
    "address_bounced": ("continue", "undeliverable", "continue", "none"),
    "address_corrected": ("continue", "deliverable", "continue", "none"),
    "baseline_repeat": ("repeat_baseline", "continue", "continue", "none"),
    "baseline_recall": ("recall_baseline", "continue", "continue", "flag"),
}
HOLD_DAYS = {"readmission": 7, "reoperation": 14}
MAILS_STOP = {"stop", "stop_reminders", "opt_out", "pause", "hold", "undeliverable"}


def happened(name: str, day: date, minute: int = 0) -> RecordedEvent:
    """An event of that day, with the answer named behind its kind."""
    kind, _, answer = name.partition(" ")
    rule = RULES.rule(EventKind(kind))
    detail = {rule.depends_on: answer} if rule.depends_on and answer else {}
    return RecordedEvent(rule.kind, day, datetime(2027, 9, 1, 12, minute, tzinfo=UTC), detail)


def test_every_kind_is_in_the_table_and_in_this_test() -> None:
    assert set(RULES.rules) == set(EventKind)
    assert {name.partition(" ")[0] for name in EXPECTED} == {kind.value for kind in EventKind}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", EXPECTED)
def test_every_event_at_every_stage(name: str, stage: str) -> None:
    day, anchors, before = STAGES[stage]
    earlier = [] if before is None else [happened(before.value, day - timedelta(days=5))]
    event = happened(name, day, minute=1)
    reaction = RULES.reaction(event)

    assert (reaction.schedule, reaction.reminders, reaction.alerts, reaction.analysis) == EXPECTED[name]
    assert reaction.hold_days == HOLD_DAYS.get(name, 0)
    assert all(text.endswith(".") for text in reaction.consequences)

    state = contact_facts_from_events([*earlier, event], RULES, today=day)
    quiet = state.paused or state.inpatient or state.opted_out or state.withdrawn_reminders or state.address_bounced
    assert (quiet or not state.takes_part) is (
        before is not None or reaction.reminders in MAILS_STOP or reaction.schedule == "stay_begins"
    )
    assert state.takes_part is (before is None and reaction.reminders != "stop")

    facts = episode_facts([*earlier, event], RULES)
    ends = [day] if reaction.schedule in {"cancel", "end", "new_episode"} else []
    ended_on = min([one.happened_on for one in earlier] + ends, default=None)
    assert facts.ended_on == ended_on
    planned = plan_visits(CATALOGUE.protocol("pe12"), replace(anchors, ended_on=facts.ended_on))
    assert all(ended_on is None or visit.opens_on <= ended_on for visit in planned)
    if ended_on is None:
        assert planned == plan_visits(CATALOGUE.protocol("pe12"), anchors)


def test_stays_restart_and_other_facts_come_from_the_events() -> None:
    days = [HOME + timedelta(days=number) for number in range(60)]
    events = [
        happened("readmission", days[3]),
        happened("left_hospital", days[8]),
        happened("readmission", days[20]),
        happened("baseline_repeat", days[1]),
        happened("baseline_recall", days[2]),
        happened("cancelled_surgery yes", days[5]),
    ]
    expected = EpisodeFacts(
        stays=(Stay(days[3], days[8]), Stay(days[20], None)),
        not_operated_on=days[5],
        repeats=(days[1],),
        recall_on=days[2],
    )
    for order in itertools.islice(itertools.permutations(events), 0, 720, 13):
        assert episode_facts(order, RULES) == expected


def test_the_latest_word_about_palliative_care_holds() -> None:
    stop, again = happened("palliative stop", SURGERY), happened("palliative continue", SURGERY, minute=2)

    assert episode_facts([again, stop], RULES) == EpisodeFacts()
    assert contact_facts_from_events([again, stop], RULES, today=SURGERY) == ContactState(softened=True)
    assert contact_facts_from_events([stop], RULES, today=SURGERY) == ContactState(ended=True)


def test_less_is_asked_until_the_next_word_about_it() -> None:
    light, again = happened("palliative light", SURGERY), happened("palliative continue", SURGERY, minute=2)
    assert episode_facts([light], RULES).light_since == SURGERY
    assert episode_facts([light, again], RULES).light_since is None
    state = contact_facts_from_events([light], RULES, today=SURGERY)
    assert (state.light, state.softened, state.takes_part) == (True, True, True)
    assert not contact_facts_from_events([light, again], RULES, today=SURGERY).light


def test_a_wrong_day_of_a_stop_lets_nothing_out() -> None:
    tomorrow = happened("palliative stop", SURGERY + timedelta(days=1))
    assert contact_facts_from_events([tomorrow], RULES, today=SURGERY) == ContactState(ended=True)


def test_the_lists_of_work_know_the_same_endings_as_the_table() -> None:
    assert set(ENDED) == {kind.value for kind in RULES.ending_kinds()}
    assert set(CALLED_OFF) == {kind.value for kind in RULES.separate_kinds()}
