"""Every state, licence, mode, kind of visit and language has its words."""

from __future__ import annotations

import pytest

from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.services.wordings import MODES as MODE_CODES
from lrrc_qol.services.wordings import PackState
from lrrc_qol.web.admin.wording_words import (
    LANGUAGES,
    LICENCES,
    MODES,
    VISIT_KINDS,
    language_choices,
    state_words,
)


@pytest.mark.parametrize("state", PackState)
def test_every_state_of_a_pack_has_a_badge(state: PackState) -> None:
    assert state_words(state.value)[0]


def test_nothing_that_can_be_stored_lacks_words() -> None:
    assert set(MODES) == set(MODE_CODES)
    assert set(VISIT_KINDS) == {kind.value for kind in VisitKind}
    assert set(LICENCES) == set("ABCD")


def test_languages_are_offered_by_name() -> None:
    assert [tag for tag, _ in language_choices()][:2] == ["ar", "zh-Hans"]
    assert len(language_choices()) == len(set(LANGUAGES))
