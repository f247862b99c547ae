"""Which answers mean "call now" by themselves, for a page that has to say so without a connection."""

from __future__ import annotations

from lrrc_qol.domain.alerts import AlertLevel, evaluate, timing_facts
from lrrc_qol.domain.instrument import Instrument, Item
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import Seat
from lrrc_qol.services.rules_in_force import rules_in_force


def urgent_codes(work: Work, seat: Seat, instrument: Instrument) -> dict[str, tuple[int, ...]]:
    """The codes of each item that fire a red rule with an instruction, whatever else is answered.

    Rules that compare with an earlier form, or count several answers, need the server and are not among them.
    """
    rule_set = rules_in_force(work, seat.centre_id, seat.protocol)
    facts = seat.facts | timing_facts(rule_set, discharged_on=seat.discharged_on, today=work.today_in(seat.timezone))
    watched = {
        item for rule in rule_set.rules if rule.level is AlertLevel.RED for item in rule.watched.get(instrument.id, ())
    }

    def is_urgent(item: Item, code: int) -> bool:
        findings = evaluate(rule_set, instrument_id=instrument.id, answers={item.id: code}, previous=None, facts=facts)
        return any(finding.level is AlertLevel.RED and finding.instruction for finding in findings)

    return {
        item.id: tuple(code for code in item.codes if is_urgent(item, code))
        for item in instrument.items
        if item.id in watched
    }
