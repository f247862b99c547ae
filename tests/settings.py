"""Settings for tests, read the way the program reads its environment."""

from __future__ import annotations

from lrrc_qol.config import Settings, load_settings


def make_settings(database_url: str, **variables: str) -> Settings:
    """Settings of mode `test` on this database; `variables` are LRRC_QOL_ names without the prefix (BASE_URL=...)."""
    named = {f"LRRC_QOL_{name}": value for name, value in variables.items()}
    return load_settings({"LRRC_QOL_MODE": "test", "LRRC_QOL_DATABASE_URL": database_url, **named})
