# `make demo` and `make test` do all their own set-up.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint bench docs docs-links

demo: .venv/.ready
	$(BIN)/isp-bench run --protocol adaptation --mapper cstpp --isp pynet

test: .venv/.ready
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: .venv/.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# All groups by default; `make bench GROUPS=steps` measures one.
bench: .venv/.ready
	$(BIN)/python -m tests.speed $(GROUPS)

SPHINX := $(BIN)/sphinx-build -W --keep-going -c docs

docs: .venv/.docs-ready
	$(SPHINX) -b html . docs/_build/html
	@echo "Open docs/_build/html/docs/index.html"

docs-links: .venv/.docs-ready
	$(SPHINX) -b linkcheck . docs/_build/links

.venv/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "ISP-Bench needs Python 3.11 or newer: make PYTHON=python3.11 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

.venv/.docs-ready: .venv/.ready
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,docs]'
	touch $@
