"""Runs the benchmarks and prints one line for each: how often a second, best of several rounds."""

from __future__ import annotations

import timeit
from collections.abc import Callable, Iterator
from datetime import date

from lrrc_qol.catalogue import Catalogue, load_catalogue
from lrrc_qol.config import INSTRUMENTS_DIR, PROTOCOLS_DIR
from lrrc_qol.domain.schedule import Anchors, plan_visits
from lrrc_qol.domain.scoring import score_response

ROUNDS = 5


def main() -> None:
    """Print the table."""
    print(f"{'what':<40} {'per second':>12}")
    for name, work in _benchmarks():
        timer = timeit.Timer(work)
        calls, _ = timer.autorange()
        best = min(timer.repeat(ROUNDS, calls)) / calls
        print(f"{name:<40} {1 / best:>12,.0f}")


def _benchmarks() -> Iterator[tuple[str, Callable[[], object]]]:
    catalogue = load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR)
    yield "read and check all definitions", lambda: load_catalogue(INSTRUMENTS_DIR, PROTOCOLS_DIR)
    yield "score one full QLQ-C30", _scoring(catalogue)
    yield "plan one episode of pe12", _planning(catalogue)


def _scoring(catalogue: Catalogue) -> Callable[[], object]:
    instrument = catalogue.instrument("qlq_c30")
    answers = {item.id: item.codes[0] for item in instrument.items}
    return lambda: score_response(instrument, answers)


def _planning(catalogue: Catalogue) -> Callable[[], object]:
    protocol = catalogue.protocol("pe12")
    anchors = Anchors(
        enrolled_on=date(2026, 1, 5),
        planned_surgery_on=date(2026, 2, 2),
        surgery_on=date(2026, 2, 3),
        discharged_on=date(2026, 2, 20),
        facts=frozenset(),
    )
    return lambda: plan_visits(protocol, anchors)


if __name__ == "__main__":
    main()
