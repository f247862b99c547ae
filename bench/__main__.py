"""`python -m bench [PART ...]`: runs the benchmarks, prints their figures, fails when a promised count is broken."""

from __future__ import annotations

import sys

from bench import cohort, due, export, phone, scoring, session, staff_pages
from bench.report import Report

PARTS = {
    "session": session.run,
    "phone": phone.run,
    "due": due.run,
    "pages": staff_pages.run,
    "scoring": scoring.run,
    "export": export.run,
    "cohort": cohort.run,
}


def main(names: list[str]) -> int:
    """Run the named parts, all without a name; 1 when a promise is broken, 2 for an unknown name."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    report = Report()
    for name in names or PARTS:
        PARTS[name](report)
    print("\nNo promise is broken." if not report.broken else f"\nBROKEN: {'; '.join(report.broken)}")
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
