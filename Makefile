# Thin on purpose: scripts/setup_env.py sets the machine up, pyproject.toml configures the tools.
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links
PYTEST := $(BIN)/python -m pytest
SIDE_BY_SIDE := --numprocesses 2 --dist loadfile
BROWSER := $(PYTEST) tests/browser $(SIDE_BY_SIDE)

.PHONY: run check test thorough bench lighthouse lock messages tools machine integration browser
.NOTPARALLEL:

run:
	@$(PYTHON) -m scripts.setup_env
	@exec $(BIN)/flask demo --port $(PORT)

check: tools
	@printf '\n== Style: ruff ==\n'
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@printf '\n== Import contracts: import-linter ==\n'
	@$(BIN)/lint-imports --no-logo
	@printf '\n== Types: mypy ==\n'
	@$(BIN)/mypy
	@printf '\n== Templates: djlint ==\n'
	@$(BIN)/djlint templates --lint --quiet
	@printf '\n== Dependencies: deptry ==\n'
	@$(BIN)/deptry .
	@printf '\n== Fast tests: unit, instruments, architecture ==\n'
	@$(PYTEST) tests/unit tests/instruments tests/architecture -m "not thorough" --numprocesses auto

test: machine check thorough integration browser
	@printf '\nAll checks and tests passed.\n'

thorough: tools
	@printf '\n== Thorough tests: every independent row, every instrument by its properties ==\n'
	@$(PYTEST) tests/unit tests/instruments -m thorough --numprocesses auto

integration: machine
	@printf '\n== Integration tests: SQLite and PostgreSQL ==\n'
	@$(PYTEST) tests/integration $(SIDE_BY_SIDE)

browser: machine
	@printf '\n== Browser tests: Chromium, phone and desktop ==\n'
	@$(BROWSER) || $(BROWSER) --last-failed # a browser may stumble once on a busy machine

bench: tools
	@$(BIN)/python -m bench

lighthouse: tools
	@$(BIN)/python -m bench.lighthouse

lock: tools
	@$(LOCK) requirements.in --output-file requirements.txt
	@$(LOCK) tests/requirements.in --constraints requirements.txt --output-file tests/requirements.txt

messages: tools
	@$(BIN)/python -m scripts.messages

tools:
	@$(PYTHON) -m scripts.setup_env --tools

machine:
	@$(PYTHON) -m scripts.setup_env --tests
