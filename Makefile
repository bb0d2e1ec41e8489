# Each command sets up everything that it needs in .venv:
#   make demo           render the example repository
#   make test           every check that needs no cluster
#   make test-cluster   what is rendered, against a real API server; with make test, all that CI runs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test test-cluster lint types unit templates schemas rules golden bench clean

help:
	@echo "make demo       render the example repository and show what was decided for one model"
	@echo "make test       set up and run every check"
	@echo "make test-cluster  the same for the checks against a real API server (builds one, once per machine)"
	@echo "make templates  build the runtime templates into the package after a change of templates/"
	@echo "make schemas    build schemas/ from schemas/sources/ after a change of either or of the conversion"
	@echo "make rules      build docs/rules/ after a change of a diagnostic's page"
	@echo "make golden     refresh expected outputs after a wanted change (review the diff)"
	@echo "make bench      measure, also beside other tools, and write docs/performance.md (a quarter of an hour; a quiet machine)"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "servewright needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	@echo "setting up $(VENV) (once; needs a Python package index)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# Markers: installed again only when the project's metadata changed.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.installed

demo: $(VENV)/.installed
	@echo "--- a spec: examples/deployments/chat/granite.yaml"
	@cat examples/deployments/chat/granite.yaml
	@echo "--- all specs become:"
	$(BIN)/servewright -C examples render
	@cd examples && find rendered -name '*.yaml' ! -name kustomization.yaml | sort
	@echo "--- what was decided for the one above, and why:"
	$(BIN)/servewright -C examples explain granite-31-8b

test: lint types unit

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

unit: $(VENV)/.installed-dev
	$(BIN)/python tests/go_tools.py
	$(BIN)/python -m servewright.catalog.build_builtin --check
	$(BIN)/python -m servewright.crds.build_schemas --check
	$(BIN)/python -m servewright.diagnostics.rule_docs --check
	$(BIN)/servewright -C examples render --check
	$(BIN)/python bench/run.py --check
	$(BIN)/python -m pytest -n auto

# In a network namespace of its own, where only loopback exists; see tests/cluster.
test-cluster: export PYTHONPATH := tests
test-cluster: $(VENV)/.installed-dev
	$(BIN)/python -m cluster $(BIN)/python -m pytest tests/cluster

templates: $(VENV)/.installed-dev
	$(BIN)/python -m servewright.catalog.build_builtin

schemas: $(VENV)/.installed-dev
	$(BIN)/python -m servewright.crds.build_schemas

rules: $(VENV)/.installed-dev
	$(BIN)/python -m servewright.diagnostics.rule_docs

golden: $(VENV)/.installed-dev
	SERVEWRIGHT_REFRESH=1 $(BIN)/python -m pytest -n auto --snapshot-update tests
	$(BIN)/python -m servewright.diagnostics.rule_docs
	$(BIN)/servewright -C examples render

bench: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python bench/run.py

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache dist build
