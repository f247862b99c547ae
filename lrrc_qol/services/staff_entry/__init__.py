"""Staff type in what a patient wrote on paper or says: choosing the visit, taking a seat, typing twice, comparing."""

from lrrc_qol.services.staff_entry.begin import (
    MODES,
    RESPONDENTS,
    EntryRequest,
    EntryVisit,
    OutOfWindow,
    begin_entry,
    propose_visit,
    read_entry_visits,
)
from lrrc_qol.services.staff_entry.second import (
    Difference,
    SecondForm,
    compare_typings,
    read_second_form,
    store_second_entry,
)

__all__ = [
    "MODES",
    "RESPONDENTS",
    "Difference",
    "EntryRequest",
    "EntryVisit",
    "OutOfWindow",
    "SecondForm",
    "begin_entry",
    "compare_typings",
    "propose_visit",
    "read_entry_visits",
    "read_second_form",
    "store_second_entry",
]
