"""Scoring many QLQ-C30 forms from a table, against a loop that does nothing but the arithmetic."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bench.measure import cpu_seconds, peak_bytes
from bench.report import Report
from lrrc_qol.catalogue import load_catalogue
from lrrc_qol.cli.score_table import score_table
from lrrc_qol.config import INSTRUMENTS_DIR, PROTOCOLS_DIR
from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.domain.scoring import score_response

ROWS = 100_000
ONE_BY_ONE = 2_000
MEMORY_ROWS = (10_000, 40_000)
EMPTY = 0.05
ITEMS = 30
SEED = 30

# Places of the items, the range of their codes, and whether a high score is good for functioning: the published rules,
# written a second time on purpose, so that equal results mean something.
SCALES = {
    "QL": ((28, 29), 6, False),
    "PF": ((0, 1, 2, 3, 4), 3, True),
    "RF": ((5, 6), 3, True),
    "EF": ((20, 21, 22, 23), 3, True),
    "CF": ((19, 24), 3, True),
    "SF": ((25, 26), 3, True),
    "FA": ((9, 11, 17), 3, False),
    "NV": ((13, 14), 3, False),
    "PA": ((8, 18), 3, False),
    "DY": ((7,), 3, False),
    "SL": ((10,), 3, False),
    "AP": ((12,), 3, False),
    "CO": ((15,), 3, False),
    "DI": ((16,), 3, False),
    "FI": ((27,), 3, False),
}

Row = list[int | None]


def run(report: Report) -> None:
    """Score the same rows in three ways and compare."""
    report.part(f"Scoring {ROWS:,} QLQ-C30 forms, {EMPTY:.0%} of the answers empty")
    instrument = load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR).instrument("qlq_c30")
    rows = _rows(ROWS)
    table = io.StringIO(newline="")
    _write(table, rows)
    text, scores = table.getvalue(), io.StringIO(newline="")
    score_table(instrument, io.StringIO(text, newline=""), scores)
    loop = cpu_seconds(lambda: _plain_loop(rows), rounds=3)
    batch = cpu_seconds(lambda: score_table(instrument, io.StringIO(text, newline=""), io.StringIO()), rounds=3)
    report.figure("table to table / arithmetic alone", f"{batch / loop:.2f}", "reading and writing CSV included")
    report.figure("one by one as at a submit / arithmetic alone", f"{_one_by_one(instrument, rows) / loop:.1f}")
    report.promise("scores unlike the second arithmetic", _differences(scores.getvalue(), rows), at_most=0)
    small, large = (_memory(instrument, count) for count in MEMORY_ROWS)
    times = MEMORY_ROWS[1] // MEMORY_ROWS[0]
    report.promise(f"memory at {times} x the rows / at 1 x", large / small, at_most=1.5, note=f"{large // 1024:,} KiB")


def _rows(count: int) -> list[Row]:
    rng = Random(SEED)  # noqa: S311 - synthetic answers
    highest = [7 if place >= 28 else 4 for place in range(ITEMS)]
    return [
        [None if rng.random() < EMPTY else 1 + int(rng.random() * highest[place]) for place in range(ITEMS)]
        for _ in range(count)
    ]


def _write(target: io.TextIOBase, rows: list[Row]) -> None:
    writer = csv.writer(target)
    writer.writerow([f"q{place + 1}" for place in range(ITEMS)])
    writer.writerows(rows)


def _plain_loop(rows: list[Row]) -> list[list[float | None]]:
    scales = tuple(SCALES.values())
    scored: list[list[float | None]] = []
    for row in rows:
        values: list[float | None] = []
        for places, width, functional in scales:
            given = [answer for place in places if (answer := row[place]) is not None]
            if 2 * len(given) < len(places):
                values.append(None)
                continue
            share = (sum(given) / len(given) - 1) / width
            values.append(100 * (1 - share) if functional else 100 * share)
        scored.append(values)
    return scored


def _one_by_one(instrument: Instrument, rows: list[Row]) -> float:
    """The CPU time of as many forms scored one by one, as a submit does it; measured on some."""
    forms = [
        {f"q{place + 1}": answer for place, answer in enumerate(row) if answer is not None} for row in rows[:ONE_BY_ONE]
    ]
    some = cpu_seconds(lambda: [score_response(instrument, form) for form in forms], rounds=3)
    return some * len(rows) / ONE_BY_ONE


def _differences(table: str, rows: list[Row]) -> int:
    wrong = 0
    for found, expected in zip(csv.DictReader(io.StringIO(table)), _plain_loop(rows), strict=True):
        for name, value in zip(SCALES, expected, strict=True):
            score = float(found[name]) if found[name] else None
            same = score is value if score is None or value is None else abs(score - value) < 1e-9
            wrong += not same
    return wrong


def _memory(instrument: Instrument, count: int) -> int:
    with TemporaryDirectory(prefix="lrrc_qol_bench_") as name:
        source, target = Path(name) / "answers.csv", Path(name) / "scores.csv"
        with source.open("w", newline="", encoding="utf-8") as file:
            _write(file, _rows(count))

        def score() -> None:
            with source.open(newline="", encoding="utf-8") as answers, target.open("w", encoding="utf-8") as scores:
                score_table(instrument, answers, scores)

        return peak_bytes(score)
