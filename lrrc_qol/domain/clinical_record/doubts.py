"""What does not go together in the clinical record. It warns and never forbids: reality may be like that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from lrrc_qol.domain.clinical_record.facts import Finding, RecordFacts
from lrrc_qol.domain.clinical_record.fields import Content, RecordRules, Section, codes_of, day_of

RADIOTHERAPY = frozenset({"pre_crt", "reirradiation"})
DIVERSIONS = frozenset({"urostomy", "double_barrelled"})


def doubts(rules: RecordRules, section: Section, content: Content, facts: RecordFacts) -> Iterator[Finding]:
    """Everything doubtful in a row whose values are all of their kind."""
    yield from _without_meaning(section, content)
    yield from _of_other_sex(section, content, facts)
    yield from _twice(section, content, facts)
    for check in _BY_SECTION.get(section.id, ()):
        yield from check(rules, content, facts)


def _without_meaning(section: Section, content: Content) -> Iterator[Finding]:
    """Values of fields that mean nothing beside what else was chosen, as a sacral level without sacrectomy."""
    # A field that was left open counts as what a form would have shown.
    shown = {field.id: field.default for field in section.fields() if field.default is not None} | dict(content)
    for field in section.fields():
        if field.id not in content or field.when is None or field.when.met(shown):
            continue
        other = section.field(field.when.field)
        yield Finding(
            (field.id, other.id), f"“{field.label}” is filled in, but does not go with what is said of “{other.label}”."
        )


def _of_other_sex(section: Section, content: Content, facts: RecordFacts) -> Iterator[Finding]:
    for field in section.fields():
        chosen = codes_of(content.get(field.id))
        wrong = [one.label for one in field.options if one.code in chosen and one.sex not in (None, facts.sex)]
        if wrong:
            yield Finding((field.id,), f"The patient is {facts.sex}: {', '.join(wrong)}.")


# In these sections two rows that agree in these fields are probably the same thing twice.
_ALIKE = {"treatment": ("kind", "started_on"), "complication": ("type", "happened_on")}


def _twice(section: Section, content: Content, facts: RecordFacts) -> Iterator[Finding]:
    names = _ALIKE.get(section.id, ())
    alike = [row for row in facts.rows(section.id) if all(row.get(name) == content.get(name) for name in names)]
    if names and alike and all(name in content for name in names):
        label = section.field(names[0]).label_of(str(content[names[0]]))
        yield Finding(names, f"{label} of {content[names[1]]} is on record already; is this the same?")


def _disease(_: RecordRules, content: Content, facts: RecordFacts) -> Iterator[Finding]:
    for name in ("primary_surgery_on", "recurrence_found_on"):
        day = day_of(content, name)
        if day and facts.surgery_on and day > facts.surgery_on:
            yield Finding((name,), f"This is after the exenteration ({facts.surgery_on.isoformat()}).")


def _treatment_timing(_: RecordRules, content: Content, facts: RecordFacts) -> Iterator[Finding]:
    operated, timing = facts.surgery_on, content.get("timing")
    started, stopped = day_of(content, "started_on"), day_of(content, "stopped_on")
    if operated is None:
        return
    last = stopped or started
    if timing == "before" and last and last > operated:
        name = "stopped_on" if stopped else "started_on"
        yield Finding((name, "timing"), f"It is said to be before the operation ({operated.isoformat()}).")
    if timing == "after" and started and started < operated:
        yield Finding(("started_on", "timing"), f"It is said to be after the operation ({operated.isoformat()}).")
    if timing == "during" and started and started != operated:
        yield Finding(("started_on", "timing"), f"It is said to be during the operation ({operated.isoformat()}).")


def _surgery_alone(_: RecordRules, content: Content, facts: RecordFacts) -> Iterator[Finding]:
    others = {row.get("kind") for row in facts.rows("treatment")}
    alone = content.get("kind") == "surgery_alone"
    if alone and others:
        yield Finding(("kind",), "Surgery alone, but other treatments are on record.")
    elif not alone and "surgery_alone" in others:
        yield Finding(("kind",), "“Surgery alone” is on record already.")


def _iort_after_r2(_: RecordRules, content: Content, facts: RecordFacts) -> Iterator[Finding]:
    text = "Intraoperative radiotherapy does not go with an R2 margin."
    if content.get("kind") == "iort" and any(row.get("margin") == "r2" for row in facts.rows("operation")):
        yield Finding(("kind",), text)
    if content.get("margin") == "r2" and any(row.get("kind") == "iort" for row in facts.rows("treatment")):
        yield Finding(("margin",), text)


def _reirradiation(rules: RecordRules, content: Content, facts: RecordFacts) -> Iterator[Finding]:
    """The row in hand as re-irradiation after another radiotherapy, and as the one that a re-irradiation followed."""
    if content.get("kind") not in RADIOTHERAPY:
        return
    others = [row for row in facts.rows("treatment") if row.get("kind") in RADIOTHERAPY]
    for again, before in [(content, other) for other in others] + [(other, content) for other in others]:
        started, ended = day_of(again, "started_on"), day_of(before, "stopped_on") or day_of(before, "started_on")
        if again.get("kind") != "reirradiation" or started is None or ended is None or ended > started:
            continue
        if _completed_months(ended, started) < rules.reirradiation_after_months:
            yield Finding(
                ("started_on", "kind"),
                f"Less than {rules.reirradiation_after_months} months between radiotherapy "
                f"(until {ended.isoformat()}) and re-irradiation (from {started.isoformat()}).",
            )


def _completed_months(earlier: date, later: date) -> int:
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months if later.day >= earlier.day else months - 1


def _extent(rules: RecordRules, content: Content, _: RecordFacts) -> Iterator[Finding]:
    extent, removed = codes_of(content.get("extent")), codes_of(content.get("structures"))
    missing = [one for one in rules.total_expects if one not in removed]
    if "total" in extent and missing:
        organs = " and ".join(missing)
        yield Finding(("extent", "structures"), f"Total, but not removed: {organs}. Right if it was gone before.")


def _sacrum(_: RecordRules, content: Content, __: RecordFacts) -> Iterator[Finding]:
    if content.get("sacrectomy") is True and "sacrectomy_level" not in content:
        yield Finding(("sacrectomy_level", "sacrectomy"), "Sacrectomy without its level.")


def _urine(_: RecordRules, content: Content, __: RecordFacts) -> Iterator[Finding]:
    bladder = "bladder" in codes_of(content.get("structures"))
    diverted = bool(DIVERSIONS.intersection(codes_of(content.get("stomas"))))
    if diverted and not bladder:
        yield Finding(("stomas", "structures"), "A stoma for urine, but the bladder is not among what was removed.")
    if bladder and not diverted:
        yield Finding(("stomas", "structures"), "The bladder was removed, but there is no stoma for urine.")


def _vessels(_: RecordRules, content: Content, __: RecordFacts) -> Iterator[Finding]:
    excised, restored = codes_of(content.get("vessels_excised")), codes_of(content.get("vessels_reconstructed"))
    if set(restored) - set(excised):
        yield Finding(("vessels_reconstructed", "vessels_excised"), "A vessel was reconstructed that was not excised.")
    if "vascular_graft" in codes_of(content.get("reconstruction")) and not (excised or restored):
        yield Finding(("reconstruction", "vessels_excised"), "A vascular graft, but no vessel was excised.")


def _nerves(_: RecordRules, content: Content, __: RecordFacts) -> Iterator[Finding]:
    cut = codes_of(content.get("nerves"))
    if any(one.endswith("_partial") and one.replace("_partial", "_total") in cut for one in cut):
        yield Finding(("nerves",), "One nerve is marked both as partial and as total.")


def _pathology(_: RecordRules, content: Content, __: RecordFacts) -> Iterator[Finding]:
    if content.get("pcr") is True and content.get("margin") in {"r1", "r2"}:
        yield Finding(("pcr", "margin"), "A complete response does not go with a positive margin.")


def _undated(_: RecordRules, __: Content, facts: RecordFacts) -> Iterator[Finding]:
    if facts.surgery_on is None:
        yield Finding((), "There is no date of the operation yet. Enter it with the dates.")


def _death(_: RecordRules, content: Content, facts: RecordFacts) -> Iterator[Finding]:
    if content.get("grade") == "v" and facts.died_on is None:
        yield Finding(("grade",), "Grade V, but no death is recorded. Record it as an event.")


_Check = Callable[[RecordRules, Content, RecordFacts], Iterator[Finding]]
_BY_SECTION: dict[str, tuple[_Check, ...]] = {
    "disease": (_disease,),
    "treatment": (_treatment_timing, _surgery_alone, _iort_after_r2, _reirradiation),
    "operation": (_undated, _extent, _sacrum, _urine, _vessels, _nerves, _iort_after_r2, _pathology),
    "complication": (_undated, _death),
}
