"""Where an unexpected error came from, told without its text: the text may hold a name or an address."""

from __future__ import annotations

from pathlib import Path

from lrrc_qol.config import ROOT

OWN_FOLDERS = (ROOT / "lrrc_qol", ROOT / "templates")


def place_of(error: BaseException) -> str:
    """The innermost line of our own code or templates that the error passed through, as path:line."""
    place = "an unknown place"
    step = error.__traceback__
    while step is not None:
        file = Path(step.tb_frame.f_code.co_filename)
        if any(file.is_relative_to(folder) for folder in OWN_FOLDERS):
            place = f"{file.relative_to(ROOT)}:{step.tb_lineno}"
        step = step.tb_next
    return place
