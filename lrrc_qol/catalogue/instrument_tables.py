"""Reads the CSV tables that belong to a definition: look-ups, weights, value sets."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from lrrc_qol.domain.errors import DefinitionError
from lrrc_qol.domain.instrument import Table


def read_tables(paths: Iterable[Path]) -> Mapping[str, Table]:
    """Read each file as rows by column name; DefinitionError for a table that is not rectangular UTF-8 text."""
    return MappingProxyType({path.name: _read(path) for path in sorted(paths)})


def digest_with_tables(digest: str, tables: Mapping[str, Table]) -> str:
    """The digest of a definition together with its tables; that of the definition alone when it has none."""
    if not tables:
        return digest
    whole = json.dumps([digest, {name: [dict(row) for row in rows] for name, rows in tables.items()}], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def _read(path: Path) -> Table:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = []
            for row in reader:
                if None in row or None in row.values():
                    raise DefinitionError(str(path), f"line {reader.line_num}", "has more or fewer cells than columns")
                rows.append(MappingProxyType(row))
    except UnicodeDecodeError as error:
        raise DefinitionError(str(path), f"byte {error.start}", "is not UTF-8 text; save the file as UTF-8") from None
    except csv.Error as error:
        raise DefinitionError(str(path), "file", f"is not a CSV table: {error}") from None
    return tuple(rows)
