"""Reads what a consent can cover."""

from __future__ import annotations

from pathlib import Path

from lrrc_qol.catalogue.definition_file import read_definition, read_schema
from lrrc_qol.domain.consent import ConsentScope, ScopeAct


def load_consent_scopes(folder: Path) -> tuple[ConsentScope, ...]:
    """The scopes in the order they are asked; DefinitionError for a file that is not as it should be."""
    file = read_definition(folder / "consent_scopes.toml", read_schema(folder / "consent_scopes.schema.json"))
    seen: set[str] = set()
    for place, row in enumerate(file.data["scopes"]):
        if row["id"] in seen:
            raise file.error(("scopes", place, "id"), f"there are two scopes {row['id']!r}")
        seen.add(row["id"])
    return tuple(
        ConsentScope(id=row["id"], title=row["title"], meaning=row["meaning"], acts=ScopeAct(row["acts"]))
        for row in file.data["scopes"]
    )
