"""The printed table: figures to read, and counts that are promised and end the run with an error when broken."""

from __future__ import annotations

WIDTHS = (48, 12)


class Report:
    """Prints line by line and remembers which promises were broken."""

    def __init__(self) -> None:
        self.broken: list[str] = []

    def part(self, title: str) -> None:
        """Begin a part."""
        print(f"\n{title}")

    def figure(self, what: str, value: str, note: str = "") -> None:
        """A figure that depends on the machine or is only there to be read."""
        print(f"  {what:<{WIDTHS[0]}}{value:>{WIDTHS[1]}}  {note}".rstrip(), flush=True)

    def promise(self, what: str, value: float, *, at_most: float, at_least: float = 0.0, note: str = "") -> None:
        """A count, the same on every machine, that must lie within its bounds."""
        held = at_least <= value <= at_most
        if not held:
            self.broken.append(what)
        bounds = f"= {at_most:g}" if at_least == at_most else f"<= {at_most:g}"
        self.figure(what, f"{value:,.4g}" if value < 1000 else f"{value:,.0f}", f"[{bounds}] {note}".rstrip())
        if not held:
            print(f"  BROKEN: {what}", flush=True)
