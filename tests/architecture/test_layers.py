"""What the import contracts cannot say: the domain is pure, time enters in one place, services do not commit."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.source_tree import PACKAGE, place, written_files

CLOCK = PACKAGE / "runtime.py"
CLOCK_READINGS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}


def imports(file: Path) -> Iterator[str]:
    """Every module a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def calls(file: Path) -> Iterator[tuple[int, str]]:
    """Line and last two names of every call of an attribute: `datetime.now`, `session.commit`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, ".".join(ast.unparse(node.func).split(".")[-2:])


def test_domain_imports_the_standard_library_and_itself() -> None:
    foreign = [
        f"{place(file)}: {module}"
        for file in written_files(".py", under=PACKAGE / "domain")
        for module in imports(file)
        if module.split(".")[0] not in sys.stdlib_module_names and not module.startswith("lrrc_qol.domain")
    ]
    assert foreign == []


def test_the_present_is_read_in_one_place() -> None:
    readings = [
        f"{place(file)}:{line}: {name}"
        for file in written_files(".py", under=PACKAGE)
        if file != CLOCK
        for line, name in calls(file)
        if name in CLOCK_READINGS
    ]
    assert readings == []


def test_services_leave_the_transaction_to_their_caller() -> None:
    endings = [
        f"{place(file)}:{line}: {name}"
        for file in written_files(".py", under=PACKAGE / "services")
        for line, name in calls(file)
        if name.endswith((".commit", ".rollback"))
    ]
    assert endings == []
