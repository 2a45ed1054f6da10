# `make demo` and `make test` do all their own set-up: the demo needs less than the tests.
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv)
INSTALL := $(if $(UV),$(UV) pip install --python $(BIN)/python,$(BIN)/python -m pip install) \
	--quiet --constraint constraints.txt --editable

.PHONY: demo test lint bench docs docs-links

demo: .venv/.ready
	$(BIN)/isp-bench run --protocol adaptation --mapper cstpp --isp pynet

test: .venv/.dev-ready
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: .venv/.dev-ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy results/missing.py results/tables.py

# All groups by default; `make bench GROUPS=steps` measures one.
bench: .venv/.dev-ready
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
	@echo "Installing ISP-Bench into .venv. On Linux that is 2.7 GB to download and 6 GB on disk, nearly"
	@echo "all of it PyTorch with CUDA; the README says how to leave CUDA out."
	$(PYTHON) -m venv .venv
	$(if $(UV),,$(BIN)/python -m pip install --quiet --upgrade pip)
	$(INSTALL) .
	touch $@

.venv/.dev-ready: .venv/.ready
	@echo "Installing the tools for tests and checks: 0.5 GB more on disk."
	$(INSTALL) '.[dev]'
	touch $@

.venv/.docs-ready: .venv/.dev-ready
	$(INSTALL) '.[dev,docs]'
	touch $@
