"""The patient's words for how a score stands to the time before."""

from __future__ import annotations

from lrrc_qol.catalogue.translations import Translations
from lrrc_qol.domain.recovery import ChangeClass, TrajectoryPoint


def compared_words(words: Translations, point: TrajectoryPoint, *, is_baseline: bool, known: bool) -> str:
    """How one answer stands to the time before the operation; `known`: there is something from then."""
    if is_baseline:
        return words.gettext("from before your operation")
    if point.change_class is ChangeClass.IMPROVED:
        return words.gettext("better than before your operation")
    if point.change_class is ChangeClass.AS_BEFORE:
        return words.gettext("about the same as before your operation")
    if point.change_class is ChangeClass.WORSE:
        return words.gettext("worse than before your operation")
    if point.day is not None and point.day < 0:
        return words.gettext("from before your operation")
    if not known:
        return words.gettext("nothing from before your operation to compare with")
    return words.gettext("cannot be compared with the time before your operation")
