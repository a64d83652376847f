# Two commands matter: `make demo` and `make test`. Both make the environment first.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo
PYTEST_ARGS ?=

.PHONY: demo test check lint types lock wheel bench bench-structure quality docs clean help

help:
	@echo "make demo   run the whole pipeline on the example: 12 documents in six languages, in ./$(DEMO)"
	@echo "make test   the test suite; says at the end what was not run and what would install it"
	@echo "make check  what CI runs before the tests: format, lint, types, layers"
	@echo "make bench  speed and memory, as ratios against LibreOffice, Chromium, XeLaTeX and Prefect"
	@echo "make bench-structure DOCUMENTS=folder  how much of real Word files layout = \"source\" keeps"
	@echo "make quality  how often the checks are wrong, measured on human translations; writes docs/reference/checks.md"
	@echo "make wheel  dist/pubpipe-<version>.whl"
	@echo "make docs   the generated pages of docs/reference"
	@echo "make lock   requirements*.lock from pyproject.toml (needs uv)"

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit("pubpipe needs Python 3.11 or newer; this is %d.%d. Name one: make PYTHON=python3.12 ..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.base: $(VENV)/.made requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.base
	@PUBPIPE=$(BIN)/pubpipe sh examples/demo.sh $(DEMO)

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: lint types

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	PYTHONPATH=src $(BIN)/lint-imports

types: $(VENV)/.dev
	PYTHONPATH=src $(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/pages.py

bench-structure: $(VENV)/.dev
	$(BIN)/python benchmarks/structure.py $(DOCUMENTS) --others

quality: $(VENV)/.dev
	$(BIN)/python benchmarks/quality.py --write
	$(BIN)/python benchmarks/terms.py

docs: $(VENV)/.dev
	$(BIN)/python -m pubpipe.cli.reference docs/reference

wheel: $(VENV)/.dev
	$(BIN)/python -m build --wheel

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group dev --quiet pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet -c requirements-dev.lock pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) $(DEMO) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
