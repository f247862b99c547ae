"""What the columns of the exported tables mean; written beside each table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type and what it says. Empty cells mean that there is no value."""

    name: str
    type: str
    meaning: str


INSTANT = "ISO 8601 instant with offset"
DAY = "ISO 8601 date"
TEXT = "text; one leading apostrophe is a mark of the export and to be removed"

FORM_COLUMNS = (
    Column("centre", TEXT, "code of the hospital"),
    Column("patient", TEXT, "random id of the patient; names and numbers are not exported"),
    Column("episode", "integer", "1 for the first exenteration, 2 for the next"),
    Column("surgery_on", DAY, "day of the operation; empty before it"),
    Column("visit", TEXT, "planned timepoint, for example BL1 or M3"),
    Column("due_on", DAY, "day on which the form was due"),
    Column("instrument", TEXT, "id of the questionnaire"),
    Column("instrument_version", TEXT, "version of the questionnaire"),
    Column("language", TEXT, "language in which it was answered"),
    Column("mode", TEXT, "own_phone, own_computer, ward_tablet, paper, telephone or face_to_face"),
    Column("respondent", TEXT, "patient, helped, interpreter or proxy"),
    Column("respondent_relation", TEXT, "who helped, interpreted or answered, for example partner; else empty"),
    Column("entered_by", TEXT, "yes when staff typed the answers in, from paper or as an interview; else no"),
    Column("baseline_type", TEXT, "prospective or recalled for baseline forms, else empty"),
    Column("started_at", INSTANT, "first answer saved"),
    Column("submitted_at", INSTANT, "form sent in; empty for a form that was not finished"),
    Column(
        "answered_on",
        DAY,
        "day of sending in where the patient lives; of typed-in forms the day on paper or of the call",
    ),
)
ANSWER_COLUMNS = (
    *FORM_COLUMNS,
    Column("item", TEXT, "id of the question"),
    Column("kind", TEXT, "value, declined (did not want to answer) or not_applicable; no row = not answered"),
    Column("value", "integer", "code of the answer as in the questionnaire's manual"),
    Column("given_at", INSTANT, "when the answer was given on the device"),
    Column("saved_at", INSTANT, "when the server stored it"),
    Column("version", "integer", "draft version that this answer made; above it nothing newer exists for the question"),
    Column("reason", TEXT, "reason of a correction made after sending in"),
)
SCORE_COLUMNS = (
    *FORM_COLUMNS,
    Column("scale", TEXT, "id of the scale"),
    Column("value", "decimal", "score in its native direction, not rounded; empty = no score"),
    Column(
        "no_score",
        TEXT,
        "why there is no score: too_few_answered, part_missing, not_applicable, no_value_set or not_in_table",
    ),
    Column("answered", "integer", "items (or parts) that entered the score"),
    Column("expected", "integer", "items (or parts) that could have"),
    Column("prorated", "true or false", "whether missing items were made up for by the rule of the manual"),
    Column("scoring_version", TEXT, "version of the scoring rules"),
    Column("generation", "integer", "1 for the first computation, higher after a re-computation"),
    Column("computed_at", INSTANT, "when it was computed"),
    Column("band", TEXT, "name of the band that the value stands for; empty for a plain number"),
    Column("value_set", TEXT, "value set that the value rests on; empty when it needs none"),
)
