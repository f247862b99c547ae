"""The centre's own versions of the alert rules: drafts, what they would have done, switching them on."""

from lrrc_qol.services.rule_versions.edit import (
    Signature,
    Typed,
    discard_rules,
    make_rule_draft,
    save_rules,
    switch_on_rules,
)
from lrrc_qol.services.rule_versions.fields import Figure, RuleLine
from lrrc_qol.services.rule_versions.read import RulesOverview, RulesView, read_rule_version, read_rules
from lrrc_qol.services.rule_versions.replay import Effect, Tally, would_have_fired

__all__ = [
    "Effect",
    "Figure",
    "RuleLine",
    "RulesOverview",
    "RulesView",
    "Signature",
    "Tally",
    "Typed",
    "discard_rules",
    "make_rule_draft",
    "read_rule_version",
    "read_rules",
    "save_rules",
    "switch_on_rules",
    "would_have_fired",
]
